/* Emergencies: two officers, terms, scope, what the gate, home and the choice make of them, and
 * what is owed afterwards (A5.6). */
#include "emergency/emergency.h"

#include "article/article.h"
#include "base/clock.h"
#include "base/rand.h"
#include "gate/gate.h"
#include "reader/choice.h"
#include "tests/unit/testdb.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { ANNA = 21, BERT = 22, CARL = 23, READER = 24, ACCOUNT = 4, TALK = 5 };
static struct db *db;
static arena *mem;

struct act {
    int64_t id, by, plan, account;
    str effects, category, text, words, categories, class, province, handles;
    bool renewed, holds;
    struct emergency e;
    struct emergency_event *events;
    size_t n;
    struct gate_answer gate;
    struct article *v;
    struct emergency_review review;
    int version;
};

static err seed(struct tx *t, void *ctx)
{
    struct bytes b = str_bytes(S("x"));
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at) VALUES"
                " (21, 'Anna', '', $1, 1), (22, 'Bert', '', $1, 1), (23, 'Carl', '', $1, 1),"
                " (24, 'Reader', '', $1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO user_role (user_id, role, granted_by, granted_at) VALUES"
                " (21, 'reviewer', 0, 1), (22, 'compliance', 0, 1), (23, 'editor_in_chief', 0, 1)",
                DB_IN()));
    TRY(db_exec(t,
                "INSERT INTO registrant (id, class, user_id, identity_key, province, state,"
                " created_at, updated_at) VALUES (1, 'government', 7, $1, '33', 'verified', 1, 1),"
                " (2, 'individual', 7, $1, '44', 'verified', 1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name,"
                " intro, categories, created_at, updated_at) VALUES"
                " (4, 'river', 1, $1, 'government', 'active', 'River', 'w', 'law,life', 1, 1),"
                " (5, 'talk', 2, $1, 'individual', 'active', 'Talk', 'w', 'law,life', 1, 1)",
                DB_IN(b)));
    for (int64_t account = ACCOUNT; account <= TALK; account++)
        TRY(db_exec(t,
                    "INSERT INTO article (account_id, no, author_id, state, kind, category, title,"
                    " digest, cover, version, versions, created_at, updated_at, published_at)"
                    " VALUES ($1, 1, 7, 'published', 'text', 'life', 't', 'd', '', 1, 1, 1, 1, $1)",
                    DB_IN(account)));
    return OK;
}

static err plan(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct emergency_plan p = {.id = a->plan,
                               .name = S("Plan"),
                               .level = S("larger"),
                               .effects = a->effects,
                               .hours = 24,
                               .guide = S("call"),
                               .written_by = ANNA};
    TRY(emergency_plan_write(t, &p));
    a->plan = p.id;
    a->version = p.version;
    return OK;
}
static err propose(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct emergency e = {.plan_id = a->plan,
                          .title = S("Flood"),
                          .facts = S("water"),
                          .words = a->words,
                          .categories = a->categories,
                          .class = a->class,
                          .province = a->province,
                          .handles = a->handles,
                          .proposed_by = a->by};
    TRY(emergency_propose(t, mem, &e));
    a->id = e.id;
    return OK;
}
static err declare(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    struct act *a = ctx;
    return emergency_declare(t, own, a->id, a->by);
}
static err renew(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    struct act *a = ctx;
    return emergency_renew(t, own, a->id, a->by, &a->renewed);
}
static err end(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    struct act *a = ctx;
    return emergency_end(t, own, a->id, a->by, a->text);
}
static err withdraw(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    struct act *a = ctx;
    return emergency_withdraw(t, own, a->id, a->by);
}
static err review(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    struct act *a = ctx;
    struct emergency_review r = {a->id,     a->by,      0,          S("many"), S("none"),
                                 S("rain"), S("froze"), S("falls"), a->text,   S("")};
    return emergency_review_write(t, own, &r);
}
static err look(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(emergency_load(t, mem, a->id, &a->e));
    return emergency_events(t, mem, a->id, &a->events, &a->n);
}
static err ask(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct gate_question q = {.account_id = a->account, .category = a->category, .daily_quota = 9};
    struct emergency_thing thing = {a->account, a->category, a->text};
    TRY(gate_ask(t, mem, &q, &a->gate));
    return emergency_holds(t, mem, &thing, &a->holds);
}
static err latest(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return article_list(t, mem, &(struct article_page){.limit = 10}, &a->v, &a->n);
}
static err choose(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct choice c = {.account_id = ACCOUNT,
                       .no = 1,
                       .from_at = tx_now(t) - 1,
                       .until_at = tx_now(t) + DAY_MS,
                       .reason = S("r"),
                       .chosen_by = CARL};
    return choice_make(t, &c, &a->id);
}
static err chosen(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return choice_shown(t, mem, &a->v, &a->n);
}
static err run_out(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return db_exec(t, "UPDATE emergency SET until_at = 5 WHERE id = $1", DB_IN(a->id));
}

static struct act proposed(const char *effects)
{
    struct act a = {.by = ANNA,
                    .account = ACCOUNT,
                    .effects = str_from(effects),
                    .category = S("life"),
                    .text = S("why"),
                    .words = S(""),
                    .categories = S(""),
                    .class = S(""),
                    .province = S(""),
                    .handles = S("")};
    assert_int_equal(db_tx(db, plan, &a), OK);
    assert_int_equal(db_tx(db, propose, &a), OK);
    return a;
}

static bool frozen(struct act *a, int64_t account, str category)
{
    a->account = account;
    a->category = category;
    assert_int_equal(db_read(db, ask, a), OK);
    return a->gate.closed >> GATE_emergency_freeze & 1;
}

static void stop(struct act *a)
{
    a->text = S("over");
    assert_int_equal(db_tx(db, end, a), OK);
    assert_int_equal(db_tx(db, review, a), OK);
}

static void test_emergency__takes_two_officers(void **state)
{
    (void)state;
    struct act a = proposed("freeze");
    assert_false(frozen(&a, ACCOUNT, S("life")));
    assert_int_equal(db_tx(db, declare, &a), ERR_DENIED);
    assert_false(frozen(&a, ACCOUNT, S("life")));
    a.by = BERT;
    assert_int_equal(db_tx(db, declare, &a), OK);
    assert_true(frozen(&a, ACCOUNT, S("life")));
    assert_int_equal(db_tx(db, declare, &a), ERR_CONFLICT);
    assert_int_equal(db_tx(db, withdraw, &a), ERR_CONFLICT);
    assert_int_equal(db_read(db, look, &a), OK);
    assert_int_equal(a.e.proposed_by, ANNA);
    assert_int_equal(a.e.declared_by, BERT);
    assert_true(a.e.until_at - a.e.declared_at == 24 * (int64_t)HOUR_MS);
    stop(&a);
    assert_false(frozen(&a, ACCOUNT, S("life")));
}

static void *declare_thread(void *ctx)
{
    struct act *a = ctx;
    err e = db_tx(db, declare, a);
    assert_true(e == OK || e == ERR_CONFLICT);
    a->renewed = e == OK;
    return NULL;
}

static void test_emergency__two_at_once_declare_it_once(void **state)
{
    (void)state;
    struct act a = proposed("freeze"), b = a, c = a;
    pthread_t one, two;
    b.by = BERT;
    c.by = CARL;
    assert_int_equal(pthread_create(&one, NULL, declare_thread, &b), 0);
    assert_int_equal(pthread_create(&two, NULL, declare_thread, &c), 0);
    (void)pthread_join(one, NULL);
    (void)pthread_join(two, NULL);
    assert_true(b.renewed != c.renewed);
    assert_int_equal(db_read(db, look, &a), OK);
    assert_int_equal(a.n, 2); /* proposed and declared, once */
    stop(&a);
}

static void test_emergency__renewal_takes_two_again(void **state)
{
    (void)state;
    struct act a = proposed("freeze");
    a.by = BERT;
    assert_int_equal(db_tx(db, renew, &a), ERR_CONFLICT); /* does not stand yet */
    assert_int_equal(db_tx(db, declare, &a), OK);
    assert_int_equal(db_tx(db, renew, &a), OK);
    assert_false(a.renewed);
    assert_int_equal(db_tx(db, renew, &a), ERR_DENIED);
    a.by = CARL;
    assert_int_equal(db_tx(db, renew, &a), OK);
    assert_true(a.renewed);
    assert_int_equal(db_tx(db, run_out, &a), OK);
    assert_int_equal(db_tx(db, renew, &a), ERR_CONFLICT); /* too late */
    assert_false(frozen(&a, ACCOUNT, S("life")));         /* by the clock, before the job */
    assert_int_equal(db_tx(db, emergency_expire, NULL), OK);
    assert_int_equal(db_read(db, look, &a), OK);
    assert_true(str_eq(a.e.state, S("ended")));
    assert_int_equal(a.e.ended_by, 0);
    assert_true(str_eq(a.events[a.n - 1].kind, S("expired")));
    assert_int_equal(db_tx(db, review, &a), OK);
    assert_int_equal(db_tx(db, review, &a), ERR_CONFLICT);
}

static void test_emergency__reaches_its_scope_only(void **state)
{
    (void)state;
    struct act a = proposed("freeze");
    assert_int_equal(db_tx(db, withdraw, &a), OK);
    a.categories = S("law,culture");
    assert_int_equal(db_tx(db, propose, &a), OK);
    a.by = BERT;
    assert_int_equal(db_tx(db, declare, &a), OK);
    assert_true(frozen(&a, ACCOUNT, S("law")));
    assert_false(frozen(&a, ACCOUNT, S("life")));
    stop(&a);
    struct act by_province = proposed("freeze");
    assert_int_equal(db_tx(db, withdraw, &by_province), OK);
    by_province.province = S("44");
    by_province.class = S("individual");
    assert_int_equal(db_tx(db, propose, &by_province), OK);
    by_province.by = BERT;
    assert_int_equal(db_tx(db, declare, &by_province), OK);
    assert_true(frozen(&by_province, TALK, S("life")));
    assert_false(frozen(&by_province, ACCOUNT, S("life")));
    stop(&by_province);
    struct act group = proposed("freeze");
    assert_int_equal(db_tx(db, withdraw, &group), OK);
    group.handles = S("other， river");
    assert_int_equal(db_tx(db, propose, &group), OK);
    group.by = BERT;
    assert_int_equal(db_tx(db, declare, &group), OK);
    assert_true(frozen(&group, ACCOUNT, S("life")));
    assert_false(frozen(&group, TALK, S("life")));
    stop(&group);
}

static void test_emergency__holds_what_speaks_of_its_topics(void **state)
{
    (void)state;
    struct act a = proposed("hold");
    assert_int_equal(db_tx(db, withdraw, &a), OK);
    a.words = S("洪水、 Dam");
    assert_int_equal(db_tx(db, propose, &a), OK);
    a.by = BERT;
    a.text = S("关于洪 水的通知");
    assert_false(frozen(&a, ACCOUNT, S("life")));
    assert_false(a.gate.emergency_hold);
    assert_int_equal(db_tx(db, declare, &a), OK);
    assert_false(frozen(&a, ACCOUNT, S("life")));
    assert_true(a.gate.emergency_hold);
    assert_true(a.holds);
    a.text = S("the ＤＡＭ");
    assert_int_equal(db_read(db, ask, &a), OK);
    assert_true(a.holds);
    a.text = S("a quiet day");
    assert_int_equal(db_read(db, ask, &a), OK);
    assert_false(a.holds);
    stop(&a);
}

static void test_emergency__home_falls_quiet(void **state)
{
    (void)state;
    struct act a = proposed("quiet"), c = a;
    assert_int_equal(db_tx(db, withdraw, &a), OK);
    a.class = S("government");
    assert_int_equal(db_tx(db, propose, &a), OK);
    assert_int_equal(db_tx(db, choose, &c), OK);
    a.by = BERT;
    assert_int_equal(db_read(db, chosen, &c), OK);
    assert_int_equal(c.n, 1);
    assert_int_equal(db_tx(db, declare, &a), OK);
    assert_int_equal(db_read(db, chosen, &c), OK);
    assert_int_equal(c.n, 0);
    assert_int_equal(db_read(db, latest, &c), OK);
    assert_int_equal(c.n, 1); /* of the other class */
    assert_int_equal(c.v[0].account_id, TALK);
    stop(&a);
    assert_int_equal(db_read(db, chosen, &c), OK);
    assert_int_equal(c.n, 1);
}

static void test_emergency__plans_have_versions(void **state)
{
    (void)state;
    struct act a = {.effects = S("hold,quiet")};
    assert_int_equal(db_tx(db, plan, &a), OK);
    assert_int_equal(a.version, 1);
    assert_int_equal(db_tx(db, plan, &a), OK);
    assert_int_equal(a.version, 2);
    a.effects = S("hold,explode");
    assert_int_equal(db_tx(db, plan, &a), ERR_INVALID);
    a.effects = S("");
    assert_int_equal(db_tx(db, plan, &a), ERR_INVALID);
}

static err shift(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    struct emergency_shift s = {.user_id = a->by,
                                .from_at = tx_now(t),
                                .until_at = tx_now(t) + a->account,
                                .note = S(""),
                                .added_by = BERT};
    return emergency_shift_add(t, &s);
}

static void test_emergency__roster_is_of_staff(void **state)
{
    (void)state;
    struct act a = {.by = ANNA, .account = HOUR_MS};
    assert_int_equal(db_tx(db, shift, &a), OK);
    a.by = READER;
    assert_int_equal(db_tx(db, shift, &a), ERR_INVALID);
    a.by = ANNA;
    a.account = 0;
    assert_int_equal(db_tx(db, shift, &a), ERR_INVALID);
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
        cmocka_unit_test(test_emergency__takes_two_officers),
        cmocka_unit_test(test_emergency__two_at_once_declare_it_once),
        cmocka_unit_test(test_emergency__renewal_takes_two_again),
        cmocka_unit_test(test_emergency__reaches_its_scope_only),
        cmocka_unit_test(test_emergency__holds_what_speaks_of_its_topics),
        cmocka_unit_test(test_emergency__home_falls_quiet),
        cmocka_unit_test(test_emergency__plans_have_versions),
        cmocka_unit_test(test_emergency__roster_is_of_staff),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
