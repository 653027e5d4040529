/* Migrations: splitting, rewriting for the engine, and running under the lease. */
#include "db/migrate.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/rand.h"
#include "db/db_impl.h"
#include "db/immutable.h"

#include <unistd.h>

enum { LEASE_MS = 60 * SECOND_MS, WAIT_MS = 5 * MINUTE_MS, MAX_SQL = 4 * 1024 * 1024 };

static const char BOOTSTRAP_DOMAIN[] =
    "DO $$ BEGIN CREATE DOMAIN blob AS bytea; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
static const char *const BOOTSTRAP[] = {
    /* lease: who does what only one may do. Key: name. */
    "CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL,"
    " until BIGINT NOT NULL)",
    /* migration: what was applied to this database. Key: number. */
    "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)",
};

/* ---- text ---- */

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Bytes of the quoted text that s begins with. */
static size_t quoted(str s)
{
    size_t i = 1;
    while (i < s.n && s.p[i] != s.p[0])
        i++;
    return i < s.n ? i + 1 : s.n;
}

/* sql without its comments and with \n kept, so that statements still end with ";\n". */
static str comments_drop(arena *mem, str sql)
{
    struct buf b;
    buf_init(&b, mem, MAX_SQL);
    while (sql.n) {
        size_t n = 1;
        if (*sql.p == '\'' || *sql.p == '"')
            n = quoted(sql);
        if (str_starts(sql, S("--"))) {
            n = str_find(sql, '\n');
            while (b.n && b.p[b.n - 1] == ' ')
                b.n--;
        } else {
            buf_add(&b, str_sub(sql, 0, n));
        }
        sql = str_sub(sql, n, sql.n);
    }
    return buf_str(&b);
}

static str word_for(str word, bool sqlite)
{
    if (sqlite && str_eq(word, S("BIGINT")))
        return S("INTEGER");
    if (!sqlite && str_eq(word, S("TEXT")))
        return S("TEXT COLLATE \"C\"");
    return word;
}

str migrate_rewrite(arena *mem, bool sqlite, str statement)
{
    str s = str_trim(statement);
    bool create = str_starts(s, S("CREATE TABLE"));
    if (!create && !str_starts(s, S("ALTER TABLE")))
        return s;
    struct buf b;
    buf_init(&b, mem, MAX_SQL);
    for (size_t n; s.n; s = str_sub(s, n, s.n)) {
        n = 0;
        while (n < s.n && is_word(s.p[n]))
            n++;
        if (n) {
            buf_add(&b, word_for(str_sub(s, 0, n), sqlite));
            continue;
        }
        n = *s.p == '\'' || *s.p == '"' ? quoted(s) : 1;
        buf_add(&b, str_sub(s, 0, n));
    }
    if (sqlite && create)
        buf_add(&b, S(" STRICT"));
    return buf_str(&b);
}

/* Takes the next statement off *sql (comments dropped before), without its semicolon. */
static str statement_next(str *sql)
{
    *sql = str_trim(*sql);
    str end = str_starts(*sql, S("CREATE TRIGGER")) ? S("END;") : S(";");
    for (size_t i = 0; i + end.n <= sql->n; i++) {
        str rest = str_sub(*sql, i, sql->n);
        if (str_starts(rest, end) && (rest.n == end.n || rest.p[end.n] == '\n')) {
            str one = str_sub(*sql, 0, i + end.n - 1);
            *sql = str_sub(rest, end.n, rest.n);
            return one;
        }
    }
    str one = *sql;
    *sql = STR_NONE;
    return one;
}

/* ---- running ---- */

struct step {
    struct db *db;
    const struct migrate_plan *plan;
    const struct migration *m; /* the one to apply */
    arena *mem;
    str holder;
    bool mine;
    int pending;
};

static err statement_run(struct tx *t, arena *mem, str statement)
{
    bool sqlite = db_is_sqlite(t->db);
    if (statement.n == 0 || (!sqlite && str_starts(statement, S("CREATE TRIGGER"))))
        return OK;
    if (str_has(statement, S("DEFERRABLE")))
        return fault(ERR_BUG, "sql", "a migration may not say DEFERRABLE");
    const char *sql = str_z(mem, migrate_rewrite(mem, sqlite, statement));
    return tx_failed(t, t->db->drv->script(t, sql));
}

static err bootstrap(struct tx *t, void *ctx)
{
    struct step *s = ctx;
    if (!db_is_sqlite(t->db))
        TRY(tx_failed(t, t->db->drv->script(t, BOOTSTRAP_DOMAIN)));
    for (size_t i = 0; i < LEN(BOOTSTRAP); i++)
        TRY(statement_run(t, s->mem, str_from(BOOTSTRAP[i])));
    return OK;
}

static const struct migration *plan_find(const struct migrate_plan *plan, int number)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->v[i].number == number)
            return &plan->v[i];
    return NULL;
}

static str migration_hash(arena *mem, const struct migration *m)
{
    return sha256_hex(mem, sha256(str_bytes(str_from(m->sql))));
}

/* Compares what is applied with the plan; s->m becomes the first that is missing. */
static err compare(struct tx *t, struct step *s)
{
    int64_t number = 0, last = 0, applied = 0;
    str name, hash;
    DB_EACH(t, s->mem, "SELECT number, name, sha256 FROM migration ORDER BY number", DB_IN(),
            DB_OUT(&number, &name, &hash), {
                const struct migration *m = plan_find(s->plan, (int)number);
                if (!m)
                    return fault(ERR_CONFLICT, "schema_newer", "the database has migration %.*s",
                                 FMT(name));
                if (!str_eq(hash, migration_hash(s->mem, m)))
                    return fault(ERR_CONFLICT, "schema_changed",
                                 "migration %.*s is not the one "
                                 "that was applied",
                                 FMT(name));
                last = number;
                applied++;
            });
    s->pending = (int)((int64_t)s->plan->n - applied);
    s->m = NULL;
    for (size_t i = s->plan->n; i-- > 0;)
        if (s->plan->v[i].number > last)
            s->m = &s->plan->v[i];
    return OK;
}

/* Renews the lease and applies the next migration in one transaction: who lost the lease applies
 * nothing. */
static err apply_next(struct tx *t, void *ctx)
{
    struct step *s = ctx;
    TRY(lease_take(t, S("migrate"), s->holder, s->plan->lease_ms, &s->mine));
    if (!s->mine)
        return OK;
    TRY(compare(t, s));
    if (!s->m)
        return lease_drop(t, S("migrate"), s->holder);
    str sql = comments_drop(s->mem, str_from(s->m->sql));
    while (sql.n)
        TRY(statement_run(t, s->mem, statement_next(&sql)));
    TRY(immutable_guard(t, s->mem, str_from(s->m->sql)));
    return db_exec(
        t,
        "INSERT INTO migration (number, name, sha256, applied_at)"
        " VALUES ($1, $2, $3, $4)",
        DB_IN(s->m->number, str_from(s->m->name), migration_hash(s->mem, s->m), tx_now(t)));
}

static err drop_lease(struct tx *t, void *ctx)
{
    const struct step *s = ctx;
    return lease_drop(t, S("migrate"), s->holder);
}

/* Two processes that make the first tables of one PostgreSQL database at once collide in its
 * catalogue, whatever IF NOT EXISTS says; the second time they are there. */
static err bootstrap_run(struct step *s)
{
    err e = db_tx(s->db, bootstrap, s);
    for (int i = 0; i < 10 && e == ERR_CONFLICT; i++) {
        usleep(20000);
        e = db_tx(s->db, bootstrap, s);
    }
    return e;
}

static err give_up(struct step *s, err e)
{
    struct fault f = fault_of(e);
    if (db_tx(s->db, drop_lease, s) != OK)
        fault_clear(); /* it expires by itself */
    fault_copy(&f);
    return e;
}

err migrate_with(struct db *db, const struct migrate_plan *plan, int *ret_applied)
{
    AUTO_ARENA(mem);
    struct step s = {.db = db, .plan = plan, .mem = mem, .holder = rand_token(mem, 12)};
    TRY(bootstrap_run(&s));
    int applied = 0;
    int64_t start = clock_mono_us();
    for (;;) {
        err e = db_tx(db, apply_next, &s);
        if (e != OK)
            return give_up(&s, e);
        if (s.mine && !s.m)
            break;
        if (s.mine) {
            applied++;
            continue;
        }
        if (clock_mono_us() - start >= (int64_t)plan->wait_ms * 1000)
            return fault(ERR_RETRY, "migrating", "another process is migrating this database");
        usleep(50000);
    }
    *ret_applied = applied;
    return OK;
}

err migrate(struct db *db, int *ret_applied)
{
    const struct migrate_plan plan = {MIGRATIONS, MIGRATION_COUNT, LEASE_MS, WAIT_MS};
    return migrate_with(db, &plan, ret_applied);
}

static err pending(struct tx *t, void *ctx)
{
    return compare(t, ctx);
}

err migrate_pending(struct db *db, int *ret_n)
{
    AUTO_ARENA(mem);
    const struct migrate_plan plan = {MIGRATIONS, MIGRATION_COUNT, LEASE_MS, WAIT_MS};
    struct step s = {.db = db, .plan = &plan, .mem = mem};
    err e = db_read(db, pending, &s);
    if (e == ERR_BUG) { /* an empty database has no table `migration` to read */
        TRY(bootstrap_run(&s));
        e = db_read(db, pending, &s);
    }
    TRY(e);
    *ret_n = s.pending;
    return OK;
}
