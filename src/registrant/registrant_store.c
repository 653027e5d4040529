/* SQL of registrants. */
#include "registrant/registrant_store.h"

#include "base/id.h"

enum { MAX_LIST = 200 };

err store_registrant_insert(struct tx *t, const struct registrant *r)
{
    return db_exec(t,
                   "INSERT INTO registrant (id, class, user_id, identity_key, province, state,"
                   " created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                   DB_IN(r->id, class_name(r->class), r->user_id, r->identity_key, r->province,
                         r->state, tx_now(t)));
}

err store_registrant_update(struct tx *t, const struct registrant *r)
{
    return db_exec(
        t,
        "UPDATE registrant SET class = $2, identity_key = $3, province = $4,"
        " state = $5, reason = '', updated_at = $6, rev = rev + 1 WHERE id = $1",
        DB_IN(r->id, class_name(r->class), r->identity_key, r->province, r->state, tx_now(t)));
}

err store_registrant_state(struct tx *t, const struct registrant *r)
{
    return db_exec(t,
                   "UPDATE registrant SET state = $2, level = $3, valid_to = $4, reason = $5,"
                   " updated_at = $6, rev = rev + 1 WHERE id = $1",
                   DB_IN(r->id, r->state, r->level, r->valid_to, r->reason, tx_now(t)));
}

err store_expiring(struct tx *t, arena *mem, struct expiring **ret_v, size_t *ret_n)
{
    struct expiring *v = NEW_N(mem, struct expiring, MAX_LIST), e = {0};
    size_t n = 0;
    int64_t now = tx_now(t);
    DB_EACH(t, mem,
            "SELECT e.id, e.user_id, e.valid_to, e.days FROM (SELECT r.id, r.user_id, r.valid_to,"
            "  CASE WHEN r.valid_to <= $1 THEN 0 WHEN r.valid_to <= $2 THEN 1"
            "   WHEN r.valid_to <= $3 THEN 7 ELSE 30 END AS days FROM registrant r"
            "  WHERE r.state = 'verified' AND r.valid_to > 0 AND r.valid_to <= $4) e"
            " WHERE NOT EXISTS (SELECT 1 FROM verification_notice n WHERE n.registrant_id = e.id"
            "  AND n.valid_to = e.valid_to AND n.days = e.days) ORDER BY e.id LIMIT 200",
            DB_IN(now, now + DAY_MS, now + 7 * DAY_MS, now + (int64_t)30 * DAY_MS),
            DB_OUT(&e.id, &e.user_id, &e.valid_to, &e.days), { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_expiring_told(struct tx *t, const struct expiring *e)
{
    return db_exec(t,
                   "INSERT INTO verification_notice (registrant_id, valid_to, days, at)"
                   " VALUES ($1, $2, $3, $4)",
                   DB_IN(e->id, e->valid_to, e->days, tx_now(t)));
}

err store_accounts_verified(struct tx *t, int64_t registrant_id, bool verified)
{
    return db_exec(t, "UPDATE account SET verified = $2 WHERE registrant_id = $1",
                   DB_IN(registrant_id, verified));
}

err store_identity_put(struct tx *t, int64_t registrant_id, str field, struct bytes sealed)
{
    return db_exec(t,
                   "INSERT INTO identity_field (registrant_id, field, sealed) VALUES ($1, $2, $3)"
                   " ON CONFLICT (registrant_id, field) DO UPDATE SET sealed = excluded.sealed",
                   DB_IN(registrant_id, field, sealed));
}

err store_identity_get(struct tx *t, arena *mem, int64_t registrant_id, str field,
                       struct bytes *ret_sealed)
{
    return db_one(t, mem,
                  "SELECT sealed FROM identity_field WHERE registrant_id = $1 AND field = $2",
                  DB_IN(registrant_id, field), DB_OUT(ret_sealed));
}

err store_handles(struct tx *t, arena *mem, int64_t registrant_id, str **ret_v, size_t *ret_n)
{
    str *v = NEW_N(mem, str, MAX_LIST), handle = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, "SELECT handle FROM account WHERE registrant_id = $1 LIMIT 200",
            DB_IN(registrant_id), DB_OUT(&handle), { v[n++] = handle; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

#define COLUMNS                                                                                    \
    "id, user_id, valid_to, created_at, updated_at, identity_key, province, state, level,"         \
    " reason, rev, class"
#define OUT(r, class_text)                                                                         \
    DB_OUT(&(r).id, &(r).user_id, &(r).valid_to, &(r).created_at, &(r).updated_at,                 \
           &(r).identity_key, &(r).province, &(r).state, &(r).level, &(r).reason, &(r).rev,        \
           &(class_text))

err registrant_load(struct tx *t, arena *mem, int64_t id, struct registrant *ret_r)
{
    struct registrant r = {0};
    str class = STR_NONE;
    TRY(db_one(t, mem, "SELECT " COLUMNS " FROM registrant WHERE id = $1", DB_IN(id),
               OUT(r, class)));
    TRY(class_parse(class, &r.class));
    *ret_r = r;
    return OK;
}

err registrant_list(struct tx *t, arena *mem, int64_t user_id, struct registrant **ret_v,
                    size_t *ret_n)
{
    struct registrant *v = NEW_N(mem, struct registrant, MAX_LIST), r = {0};
    str class = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM registrant WHERE user_id = $1 ORDER BY id DESC LIMIT 200",
            DB_IN(user_id), OUT(r, class), {
                TRY(class_parse(class, &r.class));
                v[n++] = r;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err registrant_same(struct tx *t, arena *mem, const struct registrant *r,
                    struct same_identity **ret_v, size_t *ret_n)
{
    struct same_identity *v = NEW_N(mem, struct same_identity, MAX_LIST), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT g.class, g.state, COALESCE(a.name, '') FROM registrant g"
            " LEFT JOIN account a ON a.registrant_id = g.id"
            " WHERE g.identity_key = $1 AND (g.id <> $2 OR a.id IS NOT NULL)"
            " ORDER BY g.id LIMIT 200",
            DB_IN(r->identity_key, r->id), DB_OUT(&x.class, &x.state, &x.account), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- verifications and evidence ---- */

err verification_add(struct tx *t, int64_t registrant_id, const struct verification *v)
{
    return db_exec(t,
                   "INSERT INTO verification (registrant_id, id, method, verdict, level, verifier,"
                   " reason, evidence_ref, valid_to, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                   DB_IN(registrant_id, id_new(), v->method, v->verdict,
                         v->level.p ? v->level : S(""), v->verifier,
                         v->reason.p ? v->reason : S(""),
                         v->evidence_ref.p ? v->evidence_ref : S(""), v->valid_to, tx_now(t)));
}

err verification_list(struct tx *t, arena *mem, int64_t registrant_id, struct verification **ret_v,
                      size_t *ret_n)
{
    struct verification *list = NEW_N(mem, struct verification, MAX_LIST), v = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT v.id, v.verifier, v.at, v.valid_to, v.method, v.verdict, v.level, v.reason,"
            " v.evidence_ref, COALESCE(u.name, '') FROM verification v"
            " LEFT JOIN users u ON u.id = v.verifier"
            " WHERE v.registrant_id = $1 ORDER BY v.id DESC LIMIT 200",
            DB_IN(registrant_id),
            DB_OUT(&v.id, &v.verifier, &v.at, &v.valid_to, &v.method, &v.verdict, &v.level,
                   &v.reason, &v.evidence_ref, &v.verifier_name),
            { list[n++] = v; });
    *ret_v = list;
    *ret_n = n;
    return OK;
}

err evidence_add(struct tx *t, int64_t registrant_id, struct evidence *e)
{
    e->id = id_new();
    TRY(db_exec(t,
                "UPDATE evidence SET dropped_at = $3 WHERE registrant_id = $1 AND kind = $2"
                " AND dropped_at IS NULL",
                DB_IN(registrant_id, e->kind, tx_now(t))));
    return db_exec(
        t,
        "INSERT INTO evidence (registrant_id, id, kind, blob, mime, size, created_by,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        DB_IN(registrant_id, e->id, e->kind, e->blob, e->mime, e->size, e->created_by, tx_now(t)));
}

err evidence_list(struct tx *t, arena *mem, int64_t registrant_id, struct evidence **ret_v,
                  size_t *ret_n)
{
    struct evidence *v = NEW_N(mem, struct evidence, MAX_LIST), e = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, created_by, created_at, size, kind, blob, mime FROM evidence"
            " WHERE registrant_id = $1 AND dropped_at IS NULL ORDER BY id LIMIT 200",
            DB_IN(registrant_id),
            DB_OUT(&e.id, &e.created_by, &e.created_at, &e.size, &e.kind, &e.blob, &e.mime),
            { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err evidence_load(struct tx *t, arena *mem, int64_t registrant_id, int64_t id,
                  struct evidence *ret_e)
{
    struct evidence e = {.id = id};
    TRY(db_one(t, mem,
               "SELECT created_by, created_at, size, kind, blob, mime FROM evidence"
               " WHERE registrant_id = $1 AND id = $2",
               DB_IN(registrant_id, id),
               DB_OUT(&e.created_by, &e.created_at, &e.size, &e.kind, &e.blob, &e.mime)));
    *ret_e = e;
    return OK;
}
