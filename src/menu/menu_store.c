/* SQL of menus. */
#include "menu/menu_store.h"

err store_menu_draft(struct tx *t, arena *mem, int64_t account_id, str *ret_entries,
                     int64_t *ret_rev)
{
    return db_one(t, mem, "SELECT entries, rev FROM menu_draft WHERE account_id = $1",
                  DB_IN(account_id), DB_OUT(ret_entries, ret_rev));
}

err store_menu_draft_save(struct tx *t, const struct menu_save *s, str entries,
                          int64_t *ret_changed)
{
    if (s->m->rev == 0)
        TRY(db_exec(t,
                    "INSERT INTO menu_draft (account_id, entries, rev, saved_by, saved_at)"
                    " VALUES ($1, '[]', 0, $2, $3) ON CONFLICT (account_id) DO NOTHING",
                    DB_IN(s->account_id, s->user_id, tx_now(t))));
    return db_exec_n(t,
                     "UPDATE menu_draft SET entries = $2, rev = rev + 1, saved_by = $3,"
                     " saved_at = $4 WHERE account_id = $1 AND rev = $5",
                     DB_IN(s->account_id, entries, s->user_id, tx_now(t), s->m->rev), ret_changed);
}

err store_menu_insert(struct tx *t, const struct menu_version *v, int64_t *ret_version)
{
    return db_one(t, NULL,
                  "INSERT INTO menu_version (account_id, version, entries, state, found, asked_by,"
                  " asked_at) SELECT $1, COALESCE(MAX(version), 0) + 1, $2, 'pending', $3, $4, $5"
                  " FROM menu_version WHERE account_id = $1 RETURNING version",
                  DB_IN(v->account_id, v->entries, v->found, v->asked_by, tx_now(t)),
                  DB_OUT(ret_version));
}

err store_menu_state(struct tx *t, int64_t account_id, str from, str to)
{
    return db_exec(t,
                   "UPDATE menu_version SET state = $3, decided_at = $4"
                   " WHERE account_id = $1 AND state = $2",
                   DB_IN(account_id, from, to, tx_now(t)));
}

err store_menu_decide(struct tx *t, int64_t account_id, int64_t version, str state, str reason)
{
    return db_exec(t,
                   "UPDATE menu_version SET state = $3, reason = $4, decided_at = $5"
                   " WHERE account_id = $1 AND version = $2",
                   DB_IN(account_id, version, state, reason, tx_now(t)));
}

#define COLUMNS                                                                                    \
    "SELECT account_id, version, asked_by, asked_at, entries, state, found, reason"                \
    " FROM menu_version"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).account_id, &(x).version, &(x).asked_by, &(x).asked_at, &(x).entries, &(x).state,  \
           &(x).found, &(x).reason)

err menu_version_load(struct tx *t, arena *mem, int64_t account_id, int64_t version,
                      struct menu_version *ret_v)
{
    struct menu_version v = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE account_id = $1 AND version = $2",
               DB_IN(account_id, version), OUT(v)));
    *ret_v = v;
    return OK;
}

err menu_version_newest(struct tx *t, arena *mem, int64_t account_id, str state,
                        struct menu_version *ret_v)
{
    struct menu_version v = {0};
    TRY(db_one(t, mem,
               COLUMNS " WHERE account_id = $1 AND ($2 = '' OR state = $2)"
                       " ORDER BY version DESC LIMIT 1",
               DB_IN(account_id, state), OUT(v)));
    *ret_v = v;
    return OK;
}
