/* Work in the background: what waits, and what was given up after all its tries. */
#include "desk/desk_view.h"
#include "desk_jobs.html.h"
#include "desk_list.html.h"

enum { PAGE_ROWS = 50 };

struct jobs {
    struct request *r;
    struct job_query q;
    struct job_counts counts;
    struct job_row *v, one;
    size_t n;
    int64_t id;
    str state;
};

static err load(struct tx *t, void *ctx)
{
    struct jobs *j = ctx;
    TRY(job_count(t, &j->counts));
    return job_list(t, j->r->mem, &j->q, &j->v, &j->n);
}

static err read_query(struct request *r, struct job_query *ret_q)
{
    str before = request_query(r, "before"), state = request_query(r, "state");
    struct job_query q = {.state = state.n ? state : S("dead"), .limit = PAGE_ROWS};
    if (!str_eq(q.state, S("dead")) && !str_eq(q.state, S("waiting")))
        return fault(ERR_INVALID, "bad_choice", "state %.*s", FMT(state));
    if (before.n)
        TRY(str_int(before, &q.before));
    *ret_q = q;
    return OK;
}

static str kind_label(const struct request *r, str kind)
{
    return msg_lookup(r->lang, "job_kind.", str_z(r->mem, kind), MSG_job_kind_other);
}

static struct table_row row_of(struct request *r, const struct job_row *j)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, 5);
    c[0].text = kind_label(r, j->kind);
    c[1].text = str_fmt(r->mem, "%d", j->tries);
    c[2].text = str_ellipsis(r->mem, j->error, 80);
    c[3].at_ms = j->created_at;
    c[4].at_ms = j->done_at ? j->done_at : j->run_at;
    return (struct table_row){str_fmt(r->mem, "/desk/jobs/%lld", (long long)j->id), c};
}

err page_jobs(struct request *r)
{
    struct jobs j = {.r = r};
    TRY(read_query(r, &j.q));
    TRY(request_read(r, load, &j));
    bool dead = str_eq(j.q.state, S("dead"));
    struct table_chip chips[] = {
        {msg(r->lang, MSG_jobs_dead), S("/desk/jobs"), dead, j.counts.dead},
        {msg(r->lang, MSG_jobs_waiting), S("/desk/jobs?state=waiting"), !dead, j.counts.waiting}};
    struct table_col cols[] = {{.label = msg(r->lang, MSG_jobs_kind)},
                               {.label = msg(r->lang, MSG_jobs_tries), .number = true},
                               {.label = msg(r->lang, MSG_outbox_error)},
                               {.label = msg(r->lang, MSG_jobs_created)},
                               {.label = msg(r->lang, dead ? MSG_jobs_given_up : MSG_jobs_run_at)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, PAGE_ROWS);
    for (size_t i = 0; i < j.n; i++)
        rows[i] = row_of(r, &j.v[i]);
    struct table_view v = {
        .caption = msg(r->lang, MSG_nav_jobs),
        .cols = cols,
        .col_n = LEN(cols),
        .rows = rows,
        .row_n = j.n,
        .chips = chips,
        .chip_n = LEN(chips),
        .empty = {.icon = S("check-circle"),
                  .title = msg(r->lang, dead ? MSG_jobs_none_dead : MSG_jobs_none_waiting),
                  .text =
                      msg(r->lang, dead ? MSG_jobs_none_dead_text : MSG_jobs_none_waiting_text)}};
    if (j.n == PAGE_ROWS)
        v.pager.next = str_fmt(r->mem, "/desk/jobs?state=%.*s&before=%lld", FMT(j.q.state),
                               (long long)j.v[j.n - 1].id);
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_desk_table, &v);
}

/* ---- one job ---- */

static err load_one(struct tx *t, void *ctx)
{
    struct jobs *j = ctx;
    return job_load(t, j->r->mem, j->id, &j->one, &j->state);
}

static struct facts_view facts_of(const struct jobs *j)
{
    struct request *r = j->r;
    const struct job_row *o = &j->one;
    struct fact *f = NEW_N(r->mem, struct fact, 8);
    size_t n = 0;
    f[n++] = (struct fact){.label = msg(r->lang, MSG_jobs_kind), .text = kind_label(r, o->kind)};
    f[n++] = (struct fact){
        .label = msg(r->lang, MSG_word_status),
        .text = msg_lookup(r->lang, "job_state.", str_z(r->mem, j->state), MSG_word_none)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_jobs_tries),
                           .text = str_fmt(r->mem, "%d", o->tries)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_jobs_created),
                           .text = clock_china_text(r->mem, o->created_at)};
    f[n++] = (struct fact){.label = msg(r->lang, o->done_at ? MSG_jobs_given_up : MSG_jobs_run_at),
                           .text = clock_china_text(r->mem, o->done_at ? o->done_at : o->run_at)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_jobs_args), .text = o->args};
    if (o->error.n)
        f[n++] = (struct fact){.label = msg(r->lang, MSG_outbox_error), .text = o->error};
    return (struct facts_view){f, n};
}

static err show_one(struct request *r, int64_t id, int status, str error)
{
    struct jobs j = {.r = r, .id = id};
    TRY(request_read(r, load_one, &j));
    str base = str_fmt(r->mem, "/desk/jobs/%lld", (long long)id);
    struct desk_job_view v = {.csrf = r->session.csrf,
                              .base = base,
                              .error = error,
                              .facts = facts_of(&j),
                              .dead = str_eq(j.state, S("dead")),
                              .away = {.id = S("put-away"),
                                       .button = msg(r->lang, MSG_jobs_put_away),
                                       .title = msg(r->lang, MSG_jobs_put_away_title),
                                       .text = msg(r->lang, MSG_jobs_put_away_text),
                                       .action = str_cat(r->mem, base, S("/put-away")),
                                       .csrf = r->session.csrf,
                                       .danger = true}};
    struct page page = {.place = PLACE_DESK, .title = kind_label(r, j.one.kind)};
    page.back = (struct page_link){S("/desk/jobs"), msg(r->lang, MSG_nav_jobs), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_desk_job, &v);
}

err page_job(struct request *r)
{
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    return show_one(r, id, 200, S(""));
}

static err retry(struct tx *t, void *ctx)
{
    struct jobs *j = ctx;
    TRY(job_load(t, j->r->mem, j->id, &j->one, &j->state));
    if (!str_eq(j->state, S("dead")))
        return fault(ERR_CONFLICT, "job_not_dead", "job %lld", (long long)j->id);
    return job_requeue(t, j->id);
}

static err put_away(struct tx *t, void *ctx)
{
    struct jobs *j = ctx;
    TRY(job_load(t, j->r->mem, j->id, &j->one, &j->state));
    return job_put_away(t, j->id);
}

static err act(struct request *r, tx_fn *fn, enum msg done)
{
    struct jobs j = {.r = r};
    TRY(request_arg_int(r, "id", &j.id));
    err e = request_tx(r, fn, &j);
    if (e == ERR_CONFLICT) {
        struct fault f = fault_of(e);
        return show_one(r, j.id, 409, msg_lookup(r->lang, "reason.", f.reason, MSG_reason_invalid));
    }
    TRY(e);
    job_runner_poke(r->site->jobs);
    reply_flash(r, done);
    return reply_redirect(r, S("/desk/jobs"));
}

err do_job_retry(struct request *r)
{
    return act(r, retry, MSG_jobs_again);
}

err do_job_put_away(struct request *r)
{
    return act(r, put_away, MSG_jobs_away);
}
