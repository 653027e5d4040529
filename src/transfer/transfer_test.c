/* A transfer's way, and what stands against it (obligations 3.14). */
#include "base/clock.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"
#include "transfer/transfer.h"
#include "transfer/transfer_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACCOUNT = 7, GIVER = 11, TAKER = 12, STRANGER = 13, OLD = 5, NEW_ONE = 6, OFFICER = 14 };

static arena *mem;
static struct db *db;

/* The receiver: registrant 6 of user 12, with another identity. */
static err seed(struct tx *t, void *ctx)
{
    TRY(seed_publisher(t, ctx));
    TRY(seed_user(t, STRANGER, S("s")));
    TRY(seed_user(t, OFFICER, S("o")));
    TRY(seed_registrant(t, NEW_ONE, S("enterprise"), TAKER));
    TRY(seed_member(t, ACCOUNT, GIVER, S("owner")));
    TRY(seed_member(t, ACCOUNT, STRANGER, S("editor")));
    TRY(db_exec(t, "UPDATE registrant SET identity_key = $1 WHERE id = 6",
                DB_IN(str_bytes(S("b")))));
    TRY(db_exec(t, "UPDATE account SET class = 'enterprise', categories = 'culture' WHERE id = 7",
                DB_IN()));
    TRY(db_exec(t, "UPDATE registrant SET class = 'enterprise'", DB_IN()));
    return db_exec(t,
                   "INSERT INTO signature (registrant_id, kind, version, hash, user_id, ip, port,"
                   " user_agent, at) VALUES (6, 'service_agreement', 1, $1, 12, '', 0, '', 1)",
                   DB_IN(str_bytes(S("x"))));
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

struct call {
    int64_t user, registrant;
    str token;
    struct transfer x;
    struct casefile file;
    struct account a;
    struct handover h;
    enum verdict verdict;
    bool done;
};

static err ask(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return transfer_ask(t, mem,
                        &(struct transfer_wish){.account_id = ACCOUNT,
                                                .user_id = c->user ? c->user : GIVER,
                                                .reason = S("merged")},
                        &c->token);
}

static err take(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return transfer_accept(t, mem, c->token, c->registrant ? c->registrant : NEW_ONE,
                           c->user ? c->user : TAKER);
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct decision d = {.verdict = c->verdict, .officer = OFFICER, .reason = S("why")};
    TRY(transfer_of(t, mem, ACCOUNT, &c->x));
    TRY(case_of(t, mem, CASE_TRANSFER, ACCOUNT, c->x.id, &c->file));
    return transfer_case_decided(t, mem, &c->file, &d);
}

static err cool_down(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE account_transfer SET due_at = 1 WHERE state = 'cooling'", DB_IN());
}

static err finish(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(transfer_of(t, mem, ACCOUNT, &c->x));
    TRY(transfer_finish(t, mem, c->x.id, &c->done));
    TRY(transfer_of(t, mem, ACCOUNT, &c->x));
    return account_load(t, mem, ACCOUNT, &c->a);
}

static err stop(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(transfer_of(t, mem, ACCOUNT, &c->x));
    return transfer_stop(t, mem, c->x.id, c->user);
}

static err trace(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return handover_before(t, mem, ACCOUNT, 1, &c->h);
}

static err suspend(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO measure (account_id, id, kind, functions, reason, start_at,"
                   " decision_id) VALUES (7, 1, 'suspend', '', '', 1, 1)",
                   DB_IN());
}

static err lift(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE measure SET lifted_at = 2", DB_IN());
}

static err lose_identity(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE registrant SET state = 'invalid' WHERE id = 6", DB_IN());
}

static err fill_cap(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                   " name, intro, categories, created_at, updated_at)"
                   " VALUES (8, 'b1', 6, $1, 'enterprise', 'active', 'B', '', 'culture', 1, 1),"
                   " (9, 'b2', 6, $1, 'enterprise', 'paused', 'C', '', 'culture', 1, 1)",
                   DB_IN(str_bytes(S("b"))));
}

static err grant_extra(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO cap_exemption (id, registrant_id, identity_key, extra, months,"
                   " reason, state, asked_by, asked_at, until_at)"
                   " VALUES (1, 6, $1, 1, 3, '', 'granted', 12, 1, $2)",
                   DB_IN(str_bytes(S("b")), tx_now(t) + DAY_MS));
}

static err as_person(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE registrant SET class = 'individual' WHERE id = 6", DB_IN());
}

static err as_news(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE account SET categories = 'culture,news' WHERE id = 7", DB_IN());
}

static void ok(tx_fn *fn, struct call *c)
{
    err e = db_tx(db, fn, c);
    if (e != OK)
        print_message("%s: %s\n", fault_of(e).reason, fault_of(e).text);
    assert_int_equal(e, OK);
}

static void refused(tx_fn *fn, struct call *c, err want, const char *reason)
{
    assert_int_equal(db_tx(db, fn, c), want);
    assert_string_equal(fault_of(want).reason, reason);
}

static void test_transfer__road(void **state)
{
    struct call c = {.verdict = VERDICT_APPROVE};
    (void)state;
    ok(ask, &c);
    refused(ask, &c, ERR_CONFLICT, "transfer_asked");
    ok(take, &c);
    refused(take, &c, ERR_CONFLICT, "transfer_not_offered");
    ok(decide, &c);
    assert_int_equal(c.file.eyes, 1);
    ok(finish, &c);
    assert_false(c.done);
    assert_int_equal(c.a.registrant_id, OLD);
    ok(cool_down, &c);
    ok(finish, &c);
    assert_true(c.done);
    assert_int_equal(c.a.registrant_id, NEW_ONE);
    ok(trace, &c);
    assert_string_equal(str_z(mem, c.h.from_class), "enterprise");
    c.user = TAKER;
    refused(stop, &c, ERR_CONFLICT, "transfer_over");
}

static void test_transfer__held_until_settled_refused_when_lost(void **state)
{
    struct call c = {.verdict = VERDICT_APPROVE};
    (void)state;
    ok(ask, &c);
    ok(take, &c);
    ok(decide, &c);
    ok(cool_down, &c);
    ok(suspend, &c);
    ok(finish, &c);
    assert_true(c.x.held);
    assert_false(c.done);
    ok(lift, &c);
    ok(lose_identity, &c);
    ok(finish, &c);
    assert_string_equal(str_z(mem, c.x.state), "refused");
    assert_string_equal(str_z(mem, c.x.answer), "identity_required");
    assert_int_equal(c.a.registrant_id, OLD);
}

static void test_transfer__what_stands_against_it(void **state)
{
    struct call c = {.user = STRANGER};
    (void)state;
    refused(ask, &c, ERR_NOT_FOUND, "not_found");
    c.user = 0;
    ok(suspend, &c);
    refused(ask, &c, ERR_CONFLICT, "transfer_measures");
    ok(lift, &c);
    ok(ask, &c);
    ok(fill_cap, &c);
    refused(take, &c, ERR_CONFLICT, "subject_limit");
    ok(grant_extra, &c);
    ok(as_news, &c);
    refused(take, &c, ERR_CONFLICT, "licence_required");
    ok(as_person, &c);
    refused(take, &c, ERR_CONFLICT, "subject_limit");
    c.user = STRANGER;
    refused(stop, &c, ERR_DENIED, "transfer_not_party");
    c.user = GIVER;
    ok(stop, &c);
}

static void test_transfer__stopped_and_refused(void **state)
{
    struct call c = {.verdict = VERDICT_REJECT};
    (void)state;
    ok(ask, &c);
    ok(take, &c);
    ok(stop, &(struct call){.user = TAKER});
    ok(ask, &c);
    ok(take, &c);
    ok(decide, &c);
    ok(finish, &c);
    assert_string_equal(str_z(mem, c.x.state), "refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_transfer__road, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_transfer__held_until_settled_refused_when_lost, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_transfer__what_stands_against_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_transfer__stopped_and_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
