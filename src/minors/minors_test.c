/* Age bands, guardians' consent, minors' mode. */
#include "minors/minors.h"

#include "base/clock.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { CHILD = 5 };
static struct db *db;
static struct vault *vault;
static arena *mem;
static char dir[] = "/tmp/gongqi-minors-XXXXXX";

struct act {
    struct age_standing s;
    int year;
    bool on;
};

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO users (id, name, password, mobile_sealed, created_at) VALUES"
                   " (5, 'Child', '', $1, 7)",
                   DB_IN(str_bytes(S("x"))));
}
static err declare(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return age_declare(t, CHILD, a->year);
}
static err stand(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return age_standing(t, mem, CHILD, &a->s);
}
static err act(struct tx *t, void *ctx)
{
    (void)ctx;
    return minors_may_act(t, CHILD);
}
static err mode(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return minors_mode_set(t, CHILD, a->on);
}
static err agree(struct tx *t, void *ctx)
{
    (void)ctx;
    return guardian_consent(t, mem, &(struct guardian_in){vault, CHILD, S("15400000003")});
}
static err take_back(struct tx *t, void *ctx)
{
    (void)ctx;
    return guardian_withdraw(t, CHILD);
}
static err verify(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO registrant (id, class, user_id, identity_key, state, created_at,"
                   " updated_at) VALUES (70, 'individual', 5, $1, 'verified', 1, 1)",
                   DB_IN(str_bytes(S("x"))));
}

static void test_age__bands_change_with_the_year(void **state)
{
    (void)state;
    assert_int_equal(age_band_of(0, 2026), AGE_UNKNOWN);
    assert_int_equal(age_band_of(2012, 2026), AGE_CHILD); /* 14 some day this year */
    assert_int_equal(age_band_of(2011, 2026), AGE_YOUTH);
    assert_int_equal(age_band_of(2008, 2026), AGE_YOUTH);
    assert_int_equal(age_band_of(2007, 2026), AGE_ADULT);
}

static void test_minors__child_needs_a_guardian(void **state)
{
    (void)state;
    int now = clock_china(clock_ms()).date.year;
    struct act a = {.year = now + 1};
    assert_int_equal(db_read(db, act, &a), OK); /* nothing was said */
    assert_int_equal(db_tx(db, agree, &a), ERR_CONFLICT);
    assert_int_equal(db_tx(db, declare, &a), ERR_INVALID);
    a.year = now - 200;
    assert_int_equal(db_tx(db, declare, &a), ERR_INVALID);
    a.year = now - 16;
    assert_int_equal(db_tx(db, declare, &a), OK);
    assert_int_equal(db_read(db, stand, &a), OK);
    assert_int_equal(a.s.band, AGE_YOUTH);
    assert_true(a.s.mode);
    assert_int_equal(db_read(db, act, &a), OK);
    a.on = false;
    assert_int_equal(db_tx(db, mode, &a), OK); /* a youth may */
    a.year = now - 30;
    assert_int_equal(db_tx(db, declare, &a), ERR_CONFLICT);
    a.year = now - 10;
    assert_int_equal(db_tx(db, declare, &a), OK);
    assert_int_equal(db_read(db, act, &a), ERR_DENIED);
    assert_int_equal(db_tx(db, mode, &a), ERR_DENIED);
    assert_int_equal(db_tx(db, agree, &a), OK);
    assert_int_equal(db_read(db, act, &a), OK);
    assert_int_equal(db_read(db, stand, &a), OK);
    assert_true(a.s.guardian && a.s.mode);
    assert_int_equal(db_tx(db, take_back, &a), OK);
    assert_int_equal(db_read(db, act, &a), ERR_DENIED);
    assert_int_equal(db_tx(db, verify, &a), OK);
    assert_int_equal(db_read(db, stand, &a), OK);
    assert_int_equal(a.s.band, AGE_ADULT); /* the identity is what counts */
    assert_int_equal(db_read(db, act, &a), OK);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    if (!mkdtemp(dir))
        return -1;
    test_db_open(&db);
    struct vault_opts keys = {.key_file = str_z(mem, str_fmt(mem, "%s/vault.key", dir))};
    if (vault_start(db, &keys, &vault) != OK)
        return -1;
    return db_tx(db, seed, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    vault_stop(vault);
    test_db_close(db);
    (void)unlink(str_z(mem, str_fmt(mem, "%s/vault.key", dir)));
    (void)rmdir(dir);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age__bands_change_with_the_year),
        cmocka_unit_test(test_minors__child_needs_a_guardian),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
