/* Complaints for the operator they are about: what is said, and the counter-notice. */
#include "base/clock.h"
#include "job/job.h"
#include "rights/rights_view.h"
#include "rights_desk.html.h"

enum { COLUMNS = 4, FILE_MAX = 10 * 1024 * 1024 };

struct against {
    struct request *r;
    struct rights_site site;
    struct complaint c;
    struct complaint_item i, *v;
    struct complaint_word *words;
    struct complaint_file *files;
    size_t n, word_n, file_n;
    int64_t id;
    struct evidence proof;
    struct rights_counter counter;
};

static const struct form_field COUNTER[] = {
    {.name = "name",
     .label = MSG_rights_name,
     .help = MSG_rights_counter_name_help,
     .required = true,
     .max = RIGHTS_NAME_MAX},
    {.name = "contact",
     .label = MSG_rights_contact,
     .help = MSG_rights_contact_help,
     .required = true,
     .max = RIGHTS_ADDRESS_MAX},
    {.name = "text",
     .kind = FIELD_TEXTAREA,
     .label = MSG_rights_counter_why,
     .help = MSG_rights_counter_why_help,
     .required = true,
     .max = RIGHTS_TEXT_MAX},
    {.name = RIGHTS_PROOF,
     .kind = FIELD_FILE,
     .label = MSG_rights_proof,
     .help = MSG_rights_file_help,
     .required = true,
     .max = FILE_MAX,
     .accept = "image/*,application/pdf"},
    {.name = "declared",
     .kind = FIELD_CHECKBOX,
     .label = MSG_rights_counter_declared,
     .required = true},
};

static str base_of(struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/rights", FMT(r->member.handle));
}

static err load_list(struct tx *t, void *ctx)
{
    struct against *x = ctx;
    return rights_of_account(t, x->r->mem, x->r->member.account_id, &x->v, &x->n);
}

err page_console_rights(struct request *r)
{
    static const enum msg LABELS[COLUMNS] = {MSG_rights_article, MSG_word_status,
                                             MSG_rights_counter_at, MSG_rights_ended_at};
    struct against x = {.r = r};
    TRY(request_read(r, load_list, &x));
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x.n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = x.v[i].title;
        c[1].status = true;
        c[1].text = rights_item_state(r, &x.v[i], &c[1].tone);
        c[2].at_ms = x.v[i].countered_at;
        c[3].at_ms = x.v[i].ended_at;
        rows[i] = (struct table_row){
            str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)x.v[i].id), c};
    }
    struct complaints_view v = {
        .intro = msg(r->lang, MSG_rights_against_list),
        .table = {
            .caption = msg(r->lang, MSG_rights_against),
            .cols = cols,
            .col_n = COLUMNS,
            .rows = rows,
            .row_n = x.n,
            .empty = {.icon = S("hand-raised"), .title = msg(r->lang, MSG_rights_against_none)}}};
    return REPLY_PAGE(r, &(struct page){.place = PLACE_CONSOLE}, view_complaints, &v);
}

/* Only what is about this account, and of the proofs what may be forwarded. */
static err load_one(struct tx *t, void *ctx)
{
    struct against *x = ctx;
    arena *mem = x->r->mem;
    TRY(rights_item_load(t, mem, x->id, &x->i));
    if (x->i.account_id != x->r->member.account_id)
        return fault(ERR_NOT_FOUND, "not_found", "about another account");
    TRY(rights_load(t, mem, &x->site, x->i.complaint_id, &x->c));
    TRY(rights_words(t, mem, &x->site, x->c.id, &x->words, &x->word_n));
    return rights_files(t, mem, x->c.id, &x->files, &x->file_n);
}

static bool may_see_proof(const struct complaint *c)
{
    return c->share || str_eq(c->kind, S("copyright")) || str_eq(c->kind, S("trademark"));
}

static err one(struct request *r, struct against *x)
{
    *x = (struct against){.r = r, .site = rights_site_of(r)};
    TRY(request_arg_int(r, "item", &x->id));
    TRY(request_read(r, load_one, x));
    size_t n = 0;
    for (size_t i = 0; i < x->file_n; i++) {
        const struct complaint_file f = x->files[i];
        if (f.item_id ? f.item_id == x->id : may_see_proof(&x->c))
            x->files[n++] = f;
    }
    x->file_n = n;
    return OK;
}

static err show(struct against *x, struct form *f, int status)
{
    struct request *r = x->r;
    str here = str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)x->id);
    struct against_view v = {.note = S("")};
    rights_sides(&(struct sides_want){.r = r,
                                      .c = &x->c,
                                      .items = &x->i,
                                      .item_n = 1,
                                      .words = x->words,
                                      .word_n = x->word_n,
                                      .files = x->files,
                                      .file_n = x->file_n,
                                      .file_base = str_cat(r->mem, here, S("/file/")),
                                      .name = true,
                                      .address = x->c.share,
                                      .proof = may_see_proof(&x->c)},
                 &v.sides);
    bool cleared = x->i.ruling && str_eq(x->i.measure, S("none"));
    if (str_eq(x->i.state, S("open")) && !cleared)
        v.form = f;
    f->submit = MSG_rights_counter_send;
    struct page page = {.place = PLACE_CONSOLE,
                        .title = x->i.title,
                        .back = {base_of(r), msg(r->lang, MSG_rights_against), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_against, &v);
}

err page_console_complaint(struct request *r)
{
    struct against x;
    struct form f;
    TRY(one(r, &x));
    form_init(r, COUNTER, LEN(COUNTER), &f);
    return show(&x, &f, 200);
}

static err counter(struct tx *t, void *ctx)
{
    struct against *x = ctx;
    return rights_counter(t, x->r->mem, &x->site, &x->counter);
}

err do_console_counter(struct request *r)
{
    struct against x;
    struct form f;
    size_t n = 0;
    TRY(one(r, &x));
    err e = form_read(r, COUNTER, LEN(COUNTER), &f);
    if (e == OK)
        e = rights_upload(r, &f, x.c.id, &x.proof, &n);
    x.counter = (struct rights_counter){.item_id = x.id,
                                        .user_id = r->session.user_id,
                                        .text = form_get(&f, "text"),
                                        .name = form_get(&f, "name"),
                                        .contact = form_get(&f, "contact"),
                                        .files = &x.proof,
                                        .file_n = n};
    if (e == OK)
        e = request_tx(r, counter, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, &f, 422);
    TRY(e);
    job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_rights_counter_sent);
    return reply_redirect(r, str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)x.id));
}

err page_console_complaint_file(struct request *r)
{
    struct against x;
    TRY(one(r, &x));
    return rights_file(r, x.c.id, x.files, x.file_n);
}
