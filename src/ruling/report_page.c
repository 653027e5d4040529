/* Findings that people raise: readers by a report with a receipt, staff from any page. */
#include "account/account.h"
#include "article/article.h"
#include "ruling/ruling_view.h"
#include "ruling_report.html.h"

static const struct form_field REPORT[] = {
    {.name = "family", .kind = FIELD_RADIO, .label = MSG_report_family, .required = true},
    {.name = "quote",
     .kind = FIELD_TEXT,
     .label = MSG_report_quote,
     .help = MSG_report_quote_help,
     .max = 200},
    {.name = "note",
     .kind = FIELD_TEXTAREA,
     .label = MSG_report_note,
     .help = MSG_report_note_help,
     .max = FINDING_NOTE_MAX},
};
static const struct form_option SOURCES[] = {
    {.value = S_INIT("staff"), .label = MSG_finding_source_staff},
    {.value = S_INIT("authority"), .label = MSG_finding_source_authority},
    {.value = S_INIT("rights"), .label = MSG_finding_source_rights},
};
static const struct form_option SEVERITIES[] = {
    {.value = S_INIT("1"), .label = MSG_severity_1},
    {.value = S_INIT("2"), .label = MSG_severity_2},
    {.value = S_INIT("3"), .label = MSG_severity_3},
    {.value = S_INIT("4"), .label = MSG_severity_4},
};
static const struct form_field RAISE[] = {
    {.name = "source",
     .kind = FIELD_SELECT,
     .label = MSG_finding_source,
     .required = true,
     .options = SOURCES,
     .option_n = LEN(SOURCES)},
    {.name = "family", .kind = FIELD_SELECT, .label = MSG_report_family, .required = true},
    {.name = "severity",
     .kind = FIELD_SELECT,
     .label = MSG_ruling_severity,
     .help = MSG_finding_severity_help,
     .options = SEVERITIES,
     .option_n = LEN(SEVERITIES)},
    {.name = "quote", .kind = FIELD_TEXT, .label = MSG_report_quote, .max = 200},
    {.name = "note",
     .kind = FIELD_TEXTAREA,
     .label = MSG_finding_note,
     .required = true,
     .max = FINDING_NOTE_MAX},
};

struct raising {
    struct request *r;
    bool staff;
    struct account account;
    struct article a;
    struct finding f;
};

static err thing_load(struct tx *t, struct raising *x)
{
    struct request *r = x->r;
    int64_t no = 0;
    TRY(account_find(t, r->mem, request_arg(r, "handle"), &x->account));
    x->f.account_id = x->account.id;
    if (!str_has(str_from(r->route->pattern), S(":no")))
        return x->staff || account_public(&x->account)
                   ? OK
                   : fault(ERR_NOT_FOUND, "not_found", "account is not public");
    TRY(request_arg_int(r, "no", &no));
    TRY(article_find(t, r->mem, x->account.handle, no, &x->a));
    x->f.no = no;
    return x->staff || str_eq(x->a.state, S("published"))
               ? OK
               : fault(ERR_NOT_FOUND, "not_found", "article is %.*s", FMT(x->a.state));
}

static err load(struct tx *t, void *ctx)
{
    return thing_load(t, ctx);
}

static err raise_it(struct tx *t, void *ctx)
{
    struct raising *x = ctx;
    TRY(thing_load(t, x));
    return finding_raise(t, x->r->mem, &x->f);
}

static void choices(struct raising *x, struct form *f)
{
    size_t n = 0;
    unsigned things = x->staff  ? FAMILY_ARTICLE | FAMILY_ACCOUNT
                      : x->f.no ? FAMILY_ARTICLE
                                : FAMILY_ACCOUNT;
    const struct form_option *v = family_options(x->r, things, &n);
    form_options(f, "family", v, n);
    f->submit = x->staff ? MSG_finding_raise : MSG_report_send;
}

static err show(struct raising *x, int status, struct form *f)
{
    struct request *r = x->r;
    struct report_page_view v = {
        .form = f,
        .reader = !x->staff,
        .title = x->f.no ? x->a.title : x->account.name,
        .intro = msg(r->lang, x->staff ? MSG_finding_raise_intro : MSG_report_intro)};
    choices(x, f);
    struct page page = {.place = x->staff ? PLACE_DESK : PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_report, &v);
}

static err page(struct request *r, bool staff)
{
    struct raising x = {.r = r, .staff = staff};
    struct form f;
    TRY(request_read(r, load, &x));
    form_init(r, staff ? RAISE : REPORT, staff ? LEN(RAISE) : LEN(REPORT), &f);
    return show(&x, 200, &f);
}

static void finding_fill(struct raising *x, const struct form *f)
{
    x->f.family = form_get(f, "family");
    x->f.quote = form_get(f, "quote");
    x->f.note = form_get(f, "note");
    x->f.by = x->r->session.user_id;
    x->f.source = FINDING_REPORT;
    if (!x->staff)
        return;
    x->f.severity = (int)form_int(f, "severity");
    (void)finding_source_parse(form_get(f, "source"), &x->f.source);
}

static err post(struct request *r, bool staff, struct raising *x)
{
    struct form f;
    *x = (struct raising){.r = r, .staff = staff};
    TRY(request_read(r, load, x));
    err e = form_read(r, staff ? RAISE : REPORT, staff ? LEN(RAISE) : LEN(REPORT), &f);
    finding_fill(x, &f);
    if (e == OK)
        e = request_tx(r, raise_it, x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(x, 422, &f);
    TRY(e);
    if (!staff)
        return reply_redirect(r, str_cat(r->mem, S("/report/"), x->f.receipt));
    reply_flash(r, x->f.joined ? MSG_finding_joined : MSG_finding_raised);
    return reply_redirect(r, str_fmt(r->mem, "/desk/cases/%lld", (long long)x->f.case_id));
}

err page_report(struct request *r)
{
    return page(r, false);
}

err do_report(struct request *r)
{
    struct raising x;
    return post(r, false, &x);
}

err page_raise(struct request *r)
{
    return page(r, true);
}

err do_raise(struct request *r)
{
    struct raising x;
    return post(r, true, &x);
}

/* ---- the receipt ---- */

struct looking {
    struct request *r;
    struct finding_fate f;
};

static err look(struct tx *t, void *ctx)
{
    struct looking *l = ctx;
    return finding_by_receipt(t, l->r->mem, request_arg(l->r, "receipt"), &l->f);
}

err page_receipt(struct request *r)
{
    struct looking l = {.r = r};
    TRY(request_read(r, look, &l));
    bool over = l.f.decided_at != 0, found = str_eq(l.f.verdict, S("reject"));
    struct receipt_view v = {.code = request_arg(r, "receipt"),
                             .title = l.f.title,
                             .family = family_label(r->lang, l.f.family),
                             .at = l.f.at,
                             .decided_at = l.f.decided_at,
                             .state = msg(r->lang, !over   ? MSG_report_waiting
                                                   : found ? MSG_report_acted
                                                           : MSG_report_cleared)};
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE(r, &page, view_receipt, &v);
}
