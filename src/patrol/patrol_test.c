/* The patrol's sample: so many per class, each version once, and one officer per task. */
#include "patrol/patrol.h"

#include "base/clock.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { ANNA = 21, PER_CLASS = 2 };
static struct db *db;
static arena *mem;

struct act {
    struct patrol_draw d;
    struct patrol_task *v;
    size_t n;
    struct patrol_verdict verdict;
    struct patrol_counts counts;
    int64_t case_id;
    bool wanted;
};

static err article(struct tx *t, int64_t account, int64_t no, int64_t at)
{
    TRY(db_exec(t,
                "INSERT INTO article (account_id, no, author_id, state, kind, category, title,"
                " digest, cover, version, versions, created_at, updated_at, published_at)"
                " VALUES ($1, $2, 7, 'published', 'text', 'life', 't', 'd', '', 1, 1, 1, 1, $3)",
                DB_IN(account, no, at)));
    return db_exec(t,
                   "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                   " category, doc, hash, author_id, created_at) VALUES ($1, $2, 1, 'T', '', '',"
                   " 'life', '{}', $3, 5, 1)",
                   DB_IN(account, no, str_bytes(S("h"))));
}

static err seed(struct tx *t, void *ctx)
{
    struct bytes b = str_bytes(S("x"));
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name,"
                " intro, categories, created_at, updated_at) VALUES"
                " (4, 'river', 1, $1, 'government', 'active', 'River', 'w', 'life', 1, 1),"
                " (5, 'talk', 2, $1, 'individual', 'active', 'Talk', 'w', 'life', 1, 1)",
                DB_IN(b)));
    for (int64_t no = 1; no <= 5; no++)
        TRY(article(t, 4, no, tx_now(t)));
    TRY(article(t, 5, 1, tx_now(t)));
    return article(t, 5, 2, tx_now(t) - 8 * (int64_t)DAY_MS); /* too old */
}

static err wanted(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return patrol_wanted(t, &a->wanted);
}
static err list(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(patrol_count(t, &a->counts));
    return patrol_list(t, mem, S("open"), &a->v, &a->n);
}
static err decide(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return patrol_decide(t, mem, &a->verdict, &a->case_id);
}

static void test_patrol__draws_per_class_and_each_once(void **state)
{
    (void)state;
    struct act a = {.d = {.per_class = PER_CLASS}};
    assert_int_equal(db_read(db, wanted, &a), OK);
    assert_true(a.wanted);
    assert_int_equal(db_tx(db, patrol_draw, &a.d), OK);
    assert_int_equal(a.d.drawn, PER_CLASS + 1);
    assert_int_equal(db_read(db, wanted, &a), OK);
    assert_false(a.wanted);
    for (int i = 0; i < 3; i++)
        assert_int_equal(db_tx(db, patrol_draw, &a.d), OK);
    assert_int_equal(db_read(db, list, &a), OK);
    assert_int_equal(a.n, 6); /* all five and one: none twice, the old one never */
}

static void test_patrol__is_decided_once(void **state)
{
    (void)state;
    struct act a = {0};
    assert_int_equal(db_read(db, list, &a), OK);
    a.verdict = (struct patrol_verdict){a.v[0].id, ANNA, S(""), S("")};
    assert_int_equal(db_tx(db, decide, &a), OK);
    assert_int_equal(a.case_id, 0);
    assert_int_equal(db_tx(db, decide, &a), ERR_CONFLICT);
    a.verdict = (struct patrol_verdict){a.v[1].id, ANNA, S("fraud"), S("look")};
    assert_int_equal(db_tx(db, decide, &a), OK);
    assert_true(a.case_id != 0);
    assert_int_equal(db_read(db, list, &a), OK);
    assert_int_equal(a.counts.open, 4);
    assert_int_equal(a.counts.clean, 1);
    assert_int_equal(a.counts.raised, 1);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    return db_tx(db, seed, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patrol__draws_per_class_and_each_once),
        cmocka_unit_test(test_patrol__is_decided_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
