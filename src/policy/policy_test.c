/* Versions of policies, and signatures under them. */
#include "policy/policy.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

static struct db *db;
static arena *mem;

struct act {
    struct policy_terms terms;
    struct policy p;
    struct signature s;
    int64_t at, id;
    int version;
    enum verdict verdict;
    struct policy_proposal proposal;
};

static err fill_post(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO post (post, id, user_id, letter, from_at, appointed_by,"
                   " created_at) VALUES ('editor_in_chief', $1, 7, '', 0, 1, 0)",
                   DB_IN(id_new()));
}

static err publish(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_publish(t, &a->terms, &a->p, 7);
}

static err in_force(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_in_force(t, mem, S("rules"), a->at, &a->p);
}

static err sign(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_sign(t, mem, &a->s);
}

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    return policy_seed(t, 7);
}

static err signature(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return signature_load(t, mem, 55, S("rules"), &a->s);
}

static struct act version_of(str doc, int64_t effective_at)
{
    return (struct act){.p = {.kind = S("rules"),
                              .title = S("t"),
                              .doc = doc,
                              .material = true,
                              .effective_at = effective_at}};
}

static void test_publish__needs_an_editor_in_chief(void **state)
{
    (void)state;
    struct act a = version_of(S("{\"type\":\"doc\"}"), 1);
    assert_int_equal(db_tx(db, publish, &a), ERR_DENIED);
    assert_string_equal(fault_last()->reason, "post_vacant");
    assert_int_equal(db_tx(db, fill_post, NULL), OK);
    assert_int_equal(db_tx(db, publish, &a), OK);
    assert_int_equal(a.p.version, 1);
}

static void test_in_force__newest_whose_day_has_come(void **state)
{
    (void)state;
    struct act a = version_of(S("two"), 1000), b = version_of(S("three"), 2000), now = {.at = 1500};
    assert_int_equal(db_tx(db, publish, &a), OK);
    assert_int_equal(db_tx(db, publish, &b), OK);
    assert_int_equal(db_read(db, in_force, &now), OK);
    assert_int_equal(now.p.version, 2);
    now.at = 2000;
    assert_int_equal(db_read(db, in_force, &now), OK);
    assert_int_equal(now.p.version, 3);
    now.at = 0;
    assert_int_equal(db_read(db, in_force, &now), ERR_NOT_FOUND);
}

static void test_sign__only_the_text_that_was_shown(void **state)
{
    (void)state;
    struct sha256 old = sha256(str_bytes(S("two"))), now = sha256(str_bytes(S("three")));
    struct act a = {.s = {.registrant_id = 55,
                          .user_id = 8,
                          .at = 5,
                          .kind = S("rules"),
                          .ip = S("127.0.0.1"),
                          .user_agent = S("test"),
                          .port = 4242,
                          .hash = {old.b, sizeof old.b}}};
    assert_int_equal(db_tx(db, sign, &a), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "agreement_changed");
    a.s.hash = (struct bytes){now.b, sizeof now.b};
    assert_int_equal(db_tx(db, sign, &a), OK);
    assert_int_equal(db_tx(db, sign, &a), OK); /* twice is fine */
    struct act found = {0};
    assert_int_equal(db_read(db, signature, &found), OK);
    assert_int_equal(found.s.version, 3);
    assert_int_equal(found.s.port, 4242);
    assert_int_equal(found.s.user_id, 8);
    assert_true(same_bytes(found.s.hash, a.s.hash));
}

/* ---- announcing, proposing, signing again ---- */

static err propose(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_propose(t, &a->p, tx_now(t) + DAY_MS, &a->id);
}

static err decide(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct casefile c;
    TRY(case_of(t, mem, CASE_POLICY, 0, a->id, &c));
    struct decision d = {.verdict = a->verdict, .officer = 7, .reason = S("改一改")};
    return policy_case_decided(t, mem, &c, &d);
}

static err proposal(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_proposal_load(t, mem, a->id, &a->proposal);
}

static err due(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return policy_sign_due(t, a->version, &a->at);
}

static err notices(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE kind = $1", DB_IN(a->p.kind),
                  DB_OUT(&a->at));
}

static int64_t told(str kind)
{
    struct act a = {.p = {.kind = kind}};
    assert_int_equal(db_read(db, notices, &a), OK);
    return a.at;
}

static void test_publish__a_second_version_is_announced_in_time(void **state)
{
    (void)state;
    int64_t now = clock_ms();
    struct act a = version_of(S("{\"type\":\"doc\"}"), now + 3 * DAY_MS);
    a.terms.notice_ms = 7 * DAY_MS;
    assert_int_equal(db_tx(db, publish, &a), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "policy_notice");
    a.p.effective_at = now + 7 * DAY_MS;
    assert_int_equal(db_tx(db, publish, &a), OK);
    struct act first = a; /* the first of a kind needs no notice, an internal one never */
    first.p.kind = S("minors");
    first.p.effective_at = now;
    assert_int_equal(db_tx(db, publish, &first), OK);
    first.p.kind = S("emergency");
    assert_int_equal(db_tx(db, publish, &first), OK);
    assert_int_equal(db_tx(db, publish, &first), OK);
    assert_int_equal(first.p.version, 2);
}

static void test_propose__the_editor_in_chief_publishes(void **state)
{
    (void)state;
    struct act a = version_of(S("{\"type\":\"doc\"}"), clock_ms());
    a.p.kind = S("convention");
    a.p.proposed_by = 8;
    a.p.note = S("");
    assert_int_equal(db_tx(db, propose, &a), OK);
    struct act again = a;
    assert_int_equal(db_tx(db, propose, &again), OK); /* replaces the first */
    a.verdict = VERDICT_APPROVE;
    assert_int_equal(db_tx(db, decide, &a), ERR_CONFLICT);
    again.verdict = VERDICT_RETURN;
    assert_int_equal(db_tx(db, decide, &again), OK);
    assert_int_equal(db_read(db, proposal, &again), OK);
    assert_true(str_eq(again.proposal.state, S("returned")));
    assert_true(str_eq(again.proposal.reason, S("改一改")));
    assert_int_equal(told(S("policy_returned")), 1);
    assert_int_equal(db_tx(db, propose, &a), OK);
    a.verdict = VERDICT_APPROVE;
    assert_int_equal(db_tx(db, decide, &a), OK);
    assert_int_equal(db_read(db, proposal, &a), OK);
    assert_true(str_eq(a.proposal.state, S("published")));
    assert_int_equal(told(S("policy_approved")), 1);
}

static err registrants(struct tx *t, void *ctx)
{
    (void)ctx;
    for (int i = 1; i <= 450; i++)
        TRY(db_exec(t,
                    "INSERT INTO registrant (id, class, user_id, state, created_at, updated_at)"
                    " VALUES ($1, 'individual', $2, $3, 1, 1)",
                    DB_IN((int64_t)1000 + i, i == 449 ? (int64_t)101 : (int64_t)100 + i,
                          i == 450 ? S("submitted") : S("verified"))));
    return OK;
}

static err sign_one(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct policy p;
    TRY(policy_in_force(t, mem, POLICY_AGREEMENT, tx_now(t), &p));
    a->s = (struct signature){.registrant_id = 1001,
                              .user_id = 101,
                              .kind = POLICY_AGREEMENT,
                              .ip = S("127.0.0.1"),
                              .user_agent = S(""),
                              .hash = p.hash};
    return policy_sign(t, mem, &a->s);
}

/* Version 1 signed; version 2 in force, to be signed within three days. */
static void test_sign_again__by_the_deadline_and_reminded_before(void **state)
{
    (void)state;
    struct act a = version_of(S("{\"type\":\"doc\"}"), clock_ms() - HOUR_MS);
    a.p.kind = POLICY_AGREEMENT;
    assert_int_equal(db_tx(db, due, &a), OK);
    assert_int_equal(a.at, 0); /* no agreement, nothing to sign */
    assert_int_equal(db_tx(db, registrants, NULL), OK);
    assert_int_equal(db_tx(db, publish, &a), OK);
    assert_int_equal(db_tx(db, due, &a), OK);
    assert_int_equal(a.at, 1); /* before anything is published */
    a.version = 1;
    assert_int_equal(db_tx(db, due, &a), OK);
    assert_int_equal(a.at, 0);

    a.terms.sign_ms = 3 * DAY_MS;
    a.p.doc = S("{\"type\":\"doc\",\"content\":[{\"type\":\"divider\"}]}");
    assert_int_equal(db_tx(db, publish, &a), OK);
    assert_int_equal(db_tx(db, due, &a), OK);
    assert_int_equal(a.at, a.p.effective_at + 3 * DAY_MS);
    assert_int_equal(db_tx(db, sign_one, &a), OK);
    assert_int_equal(policy_remind_job(db), OK);
    assert_int_equal(told(S("policy_sign_due")), 448); /* not who signed, not who is not verified */

    a.p.material = false;
    a.terms.sign_ms = 0;
    assert_int_equal(db_tx(db, publish, &a), OK);
    a.version = 2;
    assert_int_equal(db_tx(db, due, &a), OK);
    assert_int_equal(a.at, 0); /* only words changed */
}

static void test_tell__everybody_once(void **state)
{
    (void)state;
    assert_int_equal(policy_tell_job(db, S("{\"kind\":\"rules\",\"version\":2,\"after\":0}")), OK);
    assert_int_equal(told(S("policy_new")), 448); /* one has two registrants */
    assert_int_equal(policy_tell_job(db, S("{\"kind\":\"nothing\"}")), ERR_INVALID);
}

static void test_markdown__first_heading_is_the_title(void **state)
{
    (void)state;
    str title, doc;
    assert_int_equal(policy_from_markdown(mem, S("# 协议\n\n正文"), &title, &doc), OK);
    assert_true(str_eq(title, S("协议")));
    assert_true(str_has(doc, S("正文")));
    assert_false(str_has(doc, S("协议")));
}

static void test_seed__leaves_what_is_there(void **state)
{
    (void)state;
    struct act now = {.at = INT64_MAX};
    assert_int_equal(db_tx(db, seed, NULL), OK);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    assert_int_equal(db_read(db, in_force, &now), OK);
    assert_int_equal(now.p.version, 4);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    return 0;
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
        cmocka_unit_test(test_publish__needs_an_editor_in_chief),
        cmocka_unit_test(test_in_force__newest_whose_day_has_come),
        cmocka_unit_test(test_sign__only_the_text_that_was_shown),
        cmocka_unit_test(test_publish__a_second_version_is_announced_in_time),
        cmocka_unit_test(test_propose__the_editor_in_chief_publishes),
        cmocka_unit_test(test_sign_again__by_the_deadline_and_reminded_before),
        cmocka_unit_test(test_tell__everybody_once),
        cmocka_unit_test(test_markdown__first_heading_is_the_title),
        cmocka_unit_test(test_seed__leaves_what_is_there),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
