/* Process settings: doors, precedence, refusals; provider settings on a database. */
#include "settings/provider.h"
#include "settings/settings.h"
#include "tests/unit/testdb.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;

static void assert_str(str got, const char *want)
{
    assert_string_equal(str_z(mem, got), want);
}

static const char *file_with(const char *text)
{
    char path[] = "/tmp/gongqi-settings-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return str_z(mem, str_from(path));
}

static err load(const char *const *args, size_t n, char *const *env, struct settings *s)
{
    return settings_load(mem, &(struct settings_in){args, n, env}, s);
}

static void test_settings__defaults_need_no_file(void **state)
{
    (void)state;
    struct settings s;
    const char *args[] = {"--data", "/nowhere/at/all"};
    assert_int_equal(load(args, 2, NULL, &s), OK);
    assert_int_equal(s.workers, 64);
    assert_int_equal(s.body_max, 2 << 20);
    assert_int_equal(s.session_idle, 7 * 86400);
    assert_true(s.access_log);
    assert_str(s.database, "sqlite:/nowhere/at/all/gongqi.db");
    assert_str(s.vault_key_file, "/nowhere/at/all/vault.key");
    assert_str(s.public_url, "http://127.0.0.1:8080");
}

static void test_settings__flag_beats_environment_beats_file(void **state)
{
    (void)state;
    struct settings s;
    const char *file = file_with("# comment\n\nworkers = 3\nreaders=4\r\n io-threads = 1\n");
    const char *args[] = {"--config", file};
    assert_int_equal(load(args, 2, NULL, &s), ERR_INVALID); /* io-threads: only flags take - */
    unlink(file);
    file = file_with("workers = 3\nreaders=4\r\nio_threads = 1\nsmtp_from = \xE5\x85\xAC@x.cn\n");
    const char *all[] = {"--config", file, "--workers=5", "--access-log=off"};
    char *env[] = {"GONGQI_WORKERS=4", "GONGQI_READERS=7",    "PATH=/bin",
                   "GONGQI_TEST_PG=x", "GONGQI_BENCH_DIR=/x", NULL};
    assert_int_equal(load(all, LEN(all), env, &s), OK);
    unlink(file);
    assert_int_equal(s.workers, 5);
    assert_int_equal(s.readers, 7);
    assert_int_equal(s.io_threads, 1);
    assert_false(s.access_log);
    assert_int_equal(s.origin[SETTING_ID_workers], FROM_FLAG);
    assert_int_equal(s.origin[SETTING_ID_readers], FROM_ENVIRONMENT);
    assert_int_equal(s.origin[SETTING_ID_io_threads], FROM_FILE);
    assert_int_equal(s.origin[SETTING_ID_connections], FROM_DEFAULT);
}

static void refused(const char *text, const char *reason, int line)
{
    struct settings s;
    const char *file = file_with(text), *args[] = {"--config", file};
    assert_int_equal(load(args, 2, NULL, &s), ERR_INVALID);
    assert_string_equal(fault_last()->reason, reason);
    str place = str_fmt(mem, "%s:%d: ", file, line);
    assert_true(str_starts(str_from(fault_last()->text), place));
    unlink(file);
}

static void test_settings__bad_files_are_refused_naming_the_line(void **state)
{
    (void)state;
    refused("workers = 3\nwokers = 4\n", "setting_unknown", 2);
    refused("[section]\n", "setting_syntax", 1);
    refused("\n\nworkers = many\n", "setting_number", 3);
    refused("workers = 0\n", "setting_range", 1);
    refused("workers = 99999999999999999999\n", "setting_number", 1);
    refused("session_idle = 99999999999999d\n", "setting_range", 1);
    refused("workers = 3K\n", "setting_number", 1); /* no bytes */
    refused("access_log = maybe\n", "setting_bool", 1);
    refused("log_level = loud\n", "setting_choice", 1);
    refused("data =\n", "setting_length", 1);
    refused("smtp_from = \xff\n", "setting_text", 1);
    refused("config = /etc/x\n", "setting_unknown", 1);
}

static void test_settings__bad_flags_and_variables_are_refused(void **state)
{
    (void)state;
    struct settings s;
    const char *unknown[] = {"--wokers", "3"}, *bare[] = {"serve"}, *empty[] = {"--workers"};
    assert_int_equal(load(unknown, 2, NULL, &s), ERR_INVALID);
    assert_string_equal(fault_last()->field, "wokers");
    assert_int_equal(load(bare, 1, NULL, &s), ERR_INVALID);
    assert_int_equal(load(empty, 1, NULL, &s), ERR_INVALID);
    char *env[] = {"GONGQI_WOKERS=3", NULL};
    assert_int_equal(load(NULL, 0, env, &s), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "setting_unknown");
    const char *missing[] = {"--config", "/nowhere/x.conf"};
    assert_int_equal(load(missing, 2, NULL, &s), ERR_INVALID);
}

static void test_settings__manual_names_all_and_hides_secrets(void **state)
{
    (void)state;
    struct settings s;
    const char *args[] = {"--sms-secret", "very-secret-value", "--workers", "9"};
    assert_int_equal(load(args, 4, NULL, &s), OK);
    struct buf b;
    buf_init(&b, mem, 1 << 20);
    settings_manual(&s, &b);
    str text = buf_str(&b);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        assert_true(str_has(text, str_fmt(mem, "%s = ", SETTINGS[i].name)));
    assert_true(str_has(text, S("workers = 9   [flag; 1 to 1024]")));
    assert_true(str_has(text, S("sms_secret = (set)")));
    assert_false(str_has(text, S("very-secret-value")));
    settings_manual(NULL, &b);
}

/* ---- provider settings ---- */

static struct provider_settings loaded;
static err load_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return provider_settings_load(t, mem, &loaded);
}
static err set_tx(struct tx *t, void *ctx)
{
    return provider_setting_set(t, ctx);
}
static struct provider_version *history;
static err history_tx(struct tx *t, void *ctx)
{
    const str *name = ctx;
    return provider_history(t, mem, *name, 10, &history);
}

static err set(const char *name, const char *value, const char *reason)
{
    struct provider_change c = {str_from(name), str_from(value), str_from(reason), 42};
    return db_tx(db, set_tx, &c);
}

static void test_provider__newest_version_is_in_force_and_all_are_kept(void **state)
{
    (void)state;
    assert_int_equal(db_read(db, load_tx, NULL), OK);
    assert_int_equal(loaded.cap_individual, 1);
    assert_int_equal(loaded.cap_organisation, 2);
    assert_str(loaded.review_mode, "pre");
    int64_t before = loaded.version;
    assert_int_equal(set("review_mode", "post", "trial"), OK);
    assert_int_equal(set("review_mode", "post", "again"), OK); /* no change, no version */
    assert_int_equal(set("review_mode", "pre", "trial over"), OK);
    assert_int_equal(set("provider_name", "公器测试单位", "first"), OK);
    assert_int_equal(db_read(db, load_tx, NULL), OK);
    assert_str(loaded.review_mode, "pre");
    assert_str(loaded.provider_name, "公器测试单位");
    assert_int_equal(loaded.version, before + 3);
    str name = S("review_mode");
    assert_int_equal(db_read(db, history_tx, &name), OK);
    assert_int_equal(history[0].version, 2);
    assert_str(history[0].reason, "trial over");
    assert_int_equal(history[0].set_by, 42);
    assert_int_equal(history[1].version, 1);
    assert_str(history[1].value, "post");
    assert_null(history[2].name.p);
    str any = STR_NONE;
    assert_int_equal(db_read(db, history_tx, &any), OK);
    assert_null(history[3].name.p);
}

static void test_provider__bad_changes_are_refused(void **state)
{
    (void)state;
    assert_int_equal(set("no_such", "1", "x"), ERR_NOT_FOUND);
    assert_int_equal(set("cap_individual", "-1", "x"), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "setting_range");
    assert_string_equal(fault_last()->field, "cap_individual");
    assert_int_equal(set("cap_individual", "3", "  "), ERR_INVALID);
    assert_string_equal(fault_last()->field, "reason");
    assert_int_equal(set("regulatory_profile", "2016", "x"), ERR_INVALID);
    assert_int_equal(set("icp", "two\nlines", "x"), ERR_INVALID);
    str any = STR_NONE;
    assert_int_equal(db_read(db, history_tx, &any), OK);
    assert_null(history[0].name.p);
}

static void test_provider__live_copy_follows_within_two_seconds(void **state)
{
    (void)state;
    struct provider_live *live;
    struct provider_settings ps;
    assert_int_equal(provider_live_start(db, &live), OK);
    assert_int_equal(set("daily_quota", "77", "x"), OK);
    int64_t until = clock_ms() + 3000;
    do {
        usleep(20000);
        provider_live_get(live, mem, &ps);
    } while (ps.daily_quota != 77 && clock_ms() < until);
    assert_int_equal(ps.daily_quota, 77);
    assert_int_equal(set("daily_quota", "78", "x"), OK);
    assert_int_equal(provider_live_refresh(live), OK);
    provider_live_get(live, mem, &ps);
    assert_int_equal(ps.daily_quota, 78);
    provider_live_stop(live);
    assert_str(ps.review_mode, "pre"); /* the copy is ours */
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}
static int setup_db(void **state)
{
    test_db_open(&db);
    return setup(state);
}
static int teardown_db(void **state)
{
    test_db_close(db);
    return teardown(state);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TD(f) cmocka_unit_test_setup_teardown(f, setup_db, teardown_db)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_settings__defaults_need_no_file),
        T(test_settings__flag_beats_environment_beats_file),
        T(test_settings__bad_files_are_refused_naming_the_line),
        T(test_settings__bad_flags_and_variables_are_refused),
        T(test_settings__manual_names_all_and_hides_secrets),
        TD(test_provider__newest_version_is_in_force_and_all_are_kept),
        TD(test_provider__bad_changes_are_refused),
        TD(test_provider__live_copy_follows_within_two_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
