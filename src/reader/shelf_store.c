/* SQL of reading lists and histories. */
#include "reader/shelf.h"

err shelf_load(struct tx *t, const struct shelf_ref *ref, struct shelf_state *ret_s)
{
    struct shelf_state s = {0};
    int64_t at = 0;
    err e =
        db_one(t, NULL, "SELECT at FROM saved WHERE user_id = $1 AND account_id = $2 AND no = $3",
               DB_IN(ref->user_id, ref->account_id, ref->no), DB_OUT(&at));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    s.saved = e == OK;
    TRY(history_is_on(t, ref->user_id, &s.history));
    e = db_one(t, NULL,
               "SELECT place FROM reading WHERE user_id = $1 AND account_id = $2 AND no = $3",
               DB_IN(ref->user_id, ref->account_id, ref->no), DB_OUT(&s.place));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_s = s;
    return OK;
}

err shelf_save(struct tx *t, const struct shelf_ref *ref)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM saved WHERE user_id = $1", DB_IN(ref->user_id),
               DB_OUT(&n)));
    if (n >= SHELF_MAX)
        return fault(ERR_LIMIT, "shelf_full", "%d articles are saved", SHELF_MAX);
    return db_exec(t,
                   "INSERT INTO saved (user_id, account_id, no, at) VALUES ($1, $2, $3, $4)"
                   " ON CONFLICT (user_id, account_id, no) DO NOTHING",
                   DB_IN(ref->user_id, ref->account_id, ref->no, tx_now(t)));
}

err shelf_unsave(struct tx *t, const struct shelf_ref *ref)
{
    return db_exec(t, "DELETE FROM saved WHERE user_id = $1 AND account_id = $2 AND no = $3",
                   DB_IN(ref->user_id, ref->account_id, ref->no));
}

err history_is_on(struct tx *t, int64_t user_id, bool *ret_on)
{
    bool on = false;
    err e = db_one(t, NULL, "SELECT history FROM reader WHERE user_id = $1", DB_IN(user_id),
                   DB_OUT(&on));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_on = on;
    return OK;
}

err history_switch(struct tx *t, int64_t user_id, bool on)
{
    TRY(db_exec(t,
                "INSERT INTO reader (user_id, history) VALUES ($1, $2)"
                " ON CONFLICT (user_id) DO UPDATE SET history = excluded.history",
                DB_IN(user_id, on)));
    return on ? OK : history_clear(t, user_id);
}

err history_clear(struct tx *t, int64_t user_id)
{
    return db_exec(t, "DELETE FROM reading WHERE user_id = $1", DB_IN(user_id));
}

err history_note(struct tx *t, const struct shelf_ref *ref, int place)
{
    bool on = false;
    TRY(history_is_on(t, ref->user_id, &on));
    if (!on)
        return OK;
    TRY(db_exec(t,
                "INSERT INTO reading (user_id, account_id, no, at, place)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, account_id, no)"
                " DO UPDATE SET at = excluded.at, place = excluded.place",
                DB_IN(ref->user_id, ref->account_id, ref->no, tx_now(t), place)));
    return db_exec(t,
                   "DELETE FROM reading WHERE user_id = $1 AND (at, account_id, no) <="
                   " (SELECT r.at, r.account_id, r.no FROM reading r WHERE r.user_id = $1"
                   "  ORDER BY r.at DESC, r.account_id DESC, r.no DESC LIMIT 1 OFFSET $2)",
                   DB_IN(ref->user_id, SHELF_MAX));
}

#define PAGE                                                                                       \
    " AND (s.at, s.account_id, s.no) < ($2, $3, $4)"                                               \
    " ORDER BY s.at DESC, s.account_id DESC, s.no DESC LIMIT $5"

static err articles_load(struct tx *t, arena *mem, struct shelf_item *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        TRY(article_load(t, mem, v[i].account_id, v[i].no, &v[i].a));
        v[i].gone = !str_eq(v[i].a.state, S("published")) || v[i].a.account_closed;
    }
    return OK;
}

err shelf_saved(struct tx *t, arena *mem, const struct shelf_page *p, struct shelf_item **ret_v,
                size_t *ret_n)
{
    struct shelf_item *v = NEW_N(mem, struct shelf_item, SHELF_PAGE), row = {0};
    int64_t before = p->before_at ? p->before_at : INT64_MAX;
    size_t n = 0;
    DB_EACH(t, mem, "SELECT s.at, s.account_id, s.no FROM saved s WHERE s.user_id = $1" PAGE,
            DB_IN(p->user_id, before, p->before_account, p->before_no, SHELF_PAGE),
            DB_OUT(&row.at, &row.account_id, &row.no), { v[n++] = row; });
    TRY(articles_load(t, mem, v, n));
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err shelf_history(struct tx *t, arena *mem, const struct shelf_page *p, struct shelf_item **ret_v,
                  size_t *ret_n)
{
    struct shelf_item *v = NEW_N(mem, struct shelf_item, SHELF_PAGE), row = {0};
    int64_t before = p->before_at ? p->before_at : INT64_MAX;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT s.at, s.account_id, s.no, s.place FROM reading s WHERE s.user_id = $1" PAGE,
            DB_IN(p->user_id, before, p->before_account, p->before_no, SHELF_PAGE),
            DB_OUT(&row.at, &row.account_id, &row.no, &row.place), { v[n++] = row; });
    TRY(articles_load(t, mem, v, n));
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err shelf_kept(struct tx *t, arena *mem, int64_t user_id, struct kept_item **ret_v, size_t *ret_n)
{
    struct kept_item *v = NEW_N(mem, struct kept_item, KEPT_MAX), row = {0};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT p.handle, a.title, p.name, a.declared, a.label, a.no, a.version,"
        " a.updated_at FROM saved s JOIN article a ON a.account_id = s.account_id AND a.no = s.no"
        " JOIN account p ON p.id = a.account_id"
        " WHERE s.user_id = $1 AND a.state = 'published' AND p.state <> 'closed'"
        " ORDER BY s.at DESC, s.account_id DESC, s.no DESC LIMIT $2",
        DB_IN(user_id, KEPT_MAX),
        DB_OUT(&row.handle, &row.title, &row.account_name, &row.declared, &row.label, &row.no,
               &row.version, &row.updated_at),
        { v[n++] = row; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
