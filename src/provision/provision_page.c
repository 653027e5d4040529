/* The register of provisions at the desk. */
#include "provision/provision.h"

#include "base/clock.h"
#include "base/hash.h"
#include "provision/provision_view.h"
#include "provision_desk.html.h"

enum { PER_PAGE = 50, COLUMNS = 6, FACTS = 12, HANDLES_MAX = 8000, HEX_BYTES = 32 };

static const struct form_option BASES[] = {
    {S_INIT("order"), MSG_provision_basis_order, {0}},
    {S_INIT("law"), MSG_provision_basis_law, {0}},
    {S_INIT("contract"), MSG_provision_basis_contract, {0}},
    {S_INIT("consent"), MSG_provision_basis_consent, {0}},
};
static const struct form_option FIELD_OPTIONS[] = {
    {S_INIT("name"), MSG_identity_name, {0}},
    {S_INIT("doc_type"), MSG_identity_doc_type, {0}},
    {S_INIT("doc_no"), MSG_identity_doc_no, {0}},
    {S_INIT("legal_rep"), MSG_identity_legal_rep, {0}},
    {S_INIT("operator"), MSG_identity_operator, {0}},
    {S_INIT("operator_no"), MSG_identity_operator_no, {0}},
    {S_INIT("mobile"), MSG_identity_mobile, {0}},
};
static const struct form_field FIELDS[] = {
    {.name = "recipient",
     .label = MSG_provision_recipient,
     .required = true,
     .max = PROVISION_TEXT_MAX},
    {.name = "contact",
     .label = MSG_provision_contact,
     .help = MSG_provision_contact_help,
     .required = true,
     .max = PROVISION_TEXT_MAX},
    {.name = "basis",
     .kind = FIELD_RADIO,
     .label = MSG_provision_basis,
     .required = true,
     .options = BASES,
     .option_n = LEN(BASES)},
    {.name = "reference",
     .label = MSG_provision_reference,
     .help = MSG_provision_reference_help,
     .required = true,
     .max = PROVISION_TEXT_MAX},
    {.name = "purpose",
     .kind = FIELD_TEXTAREA,
     .label = MSG_provision_purpose,
     .help = MSG_provision_purpose_help,
     .required = true,
     .max = PROVISION_PURPOSE_MAX},
    {.name = "fields",
     .kind = FIELD_MULTI,
     .label = MSG_provision_fields,
     .help = MSG_provision_fields_help,
     .required = true,
     .options = FIELD_OPTIONS,
     .option_n = LEN(FIELD_OPTIONS)},
    {.name = "handles",
     .kind = FIELD_TEXTAREA,
     .label = MSG_provision_handles,
     .help = MSG_provision_handles_help,
     .required = true,
     .max = HANDLES_MAX},
};
static const struct {
    str name;
    enum msg label;
    enum tone tone;
} STATES[] = {
    {S_INIT("asked"), MSG_provision_state_asked, TONE_WARN},
    {S_INIT("allowed"), MSG_provision_state_allowed, TONE_INFO},
    {S_INIT("handed"), MSG_provision_state_handed, TONE_OK},
    {S_INIT("refused"), MSG_provision_state_refused, TONE_NEUTRAL},
    {S_INIT("cancelled"), MSG_provision_state_cancelled, TONE_NEUTRAL},
};

struct providing {
    struct request *r;
    struct provision p, *v;
    struct provision_person *persons;
    struct provision_query q;
    struct provision_answer answer;
    size_t n, person_n;
    str handles, file;
};

static size_t state_at(str state)
{
    size_t i = 0;
    while (i + 1 < LEN(STATES) && !str_eq(STATES[i].name, state))
        i++;
    return i;
}

static str href_of(struct request *r, int64_t id)
{
    return str_fmt(r->mem, "/desk/provisions/%lld", (long long)id);
}

static str basis_word(struct request *r, str basis)
{
    return msg_lookup(r->lang, "provision.basis_", str_z(r->mem, basis), MSG_word_none);
}

static str fields_words(struct request *r, str fields)
{
    str out = S("");
    for (str rest = fields; rest.n;) {
        str one = msg_lookup(r->lang, "identity.", str_z(r->mem, str_split(rest, ',', &rest)),
                             MSG_word_none);
        out = out.n ? str_fmt(r->mem, "%.*s, %.*s", FMT(out), FMT(one)) : one;
    }
    return out;
}

/* ---- the register ---- */

static err load_list(struct tx *t, void *ctx)
{
    struct providing *x = ctx;
    return provision_list(t, x->r->mem, &x->q, &x->v, &x->n);
}

static struct table_row row_of(struct request *r, const struct provision *p)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    size_t s = state_at(p->state);
    c[0].text = p->recipient;
    c[1].text = basis_word(r, p->basis);
    c[2].text = fields_words(r, p->fields);
    c[3].text = str_fmt(r->mem, "%lld", (long long)p->persons);
    c[4] = (struct table_cell){
        .text = msg(r->lang, STATES[s].label), .status = true, .tone = STATES[s].tone};
    c[5].at_ms = p->asked_at;
    return (struct table_row){href_of(r, p->id), c};
}

err page_provisions(struct request *r)
{
    static const enum msg LABELS[COLUMNS] = {MSG_provision_recipient, MSG_provision_basis,
                                             MSG_provision_fields,    MSG_provision_persons,
                                             MSG_word_status,         MSG_provision_asked_at};
    bool open = str_eq(request_query(r, "state"), S("open"));
    struct providing x = {.r = r, .q = {.state = open ? S("open") : S(""), .limit = PER_PAGE}};
    str before = request_query(r, "before");
    if (before.n)
        TRY(str_int(before, &x.q.before));
    TRY(request_read(r, load_list, &x));
    struct table_chip chips[] = {
        {.label = msg(r->lang, MSG_word_all), .href = S("/desk/provisions"), .on = !open},
        {.label = msg(r->lang, MSG_provision_open),
         .href = S("/desk/provisions?state=open"),
         .on = open}};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, LABELS[i]), .number = i == 3};
    for (size_t i = 0; i < x.n; i++)
        rows[i] = row_of(r, &x.v[i]);
    struct table_view v = {.caption = msg(r->lang, MSG_provision_page),
                           .cols = cols,
                           .col_n = COLUMNS,
                           .rows = rows,
                           .row_n = x.n,
                           .chips = chips,
                           .chip_n = LEN(chips),
                           .empty = {.icon = S("shield-check"),
                                     .title = msg(r->lang, MSG_provision_none),
                                     .text = msg(r->lang, MSG_provision_none_text)}};
    if (x.n == PER_PAGE)
        v.pager.next = str_fmt(r->mem, "/desk/provisions?state=%.*s&before=%lld", FMT(x.q.state),
                               (long long)x.v[x.n - 1].id);
    struct page page = {
        .place = PLACE_DESK,
        .action = {S("/desk/provisions/new"), msg(r->lang, MSG_provision_new), S("")}};
    return REPLY_PAGE(r, &page, view_provisions, &v);
}

/* ---- asking ---- */

static err show_new(struct request *r, struct form *f, int status)
{
    f->submit = MSG_provision_ask;
    struct provision_new_view v = {.form = f};
    struct page page = {.place = PLACE_DESK};
    page.back = (struct page_link){S("/desk/provisions"), msg(r->lang, MSG_provision_page), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_provision_new, &v);
}

err page_provision_new(struct request *r)
{
    struct form f;
    form_init(r, FIELDS, LEN(FIELDS), &f);
    return show_new(r, &f, 200);
}

static err ask(struct tx *t, void *ctx)
{
    struct providing *x = ctx;
    return provision_ask(t, x->r->mem, &x->p, x->handles);
}

err do_provision_new(struct request *r)
{
    struct form f;
    err e = form_read(r, FIELDS, LEN(FIELDS), &f);
    struct providing x = {.r = r,
                          .handles = form_get(&f, "handles"),
                          .p = {.recipient = form_get(&f, "recipient"),
                                .contact = form_get(&f, "contact"),
                                .basis = form_get(&f, "basis"),
                                .reference = form_get(&f, "reference"),
                                .purpose = form_get(&f, "purpose"),
                                .fields = form_get(&f, "fields"),
                                .asked_by = r->session.user_id}};
    if (e == OK)
        e = request_tx(r, ask, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_new(r, &f, 422);
    TRY(e);
    reply_flash(r, MSG_provision_asked_done);
    return reply_redirect(r, href_of(r, x.p.id));
}

/* ---- one ---- */

static err load_one(struct tx *t, void *ctx)
{
    struct providing *x = ctx;
    TRY(provision_load(t, x->r->mem, x->p.id, &x->p));
    return provision_persons(t, x->r->mem, x->p.id, &x->persons, &x->person_n);
}

static str handles_of(const struct providing *x)
{
    str out = S("");
    for (size_t i = 0; i < x->person_n; i++)
        out = str_fmt(x->r->mem, "%.*s%s%.*s", FMT(out), i ? ", " : "", FMT(x->persons[i].handle));
    return out;
}

static str when(struct request *r, str name, int64_t at)
{
    return str_fmt(r->mem, "%.*s · %.*s", FMT(name), FMT(clock_china_text(r->mem, at)));
}

static struct facts_view facts_of(const struct providing *x)
{
    struct request *r = x->r;
    const struct provision *p = &x->p;
    struct fact *f = NEW_N(r->mem, struct fact, FACTS);
    size_t n = 0;
#define FACT(key, value) f[n++] = (struct fact){.label = msg(r->lang, MSG_##key), .text = (value)}
    FACT(word_status, msg(r->lang, STATES[state_at(p->state)].label));
    FACT(provision_recipient, p->recipient);
    FACT(provision_contact, p->contact);
    FACT(provision_basis, basis_word(r, p->basis));
    FACT(provision_reference, p->reference);
    FACT(provision_purpose, p->purpose);
    FACT(provision_fields, fields_words(r, p->fields));
    FACT(provision_persons,
         str_fmt(r->mem, "%lld: %.*s", (long long)p->persons, FMT(handles_of(x))));
    FACT(provision_asked_by, when(r, p->asked_name, p->asked_at));
    if (p->second_by)
        FACT(provision_second, when(r, p->second_name, p->second_at));
    if (p->hash.n == HEX_BYTES) {
        struct sha256 h;
        memcpy(&h, p->hash.p, sizeof h);
        FACT(provision_handed_at, clock_china_text(r->mem, p->ended_at));
        FACT(provision_hash, sha256_hex(r->mem, h));
    }
#undef FACT
    return (struct facts_view){f, n};
}

static struct confirm_view act_of(struct request *r, const struct provision *p, const char *act,
                                  enum msg button, enum msg text)
{
    return (struct confirm_view){.id = str_from(act),
                                 .button = msg(r->lang, button),
                                 .title = msg(r->lang, button),
                                 .text = msg(r->lang, text),
                                 .action = str_fmt(r->mem, "%.*s/%s", FMT(href_of(r, p->id)), act),
                                 .csrf = r->session.csrf};
}

static err show_one(struct providing *x, int status, str error)
{
    struct request *r = x->r;
    const struct provision *p = &x->p;
    bool asked = str_eq(p->state, S("asked")), allowed = str_eq(p->state, S("allowed"));
    bool own = p->asked_by == r->session.user_id;
    struct provision_view v = {
        .facts = facts_of(x),
        .error = error,
        .can_answer = asked && !own && (r->session.roles & ROLE_PRIVACY),
        .can_hand = allowed && own,
        .can_cancel = (asked || allowed) && own,
        .allow = act_of(r, p, "allow", MSG_provision_allow, MSG_provision_allow_text),
        .refuse = act_of(r, p, "refuse", MSG_provision_refuse, MSG_provision_refuse_text),
        .hand = act_of(r, p, "hand", MSG_provision_hand, MSG_provision_hand_text),
        .cancel = act_of(r, p, "cancel", MSG_provision_cancel, MSG_provision_cancel_text)};
    struct page page = {.place = PLACE_DESK, .title = p->recipient};
    page.back = (struct page_link){S("/desk/provisions"), msg(r->lang, MSG_provision_page), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_provision, &v);
}

static err open_one(struct request *r, struct providing *x)
{
    *x = (struct providing){.r = r};
    TRY(request_arg_int(r, "id", &x->p.id));
    return request_read(r, load_one, x);
}

err page_provision(struct request *r)
{
    struct providing x;
    TRY(open_one(r, &x));
    return show_one(&x, 200, S(""));
}

/* What can be mended shows on the provision itself. */
static err answer_with(struct providing *x, err e, enum msg done)
{
    struct request *r = x->r;
    if (e == ERR_CONFLICT || e == ERR_DENIED)
        return show_one(x, e == ERR_DENIED ? 403 : 409,
                        msg_lookup(r->lang, "reason.", fault_of(e).reason, MSG_reason_invalid));
    TRY(e);
    reply_flash(r, done);
    return reply_redirect(r, href_of(r, x->p.id));
}

static err answer(struct tx *t, void *ctx)
{
    struct providing *x = ctx;
    return provision_answer(t, x->r->mem, &x->answer);
}

static err answered(struct request *r, bool allow)
{
    struct providing x;
    TRY(open_one(r, &x));
    x.answer = (struct provision_answer){x.p.id, r->session.user_id, allow};
    return answer_with(&x, request_tx(r, answer, &x), MSG_provision_answered);
}

err do_provision_allow(struct request *r)
{
    return answered(r, true);
}

err do_provision_refuse(struct request *r)
{
    return answered(r, false);
}

static err cancel(struct tx *t, void *ctx)
{
    struct providing *x = ctx;
    return provision_cancel(t, x->r->mem, x->p.id, x->r->session.user_id);
}

err do_provision_cancel(struct request *r)
{
    struct providing x;
    TRY(open_one(r, &x));
    return answer_with(&x, request_tx(r, cancel, &x), MSG_provision_cancelled_done);
}

static err hand(struct tx *t, void *ctx)
{
    struct providing *x = ctx;
    struct provision_hand h = {x->r->site->vault, x->p.id, x->r->session.user_id};
    return provision_hand(t, x->r->mem, &h, &x->file);
}

err do_provision_hand(struct request *r)
{
    struct providing x;
    TRY(open_one(r, &x));
    err e = request_tx(r, hand, &x);
    if (e != OK)
        return answer_with(&x, e, MSG_provision_answered);
    reply_header(r, "Content-Disposition",
                 str_fmt(r->mem, "attachment; filename=\"provision-%lld.csv\"", (long long)x.p.id));
    return reply_text(r, 200, S("text/csv; charset=utf-8"), x.file);
}
