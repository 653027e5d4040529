/* The operators' page of licences: what is on file, filing and renewing. */
#include "account/account.h"
#include "base/clock.h"
#include "base/id.h"
#include "licence/licence_view.h"
#include "licence_list.html.h"
#include "registrant/evidence.h"
#include "settings/provider.h"

enum { COLUMNS = 5, TYPES = 16 };

static const struct form_field FIELDS[] = {
    {.name = "type", .kind = FIELD_SELECT, .label = MSG_licence_type, .required = true},
    {.name = "number",
     .label = MSG_licence_number,
     .help = MSG_licence_number_help,
     .required = true,
     .max = LICENCE_NUMBER_MAX},
    {.name = "issuer", .label = MSG_licence_issuer, .required = true, .max = LICENCE_ISSUER_MAX},
    {.name = "valid_from", .kind = FIELD_DATE, .label = MSG_licence_from, .required = true},
    {.name = "valid_to", .kind = FIELD_DATE, .label = MSG_licence_to, .help = MSG_licence_to_help},
    {.name = "file",
     .kind = FIELD_FILE,
     .label = MSG_licence_document,
     .help = MSG_licence_document_help,
     .required = true,
     .max = EVIDENCE_PDF_MAX,
     .accept = "image/*,application/pdf"},
};

str licence_label(enum lang lang, str type)
{
    AUTO_ARENA(mem);
    return msg_lookup(lang, "licence.type.", str_z(mem, type), MSG_word_none);
}

str licence_until(struct request *r, const struct licence *l)
{
    return l->valid_to ? str_sub(clock_china_text(r->mem, l->valid_to - 1), 0, 10)
                       : msg(r->lang, MSG_licence_endless);
}

struct table_cell licence_state_cell(struct request *r, const struct licence *l)
{
    str status = licence_status(l, r->now);
    bool ok = str_eq(status, S("valid"));
    bool soon = ok && l->valid_to && l->valid_to <= r->now + (int64_t)30 * DAY_MS;
    return (struct table_cell){.status = true,
                               .tone = soon                            ? TONE_WARN
                                       : ok                            ? TONE_OK
                                       : str_eq(status, S("waiting"))  ? TONE_INFO
                                       : str_eq(status, S("returned")) ? TONE_WARN
                                                                       : TONE_BAD,
                               .text = soon ? msg(r->lang, MSG_licence_status_ending)
                                            : msg_lookup(r->lang, "licence.status.",
                                                         str_z(r->mem, status), MSG_word_none)};
}

struct facts_view licence_facts(struct request *r, const struct licence *l)
{
    struct fact *v = NEW_N(r->mem, struct fact, 9);
    size_t n = 0;
    v[n++] = (struct fact){.label = msg(r->lang, MSG_licence_type),
                           .text = licence_label(r->lang, l->type)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_licence_number), .text = l->number};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_licence_issuer), .text = l->issuer};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_licence_from),
                           .text = str_sub(clock_china_text(r->mem, l->valid_from), 0, 10)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_licence_to), .text = licence_until(r, l)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_licence_account), .text = l->account_name};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_word_status),
                           .text = licence_state_cell(r, l).text};
    if (l->reason.n)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_licence_reason), .text = l->reason};
    return (struct facts_view){v, n};
}

struct filing {
    struct request *r;
    struct account account;
    struct licence *v;
    size_t n;
    struct licence_filing in;
    struct evidence_in proof;
    struct evidence file;
    int64_t id;
};

static err read(struct tx *t, void *ctx)
{
    struct filing *f = ctx;
    TRY(account_load(t, f->r->mem, f->r->member.account_id, &f->account));
    return licence_list(t, f->r->mem, f->account.registrant_id, &f->v, &f->n);
}

static str here(const struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/licences", FMT(r->member.handle));
}

static struct table_row row_of(struct request *r, const struct licence *l, bool renews)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    c[0].text = licence_label(r->lang, l->type);
    c[1].text = l->number;
    c[2].text = l->issuer;
    c[3].text = licence_until(r, l);
    c[4] = licence_state_cell(r, l);
    if (l->reason.n)
        c[4].text = str_fmt(r->mem, "%.*s · %.*s", FMT(c[4].text), FMT(l->reason));
    str href = renews && !str_eq(licence_status(l, r->now), S("waiting"))
                   ? str_fmt(r->mem, "%.*s?renew=%lld#file", FMT(here(r)), (long long)l->id)
                   : STR_NONE;
    return (struct table_row){href, c};
}

static void types_into(struct request *r, struct form *f)
{
    struct form_option *v = NEW_N(r->mem, struct form_option, TYPES);
    size_t n = 0;
    for (const struct licence_type *x = LICENCE_TYPES; x->name; x++)
        v[n++] = (struct form_option){.value = str_from(x->name),
                                      .text = licence_label(r->lang, str_from(x->name))};
    form_options(f, "type", v, n);
}

static err show(struct filing *f, int status, struct licence_console_view *v)
{
    struct request *r = f->r;
    struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_licence_type)},
                                      {.label = msg(r->lang, MSG_licence_number)},
                                      {.label = msg(r->lang, MSG_licence_issuer)},
                                      {.label = msg(r->lang, MSG_licence_to)},
                                      {.label = msg(r->lang, MSG_word_status)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, f->n);
    v->can_file = r->member.role >= MEMBER_OWNER;
    for (size_t i = 0; i < f->n; i++)
        rows[i] = row_of(r, &f->v[i], v->can_file);
    v->table = (struct table_view){.caption = msg(r->lang, MSG_licence_title),
                                   .cols = cols,
                                   .col_n = COLUMNS,
                                   .rows = rows,
                                   .row_n = f->n,
                                   .empty = {.icon = S("document-text"),
                                             .title = msg(r->lang, MSG_licence_empty),
                                             .text = msg(r->lang, MSG_licence_empty_text)}};
    types_into(r, &v->form);
    v->form.submit = MSG_licence_file;
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, status, &page, view_licence_console, v);
}

err page_licences(struct request *r)
{
    struct filing f = {.r = r};
    struct licence_console_view v = {0};
    int64_t renew = 0;
    TRY(request_read(r, read, &f));
    form_init(r, FIELDS, LEN(FIELDS), &v.form);
    if (str_int(request_query(r, "renew"), &renew) != OK)
        fault_clear();
    for (size_t i = 0; i < f.n; i++)
        if (f.v[i].id == renew) {
            form_set(&v.form, "type", f.v[i].type);
            form_set(&v.form, "number", str_has(f.v[i].number, S("*")) ? S("") : f.v[i].number);
            form_set(&v.form, "issuer", f.v[i].issuer);
        }
    return show(&f, 200, &v);
}

/* ---- filing ---- */

static err check(struct tx *t, void *ctx)
{
    struct filing *f = ctx;
    return licence_check(t, f->r->mem, &f->in.l);
}

static err put(struct tx *t, void *ctx)
{
    struct filing *f = ctx;
    TRY(evidence_add(t, f->in.l.registrant_id, &f->file));
    f->in.l.evidence_id = f->file.id;
    return licence_file(t, f->r->mem, &f->in, &f->id);
}

static int64_t day_of(str s, int more)
{
    struct date d;
    if (!s.n || date_parse(s, &d) != OK)
        return 0;
    return date_china_ms(d) + more * (int64_t)DAY_MS;
}

static err file_it(struct filing *f, const struct form *form)
{
    struct request *r = f->r;
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    f->in = (struct licence_filing){.user_id = r->session.user_id,
                                    .review_ms = review_span(&ps, r->now),
                                    .l = {.registrant_id = f->account.registrant_id,
                                          .account_id = f->account.id,
                                          .type = form_get(form, "type"),
                                          .number = form_get(form, "number"),
                                          .issuer = form_get(form, "issuer"),
                                          .valid_from = day_of(form_get(form, "valid_from"), 0),
                                          .valid_to = day_of(form_get(form, "valid_to"), 1)}};
    TRY(request_read(r, check, f));
    f->proof = (struct evidence_in){.kind = str_z(r->mem, f->in.l.type),
                                    .upload = request_upload(r, "file")};
    if (!f->proof.upload || !f->proof.upload->size)
        return fault_field(ERR_INVALID, "required", "file", "no document");
    err e = evidence_check(r->mem, &f->proof);
    if (e == ERR_INVALID || e == ERR_TOO_LARGE)
        return fault_field(ERR_INVALID, fault_of(e).reason, "file", "document");
    TRY(e);
    TRY(evidence_seal(r, &f->proof, f->in.l.registrant_id, &f->file));
    return request_tx(r, put, f);
}

err do_licences(struct request *r)
{
    struct filing f = {.r = r};
    struct licence_console_view v = {0};
    TRY(request_read(r, read, &f));
    err e = form_read(r, FIELDS, LEN(FIELDS), &v.form);
    if (e == OK) {
        e = file_it(&f, &v.form);
        image_files_done(&f.proof.image);
        if (e != OK && !form_take_fault(&v.form, e))
            return e;
    }
    if (e != OK)
        return show(&f, 422, &v);
    reply_flash(r, MSG_licence_filed);
    return reply_redirect(r, here(r));
}
