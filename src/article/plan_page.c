/* The console's calendar: what is planned in a month, put to another time or taken back. */
#include "article/around_view.h"
#include "article/editing.h"
#include "article_around.html.h"
#include "base/clock.h"

struct planning {
    struct request *r;
    struct date first; /* of the month */
    struct article *v;
    size_t n;
    struct article_ref ref;
    int64_t at;
    str written; /* what was not a time, and by which article */
    const char *reason;
};

static struct date month_on(struct date d, int by)
{
    int m = d.month - 1 + by;
    return (struct date){d.year + (m < 0 ? -1 : m / 12), (m + 12) % 12 + 1, 1};
}

/* "2026-11"; this month when it is none. */
static struct date month_read(const struct request *r)
{
    struct date d = clock_china(r->now).date;
    str month = request_query(r, "month");
    str day = str_fmt(r->mem, "%.*s-01", FMT(month));
    d.day = 1;
    struct date asked;
    if (month.n == 7 && date_parse(day, &asked) == OK)
        d = asked;
    fault_clear();
    return d;
}

static str month_text(const struct request *r, struct date d)
{
    return str_fmt(r->mem, "%04d-%02d", d.year, d.month);
}

static err read(struct tx *t, void *ctx)
{
    struct planning *p = ctx;
    return article_planned(t, p->r->mem, p->r->member.account_id, date_china_ms(p->first),
                           date_china_ms(month_on(p->first, 1)), &p->v, &p->n);
}

static struct plan_line line_of(const struct planning *p, const struct article *a, str day)
{
    struct request *r = p->r;
    bool bad = p->reason && p->ref.no == a->no, held = str_eq(a->state, S("held"));
    str at = clock_china_text(r->mem, a->publish_at),
        base =
            str_fmt(r->mem, "/console/%.*s/articles/%lld", FMT(r->member.handle), (long long)a->no);
    str words = msg(r->lang, MSG_plan_cancel);
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("no"), str_fmt(r->mem, "%lld", (long long)a->no)};
    return (struct plan_line){
        .href = base,
        .title = a->title.n ? a->title : msg(r->lang, MSG_article_untitled),
        .day = str_eq(str_sub(at, 0, 10), day) ? S("") : str_sub(at, 0, 10),
        .time = str_sub(at, 11, 5),
        .value = bad ? p->written : at,
        .error = bad ? msg_lookup(r->lang, "reason.", p->reason, MSG_reason_internal) : S(""),
        .state = msg(r->lang, held ? MSG_plan_held : MSG_plan_ready),
        .no = a->no,
        .tone = held ? TONE_INFO : TONE_OK,
        .cancel = {.id = str_fmt(r->mem, "cancel-%lld", (long long)a->no),
                   .button = words,
                   .title = words,
                   .text = msg(r->lang, MSG_plan_cancel_effect),
                   .action = str_cat(r->mem, base, S("/unsubmit")),
                   .csrf = r->session.csrf,
                   .hidden = hidden,
                   .hidden_n = 1}};
}

static err show(struct planning *p, int status)
{
    struct request *r = p->r;
    TRY(request_read(r, read, p));
    struct plan_line *lines = NEW_N(r->mem, struct plan_line, p->n);
    str base = str_fmt(r->mem, "/console/%.*s/schedule", FMT(r->member.handle));
    for (size_t i = 0; i < p->n; i++)
        lines[i] =
            line_of(p, &p->v[i],
                    i ? str_sub(clock_china_text(r->mem, p->v[i - 1].publish_at), 0, 10) : S(""));
    str here = month_text(r, p->first);
    struct plan_view v = {.r = r,
                          .month = here,
                          .before = str_fmt(r->mem, "%.*s?month=%.*s", FMT(base),
                                            FMT(month_text(r, month_on(p->first, -1)))),
                          .after = str_fmt(r->mem, "%.*s?month=%.*s", FMT(base),
                                           FMT(month_text(r, month_on(p->first, 1)))),
                          .here = str_fmt(r->mem, "%.*s?month=%.*s", FMT(base), FMT(here)),
                          .lines = lines,
                          .n = p->n,
                          .empty = {.icon = S("calendar"),
                                    .title = msg(r->lang, MSG_plan_empty),
                                    .text = msg(r->lang, MSG_plan_empty_text)}};
    struct page page = {.place = PLACE_CONSOLE,
                        .back = {str_fmt(r->mem, "/console/%.*s/articles", FMT(r->member.handle)),
                                 msg(r->lang, MSG_article_list), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_plan, &v);
}

err page_plan(struct request *r)
{
    struct planning p = {.r = r, .first = month_read(r)};
    return show(&p, 200);
}

static err replan(struct tx *t, void *ctx)
{
    const struct planning *p = ctx;
    return article_replan(t, p->r->mem, &p->ref, p->r->session.user_id, p->at);
}

err do_plan(struct request *r)
{
    struct planning p = {.r = r, .first = month_read(r), .written = request_field(r, "publish_at")};
    p.ref.account_id = r->member.account_id;
    TRY(str_int(request_field(r, "no"), &p.ref.no));
    err e = editing_time(str_trim(p.written), &p.at);
    if (e == OK)
        e = request_tx(r, replan, &p);
    if (e == ERR_INVALID) {
        p.reason = str_z(r->mem, str_from(fault_of(e).reason));
        return show(&p, 422);
    }
    TRY(e);
    reply_flash(r, MSG_plan_moved);
    struct date d = clock_china(p.at).date;
    return reply_redirect(r, str_fmt(r->mem, "/console/%.*s/schedule?month=%.*s",
                                     FMT(r->member.handle), FMT(month_text(r, d))));
}
