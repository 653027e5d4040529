/* The operation log for the security administrator (A16.2): search, page by key, export. */
#include "desk/desk_view.h"
#include "desk_log.html.h"

#include "base/clock.h"
#include "record/record.h"
#include "web/csv.h"

enum { PAGE_ROWS = 50, FILTER_MAX = 100, CSV_MAX = 16 * 1024 * 1024 };

struct log {
    struct request *r;
    struct log_filter f;
    struct desk_log_view v;
    struct log_row *rows;
    size_t n;
    int status;
};

typedef str field_fn(const struct request *r, const char *name);

static str take(const struct request *r, field_fn *from, const char *name)
{
    str s = from(r, name);
    return s.p ? str_trim(s) : S("");
}

static err refuse(struct log *l, const char *reason)
{
    l->v.error = msg_lookup(l->r->lang, "reason.", reason, MSG_reason_invalid);
    return fault(ERR_INVALID, reason, "filter of the operation log");
}

static err read_filter(struct log *l, field_fn *from)
{
    struct request *r = l->r;
    struct desk_log_view *v = &l->v;
    v->user = take(r, from, "user");
    v->account = take(r, from, "account");
    v->route = take(r, from, "route");
    v->address = take(r, from, "address");
    v->result = take(r, from, "result");
    v->from = take(r, from, "from");
    v->until = take(r, from, "until");
    str before = take(r, from, "before");
    const str all[] = {v->user, v->account, v->route, v->address, v->result};
    for (size_t i = 0; i < LEN(all); i++)
        if (str_count(all[i]) > FILTER_MAX)
            return refuse(l, "log_filter_long");
    l->f = (struct log_filter){.user = v->user,
                               .account = str_lower_ascii(r->mem, v->account),
                               .route = v->route,
                               .address = v->address,
                               .result = v->result,
                               .limit = PAGE_ROWS};
    if (date_ms_or(v->from, 0, &l->f.from) != OK ||
        date_ms_or(v->until, r->now + DAY_MS, &l->f.until) != OK)
        return refuse(l, "bad_date");
    if (v->until.n)
        l->f.until += DAY_MS; /* that day included */
    if (l->f.until <= l->f.from)
        return refuse(l, "log_range");
    if (before.n && str_int(before, &l->f.before) != OK)
        return refuse(l, "bad_number");
    return OK;
}

static err load(struct tx *t, void *ctx)
{
    struct log *l = ctx;
    return log_list(t, l->r->mem, &l->f, &l->rows, &l->n);
}

static struct table_row row_of(struct request *r, const struct log_row *x)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, 6);
    bool ok = str_eq(x->result, S("ok"));
    c[0].text = clock_china_seconds(r->mem, x->at);
    c[1].text = x->user.n    ? x->user
                : x->user_id ? str_fmt(r->mem, "%lld", (long long)x->user_id)
                             : msg(r->lang, MSG_log_nobody);
    c[2].text = str_fmt(r->mem, "%.*s %.*s", FMT(x->method), FMT(x->object));
    c[3].text = x->account;
    c[4] = (struct table_cell){.text = ok ? msg(r->lang, MSG_log_ok) : x->result,
                               .status = true,
                               .tone = ok ? TONE_OK : TONE_WARN};
    c[5].text = str_fmt(r->mem, "%.*s:%d", FMT(x->ip), x->port);
    return (struct table_row){S(""), c};
}

static str next_page(const struct log *l)
{
    struct buf b;
    if (l->n < PAGE_ROWS)
        return S("");
    buf_init(&b, l->r->mem, 8192);
    buf_add(&b, S("/desk/log?"));
    url_pair_add(&b, "user", l->v.user);
    url_pair_add(&b, "account", l->v.account);
    url_pair_add(&b, "route", l->v.route);
    url_pair_add(&b, "address", l->v.address);
    url_pair_add(&b, "result", l->v.result);
    url_pair_add(&b, "from", l->v.from);
    url_pair_add(&b, "until", l->v.until);
    buf_fmt(&b, "before=%lld", (long long)l->rows[l->n - 1].id);
    return buf_str(&b);
}

static err show(struct log *l)
{
    struct request *r = l->r;
    struct table_col cols[] = {
        {.label = msg(r->lang, MSG_word_time)},   {.label = msg(r->lang, MSG_log_user)},
        {.label = msg(r->lang, MSG_log_act)},     {.label = msg(r->lang, MSG_log_account)},
        {.label = msg(r->lang, MSG_log_outcome)}, {.label = msg(r->lang, MSG_log_source)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, PAGE_ROWS);
    for (size_t i = 0; i < l->n; i++)
        rows[i] = row_of(r, &l->rows[i]);
    l->v.csrf = r->session.csrf;
    l->v.table = (struct table_view){.caption = msg(r->lang, MSG_nav_log),
                                     .cols = cols,
                                     .col_n = LEN(cols),
                                     .rows = rows,
                                     .row_n = l->n,
                                     .pager = {.next = next_page(l)},
                                     .empty = {.icon = S("document-magnifying-glass"),
                                               .title = msg(r->lang, MSG_log_empty),
                                               .text = msg(r->lang, MSG_log_empty_text)}};
    struct page page = {.place = PLACE_DESK, .wide = true};
    return REPLY_PAGE_STATUS(r, l->status, &page, view_desk_log, &l->v);
}

err page_log(struct request *r)
{
    struct log l = {.r = r, .status = 200};
    if (read_filter(&l, request_query) == OK)
        TRY(request_read(r, load, &l));
    else
        l.status = 422;
    return show(&l);
}

/* ---- export ---- */

static err csv_of(const struct log *l, str *ret_csv)
{
    struct request *r = l->r;
    struct buf b;
    buf_init(&b, r->mem, CSV_MAX);
    const str head[] = {S("id"),         S("time"),           S("user_id"),   S("user"),
                        S("account"),    S("method"),         S("route"),     S("object"),
                        S("result"),     S("status"),         S("ip"),        S("port"),
                        S("user_agent"), S("content_sha256"), S("row_sha256")};
    csv_start(&b);
    csv_line(&b, head, LEN(head));
    for (size_t i = 0; i < l->n; i++) {
        const struct log_row *x = &l->rows[i];
        const str line[] = {str_fmt(r->mem, "%lld", (long long)x->id),
                            clock_china_seconds(r->mem, x->at),
                            str_fmt(r->mem, "%lld", (long long)x->user_id),
                            x->user,
                            x->account,
                            x->method,
                            x->route,
                            x->object,
                            x->result,
                            str_fmt(r->mem, "%d", x->status),
                            x->ip,
                            str_fmt(r->mem, "%d", x->port),
                            x->user_agent,
                            x->content_hash.p ? hex(r->mem, x->content_hash) : S(""),
                            hex(r->mem, x->hash)};
        csv_line(&b, line, LEN(line));
    }
    return buf_take(&b, ret_csv);
}

struct exporting {
    struct request *r;
    str hash;
    size_t rows;
};

static err note_export(struct tx *t, void *ctx)
{
    const struct exporting *x = ctx;
    return record_add(t, &(struct record_in){.kind = RECORD_oplog_exported,
                                             .actor = x->r->session.user_id,
                                             .subject = S("oplog/export"),
                                             RECORD_FIELDS(RECORD_TEXT("sha256", x->hash),
                                                           RECORD_INT("rows", (int64_t)x->rows))});
}

err do_log_export(struct request *r)
{
    struct log l = {.r = r, .status = 422};
    str csv;
    if (read_filter(&l, request_field) != OK)
        return show(&l);
    l.f.limit = LOG_LIMIT_MAX;
    TRY(request_read(r, load, &l));
    TRY(csv_of(&l, &csv));
    struct exporting x = {r, sha256_hex(r->mem, sha256(str_bytes(csv))), l.n};
    TRY(request_tx(r, note_export, &x));
    reply_header(r, "Content-Disposition",
                 str_fmt(r->mem, "attachment; filename=\"operation-log-%.*s.csv\"", FMT(x.hash)));
    return reply_text(r, 200, S("text/csv; charset=utf-8"), csv);
}
