/* Licences at the desk: the case, the list, one with its document, ending it before its time. */
#include "account/account.h"
#include "licence/licence_view.h"
#include "licence_list.html.h"
#include "registrant/registrant.h"

#include <sys/stat.h>

enum { PAGE_ROWS = 30, COLUMNS = 5 };

struct looking {
    struct request *r;
    const struct casefile *c;
    struct licence l;
    struct evidence e;
    int64_t registrant, id;
    str holder, reason;
};

static str file_href(struct request *r, const struct licence *l)
{
    return str_fmt(r->mem, "/desk/licences/%lld/%lld/file", (long long)l->registrant_id,
                   (long long)l->id);
}

/* The holder's name is sealed: staff see it masked, and the look is noted. */
static err look_case(struct tx *t, void *ctx)
{
    struct looking *k = ctx;
    struct account a;
    TRY(account_load(t, k->r->mem, k->c->account_id, &a));
    TRY(licence_load(t, k->r->mem, a.registrant_id, k->c->subject, &k->l));
    return registrant_masked_name(t, k->r->mem, k->r->site->vault, a.registrant_id, &k->holder);
}

static struct facts_view facts_with_holder(const struct looking *k)
{
    struct facts_view stated = licence_facts(k->r, &k->l);
    struct fact *v = NEW_N(k->r->mem, struct fact, stated.n + 1);
    v[0] = (struct fact){.label = msg(k->r->lang, MSG_licence_holder), .text = k->holder};
    memcpy(v + 1, stated.v, stated.n * sizeof *v);
    return (struct facts_view){v, stated.n + 1};
}

err licence_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct looking k = {.r = r, .c = c};
    TRY(request_read(r, look_case, &k));
    struct licence_one_view v = {
        .facts = facts_with_holder(&k),
        .file = file_href(r, &k.l),
        .note = c->kind == CASE_NEWS_LICENCE ? msg(r->lang, MSG_licence_second) : S("")};
    struct out *o = request_out(r);
    view_licence_one(o, &v);
    *ret_view = out_take(o);
    return OK;
}

/* ---- the list ---- */

struct listing {
    arena *mem;
    struct licence_page page;
    struct licence *v;
    size_t n;
};

static err list_read(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return licence_page_of(t, l->mem, &l->page, &l->v, &l->n);
}

static struct table_row row_of(struct request *r, const struct licence *l)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    c[0].text = l->account_name;
    c[1].text = licence_label(r->lang, l->type);
    c[2].text = l->number;
    c[3].text = licence_until(r, l);
    c[4] = licence_state_cell(r, l);
    return (struct table_row){
        str_fmt(r->mem, "/desk/licences/%lld/%lld", (long long)l->registrant_id, (long long)l->id),
        c};
}

static struct table_chip *chips_of(struct request *r, str status, size_t *ret_n)
{
    static const char *const ALL[] = {"",        "waiting",  "valid",    "ending",
                                      "expired", "returned", "rejected", "ended"};
    struct table_chip *v = NEW_N(r->mem, struct table_chip, LEN(ALL));
    for (size_t i = 0; i < LEN(ALL); i++)
        v[i] = (struct table_chip){
            .label = *ALL[i] ? msg_lookup(r->lang, "licence.status.", ALL[i], MSG_word_all)
                             : msg(r->lang, MSG_word_all),
            .href =
                *ALL[i] ? str_fmt(r->mem, "/desk/licences?status=%s", ALL[i]) : S("/desk/licences"),
            .on = str_eq(status, str_from(ALL[i]))};
    *ret_n = LEN(ALL);
    return v;
}

static str next_of(struct request *r, const struct listing *l)
{
    if (l->n < PAGE_ROWS)
        return STR_NONE;
    struct buf b;
    buf_init(&b, r->mem, 500);
    buf_fmt(&b, "/desk/licences?before=%lld&status=", (long long)l->v[l->n - 1].id);
    url_part_add(&b, l->page.status);
    return buf_str(&b);
}

err page_desk_licences(struct request *r)
{
    str status = request_query(r, "status");
    struct listing l = {.mem = r->mem,
                        .page = {.status = status.p ? status : S(""), .limit = PAGE_ROWS}};
    if (str_int(request_query(r, "before"), &l.page.before) != OK)
        fault_clear();
    TRY(request_read(r, list_read, &l));
    struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_licence_account)},
                                      {.label = msg(r->lang, MSG_licence_type)},
                                      {.label = msg(r->lang, MSG_licence_number)},
                                      {.label = msg(r->lang, MSG_licence_to)},
                                      {.label = msg(r->lang, MSG_word_status)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, l.n);
    for (size_t i = 0; i < l.n; i++)
        rows[i] = row_of(r, &l.v[i]);
    struct licence_table_view v = {
        .intro = msg(r->lang, MSG_licence_desk_intro),
        .table = {.caption = msg(r->lang, MSG_licence_title),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = l.n,
                  .pager = {.next = next_of(r, &l)},
                  .empty = {.icon = S("document-text"),
                            .title = msg(r->lang, MSG_licence_desk_empty),
                            .text = msg(r->lang, MSG_licence_desk_intro)}}};
    v.table.chips = chips_of(r, l.page.status, &v.table.chip_n);
    struct page page = {.place = PLACE_DESK, .wide = true};
    return REPLY_PAGE(r, &page, view_licence_table, &v);
}

/* ---- one ---- */

static const struct form_field END[] = {{.name = "reason",
                                         .kind = FIELD_TEXTAREA,
                                         .label = MSG_licence_reason,
                                         .required = true,
                                         .max = LICENCE_REASON_MAX}};

static err args(struct request *r, struct looking *k)
{
    *k = (struct looking){.r = r};
    TRY(request_arg_int(r, "registrant", &k->registrant));
    return request_arg_int(r, "id", &k->id);
}

static err look_one(struct tx *t, void *ctx)
{
    struct looking *k = ctx;
    struct request *r = k->r;
    TRY(licence_load(t, r->mem, k->registrant, k->id, &k->l));
    TRY(evidence_load(t, r->mem, k->registrant, k->l.evidence_id, &k->e));
    return registrant_masked_name(t, r->mem, r->site->vault, k->registrant, &k->holder);
}

static err show_one(struct looking *k, int status, struct licence_one_view *v)
{
    struct request *r = k->r;
    v->facts = facts_with_holder(k);
    v->file = file_href(r, &k->l);
    v->form.submit = MSG_licence_end;
    v->form.action =
        str_fmt(r->mem, "/desk/licences/%lld/%lld", (long long)k->registrant, (long long)k->id);
    bool chief = r->session.roles & ROLE_EIC;
    v->form.n = chief && str_eq(k->l.state, S("valid")) ? v->form.n : 0;
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/licences"), msg(r->lang, MSG_licence_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_licence_one, v);
}

err page_desk_licence(struct request *r)
{
    struct looking k;
    struct licence_one_view v = {0};
    TRY(args(r, &k));
    TRY(request_read(r, look_one, &k));
    form_init(r, END, LEN(END), &v.form);
    return show_one(&k, 200, &v);
}

static err end(struct tx *t, void *ctx)
{
    struct looking *k = ctx;
    return licence_end(t, k->r->mem, &k->l, k->r->session.user_id, k->reason);
}

err do_desk_licence(struct request *r)
{
    struct looking k;
    struct licence_one_view v = {0};
    TRY(args(r, &k));
    TRY(request_read(r, look_one, &k));
    err e = form_read(r, END, LEN(END), &v.form);
    k.reason = form_get(&v.form, "reason");
    if (e == OK) {
        e = request_tx(r, end, &k);
        if (e != OK && !form_take_fault(&v.form, e))
            return e;
    }
    if (e != OK)
        return show_one(&k, 422, &v);
    reply_flash(r, MSG_licence_done);
    return reply_redirect(r, S("/desk/licences"));
}

static err open_row(struct tx *t, void *ctx)
{
    struct looking *k = ctx;
    TRY(look_one(t, ctx));
    return vault_note_read(
        t, VAULT_REF("evidence", str_z(k->r->mem, k->e.kind), k->registrant),
        (struct vault_reader){.user_id = k->r->session.user_id, .reason = S("licence")});
}

err page_licence_file(struct request *r)
{
    struct looking k;
    struct stat st;
    int fd = -1;
    TRY(args(r, &k));
    TRY(request_tx(r, open_row, &k));
    struct vault_files f = {r->site->vault, r->site->blobs, r->mem};
    TRY(vault_open_file(f, VAULT_REF("evidence", str_z(r->mem, k.e.kind), k.registrant), k.e.blob,
                        &fd));
    ASSERT(fstat(fd, &st) == 0);
    bool pdf = str_eq(k.e.mime, S("application/pdf"));
    reply_header(r, "Content-Disposition",
                 pdf ? S("attachment; filename=\"licence.pdf\"") : S("inline"));
    return reply_file(r, fd, st.st_size, k.e.mime);
}
