/* The security officer's page: failed logins, locks and anomalies; unlock, export. */
#include "user/user_view.h"
#include "user/watch.h"

#include "base/clock.h"
#include "base/id.h"
#include "notice/notice.h"
#include "record/record.h"
#include "user/device_store.h"
#include "user_watch.html.h"
#include "web/csv.h"

enum { LOOK_BACK_DAYS = 7, CSV_MAX = 8 * 1024 * 1024, IP_MAX = 64 };

static const struct form_field UNLOCK[] = {
    {.name = "reason",
     .kind = FIELD_TEXT,
     .label = MSG_user_unlock_reason,
     .help = MSG_user_unlock_reason_help,
     .required = true,
     .max = UNLOCK_REASON_MAX},
};

struct watching {
    struct request *r;
    struct watch_filter f;
    struct watch_view v;
    struct watch_event *events;
    struct watch_sum *addresses, *logins;
    struct watch_lock *locks;
    size_t event_n, address_n, login_n, lock_n;
    int status;
};

/* ---- filter ---- */

typedef str field_fn(const struct request *r, const char *name);

static str take(const struct request *r, field_fn *from, const char *name)
{
    str s = from(r, name);
    return s.p ? str_trim(s) : S("");
}

static err refuse(struct watching *w, const char *reason)
{
    w->v.error = msg_lookup(w->r->lang, "reason.", reason, MSG_reason_invalid);
    w->status = 422;
    return fault(ERR_INVALID, reason, "filter of logins");
}

static bool number_of(str text, int64_t *n)
{
    return !text.n || (str_int(text, n) == OK && *n >= 0);
}

static err read_filter(struct watching *w, field_fn *from)
{
    struct request *r = w->r;
    struct watch_view *v = &w->v;
    v->kind = take(r, from, "kind");
    v->ip = take(r, from, "ip");
    v->user = take(r, from, "user");
    v->from = take(r, from, "from");
    v->until = take(r, from, "until");
    w->status = 200;
    w->f = (struct watch_filter){.kind = v->kind, .ip = v->ip, .limit = WATCH_ROWS};
    if (v->ip.n > IP_MAX || v->kind.n > IP_MAX)
        return refuse(w, "log_filter_long");
    if (!number_of(v->user, &w->f.user_id) || !number_of(take(r, from, "before"), &w->f.before))
        return refuse(w, "bad_number");
    if (date_ms_or(v->from, r->now - (int64_t)LOOK_BACK_DAYS * DAY_MS, &w->f.from) != OK ||
        date_ms_or(v->until, r->now + MINUTE_MS, &w->f.until) != OK)
        return refuse(w, "bad_date");
    if (v->until.n)
        w->f.until += DAY_MS; /* that day included */
    return w->f.until > w->f.from ? OK : refuse(w, "log_range");
}

/* ---- what is shown ---- */

static err load(struct tx *t, void *ctx)
{
    struct watching *w = ctx;
    arena *mem = w->r->mem;
    TRY(watch_events(t, mem, &w->f, &w->events, &w->event_n));
    TRY(watch_addresses(t, mem, &w->f, &w->addresses, &w->address_n));
    TRY(watch_logins(t, mem, &w->f, &w->logins, &w->login_n));
    return watch_locks(t, mem, &w->locks, &w->lock_n);
}

static struct table_view table(struct request *r, enum msg caption, const enum msg *heads, size_t n)
{
    struct table_col *cols = NEW_N(r->mem, struct table_col, n);
    for (size_t i = 0; i < n; i++)
        cols[i].label = msg(r->lang, heads[i]);
    return (struct table_view){.caption = msg(r->lang, caption), .cols = cols, .col_n = n};
}

static str kind_text(const struct request *r, str kind)
{
    return msg_lookup(r->lang, "user.event_", str_z(r->mem, kind), MSG_word_none);
}

static str who(const struct request *r, const struct watch_event *e)
{
    return e->user_id ? e->user : msg(r->lang, MSG_user_event_nobody);
}

static str told(const struct request *r, const struct watch_event *e)
{
    if (!e->actor)
        return S("");
    return str_fmt(r->mem, "%.*s: %.*s", FMT(e->officer), FMT(e->note));
}

static str next_page(const struct watching *w)
{
    struct buf b;
    if (w->event_n < WATCH_ROWS)
        return S("");
    buf_init(&b, w->r->mem, 2048);
    buf_add(&b, S("/desk/logins?"));
    url_pair_add(&b, "kind", w->v.kind);
    url_pair_add(&b, "ip", w->v.ip);
    url_pair_add(&b, "user", w->v.user);
    url_pair_add(&b, "from", w->v.from);
    url_pair_add(&b, "until", w->v.until);
    buf_fmt(&b, "before=%lld", (long long)w->events[w->event_n - 1].id);
    return buf_str(&b);
}

static struct table_view event_table(const struct watching *w)
{
    struct request *r = w->r;
    static const enum msg HEADS[] = {MSG_word_time,    MSG_user_event,  MSG_user_event_login,
                                     MSG_user_address, MSG_user_device, MSG_user_event_note};
    struct table_view v = table(r, MSG_user_events, HEADS, LEN(HEADS));
    struct table_row *rows = NEW_N(r->mem, struct table_row, WATCH_ROWS);
    for (size_t i = 0; i < w->event_n; i++) {
        const struct watch_event *e = &w->events[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        c[0].text = clock_china_seconds(r->mem, e->at);
        c[1].text = kind_text(r, e->kind);
        c[2].text = who(r, e);
        c[3].text = str_fmt(r->mem, "%.*s:%d", FMT(e->ip), e->port);
        c[4].text = device_name(r->mem, e->user_agent);
        c[5].text = told(r, e);
        rows[i].cells = c;
    }
    v.rows = rows;
    v.row_n = w->event_n;
    v.pager.next = next_page(w);
    v.empty = (struct empty_view){.icon = S("shield-check"),
                                  .title = msg(r->lang, MSG_user_events_none),
                                  .text = msg(r->lang, MSG_user_events_none_text)};
    return v;
}

static struct table_view sum_table(const struct watching *w, const struct watch_sum *v, size_t n,
                                   bool addresses)
{
    struct request *r = w->r;
    const enum msg heads[] = {
        addresses ? MSG_user_address : MSG_user_event_login, MSG_user_watch_tries,
        addresses ? MSG_user_watch_logins : MSG_user_watch_addresses, MSG_user_watch_last};
    struct table_view view = table(
        r, addresses ? MSG_user_watch_by_address : MSG_user_watch_by_login, heads, LEN(heads));
    struct table_row *rows = NEW_N(r->mem, struct table_row, WATCH_ROWS);
    for (size_t i = 0; i < n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(heads));
        c[0].text = addresses ? v[i].ip : v[i].user;
        c[1].text = str_fmt(r->mem, "%lld", (long long)v[i].tries);
        c[2].text = str_fmt(r->mem, "%lld", (long long)v[i].others);
        c[3].at_ms = v[i].last_at;
        rows[i] = (struct table_row){
            addresses ? str_fmt(r->mem, "/desk/logins?ip=%.*s", FMT(v[i].ip))
                      : str_fmt(r->mem, "/desk/logins?user=%lld", (long long)v[i].user_id),
            c};
    }
    view.rows = rows;
    view.row_n = n;
    view.empty =
        (struct empty_view){.icon = S("shield-check"), .title = msg(r->lang, MSG_user_watch_calm)};
    return view;
}

static struct table_view lock_table(const struct watching *w)
{
    struct request *r = w->r;
    static const enum msg HEADS[] = {MSG_user_event_login, MSG_user_watch_tries,
                                     MSG_user_watch_until};
    struct table_view v = table(r, MSG_user_locks, HEADS, LEN(HEADS));
    struct table_row *rows = NEW_N(r->mem, struct table_row, WATCH_ROWS);
    for (size_t i = 0; i < w->lock_n; i++) {
        const struct watch_lock *l = &w->locks[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LEN(HEADS));
        c[0].text = l->name;
        c[1].text = str_fmt(r->mem, "%d", l->failed);
        c[2].text = clock_china_text(r->mem, l->locked_until);
        rows[i] =
            (struct table_row){str_fmt(r->mem, "/desk/logins/%lld", (long long)l->user_id), c};
    }
    v.rows = rows;
    v.row_n = w->lock_n;
    v.empty =
        (struct empty_view){.icon = S("shield-check"), .title = msg(r->lang, MSG_user_locks_none)};
    return v;
}

static err show(struct watching *w)
{
    struct request *r = w->r;
    struct watch_view *v = &w->v;
    v->r = r;
    v->events = event_table(w);
    v->addresses = sum_table(w, w->addresses, w->address_n, true);
    v->logins = sum_table(w, w->logins, w->login_n, false);
    v->locks = lock_table(w);
    struct page page = {.place = PLACE_DESK, .wide = true};
    return REPLY_PAGE_STATUS(r, w->status, &page, view_watch, v);
}

err page_logins(struct request *r)
{
    struct watching w = {.r = r};
    if (read_filter(&w, request_query) == OK)
        TRY(request_read(r, load, &w));
    return show(&w);
}

/* ---- unlock ---- */

struct unlocking {
    struct request *r;
    int64_t id;
    struct user u;
    str reason;
};

static err tx_locked(struct tx *t, void *ctx)
{
    struct unlocking *u = ctx;
    return user_load(t, u->r->mem, u->id, &u->u);
}

static err show_lock(const struct unlocking *u, int status, struct form *f)
{
    struct request *r = u->r;
    bool locked = u->u.locked_until > r->now;
    const struct fact facts[] = {
        {.label = msg(r->lang, MSG_user_event_login), .text = u->u.name},
        {.label = msg(r->lang, MSG_user_watch_tries), .text = str_fmt(r->mem, "%d", u->u.failed)},
        {.label = msg(r->lang, MSG_user_watch_until),
         .text = locked ? clock_china_text(r->mem, u->u.locked_until)
                        : msg(r->lang, MSG_user_not_locked)},
    };
    f->submit = MSG_user_unlock;
    struct lock_view v = {.facts = {facts, LEN(facts)}, .form = locked ? f : NULL};
    struct page page = {.place = PLACE_DESK,
                        .title = u->u.name,
                        .back = {S("/desk/logins"), msg(r->lang, MSG_user_watch), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_lock, &v);
}

err page_login_lock(struct request *r)
{
    struct unlocking u = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "user", &u.id));
    TRY(request_read(r, tx_locked, &u));
    form_init(r, UNLOCK, LEN(UNLOCK), &f);
    return show_lock(&u, 200, &f);
}

err watch_unlock(const struct request *r, struct tx *t, int64_t user_id, str reason)
{
    struct user u;
    int64_t id = id_new();
    TRY(user_load(t, r->mem, user_id, &u));
    if (u.locked_until <= tx_now(t))
        return fault(ERR_CONFLICT, "not_locked", "login is open");
    TRY(user_succeeded(t, user_id));
    TRY(store_event_insert(t, &(struct event_row){.id = id,
                                                  .kind = login_event_name(LOGIN_unlocked),
                                                  .user_id = user_id,
                                                  .ip = r->ip,
                                                  .port = r->port,
                                                  .user_agent = S(""),
                                                  .actor = r->session.user_id,
                                                  .note = reason}));
    TRY(record_add(t, &(struct record_in){
                          .kind = RECORD_login_unlocked,
                          .actor = r->session.user_id,
                          .subject = str_fmt(r->mem, "user/%lld", (long long)user_id),
                          RECORD_FIELDS(RECORD_INT("event", id)),
                      }));
    return notice_send(t, user_id, "login_unlocked", S("/me/security"), 0, NULL);
}

static err tx_unlock(struct tx *t, void *ctx)
{
    const struct unlocking *u = ctx;
    return watch_unlock(u->r, t, u->id, u->reason);
}

err do_login_unlock(struct request *r)
{
    struct unlocking u = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "user", &u.id));
    TRY(request_read(r, tx_locked, &u));
    if (form_read(r, UNLOCK, LEN(UNLOCK), &f) != OK)
        return show_lock(&u, 422, &f);
    u.reason = form_get(&f, "reason");
    err e = request_tx(r, tx_unlock, &u);
    if (e != OK && form_take_fault(&f, e))
        return show_lock(&u, 422, &f);
    TRY(e);
    reply_flash(r, MSG_user_unlocked);
    return reply_redirect(r, S("/desk/logins"));
}

/* ---- export ---- */

static err load_events(struct tx *t, void *ctx)
{
    struct watching *w = ctx;
    return watch_events(t, w->r->mem, &w->f, &w->events, &w->event_n);
}

err do_logins_export(struct request *r)
{
    struct watching w = {.r = r};
    struct buf b;
    str csv;
    if (read_filter(&w, request_field) != OK)
        return show(&w);
    w.f.limit = WATCH_LIMIT_MAX;
    TRY(request_read(r, load_events, &w));
    buf_init(&b, r->mem, CSV_MAX);
    csv_start(&b);
    csv_line(&b,
             (const str[]){S("id"), S("time"), S("event"), S("user_id"), S("user"), S("ip"),
                           S("port"), S("user_agent"), S("officer"), S("reason")},
             10);
    for (size_t i = 0; i < w.event_n; i++) {
        const struct watch_event *e = &w.events[i];
        const str line[] = {str_fmt(r->mem, "%lld", (long long)e->id),
                            clock_china_seconds(r->mem, e->at),
                            e->kind,
                            str_fmt(r->mem, "%lld", (long long)e->user_id),
                            e->user,
                            e->ip,
                            str_fmt(r->mem, "%d", e->port),
                            e->user_agent,
                            e->officer,
                            e->note};
        csv_line(&b, line, LEN(line));
    }
    TRY(buf_take(&b, &csv));
    reply_header(r, "Content-Disposition", S("attachment; filename=\"logins.csv\""));
    return reply_text(r, 200, S("text/csv; charset=utf-8"), csv);
}
