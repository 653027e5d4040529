/* SQL of qa. */
#include "qa/qa_store.h"

#include "base/clock.h"
#include "base/id.h"

err store_qa_insert(struct tx *t, const struct qa_item *i)
{
    return db_exec(t,
                   "INSERT INTO qa_item (id, kind, because, case_id, for_user, first_user, made_at,"
                   " shift) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                   " ON CONFLICT (kind, because) DO NOTHING",
                   DB_IN(i->id, i->kind, i->because, i->case_id, i->for_user, i->first_user,
                         tx_now(t), i->shift));
}

/* What the case is about can still be shown: retention has not erased that version. */
#define TEXT_KEPT                                                                                  \
    " AND EXISTS (SELECT 1 FROM article_version w WHERE w.account_id = c.account_id"               \
    "  AND w.no = c.subject AND w.version = c.version)"

err store_qa_pool(struct tx *t, int64_t user_id, int64_t *v, size_t *ret_n)
{
    size_t n = 0;
    int64_t id = 0;
    DB_EACH(t, NULL,
            "SELECT c.id FROM cases c JOIN account a ON a.id = c.account_id WHERE c.id IN"
            " (SELECT case_id FROM qa_reference WHERE ended_at = 0 UNION"
            "  SELECT r.case_id FROM appeal_outcome o JOIN appeal p ON p.id = o.appeal_id"
            "  JOIN ruling r ON r.id = p.ruling_id WHERE o.outcome = 'uphold')"
            " AND c.state = 'decided' AND c.subject > 0 AND c.kind IN ('article', 'finding')"
            " AND c.opened_by <> $1 AND a.state <> 'closed'" TEXT_KEPT
            " AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.case_id = c.id"
            "  AND f.source = 'rights')"
            " AND NOT EXISTS (SELECT 1 FROM ruling r JOIN appeal p ON p.ruling_id = r.id"
            "  LEFT JOIN appeal_outcome o ON o.appeal_id = p.id"
            "  WHERE r.case_id = c.id AND COALESCE(o.outcome, '') <> 'uphold')"
            " AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.id"
            "  AND (d.officer = $1 OR d.second_officer = $1))"
            " AND NOT EXISTS (SELECT 1 FROM member m WHERE m.account_id = c.account_id"
            "  AND m.user_id = $1)"
            " AND NOT EXISTS (SELECT 1 FROM qa_item i WHERE i.case_id = c.id"
            "  AND (i.for_user = $1 OR i.claimed_by = $1))"
            " ORDER BY c.id DESC LIMIT 50",
            DB_IN(user_id), DB_OUT(&id), { v[n++] = id; });
    *ret_n = n;
    return OK;
}

err store_qa_complained(struct tx *t, int64_t case_id, bool *ret_is)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM finding WHERE case_id = $1 AND source = 'rights'",
               DB_IN(case_id), DB_OUT(&n)));
    *ret_is = n > 0;
    return OK;
}

/* Nobody is given what they opened, decided, have an interest in, or were the first to be given. */
err qa_turn(struct tx *t, const struct case_turn *turn, int64_t *ret_id)
{
    int64_t id = 0;
    TRY(db_one(t, NULL,
               "UPDATE qa_item SET claimed_by = $1, claimed_at = $3, claim_until = $2"
               " WHERE answered_at = 0 AND claim_until < $3 AND id = ("
               "  SELECT i.id FROM qa_item i JOIN cases c ON c.id = i.case_id"
               "  JOIN account a ON a.id = c.account_id"
               "  WHERE i.answered_at = 0 AND i.claim_until < $3 AND i.made_at > $4"
               "  AND (i.for_user = $1 OR (i.kind = 'double' AND i.first_user <> $1))"
               "  AND ((c.kind = 'article' AND $5 = 1) OR (c.kind = 'finding' AND $6 = 1))"
               "  AND c.state <> 'cancelled' AND a.state <> 'closed'" TEXT_KEPT
               "  AND c.opened_by <> $1 AND i.id <> $7"
               "  AND (i.kind = 'known' OR c.claimed_by <> $1) AND c.proposed_by <> $1"
               "  AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.id"
               "   AND (d.officer = $1 OR d.second_officer = $1))"
               "  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.account_id = c.account_id"
               "   AND m.user_id = $1)"
               "  ORDER BY i.made_at, i.id LIMIT 1) RETURNING id",
               DB_IN(turn->user_id, tx_now(t) + turn->lease_ms, tx_now(t),
                     tx_now(t) - QA_DAYS * (int64_t)DAY_MS, turn->kinds >> CASE_ARTICLE & 1,
                     turn->kinds >> CASE_FINDING & 1, turn->done),
               DB_OUT(&id)));
    *ret_id = id;
    return OK;
}

err qa_case_load(struct tx *t, arena *mem, int64_t id, int64_t user_id, struct casefile *ret_c)
{
    int64_t original = 0, shift = 0, answered = 0, at = 0, until = 0;
    str name = STR_NONE;
    err e = case_load(t, mem, id, ret_c);
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(db_one(t, mem,
               "SELECT i.case_id, i.shift, i.answered_at, i.claimed_at, i.claim_until,"
               " COALESCE(u.name, '') FROM qa_item i LEFT JOIN users u ON u.id = i.claimed_by"
               " WHERE i.id = $1 AND i.claimed_by = $2",
               DB_IN(id, user_id), DB_OUT(&original, &shift, &answered, &at, &until, &name)));
    struct casefile c;
    TRY(case_load(t, mem, original, &c));
    c.id = id;
    c.original = original;
    c.shift = shift;
    c.opened_at += shift;
    c.due_at += shift;
    c.claimed_by = user_id;
    c.claimed_name = name;
    c.claimed_at = at;
    c.claim_until = until;
    c.decided_at = answered;
    c.state = answered ? S("decided") : S("open");
    c.proposed_by = 0;
    c.eyes = 1;
    *ret_c = c;
    return OK;
}

err qa_claim(struct tx *t, int64_t id, int64_t user_id, int64_t lease_ms)
{
    int64_t changed = 0;
    TRY(db_exec_n(t,
                  "UPDATE qa_item SET claimed_at = CASE WHEN claim_until >= $4 THEN claimed_at"
                  " ELSE $4 END, claim_until = $3"
                  " WHERE id = $1 AND claimed_by = $2 AND answered_at = 0",
                  DB_IN(id, user_id, tx_now(t) + lease_ms, tx_now(t)), &changed));
    return changed ? OK : fault(ERR_CONFLICT, "case_decided", "item %lld", (long long)id);
}

err qa_release(struct tx *t, int64_t id, int64_t user_id)
{
    return db_exec(t,
                   "UPDATE qa_item SET claimed_by = 0, claimed_at = 0, claim_until = 0"
                   " WHERE id = $1 AND claimed_by = $2 AND answered_at = 0",
                   DB_IN(id, user_id));
}

err qa_mine(struct tx *t, arena *mem, int64_t user_id, size_t max, struct casefile **v, size_t *n)
{
    struct casefile *all = NEW_N(mem, struct casefile, max);
    int64_t *ids = NEW_N(mem, int64_t, max), id = 0;
    size_t got = 0, count = *n < max ? *n : max;
    for (size_t i = 0; i < count; i++)
        all[i] = (*v)[i];
    DB_EACH(t, mem,
            "SELECT id FROM qa_item WHERE claimed_by = $1 AND claim_until > $2 AND answered_at = 0"
            " ORDER BY id LIMIT $3",
            DB_IN(user_id, tx_now(t), (int64_t)(max - count)), DB_OUT(&id), { ids[got++] = id; });
    for (size_t i = 0; i < got; i++)
        TRY(qa_case_load(t, mem, ids[i], user_id, &all[count++]));
    *v = all;
    *n = count;
    return OK;
}

err store_qa_done(struct tx *t, const struct qa_answer *a, int64_t *ret_changed)
{
    return db_exec_n(t,
                     "UPDATE qa_item SET answered_at = $3, seconds = ($3 - claimed_at) / 1000,"
                     " answer = $4, template = $5, reason = $6 WHERE id = $1 AND claimed_by = $2"
                     " AND claim_until >= $3 AND answered_at = 0",
                     DB_IN(a->id, a->user_id, tx_now(t), a->answer, a->template, a->reason),
                     ret_changed);
}

err store_qa_mark(struct tx *t, int64_t case_id, int64_t user_id, bool on)
{
    return db_exec(t,
                   "INSERT INTO qa_reference (case_id, marked_by, at, ended_at)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (case_id) DO UPDATE SET"
                   " marked_by = excluded.marked_by, at = excluded.at,"
                   " ended_at = excluded.ended_at",
                   DB_IN(case_id, user_id, tx_now(t), on ? 0 : tx_now(t)));
}

err qa_marked(struct tx *t, const struct casefile *c, bool *ret_can, bool *ret_on)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM qa_reference WHERE case_id = $1 AND ended_at = 0",
               DB_IN(c->id), DB_OUT(&n)));
    bool kind = c->kind == CASE_ARTICLE || c->kind == CASE_FINDING;
    *ret_can = kind && !c->original && c->subject > 0 && str_eq(c->state, S("decided"));
    *ret_on = n > 0;
    return OK;
}

/* ---- figures ---- */

err store_qa_pairs(struct tx *t, arena *mem, struct qa_pair **ret_v, size_t *ret_n)
{
    struct qa_pair *v = NEW_N(mem, struct qa_pair, QA_PAIRS_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT i.kind, c.kind, c.family, i.answer, COALESCE(r.measure, d.verdict),"
            " COALESCE(r.basis, d.reason_key), d.officer, i.claimed_by, i.answered_at,"
            " COALESCE(f.name, ''), COALESCE(s.name, '')"
            " FROM qa_item i JOIN cases c ON c.id = i.case_id"
            " JOIN decision d ON d.case_id = c.id LEFT JOIN ruling r ON r.id = d.id"
            " LEFT JOIN users f ON f.id = d.officer LEFT JOIN users s ON s.id = i.claimed_by"
            " WHERE i.answered_at >= $1 AND i.answered_at > 0 AND d.officer <> i.claimed_by"
            " ORDER BY i.answered_at DESC, i.id DESC LIMIT 20000",
            DB_IN(tx_now(t) - QA_FIGURE_DAYS * (int64_t)DAY_MS),
            DB_OUT(&x.kind, &x.case_kind, &x.family, &x.answer, &x.expected, &x.template, &x.first,
                   &x.second, &x.at, &x.first_name, &x.second_name),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- dissents ---- */

#define DISSENT                                                                                    \
    "SELECT i.id, c.id, c.kind, c.account_id, c.subject, c.version, c.title, c.family, a.handle,"  \
    " d.officer, i.claimed_by, i.answered_at, COALESCE(f.name, ''), COALESCE(s.name, ''),"         \
    " COALESCE(l.name, ''), COALESCE(r.measure, d.verdict), COALESCE(r.reasoning, d.reason),"      \
    " i.answer, i.reason, COALESCE(z.held, ''), COALESCE(z.reason, ''), COALESCE(z.at, 0),"        \
    " COALESCE(z.case_id, 0) FROM qa_item i JOIN cases c ON c.id = i.case_id"                      \
    " JOIN account a ON a.id = c.account_id JOIN decision d ON d.case_id = c.id"                   \
    " LEFT JOIN ruling r ON r.id = d.id LEFT JOIN qa_settlement z ON z.item_id = i.id"             \
    " LEFT JOIN users f ON f.id = d.officer LEFT JOIN users s ON s.id = i.claimed_by"              \
    " LEFT JOIN users l ON l.id = z.officer"                                                       \
    " WHERE i.kind = 'double' AND i.answered_at > 0 AND d.officer <> i.claimed_by"                 \
    " AND i.answer <> COALESCE(r.measure, d.verdict)"
#define DISSENT_OUT(x)                                                                             \
    DB_OUT(&x.id, &x.case_id, &kind, &x.account_id, &x.no, &x.version, &x.title, &x.family,        \
           &x.handle, &x.first, &x.second, &x.at, &x.first_name, &x.second_name, &x.lead_name,     \
           &x.first_answer, &x.first_reason, &x.second_answer, &x.second_reason, &x.held,          \
           &x.reason, &x.settled_at, &x.opened)

err qa_dissents(struct tx *t, arena *mem, struct qa_dissent **ret_v, size_t *ret_n)
{
    struct qa_dissent *v = NEW_N(mem, struct qa_dissent, QA_DISSENTS_MAX), x = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, DISSENT " ORDER BY z.at IS NOT NULL, z.at DESC, i.answered_at LIMIT 100",
            DB_IN(), DISSENT_OUT(x), {
                TRY(case_kind_parse(kind, &x.kind));
                v[n++] = x;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err qa_dissent(struct tx *t, arena *mem, int64_t id, struct qa_dissent *ret_d)
{
    struct qa_dissent x = {0};
    str kind = STR_NONE;
    TRY(db_one(t, mem, DISSENT " AND i.id = $1", DB_IN(id), DISSENT_OUT(x)));
    TRY(case_kind_parse(kind, &x.kind));
    *ret_d = x;
    return OK;
}

err store_qa_settlement(struct tx *t, const struct qa_settle *s, int64_t opened)
{
    return db_exec(t,
                   "INSERT INTO qa_settlement (item_id, held, reason, officer, case_id, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(s->id, s->held, s->reason, s->user_id, opened, tx_now(t)));
}

err store_qa_ruling(struct tx *t, int64_t case_id, int64_t *ret_ruling)
{
    return db_one(t, NULL,
                  "SELECT COALESCE(MAX(r.id), 0) FROM ruling r WHERE r.case_id = $1"
                  " AND r.measure <> 'none'"
                  " AND NOT EXISTS (SELECT 1 FROM appeal a WHERE a.ruling_id = r.id)",
                  DB_IN(case_id), DB_OUT(ret_ruling));
}
