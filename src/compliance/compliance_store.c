/* SQL of the register of duties: counts of what should not be there. */
#include "compliance/compliance_store.h"

enum { MAX_TOLD = 100 };

err store_duty_state(struct tx *t, arena *mem, str duty, str *ret_state, int64_t *ret_since)
{
    return db_one(t, mem, "SELECT state, since FROM duty_state WHERE duty = $1", DB_IN(duty),
                  DB_OUT(ret_state, ret_since));
}

err store_duty_seen(struct tx *t, str duty, str state)
{
    return db_exec(t,
                   "INSERT INTO duty_state (duty, state, since) VALUES ($1, $2, $3)"
                   " ON CONFLICT (duty) DO UPDATE SET state = excluded.state,"
                   " since = excluded.since",
                   DB_IN(duty, state, tx_now(t)));
}

err store_overdue(struct tx *t, str kind, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM cases WHERE state = 'open' AND kind = $1 AND due_at < $2",
                  DB_IN(kind, tx_now(t)), DB_OUT(ret_n));
}

err store_no_second_factor(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM users u WHERE u.state = 'active' AND u.totp_on = 0"
                  " AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.user_id = u.id)"
                  " AND EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id)",
                  DB_IN(), DB_OUT(ret_n));
}

err store_expired_identities(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM account a JOIN registrant r ON r.id = a.registrant_id"
                  " WHERE a.state = 'active' AND (r.state <> 'verified'"
                  "  OR (r.valid_to > 0 AND r.valid_to < $1))",
                  DB_IN(tx_now(t)), DB_OUT(ret_n));
}

err store_vault_waiting(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM vault_request WHERE approved_at IS NULL"
                  " AND expires_at > $1 AND asked_at < $2",
                  DB_IN(tx_now(t), tx_now(t) - (int64_t)8 * 3600 * 1000), DB_OUT(ret_n));
}

err store_dead_jobs(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM job WHERE state = 'dead'", DB_IN(), DB_OUT(ret_n));
}

err store_unreviewed(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM emergency e WHERE e.state = 'ended' AND NOT EXISTS"
                  " (SELECT 1 FROM emergency_review r WHERE r.emergency_id = e.id)",
                  DB_IN(), DB_OUT(ret_n));
}

/* Reviewers whose newest training in the review of content is over; who never had one is new. */
err store_untrained(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM (SELECT g.user_id FROM staff_training g JOIN user_role r"
                  " ON r.user_id = g.user_id AND r.role = 'reviewer' WHERE g.course = 'review'"
                  " AND g.void_at = 0 GROUP BY g.user_id HAVING MAX(g.expires_at) <= $1) o",
                  DB_IN(tx_now(t)), DB_OUT(ret_n));
}

err store_capacity_alarms(struct tx *t, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM capacity_alarm WHERE rings = 1", DB_IN(),
                  DB_OUT(ret_n));
}

err store_told(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, MAX_TOLD), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT DISTINCT user_id FROM user_role WHERE role IN ('editor_in_chief',"
            " 'compliance', 'sysadmin') ORDER BY user_id LIMIT 100",
            DB_IN(), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
