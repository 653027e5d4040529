/* What was learnt, on the desk: of rules, and for the editor-in-chief of officers. */
#include "base/wilson.h"
#include "learning/learning_view.h"
#include "learning_desk.html.h"
#include "user/user.h"

enum { RULE_COLUMNS = 7, OFFICER_COLUMNS = 4 };

struct reading {
    struct request *r;
    struct learning_rule *rules;
    struct learning_officer *people;
    size_t n;
};

static err rules_read(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    return learning_rules(t, x->r->mem, &x->rules, &x->n);
}

static err people_read(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    return learning_officers(t, x->r->mem, &x->people, &x->n);
}

static str number(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static struct table_col *columns(struct request *r, const enum msg *labels, size_t n)
{
    struct table_col *cols = NEW_N(r->mem, struct table_col, n);
    for (size_t i = 0; i < n; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, labels[i])};
    return cols;
}

static struct table_row rule_row(struct request *r, const struct learning_rule *x)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, RULE_COLUMNS);
    c[0].text = x->name;
    c[1].text = msg_format(r->mem, r->lang, MSG_learning_version,
                           (const str[]){msg_lookup(r->lang, "scan.state_", str_z(r->mem, x->state),
                                                    MSG_scan_state_draft),
                                         number(r, x->version)},
                           2);
    c[2].text = number(r, x->hits);
    c[3].text = number(r, x->decided);
    c[4].text = wilson_text(r->mem, x->right, x->decided);
    c[5].text = wilson_text(r->mem, x->reversed, x->appeals);
    c[6].text = wilson_text(r->mem, x->disagreed, x->seconded);
    return (struct table_row){str_fmt(r->mem, "/desk/scan/%lld", (long long)x->id), c};
}

static err answer(struct request *r, struct learning_view *v)
{
    v->csrf = r->session.csrf;
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_learning, v);
}

err page_learning(struct request *r)
{
    static const enum msg LABELS[RULE_COLUMNS] = {
        MSG_learning_rule,      MSG_word_status,       MSG_learning_hits,     MSG_learning_decided,
        MSG_learning_precision, MSG_learning_reversed, MSG_learning_disagreed};
    struct reading x = {.r = r};
    TRY(request_read(r, rules_read, &x));
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = rule_row(r, &x.rules[i]);
    struct learning_view v = {.at = x.n ? x.rules[0].at : 0,
                              .table = {.caption = msg(r->lang, MSG_learning_title),
                                        .cols = columns(r, LABELS, RULE_COLUMNS),
                                        .col_n = RULE_COLUMNS,
                                        .rows = rows,
                                        .row_n = x.n,
                                        .empty = {S("chart-bar"), msg(r->lang, MSG_learning_empty),
                                                  msg(r->lang, MSG_learning_empty_text),
                                                  S("/desk/scan"), msg(r->lang, MSG_scan_title)}}};
    bool lead = (r->session.roles & ROLE_EIC) != 0; /* the only one whom that page serves */
    v.other = lead ? S("/desk/learning/officers") : S("");
    v.other_label = lead ? msg(r->lang, MSG_learning_officers) : S("");
    return answer(r, &v);
}

static struct table_row officer_row(struct request *r, const struct learning_officer *x)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, OFFICER_COLUMNS);
    c[0].text = x->name;
    c[1].text = number(r, x->decided);
    c[2].text = wilson_text(r->mem, x->upheld, x->appeals);
    c[3].text = wilson_text(r->mem, x->agreed, x->seconded);
    return (struct table_row){S(""), c};
}

err page_learning_officers(struct request *r)
{
    static const enum msg LABELS[OFFICER_COLUMNS] = {MSG_learning_officer, MSG_learning_decided,
                                                     MSG_learning_upheld, MSG_learning_agreed};
    struct reading x = {.r = r};
    TRY(request_read(r, people_read, &x));
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = officer_row(r, &x.people[i]);
    struct learning_view v = {
        .officers = true,
        .at = x.n ? x.people[0].at : 0,
        .other = S("/desk/learning"),
        .other_label = msg(r->lang, MSG_learning_title),
        .table = {.caption = msg(r->lang, MSG_learning_officers),
                  .cols = columns(r, LABELS, OFFICER_COLUMNS),
                  .col_n = OFFICER_COLUMNS,
                  .rows = rows,
                  .row_n = x.n,
                  .empty = {S("users"), msg(r->lang, MSG_learning_no_officers),
                            msg(r->lang, MSG_learning_empty_text), S(""), S("")}}};
    return answer(r, &v);
}

static err queue(struct tx *t, void *ctx)
{
    (void)ctx;
    return job_add(t, &(struct job_in){.kind = LEARNING_NOW_JOB, .dedup = S(LEARNING_NOW_JOB)});
}

err do_learning(struct request *r)
{
    TRY(request_tx(r, queue, NULL));
    job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_learning_queued);
    return reply_redirect(r, S("/desk/learning"));
}
