/* SQL of passkeys and their challenges. */
#include "user/passkey_store.h"

err store_passkey_insert(struct tx *t, const struct passkey *p, int64_t *ret_changed)
{
    const struct webauthn_key *k = &p->key;
    return db_exec_n(t,
                     "INSERT INTO passkey (user_id, id, credential, algorithm, public_key,"
                     " sign_count, synced, name, created_at)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                     " ON CONFLICT (credential) DO NOTHING",
                     DB_IN(p->user_id, p->id, k->id, k->algorithm, k->key, k->count, k->synced,
                           p->name, tx_now(t)),
                     ret_changed);
}

err passkey_list(struct tx *t, arena *mem, int64_t user_id, struct passkey **ret_v, size_t *ret_n)
{
    struct passkey *v = NEW_N(mem, struct passkey, PASSKEYS_MAX), x = {.user_id = user_id};
    struct webauthn_key *k = &x.key;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, credential, algorithm, public_key, sign_count, synced, name, created_at,"
            " used_at FROM passkey WHERE user_id = $1 ORDER BY id LIMIT 20",
            DB_IN(user_id),
            DB_OUT(&x.id, &k->id, &k->algorithm, &k->key, &k->count, &k->synced, &x.name,
                   &x.created_at, &x.used_at),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err passkey_load(struct tx *t, arena *mem, int64_t user_id, int64_t id, struct passkey *ret_p)
{
    struct passkey x = {.user_id = user_id, .id = id};
    TRY(db_one(t, mem,
               "SELECT synced, name, created_at, used_at FROM passkey"
               " WHERE user_id = $1 AND id = $2",
               DB_IN(user_id, id), DB_OUT(&x.key.synced, &x.name, &x.created_at, &x.used_at)));
    *ret_p = x;
    return OK;
}

err store_passkey_find(struct tx *t, arena *mem, struct bytes credential, struct passkey *ret_p)
{
    struct passkey x = {0};
    struct webauthn_key *k = &x.key;
    TRY(db_one(t, mem,
               "SELECT user_id, id, algorithm, public_key, sign_count, synced, name, created_at,"
               " used_at FROM passkey WHERE credential = $1",
               DB_IN(credential),
               DB_OUT(&x.user_id, &x.id, &k->algorithm, &k->key, &k->count, &k->synced, &x.name,
                      &x.created_at, &x.used_at)));
    k->id = credential;
    *ret_p = x;
    return OK;
}

err store_passkey_used(struct tx *t, const struct passkey *p)
{
    return db_exec(t,
                   "UPDATE passkey SET sign_count = $3, synced = $4, used_at = $5"
                   " WHERE user_id = $1 AND id = $2",
                   DB_IN(p->user_id, p->id, p->key.count, p->key.synced, tx_now(t)));
}

err store_passkey_count(struct tx *t, int64_t user_id, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM passkey WHERE user_id = $1", DB_IN(user_id),
                  DB_OUT(ret_n));
}

err passkey_rename(struct tx *t, int64_t user_id, int64_t id, str name)
{
    int64_t n = 0;
    TRY(db_exec_n(t, "UPDATE passkey SET name = $3 WHERE user_id = $1 AND id = $2",
                  DB_IN(user_id, id, name), &n));
    return n ? OK : fault(ERR_NOT_FOUND, "not_found", "no such passkey");
}

err store_passkey_delete(struct tx *t, int64_t user_id, int64_t id, int64_t *ret_changed)
{
    return db_exec_n(t, "DELETE FROM passkey WHERE user_id = $1 AND id = $2", DB_IN(user_id, id),
                     ret_changed);
}

err passkey_drop(struct tx *t, int64_t user_id, int64_t since)
{
    return db_exec(t, "DELETE FROM passkey WHERE user_id = $1 AND created_at >= $2",
                   DB_IN(user_id, since));
}

/* ---- challenges ---- */

err store_challenge_insert(struct tx *t, const struct challenge_row *c)
{
    TRY(db_exec(t, "DELETE FROM passkey_challenge WHERE expires_at <= $1", DB_IN(tx_now(t))));
    return db_exec(t,
                   "INSERT INTO passkey_challenge (hash, purpose, user_id, session_id, expires_at)"
                   " VALUES ($1, $2, $3, $4, $5)",
                   DB_IN(c->hash, c->purpose, c->user_id, c->session_id, c->expires_at));
}

err store_challenge_take(struct tx *t, arena *mem, struct bytes hash, struct challenge_row *ret_c)
{
    struct challenge_row c = {.hash = hash};
    TRY(db_one(t, mem,
               "DELETE FROM passkey_challenge WHERE hash = $1"
               " RETURNING purpose, user_id, session_id, expires_at",
               DB_IN(hash), DB_OUT(&c.purpose, &c.user_id, &c.session_id, &c.expires_at)));
    *ret_c = c;
    return OK;
}
