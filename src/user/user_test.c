/* Rules of users on a real database: codes, locks, roles, invitations. */
#include "user/user.h"

#include "base/clock.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static struct vault *vault;
static char key_file[64];

static err make_user(struct tx *t, str mobile, int64_t *ret_id)
{
    struct user_new n = {
        .name = S("x"), .mobile = mobile, .password_hash = S("h"), .lang = S("zh")};
    return user_create(t, vault, &n, ret_id);
}

static void test_mobile__forms_that_people_write(void **state)
{
    (void)state;
    static const char *const GOOD[] = {"13800138000", "138 0013 8000", "+86 138-0013-8000",
                                       "008613800138000", "8613800138000"};
    static const char *const BAD[] = {
        "", "1380013800", "12800138000", "138001380000", "+1 13800138000", "1380013800x"};
    str m;
    for (size_t i = 0; i < LEN(GOOD); i++) {
        assert_int_equal(mobile_check(mem, str_from(GOOD[i]), &m), OK);
        assert_true(str_eq(m, S("13800138000")));
    }
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(mobile_check(mem, str_from(BAD[i]), &m), ERR_INVALID);
}

static err tx_duplicate(struct tx *t, void *ctx)
{
    (void)ctx;
    int64_t id = 0;
    TRY(make_user(t, S("13800138001"), &id));
    return make_user(t, S("13800138001"), &id);
}

static void test_user__a_number_has_one_login(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, tx_duplicate, NULL), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "mobile_taken");
}

/* The sixth failure locks for a minute; numbers without a login are locked alike. */
static err tx_lock(struct tx *t, void *ctx)
{
    (void)ctx;
    int64_t id = 0, known = 0, unknown = 0;
    TRY(make_user(t, S("13800138002"), &id));
    for (int i = 1; i <= user_limits()->login_tries; i++) {
        TRY(login_failed(t, vault, S("13800138002"), id, &known));
        TRY(login_failed(t, vault, S("13800138003"), 0, &unknown));
        assert_int_equal(known, i < user_limits()->login_tries ? 0 : tx_now(t) + MINUTE_MS);
        assert_int_equal(unknown, known);
    }
    TRY(login_failed(t, vault, S("13800138002"), id, &known));
    assert_int_equal(known, tx_now(t) + 2 * MINUTE_MS);
    struct login l;
    TRY(login_find(t, mem, vault, S("13800138003"), &l));
    assert_int_equal(l.user.id, 0);
    assert_int_equal(l.locked_until, unknown);
    TRY(user_succeeded(t, id));
    TRY(login_find(t, mem, vault, S("13800138002"), &l));
    assert_int_equal(l.locked_until, 0);
    return OK;
}

static void test_login__six_failures_lock(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, tx_lock, NULL), OK);
}

static err tx_limited(struct tx *t, void *ctx)
{
    (void)ctx;
    int64_t id = 0, until = 0;
    const char *reason = NULL;
    TRY(make_user(t, S("13800138090"), &id));
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(until, 0);
        TRY(login_failed(t, vault, S("13800138090"), id, &until));
    }
    assert_int_equal(until, tx_now(t) + 2 * MINUTE_MS);
    TRY(mobile_code_pretend(t, vault, S("13800138090"), "signup"));
    for (int i = 0; i < 2; i++)
        TRY(mobile_code_check(t, vault, S("13800138090"), "signup", S("nope"), &reason));
    assert_string_equal(reason, "code_wrong");
    TRY(mobile_code_check(t, vault, S("13800138090"), "signup", S("nope"), &reason));
    assert_string_equal(reason, "code_locked");
    return OK;
}

/* Every limit that settings.def names is the one in force, and the defaults are its defaults. */
static void test_limits__are_those_of_settings(void **state)
{
    (void)state;
    struct settings s;
    struct user_limits was = *user_limits();
    const char *const args[] = {"--code-ttl=90",      "--code-tries=2",  "--code-interval=7",
                                "--code-daily=1",     "--invite-ttl=1h", "--login-tries=3",
                                "--login-lock=2m",    "--argon2-ops=1",  "--argon2-memory=8M",
                                "--argon2-parallel=3"};
    assert_int_equal(settings_load(mem, &(struct settings_in){0}, &s), OK);
    user_limits_set(&s);
    assert_memory_equal(user_limits(), &was, sizeof was);
    assert_int_equal(
        settings_load(mem, &(struct settings_in){.args = args, .n_args = LEN(args)}, &s), OK);
    user_limits_set(&s);
    struct user_limits now = *user_limits();
    assert_int_equal(now.argon2_parallel, 3);
    assert_int_equal(now.code_interval_ms, 7000);
    assert_int_equal(now.invite_ttl_ms, HOUR_MS);
    assert_int_equal(code_minutes(), 2);
    assert_true(str_has(password_hash(mem, S("river bank")), S("m=8192,t=1,")));
    assert_int_equal(db_tx(db, tx_limited, NULL), OK);
    user_limits_set(&(struct settings){.code_ttl = 300,
                                       .code_tries = 5,
                                       .code_interval = 60,
                                       .code_daily = 10,
                                       .invite_ttl = 3 * 86400,
                                       .login_tries = 6,
                                       .login_lock = 60,
                                       .argon2_memory = 19 * 1024 * 1024,
                                       .argon2_ops = 2});
}

static err tx_codes(struct tx *t, void *ctx)
{
    (void)ctx;
    const char *reason = NULL;
    TRY(mobile_code_pretend(t, vault, S("13800138004"), "signup"));
    for (int i = 0; i < user_limits()->code_tries; i++) {
        TRY(mobile_code_check(t, vault, S("13800138004"), "signup", S("nope"), &reason));
        assert_string_equal(reason, "code_wrong");
    }
    TRY(mobile_code_check(t, vault, S("13800138004"), "signup", S("nope"), &reason));
    assert_string_equal(reason, "code_locked");
    TRY(mobile_code_check(t, vault, S("13800138004"), "reset", S("nope"), &reason));
    assert_string_equal(reason, "code_expired");
    assert_int_equal(mobile_code_pretend(t, vault, S("13800138004"), "signup"), ERR_LIMIT);
    return OK;
}

static void test_code__five_wrong_tries_spoil_it(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, tx_codes, NULL), OK);
}

static err tx_roles(struct tx *t, void *ctx)
{
    (void)ctx;
    int64_t boss = 0, id = 0;
    unsigned roles = 0;
    str token;
    TRY(make_user(t, S("13800138005"), &boss));
    TRY(make_user(t, S("13800138006"), &id));
    TRY(user_roles_set(t, boss, ROLE_SYSADMIN, 0));
    assert_int_equal(user_roles_set(t, boss, ROLE_SYSADMIN | ROLE_REVIEWER, boss), ERR_DENIED);
    assert_int_equal(user_roles_set(t, id, ROLE_SYSADMIN | ROLE_SECURITY, boss), ERR_CONFLICT);
    TRY(user_invite(t, mem,
                    &(struct invite){.roles = ROLE_REVIEWER, .note = S("n"), .created_by = boss},
                    &token));
    TRY(invite_accept(t, mem, token, id));
    TRY(user_roles(t, id, &roles));
    assert_int_equal(roles, ROLE_REVIEWER);
    assert_int_equal(invite_accept(t, mem, token, id), ERR_NOT_FOUND);
    return OK;
}

static void test_roles__duties_are_separate(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, tx_roles, NULL), OK);
}

static int setup(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    (void)snprintf(key_file, sizeof key_file, "/tmp/gongqi-user-test-%d.key", (int)getpid());
    assert_int_equal(vault_start(db, &(struct vault_opts){.key_file = key_file}, &vault), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vault_stop(vault);
    test_db_close(db);
    (void)unlink(key_file);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mobile__forms_that_people_write),
        cmocka_unit_test(test_user__a_number_has_one_login),
        cmocka_unit_test(test_login__six_failures_lock),
        cmocka_unit_test(test_limits__are_those_of_settings),
        cmocka_unit_test(test_code__five_wrong_tries_spoil_it),
        cmocka_unit_test(test_roles__duties_are_separate),
    };
    return cmocka_run_group_tests_name("user", tests, setup, teardown);
}
