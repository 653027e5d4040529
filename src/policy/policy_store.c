/* SQL of policies, proposals and signatures. */
#include "policy/policy_store.h"

enum { MAX_VERSIONS = 200 };

err store_policy_last(struct tx *t, str kind, int *ret_version)
{
    return db_one(t, NULL, "SELECT COALESCE(MAX(version), 0) FROM policy WHERE kind = $1",
                  DB_IN(kind), DB_OUT(ret_version));
}

err store_policy_insert(struct tx *t, const struct policy *p, int64_t by)
{
    return db_exec(t,
                   "INSERT INTO policy (kind, version, title, doc, hash, effective_at, created_by,"
                   " created_at, note, sign_by, material, proposed_by)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                   DB_IN(p->kind, p->version, p->title, p->doc, p->hash, p->effective_at, by,
                         tx_now(t), p->note.p ? p->note : S(""), p->sign_by, (int)p->material,
                         p->proposed_by));
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

/* ---- versions ---- */

#define COLUMNS                                                                                    \
    "kind, version, title, doc, hash, effective_at, created_at, note, sign_by, material,"          \
    " proposed_by"
#define OUT(p)                                                                                     \
    DB_OUT(&(p).kind, &(p).version, &(p).title, &(p).doc, &(p).hash, &(p).effective_at,            \
           &(p).created_at, &(p).note, &(p).sign_by, &(p).material, &(p).proposed_by)

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
    struct policy *v = NEW_N(mem, struct policy, MAX_VERSIONS), p = {.doc = S("")};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT kind, version, title, hash, effective_at, created_at, note, sign_by, material,"
            " proposed_by FROM policy WHERE kind = $1 ORDER BY version DESC LIMIT 200",
            DB_IN(kind),
            DB_OUT(&p.kind, &p.version, &p.title, &p.hash, &p.effective_at, &p.created_at, &p.note,
                   &p.sign_by, &p.material, &p.proposed_by),
            { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- proposals ---- */

err store_proposal_insert(struct tx *t, const struct policy_proposal *p)
{
    return db_exec(t,
                   "INSERT INTO policy_proposal (id, kind, title, doc, note, effective_at,"
                   " material, state, proposed_by, proposed_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9)",
                   DB_IN(p->id, p->policy.kind, p->policy.title, p->policy.doc, p->policy.note,
                         p->policy.effective_at, (int)p->policy.material, p->policy.proposed_by,
                         tx_now(t)));
}

err store_proposal_decide(struct tx *t, int64_t id, str state, str reason)
{
    int64_t changed = 0;
    TRY(db_exec_n(t,
                  "UPDATE policy_proposal SET state = $2, reason = $3"
                  " WHERE id = $1 AND state = 'pending'",
                  DB_IN(id, state, reason), &changed));
    return changed ? OK : fault(ERR_CONFLICT, "case_decided", "proposal %lld", (long long)id);
}

err store_proposal_waiting(struct tx *t, str kind, int64_t *ret_id)
{
    return db_one(t, NULL,
                  "SELECT COALESCE(MAX(id), 0) FROM policy_proposal WHERE kind = $1"
                  " AND state = 'pending'",
                  DB_IN(kind), DB_OUT(ret_id));
}

#define PROPOSAL                                                                                   \
    "SELECT p.id, p.kind, p.title, p.doc, p.note, p.effective_at, p.material, p.state, p.reason,"  \
    " p.proposed_by, p.proposed_at, COALESCE(u.name, '') FROM policy_proposal p"                   \
    " LEFT JOIN users u ON u.id = p.proposed_by "
#define PROPOSAL_OUT(p)                                                                            \
    DB_OUT(&(p).id, &(p).policy.kind, &(p).policy.title, &(p).policy.doc, &(p).policy.note,        \
           &(p).policy.effective_at, &(p).policy.material, &(p).state, &(p).reason,                \
           &(p).policy.proposed_by, &(p).proposed_at, &(p).proposer)

err policy_proposal_load(struct tx *t, arena *mem, int64_t id, struct policy_proposal *ret_p)
{
    struct policy_proposal p = {0};
    TRY(db_one(t, mem, PROPOSAL "WHERE p.id = $1", DB_IN(id), PROPOSAL_OUT(p)));
    *ret_p = p;
    return OK;
}

err policy_proposal_last(struct tx *t, arena *mem, str kind, struct policy_proposal *ret_p)
{
    struct policy_proposal p = {0};
    TRY(db_one(t, mem, PROPOSAL "WHERE p.kind = $1 ORDER BY p.id DESC LIMIT 1", DB_IN(kind),
               PROPOSAL_OUT(p)));
    *ret_p = p;
    return OK;
}

/* ---- signatures ---- */

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

err store_sign_facts(struct tx *t, int signed_version, struct sign_facts *ret_f)
{
    struct sign_facts f = {0};
    TRY(db_one(t, NULL,
               "SELECT COALESCE(MAX(version), 0),"
               " COALESCE(MAX(version) FILTER (WHERE material = 1 AND sign_by <= $1), 0),"
               " COALESCE(MIN(sign_by) FILTER (WHERE material = 1 AND sign_by > $1"
               "  AND version > $2), 0)"
               " FROM policy WHERE kind = 'service_agreement' AND effective_at <= $1",
               DB_IN(tx_now(t), signed_version), DB_OUT(&f.in_force, &f.must, &f.next_by)));
    *ret_f = f;
    return OK;
}

err store_sign_deadline(struct tx *t, int64_t from, int64_t to, int *ret_version, int64_t *ret_by)
{
    return db_one(t, NULL,
                  "SELECT version, sign_by FROM policy WHERE kind = 'service_agreement'"
                  " AND material = 1 AND effective_at <= $3 AND sign_by > $1 AND sign_by <= $2"
                  " ORDER BY version DESC LIMIT 1",
                  DB_IN(from, to, tx_now(t)), DB_OUT(ret_version, ret_by));
}

err store_readers(struct tx *t, int64_t after, int unsigned_version, struct policy_reader *v,
                  size_t max, size_t *ret_n)
{
    struct policy_reader one = {0};
    size_t n = 0;
    DB_EACH(t, NULL,
            "SELECT r.id, r.user_id, CASE WHEN EXISTS (SELECT 1 FROM registrant o"
            "  WHERE o.user_id = r.user_id AND o.state = 'verified' AND o.id < r.id) THEN 1 ELSE 0"
            " END FROM registrant r WHERE r.id > $1 AND r.state = 'verified'"
            " AND ($2 = 0 OR NOT EXISTS (SELECT 1 FROM signature s WHERE s.registrant_id = r.id"
            "  AND s.kind = 'service_agreement' AND s.version >= $2))"
            " ORDER BY r.id LIMIT $3",
            DB_IN(after, unsigned_version, (int64_t)max),
            DB_OUT(&one.registrant_id, &one.user_id, &one.again), { v[n++] = one; });
    *ret_n = n;
    return OK;
}
