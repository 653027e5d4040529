/* Figures for an account's people and for staff: tiles, charts, tables and a file. */
#include "article/article.h"
#include "base/clock.h"
#include "figures/figures_view.h"
#include "figures_pages.html.h"

enum {
    CHART_W = 720,
    CHART_H = 160,
    PERIODS = 3,
    DAY_COLUMNS = 5,
    SITE_COLUMNS = 6,
    CSV_MAX = 1 << 20
};
static const int DAYS[PERIODS] = {7, 30, 90};

struct asking {
    struct request *r;
    struct figures_question q;
    struct figures_answer a;
    struct site_day *site;
    struct article article;
};

static str number(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static str day_text(struct request *r, int64_t day)
{
    return date_text(r->mem, days_date(day));
}

static str percent(struct request *r, int64_t part, int64_t all)
{
    return all ? str_fmt(r->mem, "%lld %%", (long long)(part * 100 / all)) : S("–");
}

static void period_of(struct request *r, struct figures_question *q)
{
    int64_t days = 0;
    if (str_int(request_query(r, "days"), &days) != OK)
        days = 0;
    q->days = 30;
    for (size_t i = 0; i < PERIODS; i++)
        if (days == DAYS[i])
            q->days = DAYS[i];
    q->first_day = figures_day(r->now) - q->days + 1;
}

static const struct period *periods(struct request *r, const struct figures_question *q)
{
    struct period *v = NEW_N(r->mem, struct period, PERIODS);
    for (size_t i = 0; i < PERIODS; i++) {
        str n = number(r, DAYS[i]);
        v[i] = (struct period){msg_format(r->mem, r->lang, MSG_figures_days, &n, 1),
                               str_fmt(r->mem, "%.*s?days=%d", FMT(r->path), DAYS[i]),
                               q->days == DAYS[i]};
    }
    return v;
}

/* values[i * step] of n points, labels made by name. */
struct series {
    enum msg title;
    const int64_t *v;
    size_t n;
    str (*name)(struct request *r, int64_t at);
    int64_t first;
};

static struct chart chart_of(struct request *r, const struct series *s)
{
    struct bar *v = NEW_N(r->mem, struct bar, s->n);
    int64_t high = 1;
    for (size_t i = 0; i < s->n; i++)
        high = s->v[i] > high ? s->v[i] : high;
    int n = (int)s->n, slot = CHART_W / n, gap = slot > 8 ? 3 : 1;
    for (int i = 0; i < n; i++) {
        int64_t value = s->v[i] > 0 ? s->v[i] : 0;
        int h = (int)(value * CHART_H / high);
        h = value && h < 2 ? 2 : h;
        str args[] = {s->name(r, s->first + i), number(r, s->v[i])};
        v[i] = (struct bar){CHART_W * i / n, CHART_H - h, slot > gap ? slot - gap : 1, h,
                            msg_format(r->mem, r->lang, MSG_figures_point, args, LEN(args))};
    }
    return (struct chart){.title = msg(r->lang, s->title),
                          .low = S("0"),
                          .high = number(r, high),
                          .first = s->name(r, s->first),
                          .last = s->name(r, s->first + n - 1),
                          .v = v,
                          .n = s->n,
                          .width = CHART_W,
                          .height = CHART_H};
}

static str hour_name(struct request *r, int64_t hour)
{
    return str_fmt(r->mem, "%02lld:00", (long long)hour);
}

/* ---- an account, one article ---- */

static const struct tile *sources(struct request *r, const struct figures_answer *a)
{
    struct tile *v = NEW_N(r->mem, struct tile, READ_SOURCE_COUNT);
    for (size_t i = 0; i < READ_SOURCE_COUNT; i++)
        v[i] = (struct tile){msg_lookup(r->lang, "figures.source_", READ_SOURCE[i], MSG_word_none),
                             str_fmt(r->mem, "%lld（%.*s）", (long long)a->source[i],
                                     FMT(percent(r, a->source[i], a->sum.reads)))};
    return v;
}

static struct table_view days_table(struct request *r, const struct asking *x)
{
    size_t n = (size_t)x->q.days, cols_n = x->q.no ? 3 : DAY_COLUMNS;
    static const enum msg LABELS[DAY_COLUMNS] = {MSG_word_date, MSG_figures_reads, MSG_figures_ends,
                                                 MSG_figures_gained, MSG_figures_lost};
    struct table_col *cols = NEW_N(r->mem, struct table_col, cols_n);
    struct table_row *rows = NEW_N(r->mem, struct table_row, n);
    for (size_t i = 0; i < cols_n; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, LABELS[i]), .number = i > 0};
    for (size_t i = 0; i < n; i++) {
        const struct day_figures *d = &x->a.day[n - 1 - i];
        const int64_t values[] = {d->reads, d->ends, d->gained, d->lost};
        struct table_cell *c = NEW_N(r->mem, struct table_cell, cols_n);
        c[0].text = day_text(r, x->q.first_day + (int64_t)(n - 1 - i));
        for (size_t k = 1; k < cols_n; k++)
            c[k].text = number(r, values[k - 1]);
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_figures_by_day),
                               .cols = cols,
                               .col_n = cols_n,
                               .rows = rows,
                               .row_n = n};
}

static struct table_view top_table(struct request *r, const struct asking *x)
{
    enum { N = 4 };
    static const enum msg LABELS[N] = {MSG_figures_article, MSG_figures_reads, MSG_figures_ends,
                                       MSG_figures_completion};
    struct table_col *cols = NEW_N(r->mem, struct table_col, N);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->a.top_n);
    for (size_t i = 0; i < N; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, LABELS[i]), .number = i > 0};
    for (size_t i = 0; i < x->a.top_n; i++) {
        const struct top_article *a = &x->a.top[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, N);
        c[0].text = a->title;
        c[1].text = number(r, a->reads);
        c[2].text = number(r, a->ends);
        c[3].text = percent(r, a->ends, a->reads);
        rows[i] = (struct table_row){str_fmt(r->mem, "/console/%.*s/articles/%lld/figures",
                                             FMT(r->member.handle), (long long)a->no),
                                     c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_figures_top),
                               .cols = cols,
                               .col_n = N,
                               .rows = rows,
                               .row_n = x->a.top_n,
                               .empty = {.icon = S("chart-bar"),
                                         .title = msg(r->lang, MSG_figures_none),
                                         .text = msg(r->lang, MSG_figures_none_text)}};
}

static const int64_t *column(struct request *r, const struct asking *x, bool subscribers)
{
    int64_t *v = NEW_N(r->mem, int64_t, (size_t)x->q.days);
    for (int i = 0; i < x->q.days; i++)
        v[i] = subscribers ? x->a.day[i].gained : x->a.day[i].reads;
    return v;
}

static err account_show(struct asking *x, struct page *page)
{
    struct request *r = x->r;
    struct chart *charts = NEW_N(r->mem, struct chart, 3);
    struct tile *tiles = NEW_N(r->mem, struct tile, 4);
    size_t days = (size_t)x->q.days, n = 0, tile_n = 2;
    charts[n++] = chart_of(r, &(struct series){MSG_figures_reads_by_day, column(r, x, false), days,
                                               day_text, x->q.first_day});
    charts[n++] =
        chart_of(r, &(struct series){MSG_figures_reads_by_hour, x->a.hour, 24, hour_name, 0});
    tiles[0] = (struct tile){msg(r->lang, MSG_figures_reads), number(r, x->a.sum.reads)};
    tiles[1] = (struct tile){msg(r->lang, MSG_figures_completion),
                             percent(r, x->a.sum.ends, x->a.sum.reads)};
    if (!x->q.no) {
        charts[n++] = chart_of(r, &(struct series){MSG_figures_gained_by_day, column(r, x, true),
                                                   days, day_text, x->q.first_day});
        tiles[tile_n++] =
            (struct tile){msg(r->lang, MSG_figures_gained), number(r, x->a.sum.gained)};
        tiles[tile_n++] = (struct tile){msg(r->lang, MSG_figures_lost), number(r, x->a.sum.lost)};
    }
    struct figures_view v = {.periods = periods(r, &x->q),
                             .period_n = PERIODS,
                             .tiles = tiles,
                             .tile_n = tile_n,
                             .charts = charts,
                             .chart_n = n,
                             .sources = sources(r, &x->a),
                             .source_n = READ_SOURCE_COUNT,
                             .days = days_table(r, x),
                             .has_top = !x->q.no};
    if (!x->q.no) {
        v.top = top_table(r, x);
        v.csv = str_fmt(r->mem, "%.*s.csv?days=%d", FMT(r->path), x->q.days);
    }
    return REPLY_PAGE(r, page, view_figures, &v);
}

static err load_account(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    if (x->q.no)
        TRY(article_load(t, x->r->mem, x->q.account_id, x->q.no, &x->article));
    return figures_of_account(t, x->r->mem, &x->q, &x->a);
}

static err account_read(struct request *r, struct asking *x)
{
    x->r = r;
    x->q.account_id = r->member.account_id;
    period_of(r, &x->q);
    return request_read(r, load_account, x);
}

err page_account_figures(struct request *r)
{
    struct asking x = {0};
    TRY(account_read(r, &x));
    return account_show(&x, &(struct page){.place = PLACE_CONSOLE});
}

err page_article_figures(struct request *r)
{
    struct asking x = {0};
    TRY(request_arg_int(r, "no", &x.q.no));
    TRY(account_read(r, &x));
    struct page page = {.place = PLACE_CONSOLE, .title = x.article.title};
    page.back = (struct page_link){str_fmt(r->mem, "/console/%.*s/figures", FMT(r->member.handle)),
                                   msg(r->lang, MSG_figures_title), S("")};
    return account_show(&x, &page);
}

static err csv_send(struct request *r, struct buf *b, const char *name)
{
    str body;
    TRY(buf_take(b, &body));
    reply_header(r, "Content-Disposition",
                 str_fmt(r->mem, "attachment; filename=\"%s.csv\"", name));
    return reply_text(r, 200, S("text/csv; charset=utf-8"), body);
}

err page_account_figures_csv(struct request *r)
{
    struct asking x = {0};
    struct buf b;
    TRY(account_read(r, &x));
    buf_init(&b, r->mem, CSV_MAX);
    buf_add(&b, S("date,reads,ends,subscribers_gained,subscribers_lost\r\n"));
    for (int i = 0; i < x.q.days; i++) {
        const struct day_figures *d = &x.a.day[i];
        buf_add(&b, str_fmt(r->mem, "%.*s,%lld,%lld,%lld,%lld\r\n",
                            FMT(day_text(r, x.q.first_day + i)), (long long)d->reads,
                            (long long)d->ends, (long long)d->gained, (long long)d->lost));
    }
    return csv_send(r, &b, "figures");
}

/* ---- the site ---- */

static err load_site(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    return figures_of_site(t, x->r->mem, x->q.first_day, x->q.days, &x->site);
}

static const enum msg SITE_LABELS[SITE_COLUMNS] = {MSG_word_date,        MSG_figures_reads,
                                                   MSG_figures_articles, MSG_figures_accounts,
                                                   MSG_figures_users,    MSG_figures_reviews};

static int64_t site_value(const struct site_day *d, size_t column)
{
    const int64_t v[] = {d->reads, d->articles, d->accounts, d->users, d->reviews};
    return v[column - 1];
}

static struct table_view site_table(struct request *r, const struct asking *x)
{
    size_t n = (size_t)x->q.days;
    struct table_col *cols = NEW_N(r->mem, struct table_col, SITE_COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, n);
    for (size_t i = 0; i < SITE_COLUMNS; i++)
        cols[i] = (struct table_col){.label = msg(r->lang, SITE_LABELS[i]), .number = i > 0};
    for (size_t i = 0; i < n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, SITE_COLUMNS);
        c[0].text = day_text(r, x->q.first_day + (int64_t)(n - 1 - i));
        for (size_t k = 1; k < SITE_COLUMNS; k++)
            c[k].text = number(r, site_value(&x->site[n - 1 - i], k));
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_figures_by_day),
                               .cols = cols,
                               .col_n = SITE_COLUMNS,
                               .rows = rows,
                               .row_n = n};
}

err page_site_figures(struct request *r)
{
    struct asking x = {.r = r};
    period_of(r, &x.q);
    TRY(request_read(r, load_site, &x));
    size_t days = (size_t)x.q.days;
    struct chart *charts = NEW_N(r->mem, struct chart, SITE_COLUMNS - 1);
    struct tile *tiles = NEW_N(r->mem, struct tile, SITE_COLUMNS - 1);
    for (size_t k = 1; k < SITE_COLUMNS; k++) {
        int64_t *v = NEW_N(r->mem, int64_t, days), sum = 0;
        for (size_t i = 0; i < days; i++)
            sum += v[i] = site_value(&x.site[i], k);
        charts[k - 1] =
            chart_of(r, &(struct series){SITE_LABELS[k], v, days, day_text, x.q.first_day});
        tiles[k - 1] = (struct tile){msg(r->lang, SITE_LABELS[k]), number(r, sum)};
    }
    struct figures_view v = {.periods = periods(r, &x.q),
                             .period_n = PERIODS,
                             .tiles = tiles,
                             .tile_n = SITE_COLUMNS - 1,
                             .charts = charts,
                             .chart_n = SITE_COLUMNS - 1,
                             .days = site_table(r, &x),
                             .csv = str_fmt(r->mem, "/desk/figures.csv?days=%d", x.q.days)};
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_figures, &v);
}

err page_site_figures_csv(struct request *r)
{
    struct asking x = {.r = r};
    struct buf b;
    period_of(r, &x.q);
    TRY(request_read(r, load_site, &x));
    buf_init(&b, r->mem, CSV_MAX);
    buf_add(&b, S("date,reads,articles,accounts,users,reviews\r\n"));
    for (int i = 0; i < x.q.days; i++) {
        const struct site_day *d = &x.site[i];
        buf_add(&b, str_fmt(r->mem, "%.*s,%lld,%lld,%lld,%lld,%lld\r\n",
                            FMT(day_text(r, x.q.first_day + i)), (long long)d->reads,
                            (long long)d->articles, (long long)d->accounts, (long long)d->users,
                            (long long)d->reviews));
    }
    return csv_send(r, &b, "platform");
}
