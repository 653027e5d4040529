/* SQL of policies and signatures. */
#include "policy/policy_store.h"

enum { MAX_VERSIONS = 200 };

err store_policy_last(struct tx *t, str kind, int *ret_version)
{
    return db_one(t, NULL, "SELECT COALESCE(MAX(version), 0) FROM policy WHERE kind = $1",
                  DB_IN(kind), DB_OUT(ret_version));
}

err store_policy_insert(struct tx *t, const struct policy *p, int64_t by)
{
    return db_exec(
        t,
        "INSERT INTO policy (kind, version, title, doc, hash, effective_at, created_by,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        DB_IN(p->kind, p->version, p->title, p->doc, p->hash, p->effective_at, by, tx_now(t)));
}

err store_signature_insert(struct tx *t, const struct signature *s)
{
    return db_exec(t,
                   "INSERT INTO signature (registrant_id, kind, version, hash, user_id, ip, port,"
                   " user_agent, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                   " ON CONFLICT (registrant_id, kind, version) DO NOTHING",
                   DB_IN(s->registrant_id, s->kind, s->version, s->hash, s->user_id, s->ip, s->port,
                         s->user_agent, tx_now(t)));
}

err store_editor_in_chief(struct tx *t, bool *ret_filled)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM post WHERE post = 'editor_in_chief' AND from_at <= $1"
               " AND (until_at IS NULL OR until_at > $1) AND ended_at IS NULL",
               DB_IN(tx_now(t)), DB_OUT(&n)));
    *ret_filled = n > 0;
    return OK;
}

#define COLUMNS "kind, version, title, doc, hash, effective_at, created_at"
#define OUT(p)                                                                                     \
    DB_OUT(&(p).kind, &(p).version, &(p).title, &(p).doc, &(p).hash, &(p).effective_at,            \
           &(p).created_at)

err policy_in_force(struct tx *t, arena *mem, str kind, int64_t at, struct policy *ret_p)
{
    struct policy p = {0};
    TRY(db_one(t, mem,
               "SELECT " COLUMNS " FROM policy WHERE kind = $1 AND effective_at <= $2"
               " ORDER BY version DESC LIMIT 1",
               DB_IN(kind, at), OUT(p)));
    *ret_p = p;
    return OK;
}

err policy_version(struct tx *t, arena *mem, str kind, int version, struct policy *ret_p)
{
    struct policy p = {0};
    TRY(db_one(t, mem, "SELECT " COLUMNS " FROM policy WHERE kind = $1 AND version = $2",
               DB_IN(kind, version), OUT(p)));
    *ret_p = p;
    return OK;
}

err policy_versions(struct tx *t, arena *mem, str kind, struct policy **ret_v, size_t *ret_n)
{
    struct policy *v = NEW_N(mem, struct policy, MAX_VERSIONS), p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM policy WHERE kind = $1 ORDER BY version DESC LIMIT 200",
            DB_IN(kind), OUT(p), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err signature_load(struct tx *t, arena *mem, int64_t registrant_id, str kind,
                   struct signature *ret_s)
{
    struct signature s = {.registrant_id = registrant_id};
    TRY(db_one(
        t, mem,
        "SELECT kind, version, hash, user_id, ip, port, user_agent, at FROM signature"
        " WHERE registrant_id = $1 AND kind = $2 ORDER BY version DESC LIMIT 1",
        DB_IN(registrant_id, kind),
        DB_OUT(&s.kind, &s.version, &s.hash, &s.user_id, &s.ip, &s.port, &s.user_agent, &s.at)));
    *ret_s = s;
    return OK;
}
