/* How well reviewers agree, for the editor-in-chief: figures, and answers that differ. */
#include "base/clock.h"
#include "base/wilson.h"
#include "desk/desk_view.h"
#include "desk_qa.html.h"
#include "qa/qa.h"
#include "ruling/ruling.h"
#include "web/csv.h"
#include "web/form.h"

enum { COLUMNS = 6, DISSENT_COLUMNS = 5, CSV_MAX = 1 << 20 };

static const struct {
    const char *name;
    enum msg label;
} BY[QA_BYS] = {[QA_BY_REVIEWER] = {"reviewer", MSG_qa_reviewer},
                [QA_BY_POLICY] = {"policy", MSG_qa_policy},
                [QA_BY_TEMPLATE] = {"template", MSG_qa_template},
                [QA_BY_MONTH] = {"month", MSG_qa_month}};

struct page_read {
    struct request *r;
    enum qa_by by;
    struct qa_group *v;
    struct qa_dissent *dissents;
    size_t n, dissent_n;
    int64_t id;
    struct qa_dissent d;
    struct qa_settle settle;
    bool on;
};

static err read_all(struct tx *t, void *ctx)
{
    struct page_read *x = ctx;
    TRY(qa_dissents(t, x->r->mem, &x->dissents, &x->dissent_n));
    return qa_figures(t, x->r->mem, x->by, &x->v, &x->n);
}

static err open_all(struct request *r, struct page_read *x)
{
    str by = request_query(r, "by");
    *x = (struct page_read){.r = r};
    for (int i = 0; i < QA_BYS; i++)
        if (str_eq(by, str_from(BY[i].name)))
            x->by = (enum qa_by)i;
    return request_read(r, read_all, x);
}

static str answer_label(const struct request *r, enum case_kind kind, str answer)
{
    enum verdict v;
    if (kind == CASE_ARTICLE && verdict_parse(answer, &v) == OK)
        return desk_verdict_label(r->lang, v);
    return measure_label(r->lang, answer);
}

static str key_label(const struct request *r, enum qa_by by, str key)
{
    struct desk_reason reason;
    if (!key.n)
        return msg(r->lang, MSG_word_none);
    if (by == QA_BY_POLICY)
        return str_eq(key, case_kind_name(CASE_ARTICLE)) ? desk_kind_label(r->lang, CASE_ARTICLE)
                                                         : family_label(r->lang, key);
    if (by != QA_BY_TEMPLATE)
        return key;
    if (desk_reason_find(r->lang, CASE_ARTICLE, key, &reason) == OK)
        return reason.label;
    return citation_label(r->lang, key);
}

static str number(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static struct table_view figures_of(struct page_read *x)
{
    struct request *r = x->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n);
    struct table_chip *chips = NEW_N(r->mem, struct table_chip, QA_BYS);
    const enum msg labels[COLUMNS] = {BY[x->by].label, MSG_qa_pairs, MSG_qa_agreement,
                                      MSG_qa_kappa,    MSG_qa_known, MSG_qa_accuracy};
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, labels[i]), .number = i > 0};
    for (size_t i = 0; i < x->n; i++) {
        const struct qa_group *g = &x->v[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = key_label(r, x->by, g->key);
        c[1].text = number(r, g->kappa.pairs);
        c[2].text = wilson_text(r->mem, g->kappa.agreed, g->kappa.pairs);
        c[3].text = kappa_text(r->mem, &g->kappa);
        c[4].text = number(r, g->known);
        c[5].text = wilson_text(r->mem, g->right, g->known);
        rows[i] = (struct table_row){S(""), c};
    }
    for (int i = 0; i < QA_BYS; i++)
        chips[i] = (struct table_chip){msg(r->lang, BY[i].label),
                                       str_fmt(r->mem, "/desk/agreement?by=%s", BY[i].name),
                                       i == (int)x->by, 0};
    return (struct table_view){.caption = msg(r->lang, MSG_qa_title),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .chips = chips,
                               .chip_n = QA_BYS,
                               .empty = {.icon = S("scale"),
                                         .title = msg(r->lang, MSG_qa_empty),
                                         .text = msg(r->lang, MSG_qa_empty_text)}};
}

static str held_label(const struct request *r, str held)
{
    return held.n ? msg_lookup(r->lang, "qa.held_", str_z(r->mem, held), MSG_qa_waiting)
                  : msg(r->lang, MSG_qa_waiting);
}

static struct table_view dissents_of(struct page_read *x)
{
    static const enum msg LABELS[DISSENT_COLUMNS] = {MSG_desk_what, MSG_qa_first, MSG_qa_second,
                                                     MSG_qa_at, MSG_word_status};
    struct request *r = x->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, DISSENT_COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->dissent_n);
    for (size_t i = 0; i < DISSENT_COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->dissent_n; i++) {
        const struct qa_dissent *d = &x->dissents[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, DISSENT_COLUMNS);
        c[0].text = d->title;
        c[1].text = answer_label(r, d->kind, d->first_answer);
        c[2].text = answer_label(r, d->kind, d->second_answer);
        c[3].at_ms = d->at;
        c[4] = (struct table_cell){
            .text = held_label(r, d->held), .status = !d->held.n, .tone = TONE_WARN};
        rows[i] = (struct table_row){str_fmt(r->mem, "/desk/agreement/%lld", (long long)d->id), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_qa_dissents),
                               .cols = cols,
                               .col_n = DISSENT_COLUMNS,
                               .rows = rows,
                               .row_n = x->dissent_n,
                               .empty = {.icon = S("check-circle"),
                                         .title = msg(r->lang, MSG_qa_agreed),
                                         .text = msg(r->lang, MSG_qa_agreed_text)}};
}

err page_qa(struct request *r)
{
    struct page_read x;
    TRY(open_all(r, &x));
    struct desk_qa_view v = {
        .table = figures_of(&x), .dissents = dissents_of(&x), .by = str_from(BY[x.by].name)};
    struct page page = {.place = PLACE_DESK, .wide = true};
    return REPLY_PAGE(r, &page, view_desk_qa, &v);
}

static str decimal(struct request *r, const struct kappa *k, double x)
{
    return k->known ? str_fmt(r->mem, "%.4f", x) : S("");
}

err page_qa_csv(struct request *r)
{
    static const enum msg LABELS[] = {MSG_qa_pairs, MSG_qa_agreed_n, MSG_qa_kappa,  MSG_qa_low,
                                      MSG_qa_high,  MSG_qa_known,    MSG_qa_right_n};
    enum { CELLS = 1 + LEN(LABELS) };
    struct page_read x;
    struct buf b;
    str body, cells[CELLS];
    TRY(open_all(r, &x));
    buf_init(&b, r->mem, CSV_MAX);
    csv_start(&b);
    cells[0] = msg(r->lang, BY[x.by].label);
    for (size_t i = 0; i < LEN(LABELS); i++)
        cells[i + 1] = msg(r->lang, LABELS[i]);
    csv_line(&b, cells, CELLS);
    for (size_t i = 0; i < x.n; i++) {
        const struct kappa *k = &x.v[i].kappa;
        const str line[CELLS] = {key_label(r, x.by, x.v[i].key), number(r, k->pairs),
                                 number(r, k->agreed),           decimal(r, k, k->value),
                                 decimal(r, k, k->low),          decimal(r, k, k->high),
                                 number(r, x.v[i].known),        number(r, x.v[i].right)};
        csv_line(&b, line, CELLS);
    }
    TRY(buf_take(&b, &body));
    reply_header(r, "Content-Disposition", S("attachment; filename=\"agreement.csv\""));
    return reply_text(r, 200, S("text/csv; charset=utf-8"), body);
}

/* ---- one dissent ---- */

static const struct form_option HELD[] = {
    {.value = S_INIT("first"), .label = MSG_qa_held_first},
    {.value = S_INIT("second"), .label = MSG_qa_held_second},
    {.value = S_INIT("neither"), .label = MSG_qa_held_neither},
};
static const struct form_field FIELDS[] = {
    {.name = "held",
     .kind = FIELD_RADIO,
     .label = MSG_qa_held,
     .help = MSG_qa_held_help,
     .required = true,
     .options = HELD,
     .option_n = LEN(HELD)},
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_qa_reason,
     .required = true,
     .max = QA_REASON_MAX},
};

static err read_one(struct tx *t, void *ctx)
{
    struct page_read *x = ctx;
    return qa_dissent(t, x->r->mem, x->id, &x->d);
}

static struct facts_view side(struct request *r, str who, str what, str why)
{
    struct fact *f = NEW_N(r->mem, struct fact, 3);
    f[0] = (struct fact){.label = msg(r->lang, MSG_qa_reviewer), .text = who};
    f[1] = (struct fact){.label = msg(r->lang, MSG_qa_answer), .text = what};
    f[2] = (struct fact){.label = msg(r->lang, MSG_qa_reason),
                         .text = why.n ? why : msg(r->lang, MSG_word_none)};
    return (struct facts_view){f, 3};
}

static err show_one(struct page_read *x, struct form *f, int status)
{
    struct request *r = x->r;
    const struct qa_dissent *d = &x->d;
    bool own = r->session.user_id == d->first || r->session.user_id == d->second;
    f->submit = MSG_qa_settle;
    struct desk_dissent_view v = {
        .first = side(r, d->first_name, answer_label(r, d->kind, d->first_answer), d->first_reason),
        .second =
            side(r, d->second_name, answer_label(r, d->kind, d->second_answer), d->second_reason),
        .article = desk_case_href(r->mem, d->case_id),
        .raise = str_fmt(r->mem, "/desk/raise/%.*s/%lld", FMT(d->handle), (long long)d->no),
        .opened = d->opened ? desk_case_href(r->mem, d->opened) : S(""),
        .form = d->held.n || own ? NULL : f};
    if (d->held.n)
        v.settled = side(r, d->lead_name, held_label(r, d->held), d->reason);
    struct page page = {.place = PLACE_DESK,
                        .title = d->title,
                        .back = {S("/desk/agreement"), msg(r->lang, MSG_qa_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_desk_dissent, &v);
}

static err open_one(struct request *r, struct page_read *x)
{
    *x = (struct page_read){.r = r};
    TRY(request_arg_int(r, "id", &x->id));
    return request_read(r, read_one, x);
}

err page_qa_dissent(struct request *r)
{
    struct page_read x;
    struct form f;
    TRY(open_one(r, &x));
    form_init(r, FIELDS, LEN(FIELDS), &f);
    return show_one(&x, &f, 200);
}

static err settle(struct tx *t, void *ctx)
{
    struct page_read *x = ctx;
    int64_t opened = 0;
    return qa_settle(t, x->r->mem, &x->settle, &opened);
}

err do_qa_dissent(struct request *r)
{
    struct page_read x;
    struct form f;
    TRY(open_one(r, &x));
    err e = form_read(r, FIELDS, LEN(FIELDS), &f);
    x.settle =
        (struct qa_settle){x.id, r->session.user_id, form_get(&f, "held"), form_get(&f, "reason")};
    if (e == OK)
        e = request_tx(r, settle, &x);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_one(&x, &f, 422);
    TRY(e);
    reply_flash(r, MSG_qa_settled_now);
    return reply_redirect(r, str_fmt(r->mem, "/desk/agreement/%lld", (long long)x.id));
}

/* ---- examples ---- */

static err mark(struct tx *t, void *ctx)
{
    struct page_read *x = ctx;
    return qa_mark(t, x->r->mem, x->id, x->r->session.user_id, x->on);
}

err do_qa_mark(struct request *r)
{
    struct page_read x = {.r = r};
    TRY(request_arg_int(r, "id", &x.id));
    x.on = str_eq(request_field(r, "on"), S("1"));
    err e = request_tx(r, mark, &x);
    if (e != OK)
        return desk_answer(r, x.id, e);
    reply_flash(r, x.on ? MSG_qa_marked : MSG_qa_unmarked);
    return reply_redirect(r, desk_case_href(r->mem, x.id));
}
