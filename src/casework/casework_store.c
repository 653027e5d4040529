/* SQL of cases. */
#include "casework/casework.h"

#include "base/clock.h"
#include "base/id.h"
#include "event/event.h"

enum { MAX_LIST = 200, TITLE_MAX = 80 };

/* A row as it comes from the database; kinds are stored by name. */
struct row {
    struct casefile c;
    str kind;
};

static err row_take(struct row *row, struct casefile *ret_c)
{
    TRY(case_kind_parse(row->kind, &row->c.kind));
    *ret_c = row->c;
    return OK;
}

#define COLUMNS                                                                                    \
    "c.id, c.account_id, c.subject, c.opened_by, c.opened_at, c.due_at, c.claimed_by,"             \
    " c.claimed_at, c.claim_until, c.decided_at, c.version, c.title, c.state, COALESCE(u.name, "   \
    "''), c.family, c.severity, c.priority, c.proposed_by, c.eyes, c.kind"
#define FROM " FROM cases c LEFT JOIN users u ON u.id = c.claimed_by"
#define OUT(r)                                                                                     \
    DB_OUT(&(r).c.id, &(r).c.account_id, &(r).c.subject, &(r).c.opened_by, &(r).c.opened_at,       \
           &(r).c.due_at, &(r).c.claimed_by, &(r).c.claimed_at, &(r).c.claim_until,                \
           &(r).c.decided_at, &(r).c.version, &(r).c.title, &(r).c.state, &(r).c.claimed_name,     \
           &(r).c.family, &(r).c.severity, &(r).c.priority, &(r).c.proposed_by, &(r).c.eyes,       \
           &(r).kind)

err case_cancel(struct tx *t, enum case_kind kind, int64_t account_id, int64_t subject)
{
    return db_exec(t,
                   "UPDATE cases SET state = 'cancelled', decided_at = $4, rev = rev + 1"
                   " WHERE account_id = $1 AND kind = $2 AND subject = $3 AND state = 'open'",
                   DB_IN(account_id, case_kind_name(kind), subject, tx_now(t)));
}

err case_drop(struct tx *t, int64_t id)
{
    return db_exec(t,
                   "UPDATE cases SET state = 'cancelled', decided_at = $2, rev = rev + 1"
                   " WHERE id = $1 AND state = 'open'",
                   DB_IN(id, tx_now(t)));
}

static err case_insert(struct tx *t, struct casefile *c)
{
    AUTO_ARENA(mem);
    c->id = id_new();
    return db_exec(t,
                   "INSERT INTO cases (id, kind, account_id, subject, version, title, state,"
                   " opened_by, opened_at, due_at, family, severity, eyes)"
                   " VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $12)",
                   DB_IN(c->id, case_kind_name(c->kind), c->account_id, c->subject, c->version,
                         str_ellipsis(mem, c->title, TITLE_MAX), c->opened_by, tx_now(t), c->due_at,
                         c->family.p ? c->family : S(""), c->severity, c->eyes > 1 ? 2 : 1));
}

err case_open(struct tx *t, struct casefile *c)
{
    TRY(case_cancel(t, c->kind, c->account_id, c->subject));
    return case_insert(t, c);
}

static err join_found(struct tx *t, const struct casefile *c, struct casefile *found)
{
    if (c->version > found->version)
        found->version = c->version;
    if (c->severity < found->severity)
        found->severity = c->severity;
    if (c->due_at < found->due_at)
        found->due_at = c->due_at;
    return db_exec(t,
                   "UPDATE cases SET version = $2, severity = $3, due_at = $4, rev = rev + 1"
                   " WHERE id = $1",
                   DB_IN(found->id, found->version, found->severity, found->due_at));
}

err case_join(struct tx *t, arena *mem, struct casefile *c, bool *ret_joined)
{
    struct row r = {0};
    err e = db_one(t, mem,
                   "SELECT " COLUMNS FROM " WHERE c.account_id = $1 AND c.kind = $2"
                   " AND c.subject = $3 AND c.family = $4 AND c.state = 'open'",
                   DB_IN(c->account_id, case_kind_name(c->kind), c->subject, c->family), OUT(r));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_joined = e == OK;
    if (e == ERR_NOT_FOUND)
        return case_insert(t, c);
    struct casefile found;
    TRY(row_take(&r, &found));
    TRY(join_found(t, c, &found));
    *c = found;
    return OK;
}

err case_priority(struct tx *t, int64_t id, int64_t priority)
{
    return db_exec(t, "UPDATE cases SET priority = $2 WHERE id = $1", DB_IN(id, priority));
}

err case_proposed(struct tx *t, int64_t id, int64_t officer)
{
    return db_exec(t,
                   "UPDATE cases SET proposed_by = $2, claimed_by = 0, claimed_at = 0,"
                   " claim_until = 0, rev = rev + 1 WHERE id = $1 AND state = 'open'",
                   DB_IN(id, officer));
}

err case_load(struct tx *t, arena *mem, int64_t id, struct casefile *ret_c)
{
    struct row r = {0};
    TRY(db_one(t, mem, "SELECT " COLUMNS FROM " WHERE c.id = $1", DB_IN(id), OUT(r)));
    return row_take(&r, ret_c);
}

err case_of(struct tx *t, arena *mem, enum case_kind kind, int64_t account_id, int64_t subject,
            struct casefile *ret_c)
{
    struct row r = {0};
    TRY(db_one(t, mem,
               "SELECT " COLUMNS FROM " WHERE c.account_id = $1 AND c.kind = $2 AND c.subject = $3"
               " ORDER BY c.id DESC LIMIT 1",
               DB_IN(account_id, case_kind_name(kind), subject), OUT(r)));
    return row_take(&r, ret_c);
}

err case_decisions(struct tx *t, arena *mem, int64_t case_id, struct decision **ret_v,
                   size_t *ret_n)
{
    struct decision *v = NEW_N(mem, struct decision, MAX_LIST);
    size_t n = 0;
    struct decision d = {.case_id = case_id};
    str verdict = STR_NONE;
    DB_EACH(t, mem,
            "SELECT d.id, d.officer, d.second_officer, d.at, d.reason_key, d.reason, d.seconds, "
            "d.verdict,"
            " COALESCE(u.name, '') FROM decision d LEFT JOIN users u ON u.id = d.officer"
            " WHERE d.case_id = $1 ORDER BY d.id LIMIT 200",
            DB_IN(case_id),
            DB_OUT(&d.id, &d.officer, &d.second_officer, &d.at, &d.reason_key, &d.reason,
                   &d.seconds, &verdict, &d.officer_name),
            {
                TRY(verdict_parse(verdict, &d.verdict));
                v[n++] = d;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

static err list_open(struct tx *t, arena *mem, const struct case_filter *f, struct casefile *v,
                     size_t *n)
{
    struct row r = {0};
    str kind = f->kind < 0 ? S("") : case_kind_name((enum case_kind)f->kind);
    DB_EACH(t, mem,
            "SELECT " COLUMNS FROM " WHERE c.state = 'open' AND ($1 = '' OR c.kind = $1)"
            " AND ((c.claimed_by = $2 AND c.claim_until > $6) OR $2 = 0)"
            " AND (c.due_at, c.id) > ($3, $4) ORDER BY c.due_at, c.id LIMIT $5",
            DB_IN(kind, f->claimed_by, f->after_due, f->after_id, f->limit, tx_now(t)), OUT(r),
            { TRY(row_take(&r, &v[(*n)++])); });
    return OK;
}

static err list_decided(struct tx *t, arena *mem, const struct case_filter *f, struct casefile *v,
                        size_t *n)
{
    struct row r = {0};
    str kind = f->kind < 0 ? S("") : case_kind_name((enum case_kind)f->kind);
    DB_EACH(t, mem,
            "SELECT " COLUMNS FROM " WHERE c.state = 'decided' AND ($1 = '' OR c.kind = $1)"
            " AND (c.claimed_by = $2 OR $2 = 0) AND c.id < $3"
            " ORDER BY c.id DESC LIMIT $4",
            DB_IN(kind, f->claimed_by, f->after_id ? f->after_id : INT64_MAX, f->limit), OUT(r),
            { TRY(row_take(&r, &v[(*n)++])); });
    return OK;
}

err case_list(struct tx *t, arena *mem, const struct case_filter *f, struct casefile **ret_v,
              size_t *ret_n)
{
    ASSERT(f->limit > 0 && f->limit <= MAX_LIST);
    struct casefile *v = NEW_N(mem, struct casefile, (size_t)f->limit);
    size_t n = 0;
    TRY(f->decided ? list_decided(t, mem, f, v, &n) : list_open(t, mem, f, v, &n));
    *ret_v = v;
    *ret_n = n;
    return OK;
}

static int64_t midnight(int64_t now)
{
    return date_china_ms(clock_china(now).date);
}

err case_count(struct tx *t, int64_t user_id, int64_t now, struct case_counts *ret_c)
{
    AUTO_ARENA(mem);
    struct case_counts c = {0};
    str name = STR_NONE;
    int64_t n = 0, mine = 0, overdue = 0, oldest = 0;
    DB_EACH(t, mem,
            "SELECT kind, COUNT(*), COUNT(*) FILTER (WHERE claimed_by = $1 AND claim_until > $2),"
            " COUNT(*) FILTER (WHERE due_at < $2), MIN(opened_at) FROM cases"
            " WHERE state = 'open' GROUP BY kind",
            DB_IN(user_id, now), DB_OUT(&name, &n, &mine, &overdue, &oldest), {
                enum case_kind kind;
                TRY(case_kind_parse(name, &kind));
                c.by_kind[kind] = n;
                c.overdue_by_kind[kind] = overdue;
                c.open += n;
                c.mine += mine;
                c.overdue += overdue;
                if (!c.oldest_at || oldest < c.oldest_at)
                    c.oldest_at = oldest;
            });
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM cases WHERE state = 'decided' AND decided_at >= $1",
               DB_IN(midnight(now)), DB_OUT(&c.decided_today)));
    *ret_c = c;
    return OK;
}

/* Whoever opened the case, works for the account, or decided what is appealed has an interest in
 * it. The subject of an appeal is the case that it is about. */
static err interest_check(struct tx *t, const struct casefile *c, int64_t user_id)
{
    int64_t n = c->opened_by == user_id;
    if (!n && c->kind == CASE_APPEAL)
        TRY(db_one(t, NULL,
                   "SELECT COUNT(*) FROM decision WHERE case_id = $1"
                   " AND (officer = $2 OR second_officer = $2)",
                   DB_IN(c->subject, user_id), DB_OUT(&n)));
    if (!n && c->account_id)
        TRY(db_one(t, NULL, "SELECT COUNT(*) FROM member WHERE account_id = $1 AND user_id = $2",
                   DB_IN(c->account_id, user_id), DB_OUT(&n)));
    return n ? fault(ERR_DENIED, "conflict_of_interest", "case %lld", (long long)c->id) : OK;
}

err case_claim(struct tx *t, int64_t id, int64_t user_id, int64_t lease_ms)
{
    AUTO_ARENA(mem);
    struct casefile c;
    TRY(case_load(t, mem, id, &c));
    if (!str_eq(c.state, S("open")))
        return fault(ERR_CONFLICT, "case_decided", "case %lld is %.*s", (long long)id,
                     FMT(c.state));
    TRY(interest_check(t, &c, user_id));
    if (c.proposed_by == user_id)
        return fault(ERR_DENIED, "own_proposal", "case %lld", (long long)id);
    int64_t changed = 0;
    TRY(db_exec_n(t,
                  "UPDATE cases SET claimed_at = CASE WHEN claimed_by = $2 AND claim_until >= $4"
                  " THEN claimed_at ELSE $4 END, claimed_by = $2, claim_until = $3, rev = rev + 1"
                  " WHERE id = $1 AND state = 'open'"
                  " AND (claimed_by = $2 OR claim_until < $4)",
                  DB_IN(id, user_id, tx_now(t) + lease_ms, tx_now(t)), &changed));
    return changed ? OK : fault(ERR_CONFLICT, "case_claimed", "case %lld", (long long)id);
}

err case_release(struct tx *t, int64_t id, int64_t user_id)
{
    return db_exec(t,
                   "UPDATE cases SET claimed_by = 0, claimed_at = 0, claim_until = 0, rev = rev + 1"
                   " WHERE id = $1 AND claimed_by = $2 AND state = 'open'",
                   DB_IN(id, user_id));
}

err case_next(struct tx *t, unsigned kinds, int64_t user_id, int64_t lease_ms, int64_t *ret_id)
{
    int64_t id = 0;
    TRY(db_one(t, NULL,
               "UPDATE cases SET claimed_by = $1, claimed_at = $3, claim_until = $2,"
               " rev = rev + 1 WHERE claim_until < $3 AND state = 'open' AND id = ("
               "  SELECT c.id FROM cases c WHERE c.state = 'open' AND c.claim_until < $3"
               "  AND c.opened_by <> $1"
               "  AND ((c.kind = 'registrant' AND $4 = 1) OR (c.kind = 'account' AND $5 = 1)"
               "   OR (c.kind = 'profile' AND $6 = 1) OR (c.kind = 'article' AND $7 = 1)"
               "   OR (c.kind = 'policy' AND $8 = 1) OR (c.kind = 'finding' AND $9 = 1)"
               "   OR (c.kind = 'appeal' AND $10 = 1) OR (c.kind = 'licence' AND $11 = 1)"
               "   OR (c.kind = 'news_licence' AND $12 = 1)"
               "   OR (c.kind = 'exemption' AND $13 = 1) OR (c.kind = 'transfer' AND $14 = 1)"
               "   OR (c.kind = 'menu' AND $15 = 1))"
               "  AND c.proposed_by <> $1"
               "  AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.subject"
               "   AND c.kind = 'appeal' AND (d.officer = $1 OR d.second_officer = $1))"
               "  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.account_id = c.account_id"
               "   AND m.user_id = $1)"
               "  ORDER BY c.due_at, c.priority DESC, c.id LIMIT 1)"
               " RETURNING id",
               DB_IN(user_id, tx_now(t) + lease_ms, tx_now(t), kinds >> CASE_REGISTRANT & 1,
                     kinds >> CASE_ACCOUNT & 1, kinds >> CASE_PROFILE & 1,
                     kinds >> CASE_ARTICLE & 1, kinds >> CASE_POLICY & 1, kinds >> CASE_FINDING & 1,
                     kinds >> CASE_APPEAL & 1, kinds >> CASE_LICENCE & 1,
                     kinds >> CASE_NEWS_LICENCE & 1, kinds >> CASE_EXEMPTION & 1,
                     kinds >> CASE_TRANSFER & 1, kinds >> CASE_MENU & 1),
               DB_OUT(&id)));
    *ret_id = id;
    return OK;
}

/* First of one's own claims behind a key of the queue. */
static err own_next(struct tx *t, arena *mem, const struct case_turn *turn,
                    const struct casefile *from, int64_t *ret_id)
{
    return db_one(t, mem,
                  "SELECT id FROM cases WHERE state = 'open' AND claimed_by = $1"
                  " AND claim_until > $2 AND id <> $3 AND (due_at, id) > ($4, $5)"
                  " ORDER BY due_at, id LIMIT 1",
                  DB_IN(turn->user_id, tx_now(t), turn->done, from->due_at, from->id),
                  DB_OUT(ret_id));
}

err case_turn_next(struct tx *t, arena *mem, const struct case_turn *turn, int64_t *ret_id)
{
    struct casefile from = {0};
    err e = turn->done ? case_load(t, mem, turn->done, &from) : OK;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    e = own_next(t, mem, turn, &from, ret_id);
    if (e == OK)
        return case_claim(t, *ret_id, turn->user_id, turn->lease_ms);
    if (e == ERR_NOT_FOUND)
        e = case_next(t, turn->kinds, turn->user_id, turn->lease_ms, ret_id);
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(own_next(t, mem, turn, &(struct casefile){0}, ret_id));
    return case_claim(t, *ret_id, turn->user_id, turn->lease_ms);
}

/* What an account asked for itself; of findings and appeals it hears by its measures and notices.
 */
static err tell_programs(struct tx *t, const struct casefile *c, const struct decision *d)
{
    bool asked = c->kind == CASE_ACCOUNT || c->kind == CASE_PROFILE || c->kind == CASE_ARTICLE ||
                 c->kind == CASE_LICENCE;
    if (!asked || !c->account_id)
        return OK;
    return event_add(
        t,
        &(struct event_in){.kind = EVENT_case_decided,
                           .account_id = c->account_id,
                           RECORD_FIELDS(RECORD_TEXT("kind", case_kind_name(c->kind)),
                                         RECORD_TEXT("verdict", verdict_name(d->verdict)),
                                         RECORD_INT("no", c->kind == CASE_ARTICLE ? c->subject : 0),
                                         RECORD_TEXT("reason", d->reason))});
}

static err reason_check(const struct decision *d)
{
    if (d->verdict != VERDICT_APPROVE && !str_trim(d->reason).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    return OK;
}

err case_proposal(struct tx *t, arena *mem, int64_t id, struct decision *ret_d)
{
    struct decision d = {.case_id = id};
    str verdict;
    TRY(db_one(t, mem,
               "SELECT CASE WHEN c.proposed_verdict = '' THEN 0 ELSE c.proposed_by END,"
               " c.proposed_verdict, c.proposed_key, c.proposed_reason, COALESCE(u.name, '')"
               " FROM cases c LEFT JOIN users u ON u.id = c.proposed_by WHERE c.id = $1",
               DB_IN(id), DB_OUT(&d.officer, &verdict, &d.reason_key, &d.reason, &d.officer_name)));
    if (d.officer)
        TRY(verdict_parse(verdict, &d.verdict));
    *ret_d = d;
    return OK;
}

static err propose(struct tx *t, const struct casefile *c, const struct decision *d)
{
    int64_t changed = 0;
    TRY(reason_check(d));
    TRY(interest_check(t, c, d->officer));
    TRY(db_exec_n(
        t,
        "UPDATE cases SET proposed_by = $2, proposed_verdict = $4, proposed_key = $5,"
        " proposed_reason = $6, claimed_by = 0, claimed_at = 0, claim_until = 0,"
        " rev = rev + 1 WHERE id = $1 AND state = 'open' AND claimed_by = $2"
        " AND claim_until >= $3",
        DB_IN(c->id, d->officer, tx_now(t), verdict_name(d->verdict), d->reason_key, d->reason),
        &changed));
    return changed ? OK : fault(ERR_CONFLICT, "claim_lost", "case %lld", (long long)c->id);
}

err case_agree(struct tx *t, arena *mem, const struct casefile *c, struct decision *d,
               bool *ret_final)
{
    struct decision first;
    *ret_final = c->eyes < 2 || d->verdict == VERDICT_RETURN;
    if (*ret_final)
        return OK;
    TRY(case_proposal(t, mem, c->id, &first));
    *ret_final = first.officer && first.officer != d->officer && first.verdict == d->verdict;
    if (!*ret_final)
        return propose(t, c, d);
    d->second_officer = d->officer;
    d->officer = first.officer;
    if (!d->reason.n) {
        d->reason_key = first.reason_key;
        d->reason = first.reason;
    }
    return OK;
}

err case_decide(struct tx *t, arena *mem, int64_t case_id, struct decision *d)
{
    TRY(reason_check(d));
    struct casefile c;
    TRY(case_load(t, mem, case_id, &c));
    TRY(interest_check(t, &c, d->officer));
    if ((d->second_officer && d->second_officer == d->officer) ||
        (d->second_officer && c.proposed_by != d->officer))
        return fault(ERR_DENIED, "own_proposal", "case %lld", (long long)case_id);
    if (d->second_officer)
        TRY(interest_check(t, &c, d->second_officer));
    if (!str_eq(c.state, S("open")))
        return fault(ERR_CONFLICT, "case_decided", "case %lld is %.*s", (long long)case_id,
                     FMT(c.state));
    int64_t changed = 0;
    TRY(db_exec_n(t,
                  "UPDATE cases SET state = 'decided', decided_at = $3, rev = rev + 1"
                  " WHERE id = $1 AND state = 'open' AND claimed_by = $2 AND claim_until >= $3",
                  DB_IN(case_id, d->second_officer ? d->second_officer : d->officer, tx_now(t)),
                  &changed));
    if (!changed)
        return fault(ERR_CONFLICT, "claim_lost", "case %lld", (long long)case_id);
    d->case_id = case_id;
    d->id = id_new();
    d->at = tx_now(t);
    d->seconds = (int)((d->at - c.claimed_at) / SECOND_MS);
    TRY(tell_programs(t, &c, d));
    return db_exec(t,
                   "INSERT INTO decision (case_id, id, verdict, reason_key, reason, officer,"
                   " second_officer, seconds, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(case_id, d->id, verdict_name(d->verdict), d->reason_key, d->reason,
                         d->officer, d->second_officer, d->seconds, d->at));
}
