/* Packages: who may ask for what, the second person, cancelling, failing and expiring without
 * leaving anything, and the sealed identity (A11.5). What is in them: tests/site/evidence. */
#include "package/package.h"

#include "base/clock.h"
#include "base/id.h"
#include "blob/blob.h"
#include "package/package_store.h"
#include "record/log.h"
#include "record/retention.h"
#include "settings/settings.h"
#include "tests/unit/testdb.h"
#include "vault/vault.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ACCOUNT = 7, NO = 3, ANNA = 21, BERT = 22, OTHER_CASE = 99, CASE = 98 };

static arena *mem;
static struct site site;
static struct settings settings;
static struct record_log *l;
static char dir[64];

static err seed_subject(struct tx *t)
{
    struct bytes b = str_bytes(S("x"));
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at)"
                " VALUES (21, 'Anna', '', $1, 1), (22, 'Bert', '', $1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO registrant (id, class, user_id, state, created_at, updated_at)"
                " VALUES (1, 'individual', 21, 'verified', 1, 1)",
                DB_IN()));
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                " verified, name, intro, avatar, categories, articles, created_at, updated_at)"
                " VALUES (7, 'seven', 1, $1, 'individual', 'active', 1, 'Seven', '', '', 'life',"
                " 1, 1, 1)",
                DB_IN(b)));
    return db_exec(t,
                   "INSERT INTO cases (id, kind, account_id, subject, version, title, state,"
                   " opened_by, opened_at, due_at) VALUES (98, 'finding', 7, 3, 1, 'T', 'open', 0,"
                   " 1, 1), (99, 'finding', 7, 4, 1, 'T', 'open', 0, 1, 1)",
                   DB_IN());
}

static err seed(struct tx *t, void *ctx)
{
    uint8_t hash[32] = {1};
    (void)ctx;
    TRY(seed_subject(t));
    TRY(db_exec(t,
                "INSERT INTO article (account_id, no, state, kind, category, title, digest, cover,"
                " version, versions, author_id, created_at, updated_at, published_at, publish_at,"
                " reads) VALUES (7, 3, 'published', 'text', 'life', 'T', '', $1, 1, 2, 5, 1, 1, 1,"
                " 0, 100)",
                DB_IN(S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))));
    return db_exec(t,
                   "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                   " category, doc, hash, author_id, created_at) VALUES (7, 3, 1, 'T', '', $2,"
                   " 'life', '{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":"
                   "[{\"type\":\"text\",\"text\":\"a\"}]}]}', $1, 5, 1)",
                   DB_IN(((struct bytes){hash, 32}),
                         S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
}

static const char *in_dir(const char *name)
{
    return str_z(mem, str_fmt(mem, "%s/%s", dir, name));
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    snprintf(dir, sizeof dir, "/tmp/gongqi-package-XXXXXX");
    assert_non_null(mkdtemp(dir));
    site = (struct site){.settings = &settings, .data_dir = str_from(dir)};
    settings.public_url = S("https://example.org");
    test_db_open(&site.db);
    struct record_log_opts o = {.db = site.db,
                                .dir = in_dir("log"),
                                .key_file = in_dir("log.key"),
                                .state_file = in_dir("log.state"),
                                .origin = "example.org/log"};
    assert_int_equal(record_log_open(&o, &l), OK);
    struct vault_opts keys = {.key_file = in_dir("vault.key"), .key_command = ""};
    assert_int_equal(vault_start(site.db, &keys, &site.vault), OK);
    assert_int_equal(blob_store_open(in_dir("blobs"), &site.blobs), OK);
    assert_int_equal(db_tx(site.db, seed, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    record_log_close(l);
    blob_store_close(site.blobs);
    vault_stop(site.vault);
    test_db_close(site.db);
    assert_int_equal(system(str_z(mem, str_fmt(mem, "rm -rf %s", dir))), 0); /* NOLINT */
    arena_free(mem);
    return 0;
}

/* ---- one call each ---- */

static struct package wish(void)
{
    return (struct package){.account_id = ACCOUNT,
                            .no = NO,
                            .basis = S("order"),
                            .number = S("7"),
                            .reason = S("needed"),
                            .recipient = S(""),
                            .identity_reason = S(""),
                            .asked_by = ANNA};
}
static err ask_tx(struct tx *t, void *ctx)
{
    return package_ask(t, mem, ctx);
}
static err ask(struct package *p)
{
    return db_tx(site.db, ask_tx, p);
}
static void refused(struct package p, const char *reason)
{
    assert_int_equal(ask(&p), ERR_INVALID);
    assert_string_equal(fault_of(ERR_INVALID).reason, reason);
}
static err second_tx(struct tx *t, void *ctx)
{
    return package_second(t, mem, ctx);
}
static err cancel_tx(struct tx *t, void *ctx)
{
    return package_cancel(t, mem, *(int64_t *)ctx, BERT);
}
static err load_tx(struct tx *t, void *ctx)
{
    struct package *p = ctx;
    return package_load(t, mem, p->id, p);
}
static struct package again(int64_t id)
{
    struct package p = {.id = id};
    assert_int_equal(db_read(site.db, load_tx, &p), OK);
    return p;
}
static err make(int64_t id)
{
    return package_make(&(struct package_run){.site = &site, .log = l}, id);
}
static void state_is(int64_t id, const char *state)
{
    assert_string_equal(str_z(mem, again(id).state), state);
}

static str new_key(uint8_t secret[32])
{
    uint8_t public[32];
    crypto_box_keypair(public, secret);
    return str_cat(mem, S("gongqi-x25519-"), base64url(mem, (struct bytes){public, 32}));
}

/* ---- asking ---- */

static void test_package__is_refused_without_right_or_reason(void **state)
{
    (void)state;
    struct package p = wish();
    p.reason = S("  ");
    refused(p, "reason_required");
    p = wish();
    p.basis = S("case");
    p.number = str_fmt(mem, "%d", OTHER_CASE); /* about another article */
    refused(p, "case_unknown");
    p.number = S("a case");
    refused(p, "case_unknown");
    p.number = str_fmt(mem, "%d", CASE);
    assert_int_equal(ask(&p), OK);
    state_is(p.id, "waiting");
    p = wish();
    p.no = 4;
    assert_int_equal(ask(&p), ERR_NOT_FOUND);
}

static void test_package__keys_of_recipients(void **state)
{
    (void)state;
    uint8_t secret[32];
    struct bytes key;
    str good = new_key(secret);
    assert_int_equal(package_key_parse(mem, good, &key), OK);
    const str bad[] = {S(""),
                       S("gongqi-x25519-"),
                       str_sub(good, 0, good.n - 1),
                       str_cat(mem, good, S("A")),
                       str_sub(good, 1, good.n),
                       S("gongqi-x25519-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")};
    for (size_t i = 0; i < LEN(bad); i++) {
        assert_int_equal(package_key_parse(mem, bad[i], &key), ERR_INVALID);
        assert_string_equal(fault_of(ERR_INVALID).field, "recipient");
    }
    struct package p = wish();
    p.recipient = good;
    refused(p, "identity_reason_required");
    p.identity_reason = S("ordered");
    p.recipient = S("");
    refused(p, "recipient_key");
}

static void test_package__identity_takes_a_second_person(void **state)
{
    (void)state;
    uint8_t secret[32];
    struct package p = wish();
    p.recipient = new_key(secret);
    p.identity_reason = S("ordered");
    assert_int_equal(ask(&p), OK);
    state_is(p.id, "asked");
    assert_int_equal(make(p.id), OK); /* over: nothing is made of it */
    state_is(p.id, "asked");
    struct package_answer a = {.id = p.id, .by = ANNA, .allow = true};
    assert_int_equal(db_tx(site.db, second_tx, &a), ERR_DENIED);
    a.by = BERT;
    assert_int_equal(db_tx(site.db, second_tx, &a), OK);
    assert_int_equal(db_tx(site.db, second_tx, &a), ERR_CONFLICT);
    assert_int_equal(make(p.id), OK);
    state_is(p.id, "done");
    assert_int_equal(again(p.id).second_by, BERT);
}

static void test_package__seals_for_one_key_only(void **state)
{
    (void)state;
    uint8_t secret[32], other[32], public[32], plain[64] = {0};
    struct bytes key, sealed;
    str text = S("a name");
    assert_int_equal(package_key_parse(mem, new_key(secret), &key), OK);
    assert_int_equal(package_seal(mem, key, text, &sealed), OK);
    assert_int_equal(crypto_box_seal_open(plain, sealed.p, sealed.n, key.p, secret), 0);
    assert_memory_equal(plain, text.p, text.n);
    crypto_box_keypair(public, other);
    assert_int_not_equal(crypto_box_seal_open(plain, sealed.p, sealed.n, public, other), 0);
}

/* ---- making ---- */

static void test_package__names_what_has_vanished(void **state)
{
    (void)state;
    struct package p = wish();
    int fd = -1;
    int64_t size = 0;
    assert_int_equal(ask(&p), OK);
    assert_int_equal(make(p.id), OK);
    p = again(p.id);
    assert_string_equal(str_z(mem, p.state), "done");
    assert_int_equal(p.missing, 2); /* the cover, and version 2 */
    assert_true(p.files > 5 && p.record_id && p.made_at);
    assert_int_equal(package_open(&site, &p, &fd, &size), OK);
    assert_int_equal(size, p.size);
    close(fd);
    assert_int_equal(make(p.id), OK); /* over */
}

static void test_package__cancelled_is_not_made(void **state)
{
    (void)state;
    struct package p = wish();
    int fd = -1;
    int64_t size = 0;
    assert_int_equal(ask(&p), OK);
    assert_int_equal(db_tx(site.db, cancel_tx, &p.id), OK);
    assert_int_equal(make(p.id), OK);
    state_is(p.id, "cancelled");
    assert_int_equal(db_tx(site.db, cancel_tx, &p.id), ERR_CONFLICT);
    p = again(p.id);
    assert_int_equal(package_open(&site, &p, &fd, &size), ERR_NOT_FOUND);
    assert_string_equal(fault_of(ERR_NOT_FOUND).reason, "package_gone");
}

static int64_t cancel_me;
static void cancel_now(int64_t done, int64_t all)
{
    (void)done;
    (void)all;
    if (cancel_me)
        assert_int_equal(db_tx(site.db, cancel_tx, &cancel_me), OK);
    cancel_me = 0;
}

/* Files below the blobs, those in the making included. */
static int files(void)
{
    char line[32] = "";
    FILE *f =
        popen(str_z(mem, str_fmt(mem, "find %s/blobs -type f | wc -l", dir)), "r"); /* NOLINT */
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    pclose(f);
    return (int)strtol(line, NULL, 10);
}

static void test_package__cancelled_in_the_middle_leaves_nothing(void **state)
{
    (void)state;
    struct package p = wish();
    assert_int_equal(ask(&p), OK);
    cancel_me = p.id;
    struct package_run run = {.site = &site, .log = l, .tell = cancel_now};
    assert_int_equal(package_make(&run, p.id), OK);
    state_is(p.id, "cancelled");
    assert_int_equal(files(), 0);
}

static void test_package__fails_cleanly_without_room(void **state)
{
    (void)state;
    struct package p = wish();
    assert_int_equal(ask(&p), OK);
    site.data_dir = S("/proc"); /* where no file can be made */
    assert_int_equal(make(p.id), ERR_IO);
    site.data_dir = str_from(dir);
    state_is(p.id, "failed");
    assert_string_equal(str_z(mem, again(p.id).fail), "storage_unavailable");
    assert_int_equal(files(), 0);
}

/* ---- the end ---- */

/* Ids carry their time: an old package has an old id. */
static err age_tx(struct tx *t, void *ctx)
{
    int64_t *id = ctx, old = id_floor(tx_now(t) - 300 * (int64_t)DAY_MS);
    TRY(db_exec(t, "UPDATE evidence_package SET id = $2, made_at = $3 WHERE id = $1",
                DB_IN(*id, old, tx_now(t) - 300 * (int64_t)DAY_MS)));
    *id = old;
    return OK;
}

static err hold_tx(struct tx *t, void *ctx)
{
    return hold_place(t, ctx);
}
static err lift_tx(struct tx *t, void *ctx)
{
    const struct hold *h = ctx;
    return hold_lift(t, h->id, BERT);
}

static void purge(void)
{
    struct retention_plan plan;
    int64_t rows = 0;
    for (int c = 0; c < RETENTION_CLASSES; c++)
        plan.months[c] = retention_floor((enum retention_class)c);
    assert_int_equal(retention_purge(site.db, &plan, &rows), OK);
    assert_int_equal(package_sweep_job(&site, &(struct job){.mem = mem}), OK);
}

static void test_package__goes_when_its_time_is_over_unless_held(void **state)
{
    (void)state;
    struct package p = wish();
    struct hold h = {
        .kind = S("account"), .ref = ACCOUNT, .reason = S("order 8"), .placed_by = BERT};
    assert_int_equal(ask(&p), OK);
    assert_int_equal(make(p.id), OK);
    purge();
    state_is(p.id, "done");
    assert_int_equal(db_tx(site.db, age_tx, &p.id), OK);
    assert_int_equal(db_tx(site.db, hold_tx, &h), OK);
    purge();
    state_is(p.id, "done");
    assert_int_equal(files(), 1);
    assert_int_equal(db_tx(site.db, lift_tx, &h), OK);
    purge();
    state_is(p.id, "expired");
    assert_int_equal(files(), 0);
    assert_int_equal(again(p.id).blob.n, 0);
    assert_true(again(p.id).manifest.n == 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_package__is_refused_without_right_or_reason, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_package__keys_of_recipients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_package__identity_takes_a_second_person, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_package__seals_for_one_key_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_package__names_what_has_vanished, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_package__cancelled_is_not_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_package__cancelled_in_the_middle_leaves_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_package__fails_cleanly_without_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_package__goes_when_its_time_is_over_unless_held,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
