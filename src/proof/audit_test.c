/* The audit finds every projection that somebody changed by hand. */
#include "proof/audit.h"

#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static struct audit a;

static err fill(struct tx *t, void *ctx)
{
    (void)ctx;
    uint8_t k[32] = {1};
    struct bytes b = {k, 32};
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name,"
                " intro, categories, subscribers, articles, created_at, updated_at)"
                " VALUES (7, 'x', 1, $1, 'media', 'active', 'x', '', '', 1, 1, 1, 1)",
                DB_IN(b)));
    TRY(db_exec(t, "INSERT INTO subscription (user_id, account_id, at) VALUES (5, 7, 1)", DB_IN()));
    TRY(db_exec(t,
                "INSERT INTO article (account_id, no, state, category, title, digest, cover,"
                " version, versions, author_id, created_at, updated_at) VALUES (7, 1, 'published',"
                " '', '', '', '', 0, 0, 5, 1, 1)",
                DB_IN()));
    TRY(db_exec(t,
                "INSERT INTO article_event (account_id, no, id, version, event, actor, reason, at)"
                " VALUES (7, 1, 1, 1, 'published', 5, '', 1)",
                DB_IN()));
    TRY(db_exec(
        t,
        "INSERT INTO cases (id, kind, account_id, subject, version, title, state, opened_by,"
        " opened_at, due_at) VALUES (9, 'article', 7, 1, 1, '', 'open', 5, 1, 1)",
        DB_IN()));
    TRY(db_exec(t,
                "INSERT INTO record (id, kind, account_id, subject, actor, at, salt, body, hash)"
                " VALUES (3, 'account_approved', 7, 'account/7', 5, 1, $1, '{}', $1)",
                DB_IN(b)));
    return db_exec(t, "INSERT INTO record_pending (id) VALUES (3)", DB_IN());
}

/* One lie each; what tells which. */
static err lie(struct tx *t, void *ctx)
{
    switch (*(int *)ctx) {
    case 0:
        return db_exec(t, "UPDATE account SET subscribers = 2 WHERE id = 7", DB_IN());
    case 1:
        return db_exec(t, "UPDATE account SET articles = 0 WHERE id = 7", DB_IN());
    case 2:
        return db_exec(t, "UPDATE article SET versions = 4 WHERE no = 1", DB_IN());
    case 3:
        return db_exec(t,
                       "INSERT INTO article_event (account_id, no, id, version, event, actor,"
                       " reason, at) VALUES (7, 1, 2, 1, 'removed', 5, '', 1)",
                       DB_IN());
    case 4:
        return db_exec(t, "UPDATE account SET state = 'suspended' WHERE id = 7", DB_IN());
    case 5:
        return db_exec(t, "UPDATE cases SET state = 'decided' WHERE id = 9", DB_IN());
    default:
        return db_exec(t, "DELETE FROM record_pending WHERE id = 3", DB_IN());
    }
}

static bool says(const char *what)
{
    for (size_t i = 0; i < a.n; i++)
        if (str_eq(a.v[i].what, str_from(what)))
            return true;
    return false;
}

static void test_audit__every_lie_is_found(void **state)
{
    (void)state;
    static const char *const WHAT[] = {
        "account subscribers", "account articles", "article versions", "article state",
        "account state",       "case state",       "record leaf"};
    assert_int_equal(db_tx(db, fill, NULL), OK);
    assert_int_equal(audit_run(db, NULL, mem, &a), OK);
    assert_int_equal(a.differences, 1); /* the made-up record's hash */
    assert_int_equal(a.rows, 3);
    for (int i = 0; i < (int)LEN(WHAT); i++) {
        assert_false(says(WHAT[i]));
        assert_int_equal(db_tx(db, lie, &i), OK);
        assert_int_equal(audit_run(db, NULL, mem, &a), OK);
        assert_true(says(WHAT[i]));
        assert_int_equal(a.differences, i + 2);
    }
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_audit__every_lie_is_found, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
