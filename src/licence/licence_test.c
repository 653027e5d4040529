/* Licences: two pairs of eyes for news, the end of a term told in time, and the gate by the date.
 */
#include "licence/licence.h"

#include "base/clock.h"
#include "casework/casework.h"
#include "gate/gate.h"
#include "settings/provider.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { REGISTRANT = 5, ACCOUNT = 7, OWNER = 11, REVIEWER = 12, CHIEF = 13 };

static arena *mem;
static struct db *db;

static err seed(struct tx *t, void *ctx)
{
    struct seed_account daily = {7, S("daily"), S("Daily"), 5, S("media"), S("news,law")};
    (void)ctx;
    TRY(seed_user(t, 11, S("w")));
    TRY(seed_staff(t, 12, S("r"), S("reviewer")));
    TRY(seed_user(t, 13, S("e")));
    TRY(seed_registrant(t, 5, S("media"), 11));
    TRY(seed_account(t, &daily));
    TRY(seed_member(t, 7, 11, S("owner")));
    return provider_setting_set(t, &(struct provider_change){.name = S("news_platform_licence"),
                                                             .value = S("1"),
                                                             .reason = S("test")});
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
    const char *type;
    int64_t id, from, to, n, told;
    enum case_kind kind;
    int officer;
    enum verdict verdict;
    struct licence l;
    struct gate_question q;
    struct gate_answer gate;
};

static err file(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct licence_filing f = {.user_id = OWNER,
                               .review_ms = DAY_MS,
                               .l = {.registrant_id = REGISTRANT,
                                     .account_id = ACCOUNT,
                                     .type = str_from(c->type),
                                     .number = S("n-1"),
                                     .issuer = S("i"),
                                     .valid_from = tx_now(t) + c->from,
                                     .valid_to = c->to ? tx_now(t) + c->to : 0,
                                     .evidence_id = 1}};
    return licence_file(t, mem, &f, &c->id);
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct casefile k;
    struct decision d = {
        .verdict = c->verdict, .reason_key = S("other"), .reason = S("why"), .officer = c->officer};
    TRY(case_of(t, mem, c->kind, ACCOUNT, c->id, &k));
    TRY(case_claim(t, k.id, c->officer, HOUR_MS));
    TRY(case_decide(t, mem, k.id, &d));
    return licence_case_decided(t, mem, &k, &d);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE user_id = $1", DB_IN(OWNER),
               DB_OUT(&c->n)));
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE user_id = $1", DB_IN(REVIEWER),
               DB_OUT(&c->told)));
    return licence_load(t, mem, REGISTRANT, c->id, &c->l);
}

static err ends_in(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return db_exec(t, "UPDATE licence SET valid_to = $2 WHERE id = $1",
                   DB_IN(c->id, tx_now(t) + c->to));
}

static err ask(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    c->q.account_id = ACCOUNT;
    return gate_ask(t, mem, &c->q, &c->gate);
}

static bool closed(struct call *c, enum gate_reason reason)
{
    assert_int_equal(db_read(db, ask, c), OK);
    return c->gate.closed >> reason & 1;
}

static struct call granted(const char *type)
{
    struct call c = {.type = type, .from = -DAY_MS, .to = 400 * (int64_t)DAY_MS};
    assert_int_equal(db_tx(db, file, &c), OK);
    c.kind = CASE_LICENCE;
    c.officer = REVIEWER;
    assert_int_equal(db_tx(db, decide, &c), OK);
    if (str_starts(str_from(type), S("news"))) {
        c.kind = CASE_NEWS_LICENCE;
        c.officer = CHIEF;
        assert_int_equal(db_tx(db, decide, &c), OK);
    }
    return c;
}

static void test_licence__news_takes_two_people(void **state)
{
    (void)state;
    struct call c = {.type = "news_editing", .from = -DAY_MS, .to = 400 * (int64_t)DAY_MS};
    assert_int_equal(db_tx(db, file, &c), OK);
    assert_int_equal(db_tx(db, file, &c), ERR_CONFLICT);
    c.kind = CASE_LICENCE;
    c.officer = REVIEWER;
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_int_equal(db_read(db, load, &c), OK);
    assert_true(str_eq(c.l.state, S("countersign")));
    c.q = (struct gate_question){.category = S("news"), .news = true};
    assert_true(closed(&c, GATE_licence_required));
    c.kind = CASE_NEWS_LICENCE;
    assert_int_equal(db_tx(db, decide, &c), ERR_DENIED);
    c.officer = CHIEF;
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_false(closed(&c, GATE_licence_required));
}

static void test_licence__dates_are_checked(void **state)
{
    static const struct {
        const char *type;
        int64_t from, to;
        const char *reason;
    } CASES[] = {
        {"news_editing", 0, 0, "licence_term"},
        {"news_reprint", 0, 1100 * (int64_t)DAY_MS, "licence_term"},
        {"law", 0, -DAY_MS, "licence_term"},
        {"law", -9 * (int64_t)DAY_MS, -DAY_MS, "licence_over"},
        {"alchemy", 0, 0, "unknown_choice"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(CASES); i++) {
        struct call c = {.type = CASES[i].type, .from = CASES[i].from, .to = CASES[i].to};
        assert_int_equal(db_tx(db, file, &c), ERR_INVALID);
        assert_string_equal(fault_last()->reason, CASES[i].reason);
    }
}

static void test_licence__end_is_told_in_time_and_closes_the_gate(void **state)
{
    static const int64_t LEFT[] = {(int64_t)29 * DAY_MS, 6 * DAY_MS, DAY_MS / 2, -1};
    (void)state;
    struct call c = granted("news_editing");
    assert_int_equal(db_read(db, load, &c), OK);
    int64_t first = c.n, staff = c.told;
    c.q = (struct gate_question){.category = S("news"), .news = true};
    for (size_t i = 0; i < LEN(LEFT); i++) {
        assert_false(closed(&c, GATE_licence_expired));
        c.to = LEFT[i];
        assert_int_equal(db_tx(db, ends_in, &c), OK);
        assert_int_equal(licence_expiry_job(db), OK);
        assert_int_equal(licence_expiry_job(db), OK);
        assert_int_equal(db_read(db, load, &c), OK);
        assert_int_equal(c.n, first + (int64_t)i + 1);
    }
    assert_int_equal(c.told, staff + 1);
    assert_true(closed(&c, GATE_licence_expired));
    assert_false(closed(&c, GATE_licence_required));
    assert_true(str_eq(licence_status(&c.l, clock_ms()), S("expired")));
}

static void test_licence__a_renewal_takes_over_silently(void **state)
{
    (void)state;
    struct call old = granted("news_editing"), renewed = granted("news_editing");
    assert_int_equal(db_read(db, load, &old), OK);
    int64_t before = old.n;
    old.to = -1;
    assert_int_equal(db_tx(db, ends_in, &old), OK);
    assert_int_equal(licence_expiry_job(db), OK);
    assert_int_equal(db_read(db, load, &old), OK);
    assert_int_equal(old.n, before);
    renewed.q = (struct gate_question){.category = S("news"), .news = true};
    assert_false(closed(&renewed, GATE_licence_expired));
}

static void test_licence__reprint_licence_opens_no_original_news(void **state)
{
    (void)state;
    struct call c = granted("news_reprint");
    c.q = (struct gate_question){.category = S("news"), .news = true};
    assert_true(closed(&c, GATE_licence_required));
    c.q.reprint = true;
    c.q.source = S("nobody");
    assert_false(closed(&c, GATE_licence_required));
    assert_true(closed(&c, GATE_source_not_listed));
    c.q = (struct gate_question){.category = S("law")};
    assert_false(closed(&c, GATE_licence_required));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_licence__news_takes_two_people, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_licence__dates_are_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_licence__end_is_told_in_time_and_closes_the_gate,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_licence__a_renewal_takes_over_silently, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_licence__reprint_licence_opens_no_original_news,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
