/* The patrol's tasks at the desk. */
#include "base/clock.h"
#include "finding/finding.h"
#include "patrol/patrol_view.h"
#include "patrol_desk.html.h"
#include "ruling/ruling_view.h"

enum { COLUMNS = 5 };

static const struct form_option VERDICTS[] = {
    {.value = S_INIT("clean"), .label = MSG_patrol_clean},
    {.value = S_INIT("raise"), .label = MSG_patrol_raise},
};
static const struct form_field FIELDS[] = {
    {.name = "verdict",
     .kind = FIELD_RADIO,
     .label = MSG_patrol_verdict,
     .required = true,
     .options = VERDICTS,
     .option_n = LEN(VERDICTS)},
    {.name = "family",
     .kind = FIELD_SELECT,
     .label = MSG_report_family,
     .help = MSG_patrol_family_help},
    {.name = "note",
     .kind = FIELD_TEXTAREA,
     .label = MSG_finding_note,
     .help = MSG_patrol_family_help,
     .max = FINDING_NOTE_MAX},
};

struct patrolling {
    struct request *r;
    struct patrol_task p, *v;
    struct patrol_counts counts;
    struct patrol_verdict verdict;
    size_t n;
    int64_t id, case_id;
    str state;
};

static str state_label(struct request *r, str state)
{
    return msg_lookup(r->lang, "patrol.state_", str_z(r->mem, state), MSG_word_none);
}

static err load_list(struct tx *t, void *ctx)
{
    struct patrolling *x = ctx;
    TRY(patrol_count(t, &x->counts));
    return patrol_list(t, x->r->mem, x->state, &x->v, &x->n);
}

static struct table_row row_of(struct request *r, const struct patrol_task *p)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    bool open = str_eq(p->state, S("open"));
    c[0].text = p->title;
    c[1].text = p->account_name;
    c[2].text = msg_lookup(r->lang, "class.", str_z(r->mem, p->class), MSG_word_none);
    c[3] = (struct table_cell){.text = state_label(r, p->state),
                               .status = true,
                               .tone = open                           ? TONE_INFO
                                       : str_eq(p->state, S("clean")) ? TONE_OK
                                                                      : TONE_WARN};
    c[4].at_ms = open ? p->drawn_at : p->done_at;
    return (struct table_row){str_fmt(r->mem, "/desk/patrol/%lld", (long long)p->id), c};
}

err page_patrol(struct request *r)
{
    static const enum msg LABELS[COLUMNS] = {MSG_patrol_article, MSG_patrol_account,
                                             MSG_patrol_class, MSG_word_status, MSG_patrol_at};
    bool done = str_eq(request_query(r, "state"), S("done"));
    struct patrolling x = {.r = r, .state = done ? S("done") : S("open")};
    TRY(request_read(r, load_list, &x));
    struct table_chip chips[] = {
        {.label = state_label(r, S("open")),
         .href = S("/desk/patrol"),
         .on = !done,
         .count = x.counts.open},
        {.label = state_label(r, S("done")), .href = S("/desk/patrol?state=done"), .on = done}};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = row_of(r, &x.v[i]);
    struct patrol_view v = {.counts = &x.counts,
                            .table = {.caption = msg(r->lang, MSG_patrol_page),
                                      .cols = cols,
                                      .col_n = COLUMNS,
                                      .rows = rows,
                                      .row_n = x.n,
                                      .chips = chips,
                                      .chip_n = LEN(chips),
                                      .empty = {.icon = S("eye"),
                                                .title = msg(r->lang, MSG_patrol_none),
                                                .text = msg(r->lang, MSG_patrol_none_text)}}};
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_patrol, &v);
}

static err load_one(struct tx *t, void *ctx)
{
    struct patrolling *x = ctx;
    return patrol_load(t, x->r->mem, x->id, &x->p);
}

static err open_one(struct request *r, struct patrolling *x)
{
    *x = (struct patrolling){.r = r};
    TRY(request_arg_int(r, "id", &x->id));
    return request_read(r, load_one, x);
}

static err show(struct patrolling *x, struct form *f, int status)
{
    struct request *r = x->r;
    bool open = str_eq(x->p.state, S("open"));
    size_t n = 0;
    const struct form_option *families = family_options(r, FAMILY_ARTICLE, &n);
    form_options(f, "family", families, n);
    f->submit = MSG_patrol_submit;
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_patrol_account), .text = x->p.account_name},
        {.label = msg(r->lang, MSG_word_status), .text = state_label(r, x->p.state)},
        {.label = msg(r->lang, MSG_patrol_at),
         .text = clock_china_text(r->mem, open ? x->p.drawn_at : x->p.done_at)},
        {.label = msg(r->lang, MSG_patrol_officer), .text = x->p.officer_name}};
    struct patrol_task_view v = {
        .facts = {facts, LEN(facts) - open},
        .href = str_fmt(r->mem, "/a/%.*s/%lld", FMT(x->p.handle), (long long)x->p.no),
        .form = open ? f : NULL};
    struct page page = {.place = PLACE_DESK,
                        .title = x->p.title,
                        .back = {S("/desk/patrol"), msg(r->lang, MSG_patrol_page), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_patrol_task, &v);
}

err page_patrol_task(struct request *r)
{
    struct patrolling x;
    struct form f;
    TRY(open_one(r, &x));
    form_init(r, FIELDS, LEN(FIELDS), &f);
    return show(&x, &f, 200);
}

static err decide(struct tx *t, void *ctx)
{
    struct patrolling *x = ctx;
    return patrol_decide(t, x->r->mem, &x->verdict, &x->case_id);
}

static err decide_from(struct patrolling *x, struct form *f)
{
    bool raise = str_eq(form_get(f, "verdict"), S("raise"));
    if (raise && !family_find(form_get(f, "family")))
        return form_refuse(f, "family", "required");
    if (raise && !form_get(f, "note").n)
        return form_refuse(f, "note", "required");
    x->verdict = (struct patrol_verdict){
        x->id, x->r->session.user_id, raise ? form_get(f, "family") : S(""), form_get(f, "note")};
    return request_tx(x->r, decide, x);
}

err do_patrol_task(struct request *r)
{
    struct patrolling x;
    struct form f;
    TRY(open_one(r, &x));
    err e = form_read(r, FIELDS, LEN(FIELDS), &f);
    if (e == OK)
        e = decide_from(&x, &f);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show(&x, &f, 422);
    TRY(e);
    reply_flash(r, x.case_id ? MSG_patrol_raised : MSG_patrol_cleaned);
    return reply_redirect(r, x.case_id ? str_fmt(r->mem, "/desk/cases/%lld", (long long)x.case_id)
                                       : S("/desk/patrol"));
}
