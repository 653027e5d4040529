/* Guards of tables that are only inserted into. */
#include "db/immutable.h"

#include "db/erase.h"

enum { NAMES_MAX = 200 };

static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '_' && (s.p[i] < 'a' || s.p[i] > 'z'))
            return false;
    return s.n > 0;
}

size_t immutable_names(arena *mem, str sql, str **ret_names)
{
    str *names = NEW_N(mem, str, NAMES_MAX);
    size_t n = 0;
    for (str rest = sql; rest.p;) {
        str line = str_trim(str_split(rest, '\n', &rest)), what = STR_NONE;
        if (!str_starts(line, S("-- ")))
            continue;
        str name = str_split(str_sub(line, 3, line.n), ':', &what);
        if (!what.p || !is_name(name) || !str_starts(what, S(" immutable")))
            continue;
        ASSERT(n < NAMES_MAX);
        names[n++] = name;
    }
    *ret_names = names;
    return n;
}

static err guard_run(struct tx *t, arena *mem, str sql)
{
    return tx_failed(t, t->db->drv->script(t, str_z(mem, sql)));
}

static err sqlite_guard(struct tx *t, arena *mem, str name, const char *act)
{
    return guard_run(t, mem,
                     str_fmt(mem,
                             "CREATE TRIGGER %.*s_no_%s BEFORE %s ON %.*s BEGIN"
                             " SELECT RAISE(ABORT, 'immutable'); END",
                             FMT(name), act, act, FMT(name)));
}

err immutable_guard(struct tx *t, arena *mem, str sql)
{
    str *names;
    size_t n = immutable_names(mem, sql, &names);
    for (size_t i = 0; i < n; i++) {
        if (db_is_sqlite(t->db)) {
            TRY(sqlite_guard(t, mem, names[i], "update"));
            TRY(sqlite_guard(t, mem, names[i], "delete"));
            continue;
        }
        TRY(guard_run(t, mem,
                      str_fmt(mem, "REVOKE UPDATE, DELETE, TRUNCATE ON %.*s FROM CURRENT_USER",
                              FMT(names[i]))));
    }
    return OK;
}

err immutable_open(struct tx *t, arena *mem, str table)
{
    ASSERT(is_name(table));
    if (db_is_sqlite(t->db))
        return guard_run(t, mem, str_fmt(mem, "DROP TRIGGER %.*s_no_delete", FMT(table)));
    return guard_run(t, mem, str_fmt(mem, "GRANT DELETE ON %.*s TO CURRENT_USER", FMT(table)));
}

err immutable_close(struct tx *t, arena *mem, str table)
{
    if (db_is_sqlite(t->db))
        return sqlite_guard(t, mem, table, "delete");
    return guard_run(t, mem, str_fmt(mem, "REVOKE DELETE ON %.*s FROM CURRENT_USER", FMT(table)));
}
