/* SQL of users, codes, roles and invitations. */
#include "user/user_store.h"

enum { MAX_STAFF = 200 };

err store_user_insert(struct tx *t, const struct user_row *u)
{
    return db_exec(t,
                   "INSERT INTO users (id, name, password, mobile_sealed, lang, created_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(u->id, u->name, u->password, u->mobile_sealed, u->lang, tx_now(t)));
}

err store_mobile_insert(struct tx *t, const struct user_row *u)
{
    return db_exec(t, "INSERT INTO user_mobile (mobile_key, user_id) VALUES ($1, $2)",
                   DB_IN(u->mobile_key, u->id));
}

err store_user_of_mobile(struct tx *t, struct bytes mobile_key, int64_t *ret_id)
{
    return db_one(t, NULL, "SELECT user_id FROM user_mobile WHERE mobile_key = $1",
                  DB_IN(mobile_key), DB_OUT(ret_id));
}

err store_user_mobile_sealed(struct tx *t, arena *mem, int64_t id, struct bytes *ret_sealed)
{
    return db_one(t, mem, "SELECT mobile_sealed FROM users WHERE id = $1", DB_IN(id),
                  DB_OUT(ret_sealed));
}

err user_roles(struct tx *t, int64_t user_id, unsigned *ret_roles)
{
    AUTO_ARENA(mem);
    unsigned roles = 0, one = 0;
    str role = STR_NONE;
    DB_EACH(t, mem, "SELECT role FROM user_role WHERE user_id = $1", DB_IN(user_id), DB_OUT(&role),
            {
                TRY(roles_parse(role, &one));
                roles |= one;
            });
    *ret_roles = roles;
    return OK;
}

err user_count(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM users", DB_IN(), DB_OUT(ret_n));
}

err user_load(struct tx *t, arena *mem, int64_t id, struct user *ret_u)
{
    struct user u = {.id = id};
    TRY(db_one(t, mem,
               "SELECT name, lang, state, password, failed, locked_until, totp_on, created_at,"
               " (SELECT COUNT(*) FROM passkey p WHERE p.user_id = users.id)"
               " FROM users WHERE id = $1",
               DB_IN(id),
               DB_OUT(&u.name, &u.lang, &u.state, &u.password, &u.failed, &u.locked_until,
                      &u.totp_on, &u.created_at, &u.passkeys)));
    TRY(user_roles(t, id, &u.roles));
    *ret_u = u;
    return OK;
}

err user_set_password(struct tx *t, int64_t id, str hash)
{
    return db_exec(t, "UPDATE users SET password = $2, failed = 0, locked_until = 0 WHERE id = $1",
                   DB_IN(id, hash));
}

err user_set_name(struct tx *t, int64_t id, str name)
{
    return db_exec(t, "UPDATE users SET name = $2 WHERE id = $1", DB_IN(id, name));
}

err store_failures(struct tx *t, int64_t id, int *ret_failed)
{
    return db_one(t, NULL, "SELECT failed FROM users WHERE id = $1", DB_IN(id), DB_OUT(ret_failed));
}

err store_failure_set(struct tx *t, int64_t id, int failed, int64_t locked_until)
{
    return db_exec(t, "UPDATE users SET failed = $2, locked_until = $3 WHERE id = $1",
                   DB_IN(id, failed, locked_until));
}

err user_set_lang(struct tx *t, int64_t id, str lang)
{
    return db_exec(t, "UPDATE users SET lang = $2 WHERE id = $1", DB_IN(id, lang));
}

err store_miss(struct tx *t, struct bytes mobile_key, int *ret_failed, int64_t *ret_locked_until)
{
    int failed = 0;
    int64_t until = 0;
    err e = db_one(t, NULL, "SELECT failed, locked_until FROM login_miss WHERE mobile_key = $1",
                   DB_IN(mobile_key), DB_OUT(&failed, &until));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_failed = failed;
    *ret_locked_until = until;
    return OK;
}

err store_miss_set(struct tx *t, struct bytes mobile_key, int failed, int64_t locked_until)
{
    return db_exec(t,
                   "INSERT INTO login_miss (mobile_key, failed, locked_until, at)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (mobile_key) DO UPDATE"
                   " SET failed = $2, locked_until = $3, at = $4",
                   DB_IN(mobile_key, failed, locked_until, tx_now(t)));
}

err store_miss_sweep(struct tx *t, int64_t before)
{
    return db_exec(t, "DELETE FROM login_miss WHERE at < $1", DB_IN(before));
}

/* ---- codes ---- */

err store_code_insert(struct tx *t, const struct code_row *c)
{
    return db_exec(t,
                   "INSERT INTO mobile_code (mobile_key, id, purpose, code_hash, created_at,"
                   " expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(c->mobile_key, c->id, c->purpose, c->code_hash, tx_now(t), c->expires_at));
}

err store_code_last(struct tx *t, arena *mem, struct bytes mobile_key, str purpose,
                    struct code_row *ret_c)
{
    struct code_row c = {.mobile_key = mobile_key, .purpose = purpose};
    TRY(db_one(t, mem,
               "SELECT id, code_hash, tries, created_at, expires_at FROM mobile_code"
               " WHERE mobile_key = $1 AND purpose = $2 AND used_at IS NULL"
               " ORDER BY id DESC LIMIT 1",
               DB_IN(mobile_key, purpose),
               DB_OUT(&c.id, &c.code_hash, &c.tries, &c.created_at, &c.expires_at)));
    *ret_c = c;
    return OK;
}

err store_code_since(struct tx *t, struct bytes mobile_key, int64_t since, int64_t *ret_n,
                     int64_t *ret_last)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*), COALESCE(MAX(created_at), 0) FROM mobile_code"
                  " WHERE mobile_key = $1 AND created_at > $2",
                  DB_IN(mobile_key, since), DB_OUT(ret_n, ret_last));
}

err store_code_try(struct tx *t, const struct code_row *c, bool used)
{
    return db_exec(t,
                   "UPDATE mobile_code SET tries = tries + 1, used_at = $3"
                   " WHERE mobile_key = $1 AND id = $2",
                   DB_IN(c->mobile_key, c->id, db_opt(used ? tx_now(t) : 0)));
}

/* ---- roles and invitations ---- */

err store_role_add(struct tx *t, int64_t user_id, str role, int64_t by)
{
    return db_exec(t,
                   "INSERT INTO user_role (user_id, role, granted_by, granted_at)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, role) DO NOTHING",
                   DB_IN(user_id, role, by, tx_now(t)));
}

err store_role_drop(struct tx *t, int64_t user_id, str role)
{
    return db_exec(t, "DELETE FROM user_role WHERE user_id = $1 AND role = $2",
                   DB_IN(user_id, role));
}

err user_staff_list(struct tx *t, arena *mem, struct user **ret_v, size_t *ret_n)
{
    struct user *v = NEW_N(mem, struct user, MAX_STAFF);
    int64_t id = 0;
    size_t n = 0;
    DB_EACH(t, mem, "SELECT DISTINCT user_id FROM user_role ORDER BY user_id LIMIT 200", DB_IN(),
            DB_OUT(&id), { v[n++].id = id; });
    for (size_t i = 0; i < n; i++)
        TRY(user_load(t, mem, v[i].id, &v[i]));
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_invite_insert(struct tx *t, struct bytes hash, str roles, const struct invite *i)
{
    return db_exec(t,
                   "INSERT INTO user_invite (token_hash, roles, note, created_by, created_at,"
                   " expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(hash, roles, i->note, i->created_by, tx_now(t), i->expires_at));
}

err store_invite_find(struct tx *t, arena *mem, struct bytes hash, str *ret_roles,
                      struct invite *ret_i)
{
    struct invite i = {0};
    str roles = STR_NONE;
    TRY(db_one(t, mem,
               "SELECT roles, note, created_by, expires_at FROM user_invite"
               " WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
               DB_IN(hash, tx_now(t)), DB_OUT(&roles, &i.note, &i.created_by, &i.expires_at)));
    *ret_roles = roles;
    *ret_i = i;
    return OK;
}

err store_invite_use(struct tx *t, struct bytes hash, int64_t user_id, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE user_invite SET used_by = $2, used_at = $3"
                     " WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $3",
                     DB_IN(hash, user_id, tx_now(t)), ret_changed);
}

/* ---- second factor ---- */

err store_totp(struct tx *t, arena *mem, int64_t user_id, struct totp_row *ret_r)
{
    struct totp_row r = {0};
    TRY(db_one(t, mem, "SELECT totp_sealed, totp_step, totp_on FROM users WHERE id = $1",
               DB_IN(user_id), DB_OUT(&r.sealed, &r.step, &r.on)));
    *ret_r = r;
    return OK;
}

err store_totp_secret(struct tx *t, int64_t user_id, struct bytes sealed)
{
    return db_exec(t, "UPDATE users SET totp_sealed = $2, totp_on = 0, totp_step = 0 WHERE id = $1",
                   DB_IN(user_id, sealed));
}

err store_totp_on(struct tx *t, int64_t user_id)
{
    return db_exec(t,
                   "UPDATE users SET totp_on = 1, totp_at = $2 WHERE id = $1"
                   " AND totp_sealed IS NOT NULL",
                   DB_IN(user_id, tx_now(t)));
}

err store_totp_step(struct tx *t, int64_t user_id, int64_t step, int64_t *ret_changed)
{
    return db_exec_n(t, "UPDATE users SET totp_step = $2 WHERE id = $1 AND totp_step < $2",
                     DB_IN(user_id, step), ret_changed);
}

err store_totp_clear(struct tx *t, int64_t user_id)
{
    return db_exec(t,
                   "UPDATE users SET totp_sealed = NULL, totp_on = 0, totp_step = 0, totp_at = 0"
                   " WHERE id = $1",
                   DB_IN(user_id));
}

err store_recovery_clear(struct tx *t, int64_t user_id)
{
    return db_exec(t, "DELETE FROM recovery_code WHERE user_id = $1", DB_IN(user_id));
}

err store_recovery_insert(struct tx *t, int64_t user_id, struct bytes hash)
{
    return db_exec(t, "INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)",
                   DB_IN(user_id, hash));
}

err store_recovery_use(struct tx *t, int64_t user_id, struct bytes hash, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE recovery_code SET used_at = $3"
                     " WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
                     DB_IN(user_id, hash, tx_now(t)), ret_changed);
}
