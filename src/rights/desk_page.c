/* Complaints at the desk: the list, one with both sides, and limiting who complains without ground.
 */
#include "base/clock.h"
#include "rights/rights_view.h"
#include "rights_desk.html.h"

enum { PER_PAGE = 30, COLUMNS = 6 };

struct desking {
    struct request *r;
    struct rights_site site;
    struct complaint_page page;
    struct complaint_row *rows;
    struct complaint c;
    struct complaint_item *items;
    struct complaint_word *words;
    struct complaint_file *files;
    struct rights_history history;
    size_t n, item_n, word_n, file_n;
    int64_t id;
    struct rights_bar bar;
};

static const struct form_field BAR[] = {
    {.name = "days",
     .kind = FIELD_NUMBER,
     .label = MSG_rights_bar_days,
     .required = true,
     .min = 1,
     .max = RIGHTS_BAR_DAYS},
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_rights_bar_reason,
     .help = MSG_rights_bar_reason_help,
     .required = true,
     .max = 500},
};

/* ---- the list ---- */

static err load_list(struct tx *t, void *ctx)
{
    struct desking *x = ctx;
    return rights_list(t, x->r->mem, &x->page, &x->rows, &x->n);
}

static str complaint_state(struct request *r, str state)
{
    return msg_lookup(r->lang, "rights.complaint_", str_z(r->mem, state), MSG_word_none);
}

static struct table_row row_of(struct request *r, const struct complaint_row *c)
{
    struct table_cell *v = NEW_N(r->mem, struct table_cell, COLUMNS);
    v[0].text = c->number;
    v[1].text = c->kind.n ? rights_kind_label(r->lang, c->kind) : msg(r->lang, MSG_word_none);
    v[2].status = true;
    v[2].text = complaint_state(r, c->state);
    v[2].tone = str_eq(c->state, S("accepted")) ? TONE_INFO : TONE_NEUTRAL;
    v[3].text = str_fmt(r->mem, "%lld", (long long)c->items);
    v[4].text = str_fmt(r->mem, "%lld", (long long)c->countered);
    v[5].at_ms = c->accepted_at ? c->accepted_at : c->begun_at;
    return (struct table_row){str_fmt(r->mem, "/desk/rights/%lld", (long long)c->id), v};
}

err page_desk_complaints(struct request *r)
{
    static const char *const STATES[] = {"", "accepted", "incomplete", "lapsed"};
    static const enum msg LABELS[COLUMNS] = {MSG_rights_number,        MSG_rights_kind,
                                             MSG_word_status,          MSG_rights_fig_items,
                                             MSG_rights_fig_countered, MSG_rights_accepted_at};
    struct desking x = {.r = r, .page = {.state = S(""), .limit = PER_PAGE + 1}};
    struct table_chip *chips = NEW_N(r->mem, struct table_chip, LEN(STATES));
    for (size_t i = 0; i < LEN(STATES); i++) {
        str s = str_from(STATES[i]);
        bool on = str_eq(request_query(r, "state"), s);
        if (on)
            x.page.state = s;
        chips[i] = (struct table_chip){
            .label = s.n ? complaint_state(r, s) : msg(r->lang, MSG_word_all),
            .href = s.n ? str_cat(r->mem, S("/desk/rights?state="), s) : S("/desk/rights"),
            .on = on || (!s.n && !request_query(r, "state").n)};
    }
    str before = request_query(r, "before");
    if (before.n && str_int(before, &x.page.before) != OK)
        return fault(ERR_NOT_FOUND, "not_found", "no such page");
    TRY(request_read(r, load_list, &x));
    size_t n = x.n > PER_PAGE ? PER_PAGE : x.n;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(r, &x.rows[i]);
    struct complaints_view v = {.intro = msg(r->lang, MSG_rights_desk_intro),
                                .table = {.caption = msg(r->lang, MSG_rights_desk),
                                          .cols = cols,
                                          .col_n = COLUMNS,
                                          .rows = rows,
                                          .row_n = n,
                                          .chips = chips,
                                          .chip_n = LEN(STATES),
                                          .empty = {.icon = S("hand-raised"),
                                                    .title = msg(r->lang, MSG_rights_desk_none)}}};
    if (x.n > PER_PAGE)
        v.table.pager.next = str_fmt(r->mem, "/desk/rights?state=%.*s&before=%lld",
                                     FMT(x.page.state), (long long)x.rows[n - 1].id);
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_complaints, &v);
}

/* ---- one ---- */

static err load_one(struct tx *t, void *ctx)
{
    struct desking *x = ctx;
    arena *mem = x->r->mem;
    TRY(rights_load(t, mem, &x->site, x->id, &x->c));
    TRY(rights_items(t, mem, x->id, &x->items, &x->item_n));
    TRY(rights_words(t, mem, &x->site, x->id, &x->words, &x->word_n));
    TRY(rights_files(t, mem, x->id, &x->files, &x->file_n));
    return rights_history(t, mem, x->c.contact_key, &x->history);
}

/* Names are opened: the look is a row. */
static err look(struct tx *t, void *ctx)
{
    struct desking *x = ctx;
    TRY(load_one(t, ctx));
    return vault_note_read(
        t, VAULT_REF("rights", "name", x->id),
        (struct vault_reader){.user_id = x->r->session.user_id, .reason = S("rights")});
}

static err one(struct request *r, struct desking *x)
{
    *x = (struct desking){.r = r, .site = rights_site_of(r)};
    TRY(request_arg_int(r, "id", &x->id));
    return request_tx(r, look, x);
}

static struct facts_view history_of(struct desking *x)
{
    struct request *r = x->r;
    const struct {
        enum msg label;
        int64_t n;
    } all[] = {{MSG_rights_fig_complaints, x->history.complaints},
               {MSG_rights_fig_items, x->history.items},
               {MSG_rights_fig_acted, x->history.acted},
               {MSG_rights_fig_cleared, x->history.cleared},
               {MSG_rights_fig_restored, x->history.restored},
               {MSG_rights_fig_suits, x->history.suits}};
    struct fact *v = NEW_N(r->mem, struct fact, LEN(all) + 1);
    size_t n = 0;
    for (size_t i = 0; i < LEN(all); i++)
        v[n++] = (struct fact){.label = msg(r->lang, all[i].label),
                               .text = str_fmt(r->mem, "%lld", (long long)all[i].n)};
    str words[] = {clock_china_text(r->mem, x->history.barred_until), x->history.bar_reason};
    if (x->history.barred_until)
        v[n++] = (struct fact){
            .label = msg(r->lang, MSG_rights_bar_title),
            .text = msg_format(r->mem, r->lang, MSG_rights_barred, words, LEN(words))};
    return (struct facts_view){v, n};
}

static struct facts_view facts_of(struct desking *x)
{
    struct request *r = x->r;
    struct fact *v = NEW_N(r->mem, struct fact, 2);
    v[0] = (struct fact){.label = msg(r->lang, MSG_word_status),
                         .text = complaint_state(r, x->c.state)};
    v[1] = (struct fact){
        .label = msg(r->lang, x->c.accepted_at ? MSG_rights_accepted_at : MSG_rights_begun_at),
        .text = clock_china_text(r->mem, x->c.accepted_at ? x->c.accepted_at : x->c.begun_at)};
    return (struct facts_view){v, 2};
}

static const struct file_link *cases_of(struct desking *x)
{
    struct request *r = x->r;
    struct file_link *v = NEW_N(r->mem, struct file_link, x->item_n + 1);
    for (size_t i = 0; i < x->item_n; i++)
        v[i] =
            (struct file_link){str_fmt(r->mem, "/desk/cases/%lld", (long long)x->items[i].case_id),
                               msg_format(r->mem, r->lang, MSG_rights_case, &x->items[i].title, 1)};
    return v;
}

static err show(struct desking *x, struct form *f, int status)
{
    struct request *r = x->r;
    struct desk_complaint_view v = {.facts = facts_of(x), .history = history_of(x)};
    rights_sides(&(struct sides_want){.r = r,
                                      .c = &x->c,
                                      .items = x->items,
                                      .item_n = x->item_n,
                                      .words = x->words,
                                      .word_n = x->word_n,
                                      .files = x->files,
                                      .file_n = x->file_n,
                                      .file_base = str_fmt(r->mem, "/desk/rights/%lld/file/",
                                                           (long long)x->id),
                                      .name = true,
                                      .address = true,
                                      .proof = true},
                 &v.sides);
    bool decides = r->session.roles & (ROLE_REVIEWER | ROLE_EIC);
    v.cases = cases_of(x);
    v.case_n = decides ? x->item_n : 0;
    f->submit = MSG_rights_bar;
    f->action = str_fmt(r->mem, "/desk/rights/%lld/bar", (long long)x->id);
    v.form = r->session.roles & (ROLE_EIC | ROLE_COMPLIANCE) ? f : NULL;
    struct page page = {.place = PLACE_DESK,
                        .title = x->c.number,
                        .wide = true,
                        .back = {S("/desk/rights"), msg(r->lang, MSG_rights_desk), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_desk_complaint, &v);
}

err page_desk_complaint(struct request *r)
{
    struct desking x;
    struct form f;
    TRY(one(r, &x));
    form_init(r, BAR, LEN(BAR), &f);
    return show(&x, &f, 200);
}

static err bar(struct tx *t, void *ctx)
{
    struct desking *x = ctx;
    return rights_bar(t, x->r->mem, &x->site, &x->bar);
}

err do_desk_complaint_bar(struct request *r)
{
    struct desking x;
    struct form f;
    TRY(one(r, &x));
    err e = form_read(r, BAR, LEN(BAR), &f);
    x.bar = (struct rights_bar){x.id, r->session.user_id, (int)form_int(&f, "days"),
                                form_get(&f, "reason")};
    if (e == OK)
        e = request_tx(r, bar, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_rights_bar_done);
    return reply_redirect(r, str_fmt(r->mem, "/desk/rights/%lld", (long long)x.id));
}

err page_desk_complaint_file(struct request *r)
{
    struct desking x;
    TRY(one(r, &x));
    return rights_file(r, x.id, x.files, x.file_n);
}
