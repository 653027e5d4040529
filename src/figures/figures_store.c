/* SQL of figures. */
#include "figures/figures_store.h"

#include "base/clock.h"

enum { CHINA_MS = 8 * HOUR_MS };

err store_salt(struct tx *t, arena *mem, int64_t day, struct bytes *ret_salt)
{
    return db_one(t, mem, "SELECT salt FROM read_salt WHERE day = $1", DB_IN(day),
                  DB_OUT(ret_salt));
}

err store_salt_put(struct tx *t, int64_t day, struct bytes salt)
{
    return db_exec(t,
                   "INSERT INTO read_salt (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING",
                   DB_IN(day, salt));
}

err store_forget(struct tx *t, int64_t before_day)
{
    TRY(db_exec(t, "DELETE FROM read_salt WHERE day < $1", DB_IN(before_day)));
    return db_exec(t, "DELETE FROM read_seen WHERE day < $1", DB_IN(before_day));
}

err store_seen(struct tx *t, int64_t day, struct bytes mark, bool *ret_new)
{
    int64_t n = 0;
    TRY(db_exec_n(
        t, "INSERT INTO read_seen (day, mark) VALUES ($1, $2) ON CONFLICT (day, mark) DO NOTHING",
        DB_IN(day, mark), &n));
    *ret_new = n > 0;
    return OK;
}

err store_account_of(struct tx *t, str handle, int64_t *ret_id)
{
    return db_one(t, NULL, "SELECT account_id FROM account_handle WHERE handle = $1", DB_IN(handle),
                  DB_OUT(ret_id));
}

err store_sum(struct tx *t, const struct read_sum *s)
{
    TRY(db_exec(t,
                "INSERT INTO read_count (account_id, no, day, reads, ends)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, no, day) DO UPDATE SET"
                " reads = read_count.reads + excluded.reads,"
                " ends = read_count.ends + excluded.ends",
                DB_IN(s->account_id, s->no, s->hour / 24, s->reads, s->ends)));
    if (!s->reads)
        return OK;
    TRY(db_exec(t,
                "INSERT INTO read_hour (account_id, no, hour, source, reads)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, no, hour, source)"
                " DO UPDATE SET reads = read_hour.reads + excluded.reads",
                DB_IN(s->account_id, s->no, s->hour, str_from(READ_SOURCE[s->source]), s->reads)));
    return db_exec(t, "UPDATE article SET reads = reads + $3 WHERE account_id = $1 AND no = $2",
                   DB_IN(s->account_id, s->no, s->reads));
}

/* ---- asking ---- */

struct day_row {
    int64_t day, a, b;
};

static err load_reads(struct tx *t, const struct figures_question *q, struct figures_answer *a)
{
    struct day_row x = {0};
    int64_t end = q->first_day + q->days;
    DB_EACH(t, NULL,
            "SELECT day, SUM(reads), SUM(ends) FROM read_count WHERE account_id = $1"
            " AND ($2 = 0 OR no = $2) AND day >= $3 AND day < $4 GROUP BY day",
            DB_IN(q->account_id, q->no, q->first_day, end), DB_OUT(&x.day, &x.a, &x.b), {
                a->day[x.day - q->first_day].reads = x.a;
                a->day[x.day - q->first_day].ends = x.b;
            });
    return OK;
}

static err load_subscribers(struct tx *t, const struct figures_question *q,
                            struct figures_answer *a)
{
    struct day_row x = {0};
    int64_t end = q->first_day + q->days;
    DB_EACH(t, NULL,
            "SELECT day, gained, lost FROM subscription_day WHERE account_id = $1"
            " AND day >= $2 AND day < $3",
            DB_IN(q->account_id, q->first_day, end), DB_OUT(&x.day, &x.a, &x.b), {
                a->day[x.day - q->first_day].gained = x.a;
                a->day[x.day - q->first_day].lost = x.b;
            });
    return OK;
}

static err load_hours(struct tx *t, arena *mem, const struct figures_question *q,
                      struct figures_answer *a)
{
    int64_t hour = 0, reads = 0, first = q->first_day * 24, end = first + (int64_t)q->days * 24;
    str source = STR_NONE;
    DB_EACH(t, mem,
            "SELECT hour % 24, source, SUM(reads) FROM read_hour WHERE account_id = $1"
            " AND ($2 = 0 OR no = $2) AND hour >= $3 AND hour < $4 GROUP BY hour % 24, source",
            DB_IN(q->account_id, q->no, first, end), DB_OUT(&hour, &source, &reads), {
                a->hour[hour] += reads;
                for (int s = 0; s < READ_SOURCE_COUNT; s++)
                    if (str_eq(source, str_from(READ_SOURCE[s])))
                        a->source[s] += reads;
            });
    return OK;
}

static err load_top(struct tx *t, arena *mem, const struct figures_question *q,
                    struct figures_answer *a)
{
    struct top_article x = {0};
    int64_t end = q->first_day + q->days;
    a->top = NEW_N(mem, struct top_article, FIGURES_TOP);
    DB_EACH(t, mem,
            "SELECT c.no, SUM(c.reads), SUM(c.ends), MAX(a.published_at), MAX(a.title)"
            " FROM read_count c JOIN article a ON a.account_id = c.account_id AND a.no = c.no"
            " WHERE c.account_id = $1 AND c.day >= $2 AND c.day < $3 GROUP BY c.no"
            " ORDER BY SUM(c.reads) DESC, c.no DESC LIMIT 20",
            DB_IN(q->account_id, q->first_day, end),
            DB_OUT(&x.no, &x.reads, &x.ends, &x.published_at, &x.title),
            { a->top[a->top_n++] = x; });
    return OK;
}

err figures_of_account(struct tx *t, arena *mem, const struct figures_question *q,
                       struct figures_answer *ret_a)
{
    ASSERT(q->days > 0 && q->days <= FIGURES_DAYS_MAX);
    struct figures_answer a = {.day = NEW_N(mem, struct day_figures, (size_t)q->days)};
    TRY(load_reads(t, q, &a));
    TRY(load_hours(t, mem, q, &a));
    if (!q->no) {
        TRY(load_subscribers(t, q, &a));
        TRY(load_top(t, mem, q, &a));
    }
    for (int i = 0; i < q->days; i++) {
        a.sum.reads += a.day[i].reads;
        a.sum.ends += a.day[i].ends;
        a.sum.gained += a.day[i].gained;
        a.sum.lost += a.day[i].lost;
    }
    *ret_a = a;
    return OK;
}

err figures_of_site(struct tx *t, arena *mem, int64_t first_day, int days, struct site_day **ret_v)
{
    struct site_day *v = NEW_N(mem, struct site_day, (size_t)days);
    int64_t day = 0, n = 0, first_ms = first_day * DAY_MS - CHINA_MS;
    int64_t end_ms = first_ms + days * (int64_t)DAY_MS, end = first_day + days;
    DB_EACH(t, NULL,
            "SELECT day, SUM(reads) FROM read_count WHERE day >= $1 AND day < $2 GROUP BY day",
            DB_IN(first_day, end), DB_OUT(&day, &n), { v[day - first_day].reads = n; });
    DB_EACH(t, NULL,
            "SELECT (published_at + 28800000) / 86400000, COUNT(*) FROM article"
            " WHERE state = 'published' AND published_at >= $1 AND published_at < $2"
            " GROUP BY (published_at + 28800000) / 86400000",
            DB_IN(first_ms, end_ms), DB_OUT(&day, &n), { v[day - first_day].articles = n; });
    DB_EACH(t, NULL,
            "SELECT (activated_at + 28800000) / 86400000, COUNT(*) FROM account"
            " WHERE activated_at >= $1 AND activated_at < $2"
            " GROUP BY (activated_at + 28800000) / 86400000",
            DB_IN(first_ms, end_ms), DB_OUT(&day, &n), { v[day - first_day].accounts = n; });
    DB_EACH(t, NULL,
            "SELECT (created_at + 28800000) / 86400000, COUNT(*) FROM users"
            " WHERE created_at >= $1 AND created_at < $2"
            " GROUP BY (created_at + 28800000) / 86400000",
            DB_IN(first_ms, end_ms), DB_OUT(&day, &n), { v[day - first_day].users = n; });
    DB_EACH(t, NULL,
            "SELECT (decided_at + 28800000) / 86400000, COUNT(*) FROM cases"
            " WHERE state = 'decided' AND decided_at >= $1 AND decided_at < $2"
            " GROUP BY (decided_at + 28800000) / 86400000",
            DB_IN(first_ms, end_ms), DB_OUT(&day, &n), { v[day - first_day].reviews = n; });
    *ret_v = v;
    return OK;
}
