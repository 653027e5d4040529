/* What makes a registrant verified, and what does not; how its identity is kept. */
#include "registrant/registrant.h"

#include "base/clock.h"
#include "base/rand.h"
#include "settings/provider.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka needs the four above */
#include <cmocka.h>

static struct db *db;
static struct vault *vault;
static arena *mem;
static char key_file[64];

static struct identity person(void)
{
    struct identity id = {.field = {[IDENTITY_NAME] = S("欧阳修远"),
                                    [IDENTITY_DOC_TYPE] = S("citizen_id"),
                                    [IDENTITY_DOC_NO] = S("11010519491231002x"),
                                    [IDENTITY_MOBILE] = S("+86 138 0000 0001")}};
    return id;
}

struct act {
    struct registrant_submission s;
    struct registrant_result result;
    struct registrant reg;
    struct identity opened;
    struct bytes sealed;
    struct verification *v;
    struct same_identity *same;
    int64_t id;
    size_t n, same_n;
};

static err submit(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return registrant_submit(t, mem, vault, &a->s, &a->id);
}

static err settle(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return registrant_settle(t, mem, &a->result);
}

static err load(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct vault_item item;
    TRY(registrant_load(t, mem, a->id, &a->reg));
    TRY(verification_list(t, mem, a->id, &a->v, &a->n));
    TRY(registrant_same(t, mem, &a->reg, &a->same, &a->same_n));
    TRY(identity_item(t, mem, a->id, IDENTITY_DOC_NO, &item));
    a->sealed = item.sealed;
    return identity_open(t, mem, vault, a->id, &a->opened);
}

static struct act submitted(int64_t user_id, const struct identity *id)
{
    struct act a = {.s = {.user_id = user_id,
                          .class = CLASS_INDIVIDUAL,
                          .province = S("33"),
                          .review_ms = DAY_MS,
                          .identity = id}};
    assert_int_equal(db_tx(db, submit, &a), OK);
    assert_int_equal(db_read(db, load, &a), OK);
    return a;
}

static void test_identity__checks_and_normalises(void **state)
{
    (void)state;
    struct identity id = person();
    assert_int_equal(identity_check(mem, CLASS_INDIVIDUAL, clock_ms(), &id), OK);
    assert_true(str_eq(id.field[IDENTITY_DOC_NO], S("11010519491231002X")));
    assert_true(str_eq(id.field[IDENTITY_MOBILE], S("13800000001")));
    id.field[IDENTITY_DOC_NO] = S("110105194912310021");
    assert_int_equal(identity_check(mem, CLASS_INDIVIDUAL, clock_ms(), &id), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "id_check");
    assert_string_equal(fault_last()->field, "doc_no");
}

static void test_identity__asks_only_what_the_class_needs(void **state)
{
    (void)state;
    assert_false(identity_asked(CLASS_INDIVIDUAL, IDENTITY_LEGAL_REP));
    for (int c = CLASS_ENTERPRISE; c < CLASS_COUNT; c++)
        assert_true(identity_asked((enum registrant_class)c, IDENTITY_OPERATOR_NO));
    struct identity id = person();
    assert_int_equal(identity_check(mem, CLASS_ENTERPRISE, clock_ms(), &id), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "doc_type");
}

static void test_submit__verifies_nobody(void **state)
{
    (void)state;
    struct identity id = person();
    struct act a = submitted(101, &id);
    assert_true(str_eq(a.reg.state, S("submitted")));
    assert_int_equal(a.reg.valid_to, 0);
    assert_int_equal(a.n, 2);
    for (size_t i = 0; i < a.n; i++)
        assert_false(str_eq(a.v[i].method, S("manual")));
}

static void test_submit__seals(void **state)
{
    (void)state;
    struct identity id = person();
    struct act a = submitted(102, &id);
    assert_false(str_has(bytes_str(a.sealed), id.field[IDENTITY_DOC_NO]));
    assert_true(str_eq(a.opened.field[IDENTITY_DOC_NO], id.field[IDENTITY_DOC_NO]));
    assert_false(str_has(bytes_str(a.reg.identity_key), id.field[IDENTITY_DOC_NO]));
}

static void test_submit__twice_is_refused_until_it_comes_back(void **state)
{
    (void)state;
    struct identity id = person();
    struct act a = submitted(103, &id);
    a.s.id = a.id;
    assert_int_equal(db_tx(db, submit, &a), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "in_review");
    a.result = (struct registrant_result){.id = a.id,
                                          .verifier = 9,
                                          .method = "manual",
                                          .verdict = VERDICT_RETURN,
                                          .reason = S("blurred")};
    assert_int_equal(db_tx(db, settle, &a), OK);
    assert_int_equal(db_read(db, load, &a), OK);
    assert_true(str_eq(a.reg.state, S("returned")));
    assert_true(str_eq(a.reg.reason, S("blurred")));
    assert_int_equal(db_tx(db, submit, &a), OK);
    a.s.user_id = 999;
    assert_int_equal(db_tx(db, submit, &a), ERR_NOT_FOUND);
}

static void test_settle__approval_lasts_a_year(void **state)
{
    (void)state;
    struct identity id = person();
    struct act a = submitted(104, &id);
    a.result = (struct registrant_result){
        .id = a.id, .verifier = 9, .method = "manual", .verdict = VERDICT_APPROVE};
    assert_int_equal(db_tx(db, settle, &a), OK);
    assert_int_equal(db_read(db, load, &a), OK);
    assert_true(str_eq(a.reg.state, S("verified")));
    assert_true(str_eq(a.reg.level, S("I")));
    assert_true(a.reg.valid_to > clock_ms() + 364LL * DAY_MS);
    a.s.id = a.id;
    assert_int_equal(db_tx(db, submit, &a), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "already_verified");
}

static err expire_in(struct tx *t, void *ctx)
{
    const int64_t *v = ctx; /* id, ms from now */
    return db_exec(t, "UPDATE registrant SET valid_to = $2 WHERE id = $1",
                   DB_IN(v[0], tx_now(t) + v[1]));
}

static err notices_of(struct tx *t, void *ctx)
{
    int64_t *v = ctx; /* user, count */
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE user_id = $1", DB_IN(v[0]),
                  DB_OUT(&v[1]));
}

static int64_t told(int64_t user)
{
    int64_t v[2] = {user, 0};
    assert_int_equal(db_read(db, notices_of, v), OK);
    return v[1];
}

static err renew(struct tx *t, void *ctx)
{
    const int64_t *v = ctx; /* id, user */
    return registrant_renew(t, mem, v[1], v[0], DAY_MS);
}

static err close_case(struct tx *t, void *ctx)
{
    const int64_t *id = ctx;
    return case_cancel(t, CASE_REGISTRANT, 0, *id);
}

static void test_expiry__is_told_three_times_and_closes(void **state)
{
    (void)state;
    struct identity id = person();
    struct act a = submitted(105, &id);
    a.result = (struct registrant_result){
        .id = a.id, .verifier = 9, .method = "manual", .verdict = VERDICT_APPROVE};
    assert_int_equal(db_tx(db, settle, &a), OK);
    assert_int_equal(db_tx(db, close_case, &a.id), OK);
    int64_t at_first = told(105);
    int64_t early[] = {a.id, 105};
    assert_int_equal(db_tx(db, renew, early), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "renew_early");
    static const int64_t LEFT[] = {(int64_t)29 * DAY_MS, 6 * DAY_MS, DAY_MS / 2};
    for (size_t i = 0; i < LEN(LEFT); i++) {
        int64_t v[] = {a.id, LEFT[i]};
        assert_int_equal(db_tx(db, expire_in, v), OK);
        assert_int_equal(registrant_expiry_job(db), OK);
        assert_int_equal(registrant_expiry_job(db), OK);
        assert_int_equal(told(105), at_first + (int64_t)i + 1);
    }
    assert_int_equal(db_read(db, load, &a), OK);
    assert_true(str_eq(a.reg.state, S("verified")));
    int64_t mine[] = {a.id, 105}, other[] = {a.id, 999};
    assert_int_equal(db_tx(db, renew, other), ERR_NOT_FOUND);
    assert_int_equal(db_tx(db, renew, mine), OK);
    assert_int_equal(db_tx(db, renew, mine), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "in_review");
    int64_t gone[] = {a.id, -1};
    assert_int_equal(db_tx(db, expire_in, gone), OK);
    assert_int_equal(registrant_expiry_job(db), OK);
    assert_int_equal(db_read(db, load, &a), OK);
    assert_true(str_eq(a.reg.state, S("invalid")));
    assert_int_equal(told(105), at_first + 4);
    a.s.id = a.id;
    assert_int_equal(db_tx(db, submit, &a), OK);
}

static err months(struct tx *t, void *ctx)
{
    (void)ctx;
    return provider_setting_set(t, &(struct provider_change){.name = S("verification_months"),
                                                             .value = S("2"),
                                                             .reason = S("test")});
}

static void test_settle__lasts_as_long_as_the_provider_says(void **state)
{
    (void)state;
    struct identity id = person();
    struct act a = submitted(106, &id);
    assert_int_equal(db_tx(db, months, NULL), OK);
    a.result = (struct registrant_result){
        .id = a.id, .verifier = 9, .method = "manual", .verdict = VERDICT_APPROVE};
    assert_int_equal(db_tx(db, settle, &a), OK);
    assert_int_equal(db_read(db, load, &a), OK);
    assert_true(a.reg.valid_to > clock_ms() + (int64_t)57 * DAY_MS);
    assert_true(a.reg.valid_to < clock_ms() + (int64_t)64 * DAY_MS);
}

static void test_same__finds_the_person_behind_two_logins(void **state)
{
    (void)state;
    struct identity id = person();
    id.field[IDENTITY_DOC_NO] = S("440524188001010014");
    struct act one = submitted(105, &id), two = submitted(106, &id);
    assert_int_equal(one.same_n, 0);
    assert_int_equal(two.same_n, 1);
    assert_true(same_bytes(one.reg.identity_key, two.reg.identity_key));
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    (void)snprintf(key_file, sizeof key_file, "/tmp/gq-reg-%d.key", (int)getpid());
    struct vault_opts opts = {.key_file = key_file};
    return vault_start(db, &opts, &vault) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    vault_stop(vault);
    (void)unlink(key_file);
    test_db_close(db);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity__checks_and_normalises),
        cmocka_unit_test(test_identity__asks_only_what_the_class_needs),
        cmocka_unit_test(test_submit__verifies_nobody),
        cmocka_unit_test(test_submit__seals),
        cmocka_unit_test(test_submit__twice_is_refused_until_it_comes_back),
        cmocka_unit_test(test_settle__approval_lasts_a_year),
        cmocka_unit_test(test_expiry__is_told_three_times_and_closes),
        cmocka_unit_test(test_settle__lasts_as_long_as_the_provider_says),
        cmocka_unit_test(test_same__finds_the_person_behind_two_logins),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
