/* Rulings: who may make them, what they do and undo exactly, appeals, the authority's clock (A11.3,
 * A11.6, A13.1, A13.2). */
#include "article/article.h"
#include "base/clock.h"
#include "job/job.h"
#include "ruling/ruling.h"
#include "tests/unit/testdb.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { OWNER = 11, ANNA = 21, BERT = 22, CHIEF = 23, ACCOUNT = 7, NO = 3 };

static arena *mem;
static struct db *db;

static err seed_people(struct tx *t)
{
    struct bytes b = str_bytes(S("x"));
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at)"
                " VALUES (11, 'o', '', $1, 1), (21, 'Anna', '', $1, 1), (22, 'Bert', '', $1, 1),"
                " (23, 'Chief', '', $1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO user_role (user_id, role, granted_by, granted_at)"
                " VALUES (23, 'editor_in_chief', 0, 1)",
                DB_IN()));
    return db_exec(t,
                   "INSERT INTO member (account_id, user_id, role, added_by, added_at)"
                   " VALUES (7, 11, 'owner', 0, 1)",
                   DB_IN());
}

static err seed(struct tx *t, void *ctx)
{
    struct bytes b = str_bytes(S("x"));
    (void)ctx;
    TRY(seed_people(t));
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                " verified, name, intro, avatar, categories, articles, created_at, updated_at)"
                " VALUES (7, 'seven', 1, $1, 'individual', 'active', 1, 'Seven', '', '', 'life',"
                " 1, 1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO article (account_id, no, state, kind, category, title, digest, cover,"
                " version, versions, author_id, created_at, updated_at, published_at, publish_at,"
                " reads) VALUES (7, 3, 'published', 'text', 'life', 'T', '', '', 1, 1, 5, 1, 1, 1,"
                " 0, 100)",
                DB_IN()));
    return db_exec(t,
                   "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                   " category, doc, hash, author_id, created_at) VALUES (7, 3, 1, 'T', '', '',"
                   " 'life', '{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":"
                   "[{\"type\":\"text\",\"text\":\"a\"}]}]}', $1, 5, 1)",
                   DB_IN(b));
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

/* ---- one call each ---- */

struct call {
    int64_t case_id, user, id, window;
    int64_t no;
    str family;
    struct ruling_wish wish;
    struct proposal_answer answer;
    struct appeal appeal;
    struct appeal_verdict verdict;
    struct article a;
    struct account_state {
        str state;
        int64_t articles;
    } account;
    struct measure *measures;
    size_t n;
    str text;
};

static err raise_(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct finding f = {.account_id = ACCOUNT,
                        .no = c->no,
                        .source = FINDING_REPORT,
                        .family = c->family.n ? c->family : S("fraud")};
    TRY(finding_raise(t, mem, &f));
    c->case_id = f.case_id;
    return OK;
}
static err claim(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return case_claim(t, c->case_id, c->user, HOUR_MS);
}
static err make(struct tx *t, void *ctx)
{
    AUTO_ARENA(own);
    struct call *c = ctx;
    return ruling_make(t, own, c->case_id, c->user, &c->wish, &c->id);
}
static err answer(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return proposal_answer(t, mem, &c->answer, &c->id);
}
static err file(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return appeal_file(t, mem, &c->appeal, c->window);
}
static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return appeal_decide(t, mem, &c->verdict);
}
static err look(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(article_load(t, mem, ACCOUNT, NO, &c->a));
    TRY(measure_of(t, mem, c->id, &c->measures, &c->n));
    return db_one(t, mem, "SELECT state, articles FROM account WHERE id = 7", DB_IN(),
                  DB_OUT(&c->account.state, &c->account.articles));
}
static err withdraw(struct tx *t, void *ctx)
{
    (void)ctx;
    return article_withdraw(t, mem, ACCOUNT, NO, OWNER, S("mine"));
}
static err end_all(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE measure SET end_at = 1 WHERE account_id = 7", DB_IN());
}

static void will(tx_fn *fn, struct call *c, err want, const char *reason)
{
    err e = db_tx(db, fn, c);
    if (e != want)
        print_message("%s: %s\n", fault_of(e).reason, fault_of(e).text);
    assert_int_equal(e, want);
    if (reason)
        assert_string_equal(fault_of(e).reason, reason);
}

static struct ruling_wish wish(str measure, int days)
{
    return (struct ruling_wish){.measure = measure,
                                .functions = S("publish"),
                                .basis = S("reg2017_11"),
                                .facts = S("f"),
                                .reasoning = S("r"),
                                .severity = 2,
                                .days = days};
}

/* A case about the article (or the account) that the officer holds, and what they want. */
static struct call held(int64_t no, str family, int64_t officer, struct ruling_wish w)
{
    struct call c = {.no = no, .family = family, .user = officer, .wish = w};
    will(raise_, &c, OK, NULL);
    will(claim, &c, OK, NULL);
    return c;
}

static const char *state_now(struct call *c)
{
    assert_int_equal(db_read(db, look, c), OK);
    return str_z(mem, c->a.state);
}

/* ---- tests ---- */

static void test_ruling__needs_what_a_statement_says(void **state)
{
    (void)state;
    struct call c = held(NO, S("fraud"), ANNA, wish(S("remove"), 0));
    static const struct {
        const char *reason;
        struct ruling_wish w;
    } BAD[] = {
        {"unknown_measure", {.measure = S_INIT("burn"), .reasoning = S_INIT("r")}},
        {"required", {.measure = S_INIT("remove"), .reasoning = S_INIT("r")}},
        {"basis_required",
         {.measure = S_INIT("remove"), .reasoning = S_INIT("r"), .facts = S_INIT("f")}},
        {"end_required",
         {.measure = S_INIT("suspend"),
          .reasoning = S_INIT("r"),
          .facts = S_INIT("f"),
          .basis = S_INIT("rules"),
          .severity = 2}},
        {"days_range",
         {.measure = S_INIT("suspend"),
          .reasoning = S_INIT("r"),
          .facts = S_INIT("f"),
          .basis = S_INIT("rules"),
          .severity = 2,
          .days = 9999}},
        {"unknown_function",
         {.measure = S_INIT("restrict"),
          .functions = S_INIT("breathing"),
          .reasoning = S_INIT("r"),
          .facts = S_INIT("f"),
          .basis = S_INIT("rules"),
          .severity = 2,
          .days = 7}},
    };
    for (size_t i = 0; i < LEN(BAD); i++) {
        c.wish = BAD[i].w;
        will(make, &c, ERR_INVALID, BAD[i].reason);
    }
    struct call account = held(0, S("fraud"), ANNA, wish(S("remove"), 0));
    will(make, &account, ERR_INVALID, "measure_of_articles");
}

static void test_ruling__removes_and_an_appeal_restores_exactly(void **state)
{
    (void)state;
    struct call c = held(NO, S("fraud"), ANNA, wish(S("remove"), 0));
    will(make, &c, OK, NULL);
    assert_string_equal(state_now(&c), "removed");
    assert_int_equal(c.account.articles, 0);
    struct call a = {.window = -DAY_MS,
                     .appeal = {.ruling_id = c.id, .user_id = OWNER, .text = S("no")}};
    will(file, &a, ERR_DENIED, "appeal_too_late");
    a.window = DAY_MS;
    a.appeal.user_id = BERT;
    will(file, &a, ERR_NOT_FOUND, NULL);
    a.appeal.user_id = OWNER;
    will(file, &a, OK, NULL);
    will(file, &a, ERR_CONFLICT, "appeal_filed");
    struct call anna = {.case_id = a.appeal.case_id, .user = ANNA};
    will(claim, &anna, ERR_DENIED, "conflict_of_interest");
    struct call bert = {.case_id = a.appeal.case_id, .user = BERT};
    will(claim, &bert, OK, NULL);
    bert.verdict =
        (struct appeal_verdict){bert.case_id, BERT, S("replace"), S("x"), wish(S("close"), 0)};
    will(decide, &bert, ERR_INVALID, "needs_two_officers");
    bert.verdict.wish = wish(S("restrict"), 7);
    will(decide, &bert, ERR_INVALID, "appeal_needs_lighter");
    bert.verdict.outcome = S("reverse");
    will(decide, &bert, OK, NULL);
    assert_string_equal(state_now(&c), "published");
    assert_int_equal(c.account.articles, 1);
    assert_true(c.measures[0].lifted_at > 0);
    assert_int_equal(c.measures[0].lifted_by, BERT);
}

static void test_ruling__a_lighter_measure_takes_the_place(void **state)
{
    (void)state;
    struct call c = held(NO, S("fraud"), ANNA, wish(S("remove"), 0));
    will(make, &c, OK, NULL);
    struct call a = {.window = DAY_MS,
                     .user = BERT,
                     .appeal = {.ruling_id = c.id, .user_id = OWNER, .text = S("no")}};
    will(file, &a, OK, NULL);
    a.case_id = a.appeal.case_id;
    will(claim, &a, OK, NULL);
    a.verdict = (struct appeal_verdict){a.case_id, BERT, S("partly"), S("x"), wish(S("label"), 0)};
    will(decide, &a, OK, NULL);
    assert_string_equal(state_now(&c), "published");
    assert_string_equal(str_z(mem, c.a.label), "fraud");
}

static void test_ruling__two_measures_on_one_article_end_in_any_order(void **state)
{
    (void)state;
    struct call a = held(NO, S("fraud"), ANNA, wish(S("remove"), 0));
    will(make, &a, OK, NULL);
    struct call b = held(NO, S("gambling"), BERT, wish(S("remove"), 7));
    will(make, &b, OK, NULL);
    struct call x = {.window = DAY_MS,
                     .user = CHIEF,
                     .appeal = {.ruling_id = a.id, .user_id = OWNER, .text = S("no")}};
    will(file, &x, OK, NULL);
    x.case_id = x.appeal.case_id;
    will(claim, &x, OK, NULL);
    x.verdict = (struct appeal_verdict){
        .case_id = x.case_id, .officer = CHIEF, .outcome = S("reverse"), .reasons = S("x")};
    will(decide, &x, OK, NULL);
    assert_string_equal(state_now(&b), "removed"); /* the other one stands */
    assert_int_equal(db_tx(db, end_all, NULL), OK);
    struct site site = {.db = db};
    assert_int_equal(measure_expire_job(&site, &(struct job){.mem = mem}), OK);
    assert_string_equal(state_now(&b), "published");
    assert_int_equal(b.account.articles, 1);
}

static err live_menu(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t,
                   "INSERT INTO menu_version (account_id, version, entries, state, found, asked_by,"
                   " asked_at) VALUES (7, 1, $1, 'live', '', 11, 1)",
                   DB_IN(S("[]")));
}

static err live_menus(struct tx *t, void *ctx)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FROM menu_version WHERE account_id = 7 AND state = 'live'",
                  DB_IN(), DB_OUT((int64_t *)ctx));
}

/* What was taken away because of what it said: only a reversal brings it back as it was. */
static void test_ruling__a_menu_does_not_come_back_by_itself(void **state)
{
    (void)state;
    struct site site = {.db = db};
    struct ruling_wish w = wish(S("restrict"), 7);
    int64_t n = 0;
    assert_int_equal(db_tx(db, live_menu, NULL), OK);
    w.functions = S("publish");
    struct call a = held(0, S("gambling"), ANNA, w);
    will(make, &a, OK, NULL);
    assert_int_equal(db_tx(db, end_all, NULL), OK);
    assert_int_equal(measure_expire_job(&site, &(struct job){.mem = mem}), OK);
    assert_int_equal(db_read(db, live_menus, &n), OK);
    assert_int_equal(n, 1);
    w.functions = S("publish,menu");
    struct call b = held(0, S("fraud"), BERT, w);
    will(make, &b, OK, NULL);
    assert_int_equal(db_read(db, live_menus, &n), OK);
    assert_int_equal(n, 1); /* hidden, but there for a reversal */
    assert_int_equal(db_tx(db, end_all, NULL), OK);
    assert_int_equal(measure_expire_job(&site, &(struct job){.mem = mem}), OK);
    assert_int_equal(db_read(db, live_menus, &n), OK);
    assert_int_equal(n, 0);
}

struct sweeping {
    struct sweep_ask ask;
    struct sweep_item *v;
    size_t n;
    struct appeal second;
};
static err sweep_look(struct tx *t, void *ctx)
{
    struct sweeping *s = ctx;
    return sweep_list(t, mem, s->ask.ruling_id, &s->v, &s->n);
}
static err sweep_open(struct tx *t, void *ctx)
{
    struct sweeping *s = ctx;
    TRY(sweep_reopen(t, mem, &s->ask));
    return appeal_of_ruling(t, mem, s->ask.v[0], &s->second);
}
static err sweep_told(struct tx *t, void *ctx)
{
    int64_t *n = ctx;
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE kind = 'sweep_open' AND user_id = $1",
                  DB_IN((int)CHIEF), DB_OUT(n));
}

static void test_ruling__a_reversal_opens_a_sweep_over_what_shares_its_reasoning(void **state)
{
    (void)state;
    int64_t told = 0;
    struct call a = held(NO, S("fraud"), ANNA, wish(S("label"), 0));
    will(make, &a, OK, NULL);
    struct call b = held(NO, S("gambling"), BERT, wish(S("remove"), 0));
    will(make, &b, OK, NULL);
    struct call other = held(0, S("other"), BERT, wish(S("warn"), 0));
    other.wish.reasoning = S("something else");
    will(make, &other, OK, NULL);
    struct sweeping s = {.ask = {a.id, CHIEF, S("again"), &b.id, 1}};
    assert_int_equal(db_tx(db, sweep_open, &s), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "not_reversed");
    struct call x = {.window = DAY_MS,
                     .user = BERT,
                     .appeal = {.ruling_id = a.id, .user_id = OWNER, .text = S("no")}};
    will(file, &x, OK, NULL);
    x.case_id = x.appeal.case_id;
    will(claim, &x, OK, NULL);
    x.verdict = (struct appeal_verdict){
        .case_id = x.case_id, .officer = BERT, .outcome = S("reverse"), .reasons = S("x")};
    will(decide, &x, OK, NULL);
    assert_int_equal(db_tx(db, sweep_told, &told), OK);
    assert_int_equal(told, 1);
    assert_int_equal(db_tx(db, sweep_look, &s), OK);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].id, b.id);
    assert_int_equal(db_tx(db, sweep_open, &s), OK);
    assert_int_equal(db_tx(db, sweep_look, &s), OK);
    assert_int_equal(s.n, 0);
    assert_int_equal(db_tx(db, sweep_open, &s), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "sweep_changed");
    /* Who decided, and who opened it again, do not decide. */
    struct call bert = {.case_id = s.second.case_id, .user = BERT};
    will(claim, &bert, ERR_DENIED, "conflict_of_interest");
    bert.user = CHIEF;
    will(claim, &bert, ERR_DENIED, "conflict_of_interest");
    bert.user = ANNA;
    will(claim, &bert, OK, NULL);
    bert.verdict = (struct appeal_verdict){
        .case_id = bert.case_id, .officer = ANNA, .outcome = S("uphold"), .reasons = S("x")};
    will(decide, &bert, OK, NULL);
    assert_string_equal(state_now(&b), "removed");
    /* The operator's own appeal is still theirs. */
    struct call own = {.window = DAY_MS,
                       .appeal = {.ruling_id = b.id, .user_id = OWNER, .text = S("no")}};
    will(file, &own, OK, NULL);
    will(file, &own, ERR_CONFLICT, "appeal_filed");
}

static void test_ruling__a_withdrawn_article_goes_back_to_withdrawn(void **state)
{
    (void)state;
    struct call c = held(NO, S("fraud"), ANNA, wish(S("remove"), 7));
    will(withdraw, &c, OK, NULL);
    will(make, &c, OK, NULL);
    assert_string_equal(state_now(&c), "removed");
    assert_int_equal(c.account.articles, 0);
    assert_int_equal(db_tx(db, end_all, NULL), OK);
    struct site site = {.db = db};
    assert_int_equal(measure_expire_job(&site, &(struct job){.mem = mem}), OK);
    assert_string_equal(state_now(&c), "withdrawn");
    assert_string_equal(str_z(mem, c.a.reason), "mine");
    assert_int_equal(c.account.articles, 0);
}

static void test_ruling__closing_takes_two_and_nobody_approves_their_own(void **state)
{
    (void)state;
    struct call c = held(0, S("fraud"), ANNA, wish(S("close"), 0));
    will(make, &c, OK, NULL);
    assert_int_equal(c.id, 0);
    will(make, &c, ERR_CONFLICT, "claim_lost");
    will(claim, &c, ERR_DENIED, "own_proposal");
    c.answer = (struct proposal_answer){c.case_id, ANNA, S("approve"), S("")};
    will(answer, &c, ERR_DENIED, "own_proposal");
    struct call b = c;
    b.user = BERT;
    will(claim, &b, OK, NULL);
    b.answer.user_id = BERT;
    will(answer, &b, ERR_DENIED, "editor_in_chief_required");
    b.answer.answer = S("refuse");
    will(answer, &b, ERR_INVALID, "reason_required");
    b.answer.reason = S("too much");
    will(answer, &b, OK, NULL);
    will(claim, &c, OK, NULL); /* Anna decides otherwise, or proposes again */
    will(make, &c, OK, NULL);
    c.user = CHIEF;
    will(claim, &c, OK, NULL);
    c.answer.user_id = CHIEF;
    will(answer, &c, OK, NULL);
    assert_true(c.id != 0);
    (void)state_now(&c);
    assert_string_equal(str_z(mem, c.account.state), "closed");
    struct call more = held(0, S("gambling"), BERT, wish(S("suspend"), 7));
    will(make, &more, ERR_CONFLICT, "account_closed_already");
}

static void test_ruling__amended_and_cancelled(void **state)
{
    (void)state;
    struct call c = held(0, S("fraud"), ANNA, wish(S("suspend"), 31));
    will(make, &c, OK, NULL);
    assert_int_equal(c.id, 0);
    struct call b = c;
    b.user = BERT;
    b.answer = (struct proposal_answer){c.case_id, BERT, S("cancel"), S("")};
    will(answer, &b, ERR_DENIED, "not_yours");
    will(claim, &b, OK, NULL);
    b.wish = wish(S("suspend"), 30);
    will(make, &b, OK, NULL); /* one officer suffices for 30 days */
    assert_true(b.id != 0);
    (void)state_now(&b);
    assert_string_equal(str_z(mem, b.account.state), "suspended");
    c.answer = (struct proposal_answer){c.case_id, ANNA, S("cancel"), S("")};
    will(answer, &c, ERR_CONFLICT, "proposal_over");
    assert_int_equal(db_tx(db, end_all, NULL), OK);
    struct site site = {.db = db};
    assert_int_equal(measure_expire_job(&site, &(struct job){.mem = mem}), OK);
    (void)state_now(&b);
    assert_string_equal(str_z(mem, b.account.state), "active");
}

static void *racer(void *ctx)
{
    static _Thread_local err e;
    e = db_tx(db, make, ctx);
    ((struct call *)ctx)->n = (size_t)(e == OK);
    return NULL;
}

static void test_ruling__two_decide_at_once(void **state)
{
    (void)state;
    struct call c = held(NO, S("fraud"), ANNA, wish(S("remove"), 0));
    struct call v[2] = {c, c};
    v[1].wish = wish(S("limit"), 0);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, racer, &v[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(v[0].n + v[1].n, 1); /* exactly one of them */
}

static err report_age(struct tx *t, void *ctx)
{
    const int64_t *hours = ctx;
    int64_t created = tx_now(t) - *hours * HOUR_MS;
    return db_exec(t, "UPDATE authority_report SET created_at = $1, due_at = $2",
                   DB_IN(created, created + DAY_MS));
}

static err warnings(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return db_one(t, mem,
                  "SELECT COUNT(*), COALESCE(MAX(kind), '') FROM notice WHERE user_id = 23"
                  " AND kind IN ('report_due', 'report_late')",
                  DB_IN(), DB_OUT(&c->window, &c->text));
}

static void test_report__warns_at_50_80_and_100_per_cent(void **state)
{
    (void)state;
    struct call c = held(NO, S("fraud"), ANNA, wish(S("remove"), 0));
    will(make, &c, OK, NULL);
    struct site site = {.db = db};
    const int64_t hours[] = {1, 13, 14, 20, 25, 26}, want[] = {0, 1, 1, 2, 3, 3};
    for (size_t i = 0; i < LEN(hours); i++) {
        int64_t h = hours[i];
        assert_int_equal(db_tx(db, report_age, &h), OK);
        assert_int_equal(report_watch_job(&site, &(struct job){.mem = mem}), OK);
        assert_int_equal(db_read(db, warnings, &c), OK);
        assert_int_equal(c.window, want[i]);
    }
    assert_string_equal(str_z(mem, c.text), "report_late");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ruling__needs_what_a_statement_says),
        TEST(ruling__removes_and_an_appeal_restores_exactly),
        TEST(ruling__a_lighter_measure_takes_the_place),
        TEST(ruling__two_measures_on_one_article_end_in_any_order),
        TEST(ruling__a_menu_does_not_come_back_by_itself),
        TEST(ruling__a_reversal_opens_a_sweep_over_what_shares_its_reasoning),
        TEST(ruling__a_withdrawn_article_goes_back_to_withdrawn),
        TEST(ruling__closing_takes_two_and_nobody_approves_their_own),
        TEST(ruling__amended_and_cancelled),
        TEST(ruling__two_decide_at_once),
        TEST(report__warns_at_50_80_and_100_per_cent),
    };
    return cmocka_run_group_tests_name("ruling", tests, NULL, NULL);
}
