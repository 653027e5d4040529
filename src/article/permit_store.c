/* Permissions to reprint: rows and rules. */
#include "account/account.h"
#include "article/permit.h"
#include "record/record.h"

enum { MAX_LIST = 200 };

static err permit_record(struct tx *t, enum record_kind kind, int64_t account_id, int64_t allowed,
                         int64_t by)
{
    AUTO_ARENA(mem);
    return record_add(
        t, &(struct record_in){.kind = kind,
                               .account_id = account_id,
                               .actor = by,
                               .subject = str_fmt(mem, "account/%lld", (long long)account_id),
                               RECORD_FIELDS(RECORD_INT("allowed", allowed))});
}

err permit_add(struct tx *t, arena *mem, int64_t account_id, str handle, int64_t by)
{
    struct account a;
    int64_t known = 0;
    err e = account_find(t, mem, str_trim(handle), &a);
    if (e == ERR_NOT_FOUND || (e == OK && !account_public(&a)))
        return fault_field(ERR_INVALID, "no_account", "handle", "%.*s", FMT(handle));
    TRY(e);
    if (a.id == account_id)
        return fault_field(ERR_CONFLICT, "permit_self", "handle", "itself");
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM reprint_permit WHERE account_id = $1 AND allowed_id = $2",
               DB_IN(account_id, a.id), DB_OUT(&known)));
    if (known)
        return fault_field(ERR_CONFLICT, "permit_known", "handle", "there already");
    TRY(db_exec(t,
                "INSERT INTO reprint_permit (account_id, allowed_id, added_by, added_at)"
                " VALUES ($1, $2, $3, $4)",
                DB_IN(account_id, a.id, by, tx_now(t))));
    return permit_record(t, RECORD_reprint_allowed, account_id, a.id, by);
}

err permit_drop(struct tx *t, int64_t account_id, int64_t allowed_id, int64_t by)
{
    int64_t changed = 0;
    TRY(db_exec_n(t, "DELETE FROM reprint_permit WHERE account_id = $1 AND allowed_id = $2",
                  DB_IN(account_id, allowed_id), &changed));
    return changed ? permit_record(t, RECORD_reprint_forbidden, account_id, allowed_id, by)
                   : fault(ERR_NOT_FOUND, "not_found", "no such permission");
}

err permit_list(struct tx *t, arena *mem, int64_t account_id, struct permit **ret_v, size_t *ret_n)
{
    struct permit *v = NEW_N(mem, struct permit, MAX_LIST), p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT p.allowed_id, p.added_at, a.handle, a.name FROM reprint_permit p"
            " JOIN account a ON a.id = p.allowed_id WHERE p.account_id = $1"
            " ORDER BY a.name, a.id LIMIT 200",
            DB_IN(account_id), DB_OUT(&p.allowed_id, &p.added_at, &p.handle, &p.name),
            { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
