/* Every class of data is read, newest first and only one's own; looks are told by post; exports are
 * limited, made, and taken away again. */
#include "owndata/owndata.h"

#include "base/clock.h"
#include "blob/blob.h"
#include "owndata/owndata_store.h"
#include "tests/unit/testdb.h"
#include "user/user.h"
#include "vault/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { PERSON = 5, OTHER = 6, REGISTRANT = 70 };
static struct db *db;
static struct vault *vault;
static struct site site;
static arena *mem;
static char dir[] = "/tmp/gongqi-owndata-XXXXXX";

struct act {
    int64_t user, account, id;
    enum own_class c;
    struct own_row *v;
    struct own_export *exports, e;
    size_t n;
};
#define ACT(name, call)                                                                            \
    static err name(struct tx *t, void *ctx)                                                       \
    {                                                                                              \
        struct act *x = ctx;                                                                       \
        (void)x;                                                                                   \
        return call;                                                                               \
    }

static err seed(struct tx *t, void *ctx)
{
    struct bytes b = str_bytes(S("x")), sealed, others;
    struct vault_reader who = {OTHER, S("a complaint"), 0};
    struct vault_item item = {.ref = VAULT_REF("identity_field", "name", REGISTRANT),
                              .mask = MASK_NAME};
    str shown;
    (void)ctx;
    TRY(vault_seal_text(VAULT_CTX(vault, t, mem), VAULT_REF("users", "mobile_sealed", PERSON),
                        S("15400000001"), &sealed));
    TRY(vault_seal_text(VAULT_CTX(vault, t, mem), VAULT_REF("users", "mobile_sealed", OTHER),
                        S("15400000002"), &others));
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at) VALUES"
                " (5, 'Person', '', $1, 7), (6, 'Officer', '', $2, 1)",
                DB_IN(sealed, others)));
    TRY(db_exec(t,
                "INSERT INTO user_role (user_id, role, granted_by, granted_at)"
                " VALUES (6, 'reviewer', 0, 1)",
                DB_IN()));
    TRY(db_exec(t,
                "INSERT INTO registrant (id, class, user_id, identity_key, state, created_at,"
                " updated_at) VALUES (70, 'individual', 5, $1, 'verified', 1, 1)",
                DB_IN(b)));
    TRY(vault_seal_text(VAULT_CTX(vault, t, mem), item.ref, S("Zhang San"), &item.sealed));
    TRY(db_exec(t,
                "INSERT INTO identity_field (registrant_id, field, sealed) VALUES (70, 'name', $1)",
                DB_IN(item.sealed)));
    TRY(vault_read_masked(VAULT_CTX(vault, t, mem), &item, who, &shown));
    return db_exec(
        t,
        "INSERT INTO notice (user_id, id, kind, args, link, at) VALUES"
        " (5, 1, 'a', '[]', '/', 1), (5, 2, 'b', '[]', '/', 2), (6, 3, 'c', '[]', '/', 3)",
        DB_IN());
}

ACT(rows, own_rows(t, mem, vault, x->user, x->c, 100, &x->v, &x->n))
ACT(ask, export_ask(t, mem, x->user, x->account))
ACT(list, export_list(t, mem, x->user, &x->exports, &x->n))
ACT(load, export_load(t, mem, x->user, x->id, &x->e))
ACT(expire, db_exec(t, "UPDATE own_export SET expires_at = 1", DB_IN()))

static struct act rows_of(int64_t user, enum own_class c)
{
    struct act x = {.user = user, .c = c};
    assert_int_equal(db_read(db, rows, &x), OK);
    return x;
}

static void test_classes__are_all_read_and_only_ones_own(void **state)
{
    (void)state;
    for (int c = 0; c < OWN_CLASSES; c++)
        (void)rows_of(OTHER, (enum own_class)c);
    struct act x = rows_of(PERSON, OWN_notice);
    assert_int_equal(x.n, 2);
    assert_true(str_eq(x.v[0].v[0], S("b")));
    assert_int_equal(rows_of(OTHER, OWN_notice).n, 1);
    x = rows_of(PERSON, OWN_login);
    assert_true(str_eq(x.v[0].v[0], S("Person")));
    assert_true(str_eq(x.v[0].v[3], S("154****0001")));
    x = rows_of(PERSON, OWN_registrant);
    assert_int_equal(x.n, 1);
    assert_true(str_starts(x.v[0].v[4], S("Z*")));
}

/* Tables with a person in them that no class reads, and why. */
static const char *const APART[] = {
    "user_mobile",           /* the number, which class login shows */
    "reader",                /* whether there is a history, which shows in it */
    "subscriber",            /* subscription, by account */
    "recovery_code",         /* hashes of codes that only the person has */
    "passkey_challenge",     /* for minutes */
    "notice_out",            /* for seconds: on their way to the outbox */
    "staff_training_notice", /* which notice of class training went out */
};

static bool apart(str table)
{
    for (size_t i = 0; i < LEN(APART); i++)
        if (str_eq(table, str_from(APART[i])))
            return true;
    return false;
}

static bool read_by_a_class(str table)
{
    size_t n = 0;
    const struct db_sql *const *v = db_statements(&n);
    for (size_t i = 0; i < n; i++) {
        str text = str_from(v[i]->text);
        if (strstr(v[i]->file, "owndata/owndata_store.c") && str_starts(text, S("SELECT")) &&
            (str_has(text, str_fmt(mem, "FROM %.*s ", FMT(table))) ||
             str_has(text, str_fmt(mem, "JOIN %.*s ", FMT(table)))))
            return true;
    }
    return false;
}

static err tables_of_people(struct tx *t, void *ctx)
{
    str table = STR_NONE;
    int *n = ctx;
    DB_EACH(t, mem,
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name = 'user_id'",
            DB_IN(), DB_OUT(&table), {
                (*n)++;
                if (read_by_a_class(table) == apart(table)) {
                    print_error("%.*s: %s\n", FMT(table), apart(table) ? "is read" : "is not read");
                    return ERR_BUG;
                }
            });
    return OK;
}

static void test_classes__no_table_of_people_is_left_out(void **state)
{
    int n = 0;
    (void)state;
    if (!db_is_sqlite(db))
        skip();
    assert_int_equal(db_read(db, tables_of_people, &n), OK);
    assert_true(n > 30);
}

static void test_looks__are_told_by_post(void **state)
{
    struct act x = rows_of(PERSON, OWN_look);
    (void)state;
    assert_int_equal(x.n, 1);
    assert_true(str_eq(x.v[0].v[0], S("name")));
    assert_true(str_eq(x.v[0].v[1], S("masked")));
    assert_true(str_eq(x.v[0].v[2], S("a complaint")));
    assert_true(str_eq(x.v[0].v[3], S("reviewer")));
    assert_int_equal(x.v[0].v[4].n, 0);
    assert_int_equal(rows_of(OTHER, OWN_look).n, 0);
}

static void run_jobs(void)
{
    static const struct job_kind KINDS[] = {
        {.name = EXPORT_JOB, .fn = export_job, .max_tries = EXPORT_TRIES},
        {.name = "own_export_sweep", .fn = export_sweep_job, .every_ms = 1}};
    struct job_runner_opts o = {.db = db, .kinds = KINDS, .n_kinds = LEN(KINDS), .ctx = &site};
    struct job_runner *runner;
    int n = 0;
    assert_int_equal(job_runner_start(&o, &runner), OK);
    assert_int_equal(job_runner_once(runner, &n), OK);
    job_runner_stop(runner);
}

static void test_export__is_made_limited_and_ends(void **state)
{
    struct act x = {.user = PERSON}, other = {.user = OTHER};
    (void)state;
    for (int i = 0; i < EXPORT_DAILY; i++) {
        assert_int_equal(db_tx(db, ask, &x), OK);
        assert_int_equal(db_tx(db, ask, &x), ERR_CONFLICT); /* one at a time */
        run_jobs();
        run_jobs();
    }
    assert_int_equal(db_tx(db, ask, &x), ERR_LIMIT);
    assert_int_equal(db_read(db, list, &x), OK);
    assert_int_equal(x.n, EXPORT_DAILY);
    assert_true(str_eq(x.exports[0].state, S("done")));
    assert_true(x.exports[0].size > 500);
    assert_true(blob_exists(site.blobs, x.exports[0].blob));
    other.id = x.id = x.exports[0].id;
    assert_int_equal(db_read(db, load, &other), ERR_NOT_FOUND);
    assert_int_equal(db_tx(db, expire, &x), OK);
    run_jobs();
    run_jobs();
    assert_false(blob_exists(site.blobs, x.exports[0].blob));
    assert_int_equal(db_read(db, load, &x), OK);
    assert_true(str_eq(x.e.state, S("gone")));
}

static void test_export__of_an_account_needs_its_owner(void **state)
{
    struct act x = {.user = PERSON, .account = 999};
    (void)state;
    assert_int_equal(db_tx(db, ask, &x), OK);
    run_jobs();
    run_jobs();
    assert_int_equal(db_read(db, list, &x), OK);
    assert_true(str_eq(x.exports[0].state, S("failed")));
    assert_true(str_eq(x.exports[0].reason, S("denied")));
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    struct vault_opts o = {.key_file = str_fmt(mem, "%s/key", dir).p};
    assert_int_equal(vault_start(db, &o, &vault), OK);
    site = (struct site){.db = db, .vault = vault, .data_dir = str_from(dir)};
    assert_int_equal(blob_store_open(str_fmt(mem, "%s/blobs", dir).p, &site.blobs), OK);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(str_fmt(mem, "%s/key", dir).p);
    blob_store_close(site.blobs);
    vault_stop(vault);
    test_db_close(db);
    arena_free(mem);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_classes__are_all_read_and_only_ones_own),
        TEST(test_classes__no_table_of_people_is_left_out),
        TEST(test_looks__are_told_by_post),
        TEST(test_export__is_made_limited_and_ends),
        TEST(test_export__of_an_account_needs_its_owner),
    };
    if (!mkdtemp(dir))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    AUTO_ARENA(last);
    (void)!system(str_fmt(last, "rm -rf %s", dir).p); /* NOLINT(cert-env33-c) */
    return failed;
}
