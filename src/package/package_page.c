/* Evidence packages at the desk: the list, the form, one package with its progress and its file. */
#include "account/account.h"
#include "base/clock.h"
#include "package/package_view.h"
#include "package_pages.html.h"
#include "record/log.h"
#include "settings/provider.h"
#include "web/layout.h"

enum { PER_PAGE = 50, COLUMNS = 5, FACTS_MAX = 14, KEY_MAX = 100 };

static const struct form_option BASES[] = {
    {S_INIT("case"), MSG_package_basis_case, {0}},
    {S_INIT("order"), MSG_package_basis_order, {0}},
};
static const struct form_field FIELDS[] = {
    {.name = "handle",
     .label = MSG_account_handle,
     .help = MSG_package_handle_help,
     .required = true,
     .max = HANDLE_MAX},
    {.name = "no",
     .kind = FIELD_NUMBER,
     .label = MSG_package_no,
     .help = MSG_package_no_help,
     .max = INT32_MAX},
    {.name = "basis",
     .kind = FIELD_SELECT,
     .label = MSG_package_basis,
     .required = true,
     .options = BASES,
     .option_n = LEN(BASES)},
    {.name = "number",
     .label = MSG_package_basis_number,
     .help = MSG_package_basis_number_help,
     .required = true,
     .max = PACKAGE_NUMBER_MAX},
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_package_reason,
     .required = true,
     .max = PACKAGE_REASON_MAX},
    {.name = "recipient",
     .label = MSG_package_recipient,
     .help = MSG_package_recipient_help,
     .max = KEY_MAX},
    {.name = "identity_reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_package_identity_reason,
     .help = MSG_package_identity_reason_help,
     .max = PACKAGE_REASON_MAX},
};

static const struct {
    str name;
    enum tone tone;
} STATES[] = {
    {S_INIT("asked"), TONE_WARN},        {S_INIT("waiting"), TONE_INFO},
    {S_INIT("working"), TONE_INFO},      {S_INIT("done"), TONE_OK},
    {S_INIT("failed"), TONE_BAD},        {S_INIT("refused"), TONE_NEUTRAL},
    {S_INIT("cancelled"), TONE_NEUTRAL}, {S_INIT("expired"), TONE_NEUTRAL},
};

struct packaging {
    struct request *r;
    struct package p, *v;
    size_t n;
    struct package_query q;
    struct package_answer answer;
    struct account account;
    int64_t account_id;
    str handle, receipt;
};

static str state_text(struct request *r, str state)
{
    return msg_lookup(r->lang, "package.state_", str_z(r->mem, state), MSG_word_none);
}

static enum tone state_tone(str state)
{
    for (size_t i = 0; i < LEN(STATES); i++)
        if (str_eq(STATES[i].name, state))
            return STATES[i].tone;
    return TONE_NEUTRAL;
}

static str href(arena *mem, int64_t id)
{
    return str_fmt(mem, "/desk/packages/%lld", (long long)id);
}

static str size_text(arena *mem, int64_t n)
{
    if (n < 1024 * 1024)
        return str_fmt(mem, "%.1f KB", (double)n / 1024);
    return str_fmt(mem, "%.1f MB", (double)n / (1024 * 1024));
}

/* ---- the list ---- */

static err load_list(struct tx *t, void *ctx)
{
    struct packaging *x = ctx;
    return package_list(t, x->r->mem, &x->q, &x->v, &x->n);
}

static struct table_row row_of(struct request *r, const struct package *p)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    bool by_case = str_eq(p->basis, S("case"));
    c[0].text = p->title;
    c[1].text =
        str_fmt(r->mem, "%.*s %.*s",
                FMT(msg(r->lang, by_case ? MSG_package_basis_case : MSG_package_basis_order)),
                FMT(p->number));
    c[2].text = p->asked_name;
    c[3].at_ms = p->asked_at;
    c[4] = (struct table_cell){
        .text = state_text(r, p->state), .status = true, .tone = state_tone(p->state)};
    return (struct table_row){href(r->mem, p->id), c};
}

static struct table_chip *chips_of(struct request *r, str state)
{
    struct table_chip *c = NEW_N(r->mem, struct table_chip, LEN(STATES) + 1);
    c[0] = (struct table_chip){msg(r->lang, MSG_word_all), S("/desk/packages"), !state.n, 0};
    for (size_t i = 0; i < LEN(STATES); i++)
        c[i + 1] = (struct table_chip){state_text(r, STATES[i].name),
                                       str_cat(r->mem, S("/desk/packages?state="), STATES[i].name),
                                       str_eq(state, STATES[i].name), 0};
    return c;
}

err page_packages(struct request *r)
{
    str state = request_query(r, "state"), before = request_query(r, "before");
    struct packaging x = {.r = r, .q = {.state = state.p ? state : S(""), .limit = PER_PAGE + 1}};
    if (before.n && str_int(before, &x.q.before) != OK)
        return fault(ERR_NOT_FOUND, "not_found", "no such page");
    TRY(request_read(r, load_list, &x));
    static const enum msg LABELS[COLUMNS] = {MSG_package_subject, MSG_package_basis,
                                             MSG_package_who, MSG_package_when, MSG_word_status};
    struct table_col cols[COLUMNS] = {0};
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    size_t n = x.n > PER_PAGE ? PER_PAGE : x.n;
    struct table_row *rows = NEW_N(r->mem, struct table_row, n + 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(r, &x.v[i]);
    struct packages_view v = {{.caption = msg(r->lang, MSG_package_list),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = n,
                               .chips = chips_of(r, x.q.state),
                               .chip_n = LEN(STATES) + 1,
                               .empty = {.icon = S("folder"),
                                         .title = msg(r->lang, MSG_package_none),
                                         .text = msg(r->lang, MSG_package_none_text)}}};
    if (x.n > PER_PAGE)
        v.table.pager.next = str_fmt(r->mem, "/desk/packages?state=%.*s&before=%lld",
                                     FMT(x.q.state), (long long)x.v[n - 1].id);
    struct page page = {.place = PLACE_DESK};
    bool may_ask = (r->session.roles & PACKAGE_ROLES) != 0;
    page.action = (struct page_link){may_ask ? S("/desk/packages/new") : S(""),
                                     msg(r->lang, MSG_package_new), S("plus")};
    return REPLY_PAGE(r, &page, view_packages, &v);
}

/* ---- asking ---- */

static err show_form_page(struct request *r, struct form *f)
{
    struct package_form_view v = {f};
    f->submit = MSG_package_ask;
    f->action = S("/desk/packages/new");
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/packages"), msg(r->lang, MSG_package_list), S("")}};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_package_form, &v);
}

static err load_account(struct tx *t, void *ctx)
{
    struct packaging *x = ctx;
    err e = account_load(t, x->r->mem, x->account_id, &x->account);
    return e == ERR_NOT_FOUND ? OK : e;
}

/* Filled in from where one comes: ?account=ID&no=N&number=CASE. */
err page_package_new(struct request *r)
{
    struct packaging x = {.r = r};
    struct form f;
    str account = request_query(r, "account"), no = request_query(r, "no");
    str number = request_query(r, "number");
    form_init(r, FIELDS, LEN(FIELDS), &f);
    if (account.n && str_int(account, &x.account_id) == OK) {
        TRY(request_read(r, load_account, &x));
        form_set(&f, "handle", x.account.handle.p ? x.account.handle : S(""));
        form_set(&f, "no", no.p && !str_eq(no, S("0")) ? no : S(""));
        form_set(&f, "number", number.p ? number : S(""));
        form_set(&f, "basis", number.n ? S("case") : S(""));
    }
    return show_form_page(r, &f);
}

static err ask(struct tx *t, void *ctx)
{
    struct packaging *x = ctx;
    arena *mem = x->r->mem;
    struct account a;
    err e = account_find(t, mem, x->handle, &a);
    if (e == ERR_NOT_FOUND)
        return fault_field(ERR_INVALID, "no_such_account", "handle", "no such account");
    TRY(e);
    x->p.account_id = a.id;
    e = package_ask(t, mem, &x->p);
    if (e == ERR_NOT_FOUND)
        return fault_field(ERR_INVALID, "no_such_article", "no", "no such article");
    TRY(e);
    return x->p.recipient.n ? OK : package_queue(t, mem, x->p.id);
}

err do_package_new(struct request *r)
{
    struct packaging x = {.r = r};
    struct form f;
    if (form_read(r, FIELDS, LEN(FIELDS), &f) != OK)
        return show_form_page(r, &f);
    x.handle = str_lower_ascii(r->mem, form_get(&f, "handle"));
    x.p = (struct package){.no = form_int(&f, "no"),
                           .basis = form_get(&f, "basis"),
                           .number = form_get(&f, "number"),
                           .reason = form_get(&f, "reason"),
                           .recipient = form_get(&f, "recipient"),
                           .identity_reason = form_get(&f, "identity_reason"),
                           .asked_by = r->session.user_id};
    err e = request_tx(r, ask, &x);
    if (e != OK && form_take_fault(&f, e))
        return show_form_page(r, &f);
    TRY(e);
    job_runner_poke(r->site->jobs);
    reply_flash(r, x.p.recipient.n ? MSG_package_asked_second : MSG_package_asked);
    return reply_redirect(r, href(r->mem, x.p.id));
}

/* ---- one ---- */

static err load_one(struct tx *t, void *ctx)
{
    struct packaging *x = ctx;
    int64_t id = 0;
    TRY(request_arg_int(x->r, "id", &id));
    return package_load(t, x->r->mem, id, &x->p);
}

static void add(struct facts_view *f, struct fact *v, str label, str text)
{
    if (text.n)
        v[f->n++] = (struct fact){.label = label, .text = text};
}

static struct facts_view facts_of(struct request *r, const struct package *p)
{
    struct fact *v = NEW_N(r->mem, struct fact, FACTS_MAX);
    struct facts_view f = {v, 0};
    struct provider_settings ps;
    arena *mem = r->mem;
    bool by_case = str_eq(p->basis, S("case"));
    enum msg basis = by_case ? MSG_package_basis_case : MSG_package_basis_order;
    provider_live_get(r->site->provider, mem, &ps);
    add(&f, v, msg(r->lang, MSG_package_subject),
        p->no ? str_fmt(mem, "%.*s (/a/%.*s/%lld)", FMT(p->title), FMT(p->handle), (long long)p->no)
              : str_fmt(mem, "%.*s (/a/%.*s)", FMT(p->title), FMT(p->handle)));
    add(&f, v, msg(r->lang, basis), p->number);
    add(&f, v, msg(r->lang, MSG_package_reason), p->reason);
    add(&f, v, msg(r->lang, MSG_package_who), p->asked_name);
    add(&f, v, msg(r->lang, MSG_package_when), clock_china_text(mem, p->asked_at));
    add(&f, v, msg(r->lang, MSG_package_identity), p->identity_reason);
    add(&f, v, msg(r->lang, MSG_package_second_who), p->second_name);
    if (!p->made_at)
        return f;
    add(&f, v, msg(r->lang, MSG_package_made), clock_china_text(mem, p->made_at));
    add(&f, v, msg(r->lang, MSG_package_size), size_text(mem, p->size));
    add(&f, v, msg(r->lang, MSG_package_file_n), str_fmt(mem, "%lld", (long long)p->files));
    add(&f, v, msg(r->lang, MSG_package_hash), p->blob);
    add(&f, v, msg(r->lang, MSG_package_manifest), p->manifest);
    add(&f, v, msg(r->lang, MSG_package_expires),
        clock_china_text(mem, clock_add_months(p->made_at, (int)ps.retention_package_months)));
    return f;
}

err page_package(struct request *r)
{
    struct packaging x = {.r = r};
    TRY(request_read(r, load_one, &x));
    const struct package *p = &x.p;
    bool live = str_eq(p->state, S("waiting")) || str_eq(p->state, S("working"));
    bool privacy = (r->session.roles & ROLE_PRIVACY) != 0;
    struct package_view v = {
        .p = p,
        .facts = facts_of(r, p),
        .csrf = r->session.csrf,
        .base = href(r->mem, p->id),
        .state = state_text(r, p->state),
        .tone = state_tone(p->state),
        .why = p->fail.n
                   ? msg_lookup(r->lang, "reason.", str_z(r->mem, p->fail), MSG_package_failed_text)
                   : S(""),
        .may_have = (r->session.roles & PACKAGE_ROLES) != 0,
        .may_allow = privacy && p->asked_by != r->session.user_id,
        .live = live};
    if (live)
        reply_header(r, "Refresh", S("2"));
    struct page page = {.place = PLACE_DESK,
                        .title = p->title,
                        .back = {S("/desk/packages"), msg(r->lang, MSG_package_list), S("")}};
    return REPLY_PAGE(r, &page, view_package, &v);
}

static err second(struct tx *t, void *ctx)
{
    struct packaging *x = ctx;
    return package_second(t, x->r->mem, &x->answer);
}

err do_package_second(struct request *r)
{
    struct packaging x = {.r = r, .answer = {.by = r->session.user_id}};
    str answer = request_field(r, "answer");
    TRY(request_arg_int(r, "id", &x.answer.id));
    x.answer.allow = answer.p && str_eq(answer, S("allow"));
    if (!x.answer.allow && !(answer.p && str_eq(answer, S("refuse"))))
        return fault(ERR_INVALID, "bad_choice", "allow or refuse");
    TRY(request_tx(r, second, &x));
    job_runner_poke(r->site->jobs);
    reply_flash(r, x.answer.allow ? MSG_package_allowed : MSG_package_refused);
    return reply_redirect(r, href(r->mem, x.answer.id));
}

static err cancel(struct tx *t, void *ctx)
{
    struct packaging *x = ctx;
    return package_cancel(t, x->r->mem, x->answer.id, x->answer.by);
}

err do_package_cancel(struct request *r)
{
    struct packaging x = {.r = r, .answer = {.by = r->session.user_id}};
    TRY(request_arg_int(r, "id", &x.answer.id));
    TRY(request_tx(r, cancel, &x));
    reply_flash(r, MSG_package_cancelled);
    return reply_redirect(r, href(r->mem, x.answer.id));
}

err page_package_file(struct request *r)
{
    struct packaging x = {.r = r};
    int fd = -1;
    int64_t size = 0;
    TRY(request_read(r, load_one, &x));
    TRY(package_open(r->site, &x.p, &fd, &size));
    reply_header(r, "Content-Disposition",
                 str_fmt(r->mem, "attachment; filename=\"%lld.zip\"", (long long)x.p.id));
    return reply_file(r, fd, size, S(PACKAGE_MIME));
}

static err load_receipt(struct tx *t, void *ctx)
{
    struct packaging *x = ctx;
    struct record_log *log = x->r->site->log;
    TRY(load_one(t, ctx));
    if (!x->p.record_id || !log)
        return fault(ERR_NOT_FOUND, "not_found", "package %lld has no record", (long long)x->p.id);
    return record_log_receipt(log, t, x->r->mem, x->p.record_id, &x->receipt);
}

err page_package_receipt(struct request *r)
{
    struct packaging x = {.r = r};
    TRY(request_read(r, load_receipt, &x));
    reply_header(r, "Content-Disposition",
                 str_fmt(r->mem, "attachment; filename=\"%lld.tlog-proof\"", (long long)x.p.id));
    return reply_text(r, 200, S("text/plain; charset=utf-8"), x.receipt);
}
