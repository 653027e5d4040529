/* What a back-test reports, and the judging of its sample. */
#include "base/wilson.h"
#include "scan/scan_view.h"
#include "scan_desk.html.h"

enum { PASS_COLUMNS = 8, SAMPLE_COLUMNS = 4, DAYS = 30 };

static str number(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static bool is_trial(const struct scan_pass *p)
{
    return str_eq(p->kind, S("trial"));
}

struct table_view scan_passes(struct request *r, const struct scan_shown *x)
{
    static const enum msg LABELS[PASS_COLUMNS] = {
        MSG_scan_pass,      MSG_scan_state, MSG_scan_version, MSG_scan_done,
        MSG_scan_pass_hits, MSG_scan_fresh, MSG_scan_lost,    MSG_scan_accounts};
    struct table_col *cols = NEW_N(r->mem, struct table_col, PASS_COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n);
    for (size_t i = 0; i < PASS_COLUMNS; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, LABELS[i]), .number = i > 1};
    for (size_t i = 0; i < x->n; i++) {
        const struct scan_pass *p = &x->v[i];
        bool trial = str_eq(p->kind, S("trial"));
        struct table_cell *c = NEW_N(r->mem, struct table_cell, PASS_COLUMNS);
        c[0].text = msg(r->lang, trial ? MSG_scan_trial_row : MSG_scan_rescan_row);
        c[1].text =
            msg_lookup(r->lang, "scan.pass_", str_z(r->mem, p->state), MSG_scan_pass_running);
        c[2].text = number(r, p->version);
        c[3].text = str_fmt(r->mem, "%lld / %lld", (long long)p->done, (long long)p->total);
        c[4].text = number(r, p->hits);
        c[5].text = trial ? number(r, p->fresh) : S("–");
        c[6].text = trial ? number(r, p->lost) : S("–");
        c[7].text = number(r, p->accounts);
        rows[i] = (struct table_row){
            str_fmt(r->mem, "%.*s?pass=%lld#sample", FMT(x->base), (long long)p->id), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_scan_passes),
                               .cols = cols,
                               .col_n = PASS_COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {S("funnel"), msg(r->lang, MSG_scan_no_pass),
                                         msg(r->lang, MSG_scan_no_pass_text), S(""), S("")}};
}

/* Right or wrong, said by whoever looks at the passage. */
static html judge_form(struct request *r, const struct scan_shown *x, const struct scan_found *f)
{
    struct scan_judge_view v = {
        .csrf = r->session.csrf,
        .action = str_fmt(r->mem, "%.*s/judge/%lld", FMT(x->base), (long long)x->chosen->id),
        .rank = f->rank,
        .right = str_eq(f->verdict, S("right")),
        .wrong = str_eq(f->verdict, S("wrong"))};
    struct out *o = request_out(r);
    view_scan_judge(o, &v);
    return out_take(o);
}

static err sample_row(struct request *r, const struct scan_shown *x, const struct scan_found *f,
                      struct table_row *ret_row)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, SAMPLE_COLUMNS);
    struct scan_card card;
    TRY(scan_card_of(r, f, &card));
    c[0].text = f->title;
    c[1].text =
        msg_lookup(r->lang, "scan.change_", str_z(r->mem, f->action), MSG_scan_change_found);
    c[2].text = card.n ? str_fmt(r->mem, "%.*s[%.*s]%.*s", FMT(card.v[0].before),
                                 FMT(card.v[0].text), FMT(card.v[0].after))
                       : S("–");
    if (is_trial(x->chosen))
        c[3].body = judge_form(r, x, f);
    *ret_row =
        (struct table_row){str_fmt(r->mem, "/a/%.*s/%lld", FMT(f->handle), (long long)f->no), c};
    return OK;
}

err scan_sample(struct request *r, const struct scan_shown *x, struct table_view *ret_v)
{
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->found_n);
    struct table_col *cols = NEW_N(r->mem, struct table_col, SAMPLE_COLUMNS);
    cols[0].label = msg(r->lang, MSG_scan_article);
    cols[1].label = msg(r->lang, MSG_scan_change);
    cols[2].label = msg(r->lang, MSG_scan_passage);
    cols[3].label = msg(r->lang, MSG_scan_judge);
    for (size_t i = 0; i < x->found_n; i++)
        TRY(sample_row(r, x, &x->found[i], &rows[i]));
    *ret_v = (struct table_view){
        .caption = msg(r->lang, MSG_scan_sample),
        .cols = cols,
        .col_n = x->chosen && is_trial(x->chosen) ? SAMPLE_COLUMNS : SAMPLE_COLUMNS - 1,
        .rows = rows,
        .row_n = x->found_n,
        .empty = {S("document-text"), msg(r->lang, MSG_scan_no_sample), S(""), S(""), S("")}};
    return OK;
}

static str share_of(struct request *r, int64_t n, int64_t all)
{
    return all ? str_fmt(r->mem, "%lld (%.2f\u00a0%%)", (long long)n, (double)n * 100 / (double)all)
               : number(r, n);
}

struct facts_view scan_report(struct request *r, const struct scan_shown *x)
{
    const struct scan_pass *p = x->chosen;
    struct fact *v = NEW_N(r->mem, struct fact, 7);
    size_t n = 0;
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_pass_hits),
                           .text = share_of(r, p->hits, p->done)};
    v[n++] = (struct fact){
        .label = msg(r->lang, MSG_scan_changes),
        .text = msg_format(r->mem, r->lang, MSG_scan_changes_text,
                           (const str[]){number(r, p->fresh), number(r, p->lost),
                                         p->old_version ? number(r, p->old_version) : S("–")},
                           3)};
    v[n++] =
        (struct fact){.label = msg(r->lang, MSG_scan_accounts), .text = number(r, p->accounts)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_load),
                           .text = str_fmt(r->mem, "%.1f", (double)p->recent / DAYS)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_precision),
                           .text = wilson_text(r->mem, p->right_n, p->right_n + p->wrong_n)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_precision_judged),
                           .text = wilson_text(r->mem, x->right, x->right + x->wrong)};
    return (struct facts_view){v, n};
}

/* ---- the act ---- */

struct judging {
    struct request *r;
    struct scan_judgement j;
};

static err judge(struct tx *t, void *ctx)
{
    struct judging *x = ctx;
    return scan_judge(t, x->r->mem, &x->j);
}

err do_scan_judge(struct request *r)
{
    struct judging x = {.r = r, .j.by = r->session.user_id};
    int64_t id;
    str rank = request_field(r, "rank"), verdict = request_field(r, "verdict");
    TRY(request_arg_int(r, "id", &id));
    TRY(request_arg_int(r, "pass", &x.j.pass_id));
    TRY(str_int(rank.p ? rank : S(""), &x.j.rank));
    x.j.verdict = verdict.p ? verdict : S("");
    TRY(request_tx(r, judge, &x));
    return reply_redirect(r, str_fmt(r->mem, "/desk/scan/%lld?pass=%lld#sample", (long long)id,
                                     (long long)x.j.pass_id));
}
