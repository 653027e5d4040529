/* SQL of members, subscriptions and API tokens. */
#include "account/account_store.h"

#include "base/clock.h"
#include "base/id.h"

enum { MAX_LIST = 200 };

err member_list(struct tx *t, arena *mem, int64_t account_id, struct member **ret_v, size_t *ret_n)
{
    struct member *v = NEW_N(mem, struct member, MAX_LIST), m = {0};
    str role = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT m.user_id, m.added_at, m.role, u.name, CASE WHEN m.user_id ="
            " COALESCE((SELECT d.user_id FROM account_duty d WHERE d.account_id = m.account_id),"
            "  (SELECT o.user_id FROM member o WHERE o.account_id = m.account_id"
            "   AND o.role = 'owner' ORDER BY o.added_at, o.user_id LIMIT 1)) THEN 1 ELSE 0 END"
            " FROM member m JOIN users u ON u.id = m.user_id WHERE m.account_id = $1"
            " ORDER BY m.added_at, m.user_id LIMIT 200",
            DB_IN(account_id), DB_OUT(&m.user_id, &m.added_at, &role, &m.name, &m.responsible), {
                TRY(member_role_parse(role, &m.role));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_member_put(struct tx *t, int64_t account_id, const struct member *m, int64_t by)
{
    return db_exec(t,
                   "INSERT INTO member (account_id, user_id, role, added_by, added_at)"
                   " VALUES ($1, $2, $3, $4, $5)"
                   " ON CONFLICT (account_id, user_id) DO UPDATE SET role = excluded.role",
                   DB_IN(account_id, m->user_id, member_role_name(m->role), by, tx_now(t)));
}

err store_member_drop(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_changed)
{
    return db_exec_n(t, "DELETE FROM member WHERE account_id = $1 AND user_id = $2",
                     DB_IN(account_id, user_id), ret_changed);
}

err store_other_owners(struct tx *t, int64_t account_id, int64_t user_id, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM member WHERE account_id = $1 AND user_id <> $2"
                  " AND role = 'owner'",
                  DB_IN(account_id, user_id), DB_OUT(ret_n));
}

err store_is_member(struct tx *t, int64_t account_id, int64_t user_id, bool *ret_yes)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM member WHERE account_id = $1 AND user_id = $2",
               DB_IN(account_id, user_id), DB_OUT(&n)));
    *ret_yes = n > 0;
    return OK;
}

err store_duty_set(struct tx *t, int64_t account_id, int64_t user_id, int64_t by)
{
    return db_exec(t,
                   "INSERT INTO account_duty (account_id, user_id, set_by, set_at)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO UPDATE"
                   " SET user_id = excluded.user_id, set_by = excluded.set_by,"
                   "  set_at = excluded.set_at",
                   DB_IN(account_id, user_id, by, tx_now(t)));
}

err store_duty_drop(struct tx *t, int64_t account_id, int64_t user_id)
{
    return db_exec(t, "DELETE FROM account_duty WHERE account_id = $1 AND user_id = $2",
                   DB_IN(account_id, user_id));
}

/* ---- invitations ---- */

err store_member_invite_insert(struct tx *t, struct bytes hash, const struct member_invite *i)
{
    return db_exec(t,
                   "INSERT INTO member_invite (token_hash, id, account_id, role, mobile_key,"
                   " mobile_mask, created_by, created_at, expires_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(hash, i->id, i->account_id, member_role_name(i->role), i->mobile_key,
                         i->mobile_mask, i->created_by, tx_now(t), i->expires_at));
}

#define INVITE                                                                                     \
    "i.id, i.account_id, i.created_by, i.created_at, i.expires_at, i.used_by, i.used_at,"          \
    " i.revoked_at, i.role, i.mobile_key, i.mobile_mask, a.handle, a.name, u.name"                 \
    " FROM member_invite i JOIN account a ON a.id = i.account_id"                                  \
    " JOIN users u ON u.id = i.created_by"
#define INVITE_OUT(i, role)                                                                        \
    DB_OUT(&(i).id, &(i).account_id, &(i).created_by, &(i).created_at, &(i).expires_at,            \
           &(i).used_by, &(i).used_at, &(i).revoked_at, &(role), &(i).mobile_key,                  \
           &(i).mobile_mask, &(i).handle, &(i).name, &(i).by_name)

err store_member_invite_find(struct tx *t, arena *mem, struct bytes hash,
                             struct member_invite *ret_i)
{
    struct member_invite i = {0};
    str role = STR_NONE;
    TRY(db_one(t, mem, "SELECT " INVITE " WHERE i.token_hash = $1", DB_IN(hash),
               INVITE_OUT(i, role)));
    TRY(member_role_parse(role, &i.role));
    *ret_i = i;
    return OK;
}

err store_member_invites(struct tx *t, arena *mem, int64_t account_id, struct member_invite **ret_v,
                         size_t *ret_n)
{
    struct member_invite *v = NEW_N(mem, struct member_invite, MEMBER_INVITES_MAX), i = {0};
    str role = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " INVITE " WHERE i.account_id = $1 AND i.used_at IS NULL"
            " AND i.revoked_at IS NULL AND i.expires_at > $2 ORDER BY i.id DESC LIMIT 50",
            DB_IN(account_id, tx_now(t)), INVITE_OUT(i, role), {
                TRY(member_role_parse(role, &i.role));
                v[n++] = i;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_invites_live(struct tx *t, int64_t account_id, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM member_invite WHERE account_id = $1 AND used_at IS NULL"
                  " AND revoked_at IS NULL AND expires_at > $2",
                  DB_IN(account_id, tx_now(t)), DB_OUT(ret_n));
}

err store_member_invite_use(struct tx *t, struct bytes hash, int64_t user_id, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE member_invite SET used_by = $2, used_at = $3 WHERE token_hash = $1"
                     " AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3",
                     DB_IN(hash, user_id, tx_now(t)), ret_changed);
}

err store_member_invite_revoke(struct tx *t, int64_t account_id, int64_t id, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE member_invite SET revoked_at = $3 WHERE account_id = $1 AND id = $2"
                     " AND used_at IS NULL AND revoked_at IS NULL",
                     DB_IN(account_id, id, tx_now(t)), ret_changed);
}

err account_membership(struct tx *t, arena *mem, str handle, int64_t user_id,
                       struct membership *ret_m)
{
    struct membership m = {0};
    str role = STR_NONE;
    TRY(db_one(t, mem,
               "SELECT a.id, a.handle, a.name, a.state, m.role FROM account_handle h"
               " JOIN account a ON a.id = h.account_id"
               " LEFT JOIN member m ON m.account_id = a.id AND m.user_id = $2"
               "  AND NOT (a.state = 'closed' AND a.reason = 'left')"
               " WHERE h.handle = $1",
               DB_IN(handle, user_id), DB_OUT(&m.account_id, &m.handle, &m.name, &m.state, &role)));
    if (role.p)
        TRY(member_role_parse(role, &m.role));
    *ret_m = m;
    return OK;
}

err account_memberships(struct tx *t, arena *mem, int64_t user_id, struct membership **ret_v,
                        size_t *ret_n)
{
    struct membership *v = NEW_N(mem, struct membership, MAX_LIST), m = {0};
    str role = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.id, a.handle, a.name, a.state, m.role FROM member m"
            " JOIN account a ON a.id = m.account_id WHERE m.user_id = $1"
            "  AND NOT (a.state = 'closed' AND a.reason = 'left')"
            " ORDER BY m.account_id LIMIT 200",
            DB_IN(user_id), DB_OUT(&m.account_id, &m.handle, &m.name, &m.state, &role), {
                TRY(member_role_parse(role, &m.role));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- subscriptions: the same fact on both sides, and the account's counter ---- */

/* Gains and losses of the day, for figures. */
static err subscription_day(struct tx *t, int64_t account_id, int gained, int lost)
{
    int64_t day = date_days(clock_china(tx_now(t)).date);
    return db_exec(t,
                   "INSERT INTO subscription_day (account_id, day, gained, lost)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, day) DO UPDATE SET"
                   " gained = subscription_day.gained + excluded.gained,"
                   " lost = subscription_day.lost + excluded.lost",
                   DB_IN(account_id, day, gained, lost));
}

err subscribe(struct tx *t, int64_t user_id, int64_t account_id)
{
    int64_t added = 0;
    TRY(db_exec_n(t,
                  "INSERT INTO subscription (user_id, account_id, at) VALUES ($1, $2, $3)"
                  " ON CONFLICT (user_id, account_id) DO NOTHING",
                  DB_IN(user_id, account_id, tx_now(t)), &added));
    if (!added)
        return OK;
    TRY(db_exec(t, "INSERT INTO subscriber (account_id, user_id, at) VALUES ($1, $2, $3)",
                DB_IN(account_id, user_id, tx_now(t))));
    TRY(subscription_day(t, account_id, 1, 0));
    return db_exec(t, "UPDATE account SET subscribers = subscribers + 1 WHERE id = $1",
                   DB_IN(account_id));
}

err unsubscribe(struct tx *t, int64_t user_id, int64_t account_id)
{
    int64_t gone = 0;
    TRY(db_exec_n(t, "DELETE FROM subscription WHERE user_id = $1 AND account_id = $2",
                  DB_IN(user_id, account_id), &gone));
    if (!gone)
        return OK;
    TRY(db_exec(t, "DELETE FROM subscriber WHERE account_id = $1 AND user_id = $2",
                DB_IN(account_id, user_id)));
    TRY(subscription_day(t, account_id, 0, 1));
    return db_exec(t, "UPDATE account SET subscribers = subscribers - 1 WHERE id = $1",
                   DB_IN(account_id));
}

err is_subscribed(struct tx *t, int64_t user_id, int64_t account_id, bool *ret_yes)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM subscription WHERE user_id = $1 AND account_id = $2",
               DB_IN(user_id, account_id), DB_OUT(&n)));
    *ret_yes = n > 0;
    return OK;
}
