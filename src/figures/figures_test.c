/* Figures: each reader once a day over batches, by day, hour and source; what is over is forgotten.
 */
#include "figures/figures.h"

#include "base/clock.h"
#include "base/rand.h"
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
    TRY(db_exec(t, "INSERT INTO account_handle (handle, account_id) VALUES ('river', 4)", DB_IN()));
    TRY(db_exec(t, "INSERT INTO read_salt (day, salt) VALUES (1, $1)", DB_IN(str_bytes(S("x")))));
    return db_exec(t, "INSERT INTO read_seen (day, mark) VALUES (1, $1)", DB_IN(str_bytes(S("y"))));
}

static err count(struct tx *t, void *ctx)
{
    return figures_count(t, ctx);
}

static int64_t counted(const struct read_note *v, size_t n)
{
    struct figures_batch b = {v, n, -1};
    assert_int_equal(db_tx(db, count, &b), OK);
    return b.counted;
}

struct look {
    struct figures_question q;
    struct figures_answer a;
};

static err ask(struct tx *t, void *ctx)
{
    struct look *l = ctx;
    return figures_of_account(t, mem, &l->q, &l->a);
}

static struct read_note note(uint8_t reader, int64_t at, bool end)
{
    return (struct read_note){.mark = {reader, end},
                              .handle = "river",
                              .source = READ_search,
                              .end = end,
                              .no = 2,
                              .at = at};
}

static void test_figures__once_a_day_over_batches(void **state)
{
    (void)state;
    int64_t noon = 20000 * (int64_t)DAY_MS + 4 * HOUR_MS; /* 12:00 in China on day 20000 */
    struct read_note v[] = {note(1, noon, false), note(2, noon, false), note(1, noon, false),
                            note(1, noon, true)};
    assert_int_equal(counted(v, LEN(v)), 3);
    assert_int_equal(counted(v, LEN(v)), 0);
    struct read_note next = note(1, noon + DAY_MS, false), unknown = next;
    unknown.mark[0] = 77;
    unknown.handle[0] = 'x';
    assert_int_equal(counted(&next, 1), 1);
    assert_int_equal(counted(&unknown, 1), 0);

    struct look l = {.q = {.account_id = 4, .first_day = 19999, .days = 3}};
    assert_int_equal(db_read(db, ask, &l), OK);
    assert_int_equal(l.a.day[0].reads, 0);
    assert_int_equal(l.a.day[1].reads, 2);
    assert_int_equal(l.a.day[1].ends, 1);
    assert_int_equal(l.a.day[2].reads, 1);
    assert_int_equal(l.a.sum.reads, 3);
    assert_int_equal(l.a.hour[12], 3);
    assert_int_equal(l.a.source[READ_search], 3);
    assert_int_equal(l.a.source[READ_home], 0);
}

struct salt {
    struct bytes salt;
    int64_t salts, marks;
};

static err salt_ask(struct tx *t, void *ctx)
{
    struct salt *s = ctx;
    TRY(figures_salt(t, mem, &s->salt));
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM read_salt", DB_IN(), DB_OUT(&s->salts)));
    return db_one(t, NULL, "SELECT COUNT(*) FROM read_seen WHERE day = 1", DB_IN(),
                  DB_OUT(&s->marks));
}

static void test_figures__a_day_that_is_over_is_forgotten(void **state)
{
    (void)state;
    struct salt first = {0}, again = {0};
    assert_int_equal(db_tx(db, salt_ask, &first), OK);
    assert_int_equal(first.salt.n, 32);
    assert_int_equal(first.salts, 1);
    assert_int_equal(first.marks, 0);
    assert_int_equal(db_tx(db, salt_ask, &again), OK);
    assert_memory_equal(first.salt.p, again.salt.p, 32);
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
        cmocka_unit_test(test_figures__once_a_day_over_batches),
        cmocka_unit_test(test_figures__a_day_that_is_over_is_forgotten),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
