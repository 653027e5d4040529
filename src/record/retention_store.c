/* SQL of retention and legal holds. */
#include "record/retention_impl.h"

#define HELD_OPLOG                                                                                 \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_at = 0 AND (h.kind = 'everything'"          \
    " OR (h.kind = 'user' AND h.ref = o.user_id)"                                                  \
    " OR (h.kind = 'account' AND h.ref = o.account_id)))"
#define HELD_ACCESS                                                                                \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_at = 0 AND (h.kind = 'everything'"          \
    " OR (h.kind = 'user' AND (h.ref = o.owner_id OR h.ref = o.reader_id))))"
/* Nobody knows without opening it whose message it was: any hold keeps all. */
#define HELD_OUTBOX "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_at = 0)"
#define HELD_PACKAGE                                                                               \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_at = 0 AND (h.kind = 'everything'"          \
    " OR (h.kind = 'account' AND h.ref = o.account_id)))"

#define HELD_PROVISION                                                                             \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_at = 0 AND (h.kind = 'everything'"          \
    " OR EXISTS (SELECT 1 FROM provision_person k WHERE k.provision_id = o.id"                     \
    "  AND ((h.kind = 'user' AND h.ref = k.user_id)"                                               \
    "   OR (h.kind = 'account' AND h.ref = k.account_id)))))"

#define HELD_IDENTITY                                                                              \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_at = 0 AND (h.kind = 'everything'"          \
    " OR (h.kind = 'user' AND h.ref = o.user_id)"                                                  \
    " OR (h.kind = 'account' AND EXISTS (SELECT 1 FROM account a JOIN registrant r"                \
    "  ON r.id = a.registrant_id WHERE a.id = h.ref AND r.user_id = o.user_id))))"

err retention_store_due(struct tx *t, arena *mem, const struct due_ask *a, struct due_row **ret_v,
                        size_t *ret_n)
{
    struct due_row *v = NEW_N(mem, struct due_row, RETENTION_BATCH), x = {0};
    size_t n = 0;
    switch ((int)a->class) { /* the other classes: in the other file */
    case RETENTION_oplog:
        DB_EACH(t, mem,
                "SELECT 0, o.id, o.at FROM oplog o WHERE o.id <= $2 AND o.at <= $1"
                " AND NOT " HELD_OPLOG " ORDER BY o.id LIMIT 500",
                DB_IN(a->cutoff, a->last_id), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
        break;
    case RETENTION_vault_access:
        DB_EACH(t, mem,
                "SELECT o.owner_id, o.id, o.at FROM vault_access o WHERE o.id <= $2 AND o.at <= $1"
                " AND NOT " HELD_ACCESS " ORDER BY o.id LIMIT 500",
                DB_IN(a->cutoff, a->last_id), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
        break;
    case RETENTION_outbox:
        DB_EACH(t, mem,
                "SELECT 0, o.id, o.created_at FROM outbox o WHERE o.id <= $2"
                " AND o.created_at <= $1 AND o.state <> 'queued' AND NOT " HELD_OUTBOX
                " ORDER BY o.id LIMIT 500",
                DB_IN(a->cutoff, a->last_id), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
        break;
    case RETENTION_identity:
        DB_EACH(t, mem,
                "SELECT o.user_id, o.id, o.ended_at FROM departure o WHERE o.state = 'done'"
                " AND o.erased_at = 0 AND o.ended_at <= $1 AND NOT " HELD_IDENTITY
                " ORDER BY o.ended_at, o.id LIMIT 500",
                DB_IN(a->cutoff), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
        break;
    case RETENTION_package:
        DB_EACH(t, mem,
                "SELECT 0, o.id, o.made_at FROM evidence_package o WHERE o.id <= $2"
                " AND o.made_at <= $1 AND o.state = 'done' AND NOT " HELD_PACKAGE
                " ORDER BY o.id LIMIT 500",
                DB_IN(a->cutoff, a->last_id), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
        break;
    case RETENTION_api_use:
        DB_EACH(t, mem,
                "SELECT o.token_id, o.id, o.at FROM api_use o WHERE o.id <= $2 AND o.at <= $1"
                " AND NOT " HELD_OPLOG " ORDER BY o.id LIMIT 500",
                DB_IN(a->cutoff, a->last_id), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
        break;
    case RETENTION_provision:
        DB_EACH(t, mem,
                "SELECT 0, o.id, o.ended_at FROM provision o WHERE o.id <= $2 AND o.ended_at > 0"
                " AND o.ended_at <= $1 AND NOT " HELD_PROVISION " ORDER BY o.id LIMIT 500",
                DB_IN(a->cutoff, a->last_id), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
        break;
    default:
        TRY(content_store_due(t, mem, a, v, &n));
    }
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err retention_store_count(struct tx *t, const struct due_ask *a, bool held, int64_t *ret_n)
{
    AUTO_ARENA(mem);
    switch ((int)a->class) { /* the other classes: in the other file */
    case RETENTION_oplog:
        return db_one(t, mem,
                      "SELECT COUNT(*) FROM oplog o WHERE o.id <= $2 AND o.at <= $1"
                      " AND (CASE WHEN " HELD_OPLOG " THEN 1 ELSE 0 END) = $3",
                      DB_IN(a->cutoff, a->last_id, held), DB_OUT(ret_n));
    case RETENTION_vault_access:
        return db_one(t, mem,
                      "SELECT COUNT(*) FROM vault_access o WHERE o.id <= $2 AND o.at <= $1"
                      " AND (CASE WHEN " HELD_ACCESS " THEN 1 ELSE 0 END) = $3",
                      DB_IN(a->cutoff, a->last_id, held), DB_OUT(ret_n));
    case RETENTION_outbox:
        return db_one(t, mem,
                      "SELECT COUNT(*) FROM outbox o WHERE o.id <= $2 AND o.created_at <= $1"
                      " AND o.state <> 'queued'"
                      " AND (CASE WHEN " HELD_OUTBOX " THEN 1 ELSE 0 END) = $3",
                      DB_IN(a->cutoff, a->last_id, held), DB_OUT(ret_n));
    case RETENTION_identity:
        return db_one(t, mem,
                      "SELECT COUNT(*) FROM departure o WHERE o.state = 'done'"
                      " AND o.erased_at = 0 AND o.ended_at <= $1"
                      " AND (CASE WHEN " HELD_IDENTITY " THEN 1 ELSE 0 END) = $2",
                      DB_IN(a->cutoff, held), DB_OUT(ret_n));
    case RETENTION_package:
        return db_one(t, mem,
                      "SELECT COUNT(*) FROM evidence_package o WHERE o.id <= $2"
                      " AND o.made_at <= $1 AND o.state = 'done'"
                      " AND (CASE WHEN " HELD_PACKAGE " THEN 1 ELSE 0 END) = $3",
                      DB_IN(a->cutoff, a->last_id, held), DB_OUT(ret_n));
    case RETENTION_api_use:
        return db_one(t, mem,
                      "SELECT COUNT(*) FROM api_use o WHERE o.id <= $2 AND o.at <= $1"
                      " AND (CASE WHEN " HELD_OPLOG " THEN 1 ELSE 0 END) = $3",
                      DB_IN(a->cutoff, a->last_id, held), DB_OUT(ret_n));
    case RETENTION_provision:
        return db_one(t, mem,
                      "SELECT COUNT(*) FROM provision o WHERE o.id <= $2 AND o.ended_at > 0"
                      " AND o.ended_at <= $1"
                      " AND (CASE WHEN " HELD_PROVISION " THEN 1 ELSE 0 END) = $3",
                      DB_IN(a->cutoff, a->last_id, held), DB_OUT(ret_n));
    default:
        return content_store_count(t, mem, a, held, ret_n);
    }
}

/* The registrants of a departure. */
#define THEIRS                                                                                     \
    "(SELECT r.id FROM registrant r JOIN departure d ON d.id = $1 WHERE r.id = d.registrant_id"    \
    " OR (d.registrant_id = 0 AND r.user_id = d.user_id))"

/* Keys of accounts that a measure closed stay: a blacklist hangs on them. */
static err erase_registrants(struct tx *t, int64_t departure)
{
    struct bytes none = {(const uint8_t *)"", 0};
    TRY(db_exec(t,
                "INSERT INTO blob_erase (hash, class, at) SELECT e.blob, 'identity',"
                " CAST($2 AS BIGINT)"
                " FROM evidence e WHERE e.registrant_id IN " THEIRS
                " ON CONFLICT (hash) DO NOTHING",
                DB_IN(departure, tx_now(t))));
    TRY(db_exec(t, "DELETE FROM evidence WHERE registrant_id IN " THEIRS, DB_IN(departure)));
    TRY(db_exec(t, "DELETE FROM identity_field WHERE registrant_id IN " THEIRS, DB_IN(departure)));
    TRY(db_exec(t, "DELETE FROM vault_key WHERE owner_id IN " THEIRS, DB_IN(departure)));
    TRY(db_exec(t,
                "UPDATE account SET identity_key = $2, real_name = '' WHERE state = 'closed'"
                " AND reason = 'left' AND registrant_id IN " THEIRS,
                DB_IN(departure, none)));
    return db_exec(t,
                   "UPDATE registrant SET identity_key = NULL, province = '', user_id = 0"
                   " WHERE id IN " THEIRS,
                   DB_IN(departure));
}

static err erase_login(struct tx *t, int64_t user_id)
{
    struct bytes none = {(const uint8_t *)"", 0};
    TRY(db_exec(t,
                "INSERT INTO blob_erase (hash, class, at) SELECT m.blob, 'identity',"
                " CAST($2 AS BIGINT)"
                " FROM ticket_message m JOIN ticket k ON k.id = m.ticket_id WHERE k.user_id = $1"
                " AND m.blob <> '' ON CONFLICT (hash) DO NOTHING",
                DB_IN(user_id, tx_now(t))));
    TRY(db_exec(t, "DELETE FROM user_mobile WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM session WHERE user_id = $1", DB_IN(user_id)));
    TRY(db_exec(t, "DELETE FROM vault_key WHERE owner_id = $1", DB_IN(user_id)));
    return db_exec(t,
                   "UPDATE users SET mobile_sealed = $2, password = '', totp_sealed = NULL,"
                   " totp_on = 0 WHERE id = $1",
                   DB_IN(user_id, none));
}

static err erase_identity(struct tx *t, const struct due_row *row)
{
    bool login = false;
    TRY(db_one(t, NULL,
               "SELECT CASE WHEN registrant_id = 0 THEN 1 ELSE 0 END FROM departure WHERE id = $1",
               DB_IN(row->id), DB_OUT(&login)));
    TRY(erase_registrants(t, row->id));
    if (login)
        TRY(erase_login(t, row->owner));
    return db_exec(t, "UPDATE departure SET erased_at = $2 WHERE id = $1",
                   DB_IN(row->id, tx_now(t)));
}

err retention_store_erase(struct tx *t, enum retention_class class, const struct due_row *row)
{
    switch ((int)class) {
    case RETENTION_oplog:
        return db_exec(t, "DELETE FROM oplog WHERE id = $1", DB_IN(row->id));
    case RETENTION_vault_access:
        return db_exec(t, "DELETE FROM vault_access WHERE owner_id = $1 AND id = $2",
                       DB_IN(row->owner, row->id));
    case RETENTION_outbox:
        return db_exec(t, "DELETE FROM outbox WHERE id = $1", DB_IN(row->id));
    case RETENTION_identity:
        return erase_identity(t, row);
    case RETENTION_package: /* package_sweep_job then removes the file */
        return db_exec(t, "UPDATE evidence_package SET state = 'expired' WHERE id = $1",
                       DB_IN(row->id));
    case RETENTION_api_use:
        return db_exec(t, "DELETE FROM api_use WHERE token_id = $1 AND id = $2",
                       DB_IN(row->owner, row->id));
    case RETENTION_provision:
        TRY(db_exec(t, "DELETE FROM provision_person WHERE provision_id = $1", DB_IN(row->id)));
        return db_exec(t, "DELETE FROM provision WHERE id = $1", DB_IN(row->id));
    default:
        return content_store_erase(t, class, row);
    }
}

err hold_store_add(struct tx *t, const struct hold *h)
{
    return db_exec(t,
                   "INSERT INTO legal_hold (id, kind, ref, reason, placed_by, placed_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(h->id, h->kind, h->ref, h->reason, h->placed_by, h->placed_at));
}

err hold_store_lift(struct tx *t, arena *mem, const struct hold *h, str *ret_kind)
{
    return db_one(t, mem,
                  "UPDATE legal_hold SET lifted_by = $1, lifted_at = $2 WHERE id = $3"
                  " AND lifted_at = 0 RETURNING kind",
                  DB_IN(h->lifted_by, h->lifted_at, h->id), DB_OUT(ret_kind));
}

err hold_list(struct tx *t, arena *mem, struct hold **ret_v, size_t *ret_n)
{
    struct hold *v = NEW_N(mem, struct hold, 200), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, kind, ref, reason, placed_by, placed_at, lifted_by, lifted_at"
            " FROM legal_hold ORDER BY id DESC LIMIT 200",
            DB_IN(),
            DB_OUT(&x.id, &x.kind, &x.ref, &x.reason, &x.placed_by, &x.placed_at, &x.lifted_by,
                   &x.lifted_at),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
