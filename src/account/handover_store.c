/* SQL of handing an account over, and of its public trace. */
#include "account/handover_store.h"

#include "account/handover.h"

err store_hand_over(struct tx *t, const struct account *a)
{
    TRY(db_exec(t,
                "UPDATE account SET registrant_id = $2, identity_key = $3, class = $4,"
                " verified = 1, real_name = '', two_person_off = 0, updated_at = $5, rev = rev + 1"
                " WHERE id = $1",
                DB_IN(a->id, a->registrant_id, a->identity_key, a->class, tx_now(t))));
    TRY(db_exec(t, "DELETE FROM member WHERE account_id = $1", DB_IN(a->id)));
    TRY(db_exec(t, "DELETE FROM account_duty WHERE account_id = $1", DB_IN(a->id)));
    TRY(db_exec(t,
                "UPDATE member_invite SET revoked_at = $2 WHERE account_id = $1"
                " AND used_at IS NULL AND revoked_at IS NULL",
                DB_IN(a->id, tx_now(t))));
    return db_exec(t,
                   "UPDATE api_token SET revoked_at = $2 WHERE account_id = $1"
                   " AND revoked_at IS NULL",
                   DB_IN(a->id, tx_now(t)));
}

err handover_list(struct tx *t, arena *mem, int64_t account_id, struct handover **ret_v,
                  size_t *ret_n)
{
    struct handover *v = NEW_N(mem, struct handover, HANDOVERS_MAX), h = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT ended_at, from_class, to_class, from_name FROM account_transfer"
            " WHERE account_id = $1 AND state = 'done' ORDER BY ended_at DESC, id DESC LIMIT 20",
            DB_IN(account_id), DB_OUT(&h.at, &h.from_class, &h.to_class, &h.from_name),
            { v[n++] = h; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err handover_before(struct tx *t, arena *mem, int64_t account_id, int64_t at,
                    struct handover *ret_h)
{
    struct handover h = {0};
    TRY(db_one(t, mem,
               "SELECT ended_at, from_class, to_class, from_name FROM account_transfer"
               " WHERE account_id = $1 AND state = 'done' AND ended_at > $2"
               " ORDER BY ended_at, id LIMIT 1",
               DB_IN(account_id, at), DB_OUT(&h.at, &h.from_class, &h.to_class, &h.from_name)));
    *ret_h = h;
    return OK;
}
