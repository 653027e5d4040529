/* SQL of accounts. */
#include "account/account_store.h"

#include "base/id.h"

enum { MAX_LIST = 200, MAX_CHANGES = 50 };

err store_registrant_facts(struct tx *t, arena *mem, int64_t registrant_id,
                           struct registrant_facts *ret_f)
{
    struct registrant_facts f = {0};
    TRY(db_one(t, mem,
               "SELECT r.class, r.state, r.identity_key, r.valid_to, r.user_id,"
               " COALESCE((SELECT MAX(s.version) FROM signature s WHERE s.registrant_id = r.id"
               "  AND s.kind = 'service_agreement'), 0),"
               " COALESCE((SELECT MAX(p.version) FROM policy p WHERE p.kind = 'service_agreement'"
               "  AND p.effective_at <= $2), 0),"
               " (SELECT COUNT(*) FROM account a WHERE a.identity_key = r.identity_key"
               "  AND a.state IN ('applied', 'returned', 'active', 'paused', 'suspended')),"
               " COALESCE((SELECT SUM(e.extra) FROM cap_exemption e"
               "  WHERE e.identity_key = r.identity_key AND e.state = 'granted'"
               "  AND e.until_at > $2), 0)"
               " FROM registrant r WHERE r.id = $1",
               DB_IN(registrant_id, tx_now(t)),
               DB_OUT(&f.class, &f.state, &f.identity_key, &f.valid_to, &f.user_id,
                      &f.signed_version, &f.version, &f.used, &f.extra)));
    *ret_f = f;
    return OK;
}

err store_account_insert(struct tx *t, const struct account *a)
{
    return db_exec(t,
                   "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                   " verified, name, intro, avatar, categories, created_at, updated_at)"
                   " VALUES ($1, $2, $3, $4, $5, 'applied', 1, $6, $7, $8, $9, $10, $10)",
                   DB_IN(a->id, a->handle, a->registrant_id, a->identity_key, a->class, a->name,
                         a->intro, a->avatar, a->categories, tx_now(t)));
}

err store_handle_insert(struct tx *t, str handle, int64_t account_id)
{
    return db_exec(t, "INSERT INTO account_handle (handle, account_id) VALUES ($1, $2)",
                   DB_IN(handle, account_id));
}

err store_name_insert(struct tx *t, str name_fold, int64_t account_id)
{
    return db_exec(t, "INSERT INTO account_name (name_fold, account_id) VALUES ($1, $2)",
                   DB_IN(name_fold, account_id));
}

err store_name_owner(struct tx *t, str name_fold, int64_t *ret_account_id)
{
    return db_one(t, NULL,
                  "SELECT COALESCE((SELECT account_id FROM account_name WHERE name_fold = $1), 0)",
                  DB_IN(name_fold), DB_OUT(ret_account_id));
}

err store_name_free(struct tx *t, str name_fold, str skeleton, int64_t account_id)
{
    TRY(db_exec(t, "DELETE FROM account_name WHERE name_fold = $1 AND account_id = $2",
                DB_IN(name_fold, account_id)));
    return db_exec(t, "DELETE FROM account_look WHERE skeleton = $1 AND account_id = $2",
                   DB_IN(skeleton, account_id));
}

err store_look_other(struct tx *t, str skeleton, int64_t account_id, int64_t *ret_other)
{
    return db_one(t, NULL,
                  "SELECT COALESCE((SELECT MIN(account_id) FROM account_look"
                  " WHERE skeleton = $1 AND account_id <> $2), 0)",
                  DB_IN(skeleton, account_id), DB_OUT(ret_other));
}

err store_look_put(struct tx *t, str skeleton, int64_t account_id)
{
    return db_exec(t,
                   "INSERT INTO account_look (skeleton, account_id) VALUES ($1, $2)"
                   " ON CONFLICT (skeleton, account_id) DO NOTHING",
                   DB_IN(skeleton, account_id));
}

err store_name_changes(struct tx *t, int64_t account_id, int64_t since, int64_t *ret_n,
                       int64_t *ret_last)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*), COALESCE(MAX(decided_at), 0) FROM profile_change"
                  " WHERE account_id = $1 AND field = 'name' AND state = 'approved'"
                  " AND decided_at > $2",
                  DB_IN(account_id, since), DB_OUT(ret_n, ret_last));
}

err store_name_shown(struct tx *t, int64_t account_id, str name, bool *ret_shown)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM profile_change WHERE account_id = $1 AND field = 'name'"
               " AND state = 'approved' AND (old_value = $2 OR new_value = $2)",
               DB_IN(account_id, name), DB_OUT(&n)));
    *ret_shown = n > 0;
    return OK;
}

err store_account_real_name(struct tx *t, int64_t id, str name)
{
    return db_exec(t,
                   "UPDATE account SET real_name = $2, updated_at = $3, rev = rev + 1"
                   " WHERE id = $1",
                   DB_IN(id, name, tx_now(t)));
}

err store_account_state(struct tx *t, int64_t id, str state, str reason, bool activate)
{
    return db_exec(t,
                   "UPDATE account SET state = $2, reason = $3, updated_at = $4, rev = rev + 1,"
                   " activated_at = CASE WHEN $5 = 1 AND activated_at = 0 THEN $4"
                   "  ELSE activated_at END WHERE id = $1",
                   DB_IN(id, state, reason, tx_now(t), activate));
}

err store_account_leaving(struct tx *t, int64_t id, bool *ret_leaving)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM closing WHERE account_id = $1 AND state = 'cooling'",
               DB_IN(id), DB_OUT(&n)));
    *ret_leaving = n > 0;
    return OK;
}

err store_account_profile(struct tx *t, const struct account *a)
{
    return db_exec(t,
                   "UPDATE account SET name = $2, intro = $3, avatar = $4, categories = $5,"
                   " updated_at = $6, rev = rev + 1 WHERE id = $1",
                   DB_IN(a->id, a->name, a->intro, a->avatar, a->categories, tx_now(t)));
}

err store_account_resubmit(struct tx *t, const struct account *a)
{
    TRY(store_account_profile(t, a));
    return store_account_state(t, a->id, S("applied"), S(""), false);
}

#define COLUMNS                                                                                    \
    "a.id, a.registrant_id, a.created_at, a.activated_at, a.updated_at, a.subscribers,"            \
    " a.articles, a.handle, a.class, a.state, a.name, a.intro, a.avatar, a.categories,"            \
    " a.real_name, a.reason, a.identity_key, a.verified, a.rev"
#define OUT(x)                                                                                     \
    DB_OUT(&(x).id, &(x).registrant_id, &(x).created_at, &(x).activated_at, &(x).updated_at,       \
           &(x).subscribers, &(x).articles, &(x).handle, &(x).class, &(x).state, &(x).name,        \
           &(x).intro, &(x).avatar, &(x).categories, &(x).real_name, &(x).reason,                  \
           &(x).identity_key, &(x).verified, &(x).rev)

err account_load(struct tx *t, arena *mem, int64_t id, struct account *ret_a)
{
    struct account a = {0};
    TRY(db_one(t, mem, "SELECT " COLUMNS " FROM account a WHERE a.id = $1", DB_IN(id), OUT(a)));
    *ret_a = a;
    return OK;
}

err account_find(struct tx *t, arena *mem, str handle, struct account *ret_a)
{
    struct account a = {0};
    TRY(db_one(t, mem,
               "SELECT " COLUMNS " FROM account_handle h JOIN account a ON a.id = h.account_id"
               " WHERE h.handle = $1",
               DB_IN(handle), OUT(a)));
    *ret_a = a;
    return OK;
}

err account_list_registrant(struct tx *t, arena *mem, int64_t registrant_id, struct account **ret_v,
                            size_t *ret_n)
{
    struct account *v = NEW_N(mem, struct account, MAX_LIST), a = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM account a WHERE a.registrant_id = $1"
            " ORDER BY a.id DESC LIMIT 200",
            DB_IN(registrant_id), OUT(a), { v[n++] = a; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err account_subscriptions(struct tx *t, arena *mem, const struct subscription_page *p,
                          struct subscription **ret_v, size_t *ret_n)
{
    struct subscription *v = NEW_N(mem, struct subscription, SUBSCRIPTION_PAGE), s = {0};
    int64_t before = p->before_at ? p->before_at : INT64_MAX;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT s.at, s.account_id FROM subscription s WHERE s.user_id = $1"
            " AND (s.at, s.account_id) < ($2, $3) ORDER BY s.at DESC, s.account_id DESC LIMIT $4",
            DB_IN(p->user_id, before, p->before_account, SUBSCRIPTION_PAGE), DB_OUT(&s.at, &s.a.id),
            { v[n++] = s; });
    for (size_t i = 0; i < n; i++)
        TRY(account_load(t, mem, v[i].a.id, &v[i].a));
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err account_directory(struct tx *t, arena *mem, str category, int64_t before_subs,
                      int64_t before_id, int limit, struct account **ret_v, size_t *ret_n)
{
    ASSERT(limit > 0 && limit <= MAX_LIST);
    struct account *v = NEW_N(mem, struct account, (size_t)limit), a = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " COLUMNS " FROM account a WHERE a.state = 'active'"
            " AND ($1 = '' OR REPLACE(',' || a.categories || ',', ',' || $1 || ',', '')"
            "  <> ',' || a.categories || ',')"
            " AND (a.subscribers, a.id) < ($2, $3)"
            " ORDER BY a.subscribers DESC, a.id DESC LIMIT $4",
            DB_IN(category, before_id ? before_subs : INT64_MAX, before_id ? before_id : INT64_MAX,
                  limit),
            OUT(a), { v[n++] = a; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- profile changes ---- */

err store_change_insert(struct tx *t, const struct profile_change_row *c)
{
    return db_exec(
        t,
        "INSERT INTO profile_change (account_id, id, field, old_value, new_value,"
        " state, asked_by, asked_at, series_no) VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, $8)",
        DB_IN(c->account_id, c->id, c->field, c->old_value, c->new_value, c->asked_by, tx_now(t),
              c->series));
}

#define CHANGE                                                                                     \
    "account_id, id, asked_by, asked_at, decided_at, field, old_value, new_value,"                 \
    " state, reason, series_no"
#define CHANGE_OUT(c)                                                                              \
    DB_OUT(&(c).account_id, &(c).id, &(c).asked_by, &(c).asked_at, &(c).decided_at, &(c).field,    \
           &(c).old_value, &(c).new_value, &(c).state, &(c).reason, &(c).series)

err store_change_load(struct tx *t, arena *mem, int64_t account_id, int64_t id,
                      struct profile_change_row *ret_c)
{
    struct profile_change_row c = {0};
    TRY(db_one(t, mem, "SELECT " CHANGE " FROM profile_change WHERE account_id = $1 AND id = $2",
               DB_IN(account_id, id), CHANGE_OUT(c)));
    *ret_c = c;
    return OK;
}

err store_change_pending(struct tx *t, arena *mem, const struct profile_change_row *about,
                         struct profile_change_row *ret_c)
{
    struct profile_change_row c = {0};
    TRY(db_one(t, mem,
               "SELECT " CHANGE " FROM profile_change WHERE account_id = $1 AND field = $2"
               " AND series_no = $3 AND state = 'pending' ORDER BY id DESC LIMIT 1",
               DB_IN(about->account_id, about->field, about->series), CHANGE_OUT(c)));
    *ret_c = c;
    return OK;
}

err store_change_decide(struct tx *t, const struct profile_change_row *c, str state, str reason)
{
    return db_exec(t,
                   "UPDATE profile_change SET state = $3, reason = $4, decided_at = $5"
                   " WHERE account_id = $1 AND id = $2 AND state = 'pending'",
                   DB_IN(c->account_id, c->id, state, reason, tx_now(t)));
}

err store_changes(struct tx *t, arena *mem, int64_t account_id, struct profile_change_row **ret_v,
                  size_t *ret_n)
{
    struct profile_change_row *v = NEW_N(mem, struct profile_change_row, MAX_CHANGES), c = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT " CHANGE " FROM profile_change WHERE account_id = $1"
            " ORDER BY id DESC LIMIT 50",
            DB_IN(account_id), CHANGE_OUT(c), { v[n++] = c; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
