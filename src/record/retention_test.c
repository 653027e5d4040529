/* Retention: six calendar months to the day, holds beat it, certificates, and nobody else erases.
 */
#include "record/retention.h"

#include "base/clock.h"
#include "base/id.h"
#include "record/record.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static const struct retention_plan SIX = {{6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 36}};

struct row {
    int64_t at, user, account, n;
};
static err oplog_tx(struct tx *t, void *ctx)
{
    static int64_t sequence;
    const struct row *r = ctx;
    uint8_t h[32] = {1};
    for (int64_t i = 0; i < r->n; i++)
        TRY(db_exec(t,
                    "INSERT INTO oplog (id, at, user_id, account_id, method, route, object, result,"
                    " status, ip, port, user_agent, hash)"
                    " VALUES ($1, $2, $3, $4, 'POST', '/', '/', 'ok', 200, '', 0, '', $5)",
                    DB_IN(((r->at - id_time_ms(0)) << 22) + sequence++ % 4000, r->at, r->user,
                          r->account, ((struct bytes){h, 32}))));
    return OK;
}
static void oplog(int64_t at, int64_t user, int64_t account, int64_t n)
{
    assert_int_equal(db_tx(db, oplog_tx, &(struct row){at, user, account, n}), OK);
}
static err count_tx(struct tx *t, void *ctx)
{
    return db_one(t, mem, "SELECT COUNT(*) FROM oplog", DB_IN(), DB_OUT((int64_t *)ctx));
}
static int64_t left(void)
{
    int64_t n = 0;
    assert_int_equal(db_read(db, count_tx, &n), OK);
    return n;
}
static err look_tx(struct tx *t, void *ctx)
{
    return retention_look(t, &SIX, ctx);
}
static int64_t purge(void)
{
    int64_t n = 0;
    assert_int_equal(retention_purge(db, &SIX, &n), OK);
    return n;
}

static void test_retention__the_cutoff_is_exact(void **state)
{
    (void)state;
    static const struct date DAYS[] = {{2026, 8, 31}, {2027, 2, 28}, {2028, 2, 29}, {2027, 3, 1}};
    for (size_t i = 0; i < LEN(DAYS); i++) {
        int64_t now = date_china_ms(DAYS[i]) + 5 * HOUR_MS + 7;
        for (int months = 6; months < 40; months += 3) {
            int64_t cut = retention_cutoff(now, months);
            assert_true(clock_add_months(cut, months) <= now);
            assert_true(clock_add_months(cut + 1, months) > now);
        }
    }
}

static void test_retention__less_than_six_months_is_refused(void **state)
{
    (void)state;
    struct retention_plan five = {{6, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 36}};
    int64_t n = 0;
    assert_int_equal(retention_purge(db, &five, &n), ERR_INVALID);
    assert_string_equal(fault_of(ERR_INVALID).reason, "retention_floor");
    for (int c = 0; c < RETENTION_CLASSES; c++)
        assert_true(retention_floor((enum retention_class)c) >= 6);
}

struct listing {
    struct record_row *v;
    size_t n;
};
static err certificates_tx(struct tx *t, void *ctx)
{
    struct listing *x = ctx;
    return record_list(t, mem, S("retention/oplog"), &x->v, &x->n);
}

static void test_retention__what_is_over_goes_with_a_certificate(void **state)
{
    (void)state;
    int64_t cut = retention_cutoff(clock_ms(), 6);
    oplog(cut - DAY_MS, 1, 0, 1203);
    oplog(cut + DAY_MS, 1, 0, 1); /* six months less a day */
    struct retention_due due[RETENTION_CLASSES] = {0};
    assert_int_equal(db_read(db, look_tx, due), OK);
    assert_int_equal(due[RETENTION_oplog].rows, 1203);
    assert_int_equal(due[RETENTION_oplog].kept, 0);
    assert_int_equal(left(), 1204); /* a look changes nothing */
    assert_int_equal(purge(), 1203);
    assert_int_equal(left(), 1);
    assert_int_equal(purge(), 0);
    struct listing x = {0};
    assert_int_equal(db_read(db, certificates_tx, &x), OK);
    assert_int_equal(x.n, 3); /* batches of 500 */
    assert_true(str_has(x.v[2].body, S("\"rows\":203")));
    assert_true(str_has(x.v[0].body, S("\"class\":\"oplog\"")));
}

static err place_tx(struct tx *t, void *ctx)
{
    return hold_place(t, ctx);
}
static err lift_tx(struct tx *t, void *ctx)
{
    return hold_lift(t, *(int64_t *)ctx, 9);
}
static void test_retention__a_hold_beats_it(void **state)
{
    (void)state;
    int64_t old = retention_cutoff(clock_ms(), 6) - DAY_MS;
    oplog(old, 1, 0, 2);
    oplog(old, 2, 7, 3);
    oplog(old, 3, 0, 4);
    struct hold user = {
        .kind = S("user"), .ref = 1, .reason = S("立案〔2026〕1 号"), .placed_by = 9};
    struct hold account = {
        .kind = S("account"), .ref = 7, .reason = S("检查 2 号"), .placed_by = 9};
    assert_int_equal(db_tx(db, place_tx, &user), OK);
    assert_int_equal(db_tx(db, place_tx, &account), OK);
    struct retention_due due[RETENTION_CLASSES] = {0};
    assert_int_equal(db_read(db, look_tx, due), OK);
    assert_int_equal(due[RETENTION_oplog].rows, 4);
    assert_int_equal(due[RETENTION_oplog].kept, 5);
    assert_int_equal(purge(), 4);
    assert_int_equal(db_tx(db, lift_tx, &user.id), OK);
    assert_int_equal(db_tx(db, lift_tx, &user.id), ERR_NOT_FOUND);
    struct hold all = {.kind = S("everything"), .reason = S("检查 3 号"), .placed_by = 9};
    assert_int_equal(db_tx(db, place_tx, &all), OK);
    assert_int_equal(purge(), 0);
    assert_int_equal(db_tx(db, lift_tx, &all.id), OK);
    assert_int_equal(purge(), 2);
    assert_int_equal(left(), 3);
    struct hold bad = {.kind = S("user"), .ref = 0, .reason = S("x")};
    assert_int_equal(db_tx(db, place_tx, &bad), ERR_INVALID);
    bad = (struct hold){.kind = S("user"), .ref = 5, .reason = S("  ")};
    assert_int_equal(db_tx(db, place_tx, &bad), ERR_INVALID);
}

static err erase_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "DELETE FROM oplog WHERE status = 200", DB_IN());
}
static void test_retention__nobody_else_erases_before_or_after(void **state)
{
    (void)state;
    int64_t old = retention_cutoff(clock_ms(), 6) - DAY_MS;
    oplog(old, 1, 0, 1);
    assert_int_not_equal(db_tx(db, erase_tx, NULL), OK);
    assert_int_equal(purge(), 1);
    oplog(old, 1, 0, 1);
    assert_int_not_equal(db_tx(db, erase_tx, NULL), OK);
    assert_int_equal(left(), 1);
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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_retention__the_cutoff_is_exact),
        T(test_retention__less_than_six_months_is_refused),
        T(test_retention__what_is_over_goes_with_a_certificate),
        T(test_retention__a_hold_beats_it),
        T(test_retention__nobody_else_erases_before_or_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
