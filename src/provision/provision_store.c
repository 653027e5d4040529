/* SQL of provisions. */
#include "provision/provision_store.h"

enum { PAGE_MAX = 100 };

err store_provision_insert(struct tx *t, const struct provision *p)
{
    return db_exec(t,
                   "INSERT INTO provision (id, recipient, contact, basis, reference, purpose,"
                   " fields, persons, state, asked_by, asked_at, second_by, second_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                   DB_IN(p->id, p->recipient, p->contact, p->basis, p->reference, p->purpose,
                         p->fields, p->persons, p->state, p->asked_by, tx_now(t), p->second_by,
                         p->second_by ? tx_now(t) : 0));
}

err store_provision_person(struct tx *t, int64_t id, const struct provision_person *p)
{
    return db_exec(t,
                   "INSERT INTO provision_person (provision_id, registrant_id, user_id, account_id)"
                   " VALUES ($1, $2, $3, $4)",
                   DB_IN(id, p->registrant_id, p->user_id, p->account_id));
}

err store_provision_step(struct tx *t, const struct provision_step *s, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE provision SET state = $4, ended_at = CASE WHEN $5 = 1 THEN $6"
                     " ELSE ended_at END, second_at = CASE WHEN $7 > 0 THEN $6 ELSE second_at END,"
                     " second_by = CASE WHEN $7 > 0 THEN $7 ELSE second_by END"
                     " WHERE id = $1 AND (state = $2 OR state = $3)",
                     DB_IN(s->id, s->from, s->or_from, s->to, s->ends, tx_now(t), s->second_by),
                     ret_n);
}

err store_provision_handed(struct tx *t, int64_t id, struct bytes hash, int64_t size)
{
    return db_exec(t,
                   "UPDATE provision SET state = 'handed', ended_at = $4, hash = $2, size = $3"
                   " WHERE id = $1",
                   DB_IN(id, hash, size, tx_now(t)));
}

#define SELECT                                                                                     \
    "SELECT p.id, p.persons, p.asked_by, p.asked_at, p.second_by, p.second_at, p.ended_at, "       \
    "p.size,"                                                                                      \
    " p.recipient, p.contact, p.basis, p.reference, p.purpose, p.state, p.fields, p.hash,"         \
    " COALESCE(u.name, ''), COALESCE(s.name, '') FROM provision p"                                 \
    " LEFT JOIN users u ON u.id = p.asked_by LEFT JOIN users s ON s.id = p.second_by "
#define OUT(p)                                                                                     \
    DB_OUT(&(p).id, &(p).persons, &(p).asked_by, &(p).asked_at, &(p).second_by, &(p).second_at,    \
           &(p).ended_at, &(p).size, &(p).recipient, &(p).contact, &(p).basis, &(p).reference,     \
           &(p).purpose, &(p).state, &(p).fields, &(p).hash, &(p).asked_name, &(p).second_name)

err provision_load(struct tx *t, arena *mem, int64_t id, struct provision *ret_p)
{
    struct provision p = {0};
    TRY(db_one(t, mem, SELECT "WHERE p.id = $1", DB_IN(id), OUT(p)));
    *ret_p = p;
    return OK;
}

err provision_list(struct tx *t, arena *mem, const struct provision_query *q,
                   struct provision **ret_v, size_t *ret_n)
{
    struct provision *v = NEW_N(mem, struct provision, PAGE_MAX), p = {0};
    size_t n = 0;
    ASSERT(q->limit <= PAGE_MAX);
    DB_EACH(t, mem,
            SELECT "WHERE p.id < $1 AND ($2 = '' OR p.state = $2"
                   " OR ($2 = 'open' AND p.state IN ('asked', 'allowed')))"
                   " ORDER BY p.id DESC LIMIT $3",
            DB_IN(q->before ? q->before : INT64_MAX, q->state, q->limit), OUT(p), { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err provision_persons(struct tx *t, arena *mem, int64_t id, struct provision_person **ret_v,
                      size_t *ret_n)
{
    struct provision_person *v = NEW_N(mem, struct provision_person, PROVISION_PERSONS_MAX),
                            p = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT k.registrant_id, k.user_id, k.account_id, a.handle FROM provision_person k"
            " JOIN account a ON a.id = k.account_id WHERE k.provision_id = $1"
            " ORDER BY k.registrant_id LIMIT 200",
            DB_IN(id), DB_OUT(&p.registrant_id, &p.user_id, &p.account_id, &p.handle),
            { v[n++] = p; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
