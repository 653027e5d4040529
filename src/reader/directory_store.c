/* SQL and rules of the directory. */
#include "base/clock.h"
#include "reader/directory.h"
#include "record/record.h"
#include "text/idcode.h"
#include "web/request.h"

enum { MAX_LIST = 100, MAX_CANDIDATES = 50 };

static bool kind_known(str kind)
{
    return str_eq(kind, S("government")) || str_eq(kind, S("public_service"));
}

static bool field_known(str field)
{
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (str_eq(field, str_from(CATEGORIES[i].code)))
            return true;
    return false;
}

static err leave(struct tx *t, arena *mem, enum record_kind kind, const struct account *a,
                 const struct directory_entry *d)
{
    TRY(record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = a->id,
               .actor = d->confirmed_by,
               .subject = str_fmt(mem, "account/%lld", (long long)a->id),
               RECORD_FIELDS(RECORD_TEXT("handle", a->handle), RECORD_TEXT("kind", d->kind),
                             RECORD_TEXT("field", d->field), RECORD_TEXT("province", d->province),
                             RECORD_TEXT("reason", d->reason)),
           }));
    return page_touch(t, S("home directory"));
}

err directory_confirm(struct tx *t, const struct directory_entry *d)
{
    AUTO_ARENA(mem);
    struct account a;
    TRY(account_load(t, mem, d->account_id, &a));
    if (!account_public(&a))
        return fault(ERR_CONFLICT, "directory_account", "account is %.*s", FMT(a.state));
    if (!kind_known(d->kind))
        return fault_field(ERR_INVALID, "bad_choice", "kind", "kind");
    if (!field_known(d->field))
        return fault_field(ERR_INVALID, "bad_choice", "field", "field");
    if (!province_known(d->province))
        return fault_field(ERR_INVALID, "bad_choice", "province", "province");
    TRY(db_exec(t,
                "INSERT INTO directory_entry (account_id, kind, field, province, reason,"
                " confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                " ON CONFLICT (account_id) DO UPDATE SET kind = excluded.kind,"
                " field = excluded.field, province = excluded.province, reason = excluded.reason,"
                " confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at",
                DB_IN(d->account_id, d->kind, d->field, d->province, d->reason, d->confirmed_by,
                      tx_now(t))));
    return leave(t, mem, RECORD_directory_confirmed, &a, d);
}

#define SELECT                                                                                     \
    "SELECT d.account_id, d.confirmed_by, d.confirmed_at, a.subscribers, d.kind, d.field,"         \
    " d.province, d.reason, a.handle, a.name, a.intro, a.avatar, a.class, a.state,"                \
    " COALESCE(u.name, ''), a.verified FROM directory_entry d JOIN account a"                      \
    " ON a.id = d.account_id LEFT JOIN users u ON u.id = d.confirmed_by "
#define OUT(x)                                                                                     \
    DB_OUT(&(x).account_id, &(x).confirmed_by, &(x).confirmed_at, &(x).subscribers, &(x).kind,     \
           &(x).field, &(x).province, &(x).reason, &(x).handle, &(x).name, &(x).intro,             \
           &(x).avatar, &(x).class, &(x).state, &(x).confirmed_name, &(x).verified)

err directory_load(struct tx *t, arena *mem, int64_t account_id, struct directory_entry *ret_d)
{
    struct directory_entry d = {0};
    TRY(db_one(t, mem, SELECT "WHERE d.account_id = $1", DB_IN(account_id), OUT(d)));
    *ret_d = d;
    return OK;
}

err directory_remove(struct tx *t, int64_t account_id, str reason, int64_t by)
{
    AUTO_ARENA(mem);
    struct directory_entry d;
    struct account a;
    TRY(directory_load(t, mem, account_id, &d));
    TRY(account_load(t, mem, account_id, &a));
    TRY(db_exec(t, "DELETE FROM directory_entry WHERE account_id = $1", DB_IN(account_id)));
    d.reason = reason;
    d.confirmed_by = by;
    return leave(t, mem, RECORD_directory_removed, &a, &d);
}

err directory_list(struct tx *t, arena *mem, const struct directory_filter *f,
                   struct directory_entry **ret_v, size_t *ret_n)
{
    ASSERT(f->limit > 0 && f->limit <= MAX_LIST);
    struct directory_entry *v = NEW_N(mem, struct directory_entry, (size_t)f->limit), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            SELECT "WHERE a.state IN ('active', 'paused', 'suspended')"
                   " AND ($1 = '' OR d.kind = $1) AND ($2 = '' OR d.field = $2)"
                   " AND ($3 = '' OR d.province = $3) AND ($4 = '' OR"
                   "  REPLACE(a.name, $4, '') <> a.name OR REPLACE(a.intro, $4, '') <> a.intro)"
                   " AND (a.subscribers, a.id) < ($5, $6)"
                   " ORDER BY a.subscribers DESC, a.id DESC LIMIT $7",
            DB_IN(f->kind, f->field, f->province, f->q, f->before_id ? f->before_subs : INT64_MAX,
                  f->before_id ? f->before_id : INT64_MAX, f->limit),
            OUT(x), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err directory_candidates(struct tx *t, arena *mem, struct directory_entry **ret_v, size_t *ret_n)
{
    struct directory_entry *v = NEW_N(mem, struct directory_entry, MAX_CANDIDATES), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.id, a.handle, a.name, a.intro, a.class, a.verified, r.province,"
            " CASE WHEN a.class = 'government' THEN 'government' ELSE 'public_service' END"
            " FROM account a JOIN registrant r ON r.id = a.registrant_id"
            " WHERE a.state = 'active' AND a.class IN ('government', 'institution', 'people_org')"
            " AND NOT EXISTS (SELECT 1 FROM directory_entry d WHERE d.account_id = a.id)"
            " ORDER BY a.id DESC LIMIT 50",
            DB_IN(),
            DB_OUT(&x.account_id, &x.handle, &x.name, &x.intro, &x.class, &x.verified, &x.province,
                   &x.kind),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err directory_news(struct tx *t, arena *mem, int limit, struct article **ret_v, size_t *ret_n)
{
    struct article *v = NEW_N(mem, struct article, (size_t)limit), x = {0};
    size_t n = 0, k = 0;
    DB_EACH(t, mem,
            "SELECT a.account_id, a.no FROM article a JOIN directory_entry d"
            " ON d.account_id = a.account_id WHERE a.state = 'published'"
            " AND a.category IN ('government', 'public_service')"
            " ORDER BY a.published_at DESC, a.account_id DESC, a.no DESC LIMIT $1",
            DB_IN(limit), DB_OUT(&x.account_id, &x.no), { v[n++] = x; });
    for (; k < n; k++)
        TRY(article_load(t, mem, v[k].account_id, v[k].no, &v[k]));
    *ret_v = v;
    *ret_n = n;
    return OK;
}
