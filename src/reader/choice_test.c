/* The editors' choice and the directory: what may be chosen, in which order, and what shows. */
#include "reader/choice.h"

#include "base/clock.h"
#include "base/rand.h"
#include "reader/directory.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

static struct db *db;
static arena *mem;

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO registrant (id, class, user_id, identity_key, province, state,"
                " created_at, updated_at) VALUES (1, 'government', 7, $1, '33', 'verified', 1, 1)",
                DB_IN(str_bytes(S("k")))));
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name,"
                " intro, categories, created_at, updated_at) VALUES"
                " (4, 'river', 1, $1, 'government', 'active', 'River', 'water', 'law', 1, 1),"
                " (5, 'hill', 1, $1, 'government', 'closed', 'Hill', 'i', 'law', 1, 1)",
                DB_IN(str_bytes(S("k")))));
    for (int64_t no = 1; no <= 4; no++)
        TRY(db_exec(t,
                    "INSERT INTO article (account_id, no, author_id, state, kind, category, title,"
                    " digest, cover, version, versions, created_at, updated_at, published_at)"
                    " VALUES (4, $1, 7, CASE WHEN $1 = 4 THEN 'draft' ELSE 'published' END, 'text',"
                    " 'government', 't', 'd', '', 1, 1, 1, 1, $1)",
                    DB_IN(no)));
    return OK;
}

struct act {
    struct choice c;
    int64_t id;
    bool up;
    struct article *v;
    size_t n;
};

static err make(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return choice_make(t, &a->c, &a->id);
}

static err move(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return choice_move(t, a->id, a->up, 7);
}

static err take_down(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return choice_remove(t, a->id, S("wrong"), 7);
}

static err shown(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return choice_shown(t, mem, &a->v, &a->n);
}

static err withdraw(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE article SET state = 'withdrawn' WHERE no = 3", DB_IN());
}

static struct act wish(int64_t no, int64_t from, int64_t until)
{
    return (struct act){.c = {.account_id = 4,
                              .no = no,
                              .from_at = from,
                              .until_at = until,
                              .reason = S("r"),
                              .chosen_by = 7}};
}

static void assert_shown(size_t n, int64_t first)
{
    struct act a = {0};
    assert_int_equal(db_read(db, shown, &a), OK);
    assert_int_equal(a.n, n);
    if (n)
        assert_int_equal(a.v[0].no, first);
}

static void test_choice__only_public_once_and_in_time(void **state)
{
    (void)state;
    int64_t now = clock_ms();
    struct act one = wish(1, now - 5, now + HOUR_MS), again = one,
               later = wish(2, now + HOUR_MS, now + DAY_MS);
    struct act draft = wish(4, now, now + DAY_MS), past = wish(2, now - 9, now - 5);
    struct act three = wish(3, now - 5, now + HOUR_MS);
    struct act ages = wish(2, now, now + (CHOICE_DAYS_MAX + 1) * (int64_t)DAY_MS);
    assert_int_equal(db_tx(db, make, &one), OK);
    assert_int_equal(db_tx(db, make, &again), ERR_CONFLICT);
    assert_int_equal(db_tx(db, make, &draft), ERR_CONFLICT);
    assert_int_equal(db_tx(db, make, &past), ERR_INVALID);
    assert_int_equal(db_tx(db, make, &ages), ERR_INVALID);
    assert_int_equal(db_tx(db, make, &later), OK);
    assert_int_equal(db_tx(db, make, &three), OK);
    assert_shown(2, 1);
    three.up = true;
    assert_int_equal(db_tx(db, move, &three), OK); /* past the one that comes later */
    assert_int_equal(db_tx(db, move, &three), OK);
    assert_shown(2, 3);
    assert_int_equal(db_tx(db, move, &three), OK); /* it is the first */
    assert_shown(2, 3);
    assert_int_equal(db_tx(db, withdraw, NULL), OK);
    assert_shown(1, 1);
    assert_int_equal(db_tx(db, take_down, &one), OK);
    assert_int_equal(db_tx(db, take_down, &one), ERR_CONFLICT);
    assert_shown(0, 0);
}

struct listing {
    struct directory_entry d;
    struct directory_filter f;
    struct directory_entry *v;
    struct article *news;
    size_t n, news_n, candidates;
};

static err confirm(struct tx *t, void *ctx)
{
    const struct listing *l = ctx;
    return directory_confirm(t, &l->d);
}

static err leave(struct tx *t, void *ctx)
{
    (void)ctx;
    return directory_remove(t, 4, S("over"), 7);
}

static err look(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    struct directory_entry *c;
    TRY(directory_list(t, mem, &l->f, &l->v, &l->n));
    TRY(directory_candidates(t, mem, &c, &l->candidates));
    return directory_news(t, mem, 5, &l->news, &l->news_n);
}

static struct listing look_for(str province, str q)
{
    struct listing l = {.f = {S(""), S(""), province, q, 0, 0, 10}};
    assert_int_equal(db_read(db, look, &l), OK);
    return l;
}

static void test_directory__confirmed_found_and_removed(void **state)
{
    (void)state;
    assert_int_equal(look_for(S(""), S("")).candidates, 1); /* the closed one is none */
    struct listing l = {.d = {.account_id = 4,
                              .kind = S("government"),
                              .field = S("law"),
                              .province = S("33"),
                              .reason = S("letter"),
                              .confirmed_by = 7}},
                   closed = l, wrong = l;
    closed.d.account_id = 5;
    wrong.d.province = S("99");
    assert_int_equal(db_tx(db, confirm, &closed), ERR_CONFLICT);
    assert_int_equal(db_tx(db, confirm, &wrong), ERR_INVALID);
    assert_int_equal(db_tx(db, confirm, &l), OK);
    struct listing found = look_for(S("33"), S("Riv"));
    assert_int_equal(found.n, 1);
    assert_int_equal(found.candidates, 0);
    assert_true(found.news_n > 0);
    assert_int_equal(look_for(S("11"), S("")).n, 0);
    assert_int_equal(look_for(S(""), S("mountain")).n, 0);
    assert_int_equal(db_tx(db, leave, NULL), OK);
    assert_int_equal(db_tx(db, leave, NULL), ERR_NOT_FOUND);
    assert_int_equal(look_for(S(""), S("")).n, 0);
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
        cmocka_unit_test(test_choice__only_public_once_and_in_time),
        cmocka_unit_test(test_directory__confirmed_found_and_removed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
