/* SQL of the vault. */
#include "base/id.h"
#include "vault/vault_impl.h"

enum { LIST_MAX = 200 };

/* ---- keys ---- */

err vault_store_key(struct tx *t, arena *mem, int64_t owner, struct vault_key_row *ret_row)
{
    struct vault_key_row row = {.owner = owner};
    TRY(db_one(t, mem, "SELECT wrapped, master_id FROM vault_key WHERE owner_id = $1", DB_IN(owner),
               DB_OUT(&row.wrapped, &row.master_id)));
    *ret_row = row;
    return OK;
}

err vault_store_key_add(struct tx *t, const struct vault_key_row *row)
{
    return db_exec(t,
                   "INSERT INTO vault_key (owner_id, wrapped, master_id, created_at)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (owner_id) DO NOTHING",
                   DB_IN(row->owner, row->wrapped, row->master_id, tx_now(t)));
}

err vault_store_stale(struct tx *t, arena *mem, str master_id, struct vault_key_row **ret_v,
                      size_t *ret_n)
{
    struct vault_key_row *v = NEW_N(mem, struct vault_key_row, VAULT_BATCH), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT owner_id, wrapped, master_id FROM vault_key WHERE master_id <> $1"
            " ORDER BY owner_id LIMIT 200",
            DB_IN(master_id), DB_OUT(&x.owner, &x.wrapped, &x.master_id), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err vault_store_rewrap(struct tx *t, const struct vault_key_row *row, str old_master)
{
    return db_exec(t,
                   "UPDATE vault_key SET wrapped = $1, master_id = $2"
                   " WHERE owner_id = $3 AND master_id = $4",
                   DB_IN(row->wrapped, row->master_id, row->owner, old_master));
}

/* ---- reads by people ---- */

err vault_store_access_add(struct tx *t, const struct vault_item *item, struct vault_reader who,
                           int64_t approver)
{
    return db_exec(t,
                   "INSERT INTO vault_access (owner_id, id, field, full_value, reader_id,"
                   " approver_id, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   DB_IN(item->ref.owner, id_new(), str_from(item->ref.field), approver != 0,
                         who.user_id, db_opt(approver), who.reason, tx_now(t)));
}

err vault_store_approver(struct tx *t, arena *mem, struct vault_ref ref, struct vault_reader who,
                         int64_t *ret_approver)
{
    return db_one(t, mem,
                  "SELECT approved_by FROM vault_request WHERE owner_id = $1 AND id = $2"
                  " AND field = $3 AND asked_by = $4 AND approved_by IS NOT NULL"
                  " AND approved_by <> asked_by AND expires_at > $5",
                  DB_IN(ref.owner, who.request_id, str_from(ref.field), who.user_id, tx_now(t)),
                  DB_OUT(ret_approver));
}

err vault_store_request_add(struct tx *t, const struct vault_request *r)
{
    return db_exec(
        t,
        "INSERT INTO vault_request (owner_id, id, field, reason, asked_by, asked_at,"
        " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        DB_IN(r->owner_id, r->id, r->field, r->reason, r->asked_by, r->asked_at, r->expires_at));
}

err vault_store_request(struct tx *t, arena *mem, struct vault_request *r)
{
    return db_one(t, mem,
                  "SELECT asked_by, COALESCE(approved_by, 0), expires_at FROM vault_request"
                  " WHERE owner_id = $1 AND id = $2",
                  DB_IN(r->owner_id, r->id), DB_OUT(&r->asked_by, &r->approved_by, &r->expires_at));
}

err vault_store_approve(struct tx *t, int64_t owner_id, int64_t id, int64_t by, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE vault_request SET approved_by = $1, approved_at = $2"
                     " WHERE owner_id = $3 AND id = $4 AND approved_by IS NULL"
                     " AND asked_by <> $1 AND expires_at > $2",
                     DB_IN(by, tx_now(t), owner_id, id), ret_n);
}

err vault_request_open(struct tx *t, arena *mem, struct vault_request **ret_v, size_t *ret_n)
{
    struct vault_request *v = NEW_N(mem, struct vault_request, LIST_MAX), x = {0};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT owner_id, id, field, reason, asked_by, asked_at, expires_at"
        " FROM vault_request WHERE approved_by IS NULL AND expires_at > $1"
        " ORDER BY id LIMIT 200",
        DB_IN(tx_now(t)),
        DB_OUT(&x.owner_id, &x.id, &x.field, &x.reason, &x.asked_by, &x.asked_at, &x.expires_at),
        { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err vault_request_granted(struct tx *t, arena *mem, int64_t asked_by, struct vault_request **ret_v,
                          size_t *ret_n)
{
    struct vault_request *v = NEW_N(mem, struct vault_request, LIST_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT owner_id, id, field, reason, asked_by, asked_at, approved_by, approved_at,"
            " expires_at FROM vault_request WHERE asked_by = $1 AND approved_by IS NOT NULL"
            " AND expires_at > $2 ORDER BY id DESC LIMIT 200",
            DB_IN(asked_by, tx_now(t)),
            DB_OUT(&x.owner_id, &x.id, &x.field, &x.reason, &x.asked_by, &x.asked_at,
                   &x.approved_by, &x.approved_at, &x.expires_at),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err vault_access_list(struct tx *t, arena *mem, int64_t owner_id, struct vault_access **ret_v,
                      size_t *ret_n)
{
    struct vault_access *v = NEW_N(mem, struct vault_access, LIST_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, reader_id, COALESCE(approver_id, 0), at, field, reason, full_value"
            " FROM vault_access WHERE owner_id = $1 ORDER BY id DESC LIMIT 200",
            DB_IN(owner_id),
            DB_OUT(&x.id, &x.reader_id, &x.approver_id, &x.at, &x.field, &x.reason, &x.full),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
