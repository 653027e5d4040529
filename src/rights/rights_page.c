/* Complaints for those who make them: what it is, beginning with a proved contact, the secret page
 * where one completes it and sees what became of it. */
#include "base/clock.h"
#include "job/job.h"
#include "rights/rights_view.h"
#include "rights_public.html.h"
#include "user/confirm.h"
#include "user/user.h"
#include "user/user_view.h"

enum { CACHE_SECONDS = 60, YEAR_DAYS = 365, FILE_MAX = 10 * 1024 * 1024, FIGURES = 8 };

/* ---- for everybody ---- */

struct counting {
    struct request *r;
    struct rights_figures *v;
    size_t n;
};

static err count(struct tx *t, void *ctx)
{
    struct counting *x = ctx;
    return rights_figures(t, x->r->mem, x->r->now - YEAR_DAYS * (int64_t)DAY_MS, &x->v, &x->n);
}

static struct facts_view figures_of(struct request *r, const struct rights_figures *f)
{
    const struct {
        enum msg label;
        int64_t n;
    } all[FIGURES] = {
        {MSG_rights_fig_complaints, f->complaints}, {MSG_rights_fig_incomplete, f->incomplete},
        {MSG_rights_fig_items, f->items},           {MSG_rights_fig_acted, f->acted},
        {MSG_rights_fig_cleared, f->cleared},       {MSG_rights_fig_countered, f->countered},
        {MSG_rights_fig_restored, f->restored},     {MSG_rights_fig_suits, f->suits}};
    struct fact *v = NEW_N(r->mem, struct fact, FIGURES + 1);
    for (size_t i = 0; i < FIGURES; i++)
        v[i] = (struct fact){.label = msg(r->lang, all[i].label),
                             .text = str_fmt(r->mem, "%lld", (long long)all[i].n)};
    str hours = str_fmt(r->mem, "%lld", (long long)f->hours);
    v[FIGURES] =
        (struct fact){.label = msg(r->lang, MSG_rights_fig_time),
                      .text = msg_format(r->mem, r->lang, MSG_rights_fig_hours, &hours, 1)};
    return (struct facts_view){v, FIGURES + 1};
}

err page_rights(struct request *r)
{
    struct counting x = {.r = r};
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    TRY(request_read(r, count, &x));
    struct facts_view *facts = NEW_N(r->mem, struct facts_view, x.n + 1);
    str *kinds = NEW_N(r->mem, str, x.n + 1);
    for (size_t i = 0; i < x.n; i++) {
        facts[i] = figures_of(r, &x.v[i]);
        kinds[i] = rights_kind_label(r->lang, x.v[i].kind);
    }
    struct rights_page_view v = {x.v, x.n, facts, kinds, (int)ps.counter_notice_wait_days};
    reply_cache(r, CACHE_SECONDS);
    struct page page = {.place = PLACE_READER, .canonical = S("/rights")};
    return REPLY_PAGE(r, &page, view_rights, &v);
}

/* ---- beginning ---- */

static const struct form_field CONTACT[] = {
    FIELD_MOBILE(MSG_user_mobile, "tel"),
    FIELD_SMS_CODE,
};
#define PURPOSE "rights"

struct beginning {
    struct request *r;
    struct rights_site site;
    struct rights_begin b;
    str code, token, sent;
    const char *reason;
};

static err show_begin(struct beginning *x, const struct form *f, int status, str error)
{
    struct request *r = x->r;
    struct rights_begin_view v = {
        .form = r->session.user_id ? NULL : f, .r = r, .sent = x->sent, .error = error};
    struct page page = {.place = PLACE_PLAIN, .noindex = true};
    return REPLY_PAGE_STATUS(r, status, &page, view_rights_begin, &v);
}

err page_rights_new(struct request *r)
{
    struct beginning x = {.r = r, .sent = S("")};
    struct form f;
    form_init(r, CONTACT, LEN(CONTACT), &f);
    return show_begin(&x, &f, 200, S(""));
}

static err send_tx(struct tx *t, void *ctx)
{
    struct beginning *x = ctx;
    return mobile_code_send(t, x->r->site->mail, x->b.mobile, PURPOSE);
}

static err send_code(struct beginning *x, struct form *f)
{
    struct request *r = x->r;
    form_keep(f);
    form_set(f, "code", S(""));
    err e = mobile_check(r->mem, form_get(f, "mobile"), &x->b.mobile);
    if (e == OK)
        e = request_tx(r, send_tx, x);
    if (e != OK && !form_take_fault(f, e))
        return e;
    if (e == OK) {
        job_runner_poke(r->site->jobs);
        str words[] = {x->b.mobile, str_fmt(r->mem, "%d", code_minutes())};
        x->sent = msg_format(r->mem, r->lang, MSG_user_code_sent, words, LEN(words));
    }
    return show_begin(x, f, e == OK ? 200 : 422, S(""));
}

static err begin_tx(struct tx *t, void *ctx)
{
    struct beginning *x = ctx;
    x->reason = NULL;
    if (!x->b.user_id)
        TRY(mobile_code_check(t, x->r->site->vault, x->b.mobile, PURPOSE, x->code, &x->reason));
    return x->reason ? OK : rights_begin(t, x->r->mem, &x->site, &x->b, &x->token);
}

err do_rights_new(struct request *r)
{
    struct beginning x = {.r = r, .site = rights_site_of(r), .sent = S("")};
    struct form f;
    x.b = (struct rights_begin){.user_id = r->session.user_id,
                                .lang = r->lang == LANG_EN ? S("en") : S("zh"),
                                .mobile = S("")};
    form_init(r, CONTACT, LEN(CONTACT), &f);
    if (!x.b.user_id && str_eq(request_field(r, "act"), S("send")))
        return send_code(&x, &f);
    if (!x.b.user_id && form_read(r, CONTACT, LEN(CONTACT), &f) != OK)
        return show_begin(&x, &f, 422, S(""));
    if (!x.b.user_id) {
        x.b.mobile = form_get(&f, "mobile");
        x.code = form_get(&f, "code");
    }
    err e = request_tx(r, begin_tx, &x);
    if (e == ERR_DENIED || e == ERR_LIMIT)
        return show_begin(&x, &f, 422,
                          msg_lookup(r->lang, "reason.", fault_of(e).reason, MSG_reason_internal));
    TRY(e);
    if (x.reason) {
        (void)!form_refuse(&f, "code", x.reason);
        return show_begin(&x, &f, 422, S(""));
    }
    return reply_redirect(r, str_cat(r->mem, S("/rights/c/"), x.token));
}

/* ---- the secret page ---- */

static const struct form_option KINDS[] = {
#define X(name, family) {.value = S_INIT(#name), .label = MSG_rights_kind_##name},
    RIGHTS_KIND_TABLE(X)
#undef X
};
static const struct form_option CAPACITIES[] = {
    {.value = S_INIT("owner"), .label = MSG_rights_capacity_owner},
    {.value = S_INIT("agent"), .label = MSG_rights_capacity_agent},
};
static const struct form_option WANTED[] = {
    {.value = S_INIT("remove"), .label = MSG_rights_wanted_remove},
    {.value = S_INIT("correct"), .label = MSG_rights_wanted_correct},
    {.value = S_INIT("limit"), .label = MSG_rights_wanted_limit},
};
/* Nothing is required: what is missing is said, and can be added later. */
static const struct form_field FIELDS[] = {
    {.name = "kind",
     .kind = FIELD_RADIO,
     .label = MSG_rights_kind,
     .options = KINDS,
     .option_n = LEN(KINDS)},
    {.name = "name",
     .label = MSG_rights_name,
     .help = MSG_rights_name_help,
     .max = RIGHTS_NAME_MAX},
    {.name = "capacity",
     .kind = FIELD_RADIO,
     .label = MSG_rights_capacity,
     .options = CAPACITIES,
     .option_n = LEN(CAPACITIES)},
    {.name = "address",
     .label = MSG_rights_address,
     .help = MSG_rights_address_help,
     .max = RIGHTS_ADDRESS_MAX},
    {.name = "share", .kind = FIELD_CHECKBOX, .label = MSG_rights_share},
    {.name = "work",
     .kind = FIELD_TEXTAREA,
     .label = MSG_rights_work,
     .help = MSG_rights_work_help,
     .max = RIGHTS_TEXT_MAX},
    {.name = "links",
     .kind = FIELD_TEXTAREA,
     .label = MSG_rights_links,
     .help = MSG_rights_links_help,
     .max = RIGHTS_TEXT_MAX},
    {.name = "facts",
     .kind = FIELD_TEXTAREA,
     .label = MSG_rights_facts,
     .help = MSG_rights_facts_help,
     .max = RIGHTS_TEXT_MAX},
    {.name = "wanted",
     .kind = FIELD_RADIO,
     .label = MSG_rights_wanted,
     .options = WANTED,
     .option_n = LEN(WANTED)},
    {.name = RIGHTS_PROOF,
     .kind = FIELD_FILE,
     .label = MSG_rights_proof,
     .help = MSG_rights_proof_help,
     .max = FILE_MAX,
     .accept = "image/*,application/pdf"},
    {.name = "declared", .kind = FIELD_CHECKBOX, .label = MSG_rights_declared},
};
static const struct form_field SUIT[] = {
    {.name = "item", .kind = FIELD_SELECT, .label = MSG_rights_suit_item, .required = true},
    {.name = "text",
     .kind = FIELD_TEXTAREA,
     .label = MSG_rights_suit_what,
     .help = MSG_rights_suit_help,
     .required = true,
     .max = RIGHTS_TEXT_MAX},
    {.name = RIGHTS_PROOF,
     .kind = FIELD_FILE,
     .label = MSG_rights_proof,
     .help = MSG_rights_file_help,
     .required = true,
     .max = FILE_MAX,
     .accept = "image/*,application/pdf"},
};

struct one {
    struct request *r;
    struct rights_site site;
    str token, base;
    struct complaint c, wrote;
    struct complaint_item *items;
    struct complaint_word *words;
    struct complaint_file *files;
    struct rights_history history;
    size_t item_n, word_n, file_n, new_n;
    struct evidence proof;
    struct rights_suit suit;
    unsigned missing;
};

static err load(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    arena *mem = x->r->mem;
    TRY(rights_find(t, mem, &x->site, x->token, x->r->session.user_id, &x->c));
    TRY(rights_items(t, mem, x->c.id, &x->items, &x->item_n));
    TRY(rights_words(t, mem, &x->site, x->c.id, &x->words, &x->word_n));
    TRY(rights_files(t, mem, x->c.id, &x->files, &x->file_n));
    TRY(rights_history(t, mem, x->c.contact_key, &x->history));
    return str_eq(x->c.state, S("incomplete"))
               ? rights_missing(t, mem, &x->c, x->r->host, &x->missing)
               : OK;
}

static err open_one(struct request *r, struct one *x)
{
    *x = (struct one){.r = r, .site = rights_site_of(r), .token = request_arg(r, "token")};
    x->base = str_cat(r->mem, S("/rights/c/"), x->token);
    return request_read(r, load, x);
}

static struct facts_view facts_of(struct one *x)
{
    struct request *r = x->r;
    struct fact *v = NEW_N(r->mem, struct fact, 4);
    size_t n = 0;
    v[n++] = (struct fact){.label = msg(r->lang, MSG_rights_number), .text = x->c.number};
    v[n++] = (struct fact){
        .label = msg(r->lang, MSG_word_status),
        .text = msg_lookup(r->lang, "rights.complaint_", str_z(r->mem, x->c.state), MSG_word_none)};
    if (x->c.accepted_at)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_rights_accepted_at),
                               .text = clock_china_text(r->mem, x->c.accepted_at)};
    else
        v[n++] = (struct fact){.label = msg(r->lang, MSG_rights_complete_by),
                               .text = clock_china_text(r->mem, x->c.due_at)};
    return (struct facts_view){v, n};
}

static const str *missing_of(struct one *x, size_t *ret_n)
{
    str *v = NEW_N(x->r->mem, str, RIGHTS_NEEDS);
    size_t n = 0;
    for (int i = 0; i < RIGHTS_NEEDS; i++)
        if (x->missing >> i & 1)
            v[n++] = msg_lookup(x->r->lang, "rights.missing_",
                                rights_need_name((enum rights_need)i), MSG_word_none);
    *ret_n = n;
    return v;
}

/* Articles whose counter-notice waits for a suit. */
static size_t suit_options(struct one *x, struct form *f)
{
    struct request *r = x->r;
    struct form_option *o = NEW_N(r->mem, struct form_option, x->item_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < x->item_n; i++)
        if (str_eq(x->items[i].state, S("countered")))
            o[n++] =
                (struct form_option){.value = str_fmt(r->mem, "%lld", (long long)x->items[i].id),
                                     .text = x->items[i].title};
    form_options(f, "item", o, n);
    return n;
}

static str note_of(struct one *x)
{
    struct request *r = x->r;
    if (str_eq(x->c.state, S("lapsed")))
        return msg(r->lang, MSG_rights_lapsed);
    if (!x->history.barred_until)
        return S("");
    str words[] = {clock_china_text(r->mem, x->history.barred_until), x->history.bar_reason};
    return msg_format(r->mem, r->lang, MSG_rights_barred, words, LEN(words));
}

static void accepted_view(struct one *x, struct complaint_view *v)
{
    struct request *r = x->r;
    rights_sides(&(struct sides_want){.r = r,
                                      .c = &x->c,
                                      .items = x->items,
                                      .item_n = x->item_n,
                                      .words = x->words,
                                      .word_n = x->word_n,
                                      .files = x->files,
                                      .file_n = x->file_n,
                                      .file_base = str_cat(r->mem, x->base, S("/file/")),
                                      .name = true,
                                      .address = true,
                                      .proof = true},
                 &v->sides);
    for (size_t i = 0; i < x->item_n; i++)
        v->can_withdraw |=
            str_eq(x->items[i].state, S("open")) || str_eq(x->items[i].state, S("countered"));
    v->withdraw = (struct confirm_view){.id = S("withdraw"),
                                        .button = msg(r->lang, MSG_rights_withdraw),
                                        .title = msg(r->lang, MSG_rights_withdraw),
                                        .text = msg(r->lang, MSG_rights_withdraw_text),
                                        .action = str_cat(r->mem, x->base, S("/withdraw")),
                                        .csrf = r->session.csrf,
                                        .danger = true};
}

static err show(struct one *x, struct form *f, struct form *suit, int status)
{
    struct request *r = x->r;
    struct complaint_view v = {.c = &x->c,
                               .facts = facts_of(x),
                               .accepted = str_eq(x->c.state, S("accepted")),
                               .note = note_of(x)};
    bool open = str_eq(x->c.state, S("begun")) || str_eq(x->c.state, S("incomplete"));
    v.missing = missing_of(x, &v.missing_n);
    f->submit = MSG_rights_send;
    f->action = x->base;
    v.form = open ? f : NULL;
    suit->submit = MSG_rights_suit_send;
    suit->action = str_cat(r->mem, x->base, S("/suit"));
    v.suit = suit_options(x, suit) ? suit : NULL;
    if (v.accepted)
        accepted_view(x, &v);
    struct page page = {.place = PLACE_PLAIN, .noindex = true, .wide = v.accepted};
    return REPLY_PAGE_STATUS(r, status, &page, view_complaint, &v);
}

/* Shown as needed, though what is missing is taken too. */
static const struct form_field *marked(struct request *r)
{
    static const char *const NEEDED[] = {"kind",  "name",  "address",    "work",
                                         "links", "facts", RIGHTS_PROOF, "declared"};
    struct form_field *v = NEW_N(r->mem, struct form_field, LEN(FIELDS));
    for (size_t i = 0; i < LEN(FIELDS); i++) {
        v[i] = FIELDS[i];
        for (size_t k = 0; k < LEN(NEEDED); k++)
            v[i].required |= str_eq(str_from(v[i].name), str_from(NEEDED[k]));
    }
    return v;
}

static void fill(struct one *x, struct form *f)
{
    form_init(x->r, marked(x->r), LEN(FIELDS), f);
    form_set(f, "kind", x->c.kind);
    form_set(f, "name", x->c.name);
    form_set(f, "capacity", x->c.capacity);
    form_set(f, "address", x->c.address);
    form_set(f, "share", x->c.share ? S("1") : S(""));
    form_set(f, "work", x->c.work);
    form_set(f, "links", x->c.links);
    form_set(f, "facts", x->c.facts);
    form_set(f, "wanted", x->c.wanted);
    form_set(f, "declared", x->c.declared ? S("1") : S(""));
}

err page_complaint(struct request *r)
{
    struct one x;
    struct form f, suit;
    TRY(open_one(r, &x));
    fill(&x, &f);
    form_init(r, SUIT, LEN(SUIT), &suit);
    return show(&x, &f, &suit, 200);
}

static err send_complaint(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    struct rights_put p = {&x->wrote, &x->proof, x->new_n, x->r->host};
    return rights_send(t, x->r->mem, &x->site, &p, &x->missing);
}

static void wrote(struct one *x, const struct form *f)
{
    x->wrote = (struct complaint){.id = x->c.id,
                                  .kind = form_get(f, "kind"),
                                  .name = form_get(f, "name"),
                                  .capacity = form_get(f, "capacity"),
                                  .address = form_get(f, "address"),
                                  .share = form_on(f, "share"),
                                  .work = form_get(f, "work"),
                                  .links = form_get(f, "links"),
                                  .facts = form_get(f, "facts"),
                                  .wanted = form_get(f, "wanted"),
                                  .declared = form_on(f, "declared")};
}

err do_complaint(struct request *r)
{
    struct one x;
    struct form f, suit;
    TRY(open_one(r, &x));
    form_init(r, SUIT, LEN(SUIT), &suit);
    err e = form_read(r, FIELDS, LEN(FIELDS), &f);
    if (e == OK)
        e = rights_upload(r, &f, x.c.id, &x.proof, &x.new_n);
    wrote(&x, &f);
    if (e == OK)
        e = request_tx(r, send_complaint, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, &f, &suit, 422);
    TRY(e);
    reply_flash(r, x.missing ? MSG_rights_sent_incomplete : MSG_rights_sent);
    return reply_redirect(r, x.base);
}

static err suit_tx(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    return rights_suit(t, x->r->mem, &x->suit);
}

err do_complaint_suit(struct request *r)
{
    struct one x;
    struct form f, suit;
    size_t n = 0;
    TRY(open_one(r, &x));
    fill(&x, &f);
    err e = form_read(r, SUIT, LEN(SUIT), &suit);
    if (e == OK)
        e = rights_upload(r, &suit, x.c.id, &x.proof, &n);
    x.suit = (struct rights_suit){.complaint_id = x.c.id,
                                  .user_id = x.c.user_id,
                                  .text = form_get(&suit, "text"),
                                  .files = &x.proof,
                                  .file_n = n};
    if (e == OK && str_int(form_get(&suit, "item"), &x.suit.item_id) != OK)
        e = form_refuse(&suit, "item", "bad_choice");
    if (e == OK)
        e = request_tx(r, suit_tx, &x);
    if (e != OK && (suit.bad || form_take_fault(&suit, e)))
        return show(&x, &f, &suit, 422);
    TRY(e);
    reply_flash(r, MSG_rights_suit_sent);
    return reply_redirect(r, x.base);
}

static err withdraw_tx(struct tx *t, void *ctx)
{
    struct one *x = ctx;
    return rights_withdraw(t, x->r->mem, x->c.id);
}

err do_complaint_withdraw(struct request *r)
{
    struct one x;
    TRY(open_one(r, &x));
    TRY(request_tx(r, withdraw_tx, &x));
    reply_flash(r, MSG_rights_withdrawn);
    return reply_redirect(r, x.base);
}

err page_complaint_file(struct request *r)
{
    struct one x;
    TRY(open_one(r, &x));
    return rights_file(r, x.c.id, x.files, x.file_n);
}
