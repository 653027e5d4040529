/* SQL of transfers. */
#include "transfer/transfer_store.h"

err store_transfer_insert(struct tx *t, const struct transfer *x, struct bytes token_hash)
{
    return db_exec(
        t,
        "INSERT INTO account_transfer (account_id, id, token_hash, state, from_registrant,"
        " from_class, from_name, evidence_id, reason, asked_by, asked_at, offer_until)"
        " VALUES ($1, $2, $3, 'offered', $4, $5, '', $6, $7, $8, $9, $10)",
        DB_IN(x->account_id, x->id, token_hash, x->from_registrant, x->from_class, x->evidence_id,
              x->reason, x->asked_by, tx_now(t), x->offer_until));
}

#define COLUMNS                                                                                    \
    "SELECT x.account_id, x.id, x.from_registrant, x.to_registrant, x.evidence_id, x.asked_by,"    \
    " x.asked_at, x.offer_until, x.accepted_by, x.accepted_at, x.due_at, x.ended_at, x.held,"      \
    " x.state, x.from_class, x.from_name, x.to_class, x.reason, x.answer, a.handle, a.name"        \
    " FROM account_transfer x JOIN account a ON a.id = x.account_id"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).account_id, &(x).id, &(x).from_registrant, &(x).to_registrant, &(x).evidence_id,   \
           &(x).asked_by, &(x).asked_at, &(x).offer_until, &(x).accepted_by, &(x).accepted_at,     \
           &(x).due_at, &(x).ended_at, &(x).held, &(x).state, &(x).from_class, &(x).from_name,     \
           &(x).to_class, &(x).reason, &(x).answer, &(x).handle, &(x).name)

err store_transfer_load(struct tx *t, arena *mem, int64_t id, struct transfer *ret_x)
{
    struct transfer x = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE x.id = $1", DB_IN(id), OUT(x)));
    *ret_x = x;
    return OK;
}

err store_transfer_by_token(struct tx *t, arena *mem, struct bytes token_hash,
                            struct transfer *ret_x)
{
    struct transfer x = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE x.token_hash = $1", DB_IN(token_hash), OUT(x)));
    *ret_x = x;
    return OK;
}

err transfer_of(struct tx *t, arena *mem, int64_t account_id, struct transfer *ret_x)
{
    struct transfer x = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE x.account_id = $1 ORDER BY x.id DESC LIMIT 1",
               DB_IN(account_id), OUT(x)));
    *ret_x = x;
    return OK;
}

err store_transfer_put(struct tx *t, const struct transfer *x)
{
    return db_exec(t,
                   "UPDATE account_transfer SET state = $2, to_registrant = $3, to_class = $4,"
                   " answer = $5, accepted_by = $6, accepted_at = $7, due_at = $8, held = $9,"
                   " ended_at = $10, from_name = $11 WHERE id = $1",
                   DB_IN(x->id, x->state, x->to_registrant, x->to_class, x->answer, x->accepted_by,
                         x->accepted_at, x->due_at, x->held, x->ended_at, x->from_name));
}

err store_transfer_due(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, TRANSFER_DUE_MAX), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id FROM account_transfer WHERE state = 'cooling' AND due_at <= $1"
            " ORDER BY held, due_at, id LIMIT 100",
            DB_IN(tx_now(t)), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_transfer_untold(struct tx *t, int64_t *ret_id)
{
    int64_t id = 0;
    err e = db_one(t, NULL,
                   "SELECT id FROM account_transfer WHERE state = 'done' AND told_at = 0"
                   " ORDER BY ended_at, id LIMIT 1",
                   DB_IN(), DB_OUT(&id));
    *ret_id = id;
    return e == ERR_NOT_FOUND ? OK : e;
}

err store_transfer_subscribers(struct tx *t, arena *mem, int64_t id, int64_t **ret_v, size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, TRANSFER_TELL), user = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT s.user_id FROM subscriber s JOIN account_transfer x"
            " ON x.account_id = s.account_id WHERE x.id = $1 AND s.user_id > x.told_user"
            " ORDER BY s.user_id LIMIT 200",
            DB_IN(id), DB_OUT(&user), { v[n++] = user; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_transfer_told(struct tx *t, int64_t id, int64_t user_id, bool all)
{
    return db_exec(t, "UPDATE account_transfer SET told_user = $2, told_at = $3 WHERE id = $1",
                   DB_IN(id, user_id, all ? tx_now(t) : (int64_t)0));
}

err store_identity_measures(struct tx *t, struct bytes identity_key, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM measure m JOIN account a ON a.id = m.account_id"
                  " WHERE a.identity_key = $1 AND m.kind IN ('suspend', 'close')"
                  " AND m.start_at <= $2 AND (m.end_at IS NULL OR m.end_at > $2)"
                  " AND m.lifted_at IS NULL",
                  DB_IN(identity_key, tx_now(t)), DB_OUT(ret_n));
}

err store_licences(struct tx *t, int64_t registrant, str one, str other, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM licence WHERE registrant_id = $1 AND type IN ($2, $3)"
                  " AND state = 'valid' AND valid_from <= $4 AND (valid_to = 0 OR valid_to > $4)",
                  DB_IN(registrant, one, other, tx_now(t)), DB_OUT(ret_n));
}

err transfer_wanted(struct tx *t, bool *ret_wanted)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM account_transfer WHERE state = 'cooling'"
               " AND due_at <= $1) + (SELECT COUNT(*) FROM account_transfer"
               " WHERE state = 'done' AND told_at = 0)",
               DB_IN(tx_now(t)), DB_OUT(&n)));
    *ret_wanted = n > 0;
    return OK;
}
