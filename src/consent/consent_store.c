/* SQL of consents. */
#include "consent/consent_store.h"

enum { MAX_LIST = 100 };

err store_consent_insert(struct tx *t, int64_t user_id, int64_t id, const struct consent *c)
{
    return db_exec(t,
                   "INSERT INTO consent (user_id, id, purpose, given, notice_version, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(user_id, id, c->purpose, c->given, c->notice_version, tx_now(t)));
}

err store_consent_last(struct tx *t, int64_t user_id, str purpose, struct consent *ret_c)
{
    struct consent c = {.purpose = purpose};
    TRY(db_one(t, NULL,
               "SELECT given, notice_version, at FROM consent WHERE user_id = $1 AND purpose = $2"
               " ORDER BY id DESC LIMIT 1",
               DB_IN(user_id, purpose), DB_OUT(&c.given, &c.notice_version, &c.at)));
    *ret_c = c;
    return OK;
}

err store_privacy_version(struct tx *t, int *ret_version)
{
    return db_one(t, NULL,
                  "SELECT COALESCE(MAX(version), 0) FROM policy WHERE kind = 'privacy'"
                  " AND effective_at <= $1",
                  DB_IN(tx_now(t)), DB_OUT(ret_version));
}

err consent_list(struct tx *t, arena *mem, int64_t user_id, struct consent **ret_v, size_t *ret_n)
{
    struct consent *v = NEW_N(mem, struct consent, MAX_LIST), c = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT at, purpose, given, notice_version FROM consent WHERE user_id = $1"
            " ORDER BY id DESC LIMIT 100",
            DB_IN(user_id), DB_OUT(&c.at, &c.purpose, &c.given, &c.notice_version),
            { v[n++] = c; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
