/* SQL of provider settings. */
#include "settings/setting_store.h"

enum { NAMES_MAX = 256 };

err setting_store_version(struct tx *t, arena *mem, int64_t *ret_version)
{
    return db_one(t, mem, "SELECT COUNT(*) FROM setting_version", DB_IN(), DB_OUT(ret_version));
}

err setting_store_current(struct tx *t, arena *mem, struct provider_version **ret_v, size_t *ret_n)
{
    struct provider_version *v = NEW_N(mem, struct provider_version, NAMES_MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT s.name, s.value FROM setting_version s WHERE s.version ="
            " (SELECT MAX(m.version) FROM setting_version m WHERE m.name = s.name)"
            " ORDER BY s.name LIMIT 256",
            DB_IN(), DB_OUT(&x.name, &x.value), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err setting_store_add(struct tx *t, arena *mem, const struct provider_change *c)
{
    int64_t last = 0;
    TRY(db_one(t, mem, "SELECT COALESCE(MAX(version), 0) FROM setting_version WHERE name = $1",
               DB_IN(c->name), DB_OUT(&last)));
    return db_exec(t,
                   "INSERT INTO setting_version (name, version, value, reason, set_by, set_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(c->name, last + 1, c->value, c->reason, c->set_by, tx_now(t)));
}

err setting_store_history(struct tx *t, arena *mem, str name, int limit,
                          struct provider_version **ret_v)
{
    ASSERT(limit > 0 && limit <= 1000);
    struct provider_version *v = NEW_N(mem, struct provider_version, (size_t)limit + 1), x = {0};
    size_t n = 0;
    str wanted = name.p ? name : S("");
    DB_EACH(t, mem,
            "SELECT name, version, value, reason, set_by, set_at FROM setting_version"
            " WHERE $1 = '' OR name = $1 ORDER BY set_at DESC, version DESC, name LIMIT $2",
            DB_IN(wanted, limit),
            DB_OUT(&x.name, &x.version, &x.value, &x.reason, &x.set_by, &x.set_at),
            { v[n++] = x; });
    *ret_v = v;
    return OK;
}
