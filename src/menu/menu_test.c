/* Menus: entries and their order, review before the public, and what takes them away. */
#include "menu/menu.h"

#include "account/account.h"
#include "article/article.h"
#include "base/clock.h"
#include "base/rand.h"
#include "measure/measure.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACCOUNT = SEED_RIVER, WRITER = SEED_WRITER, OFFICER = SEED_OFFICER };

static arena *mem;
static struct db *db;

static struct menu_item item(enum menu_kind kind, const char *label, const char *target)
{
    return (struct menu_item){.kind = kind, .label = str_from(label), .target = str_from(target)};
}

static str labels(const struct menu *m)
{
    str s = S("");
    for (size_t i = 0; i < m->n; i++)
        s = str_fmt(mem, "%.*s%s%.*s", FMT(s), m->v[i].sub ? "-" : " ", FMT(m->v[i].label));
    return s;
}

static void assert_labels(const struct menu *m, const char *want)
{
    assert_string_equal(str_z(mem, labels(m)), want);
}

static err check(enum menu_kind kind, bool sub, const char *label, const char *target)
{
    struct menu_item i = item(kind, label, target);
    i.sub = sub;
    return menu_item_check(mem, &i);
}

static void test_menu__labels_and_targets_have_limits(void **state)
{
    (void)state;
    assert_int_equal(check(MENU_text, false, "四个汉字", "x"), OK);
    assert_int_equal(check(MENU_text, false, "四个汉字a", "x"), ERR_INVALID);
    assert_int_equal(check(MENU_text, false, "ABCDEFGH", "x"), OK);
    assert_int_equal(check(MENU_text, true, "八个汉字的二级菜", "x"), OK);
    assert_int_equal(check(MENU_text, true, "八个汉字的二级菜x", "x"), ERR_INVALID);
    assert_int_equal(check(MENU_text, false, "", "x"), ERR_INVALID);
    assert_int_equal(check(MENU_text, false, "a", ""), ERR_INVALID);
    assert_int_equal(check(MENU_link, false, "a", "https://example.org/a?b"), OK);
    static const char *const BAD[] = {"http://example.org/", "https://",       "https://localhost/",
                                      "javascript:alert(1)", "https://a.b/ c", "//example.org"};
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(check(MENU_link, false, "a", BAD[i]), ERR_INVALID);
    assert_int_equal(check(MENU_article, false, "a", "0"), ERR_INVALID);
    assert_int_equal(check(MENU_topic, false, "a", "a,b"), ERR_INVALID);
    assert_int_equal(check(MENU_group, true, "a", ""), ERR_INVALID);
    assert_true(str_eq(menu_host(S("https://example.org/a")), S("example.org")));
}

static void put(struct menu *m, enum menu_kind kind, const char *label, int64_t under)
{
    struct menu_item i = item(kind, label, kind == MENU_group ? "" : "text");
    assert_int_equal(menu_add(m, &i, under), OK);
}

static void test_menu__entries_move_with_all_below_them(void **state)
{
    (void)state;
    struct menu m = {0}, again;
    put(&m, MENU_group, "A", 0);
    put(&m, MENU_text, "B", 0);
    put(&m, MENU_text, "a1", 1);
    put(&m, MENU_text, "a2", 1);
    assert_labels(&m, " A-a1-a2 B");
    assert_int_equal(menu_move(&m, 1, false), OK);
    assert_labels(&m, " B A-a1-a2");
    assert_int_equal(menu_move(&m, 4, true), OK);
    assert_labels(&m, " B A-a2-a1");
    assert_int_equal(menu_move(&m, 3, true), OK);
    assert_labels(&m, " B A-a2-a1");
    assert_int_equal(menu_move(&m, 4, false), OK);
    assert_int_equal(menu_move(&m, 2, false), OK);
    assert_labels(&m, " B A-a2-a1");
    assert_int_equal(menu_move(&m, 2, true), OK);
    assert_labels(&m, " A-a2-a1 B");
    assert_int_equal(menu_move(&m, 9, true), ERR_NOT_FOUND);
    assert_int_equal(menu_parse(mem, menu_text(mem, &m), &again), OK);
    assert_labels(&again, " A-a2-a1 B");
    struct menu_item text = item(MENU_text, "T", "t");
    assert_int_equal(menu_set(&m, 1, &text), ERR_CONFLICT);
    assert_int_equal(menu_add(&m, &text, 4), ERR_INVALID);
    put(&m, MENU_text, "C", 0);
    assert_int_equal(menu_add(&m, &text, 0), ERR_LIMIT);
    for (int i = 0; i < 3; i++)
        put(&m, MENU_text, "x", 1);
    assert_int_equal(menu_add(&m, &text, 1), ERR_LIMIT);
    assert_int_equal(menu_drop(&m, 1), OK);
    assert_labels(&m, " B C");
}

struct call {
    struct menu m;
    struct menu_version v;
    enum verdict verdict;
    size_t cases;
    const char *name;
};

static err load_draft(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return menu_draft_load(t, mem, ACCOUNT, &c->m);
}

static err save(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return menu_draft_save(t, mem, &(struct menu_save){ACCOUNT, WRITER, &c->m});
}

static err send(struct tx *t, void *ctx)
{
    const int64_t *scanned = ctx; /* the revision; NULL: the one there is */
    struct menu m;
    TRY(menu_draft_load(t, mem, ACCOUNT, &m));
    return menu_send(
        t, mem, &(struct menu_wish){ACCOUNT, WRITER, DAY_MS, scanned ? *scanned : m.rev, NULL});
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct casefile *v;
    struct decision d = {
        .verdict = c->verdict, .reason_key = S(""), .reason = S("r"), .officer = OFFICER};
    TRY(case_list(t, mem, &(struct case_filter){.kind = CASE_MENU, .limit = 5}, &v, &c->cases));
    if (c->cases != 1)
        return fault(ERR_BUG, "internal", "%zu cases", c->cases);
    TRY(case_claim(t, v[0].id, OFFICER, HOUR_MS));
    TRY(case_decide(t, mem, v[0].id, &d));
    return menu_case_decided(t, mem, &v[0], &d);
}

static err seen(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return menu_public(t, mem, ACCOUNT, &c->m);
}

static err hide_article(struct tx *t, void *ctx)
{
    (void)ctx;
    return article_withdraw(t, mem, ACCOUNT, 1, WRITER, S("r"));
}

static err restrict_menu(struct tx *t, void *ctx)
{
    struct measure *m = ctx;
    return measure_start(t, mem, m, OFFICER);
}

static err lift(struct tx *t, void *ctx)
{
    return measure_lift(t, mem, ctx, OFFICER);
}

static err clear(struct tx *t, void *ctx)
{
    (void)ctx;
    return menu_clear(t, mem, ACCOUNT, WRITER);
}

static void compose(struct call *c)
{
    struct menu_item a = item(MENU_article, "first", "1");
    assert_int_equal(db_read(db, load_draft, c), OK);
    put(&c->m, MENU_group, "A", 0);
    assert_int_equal(menu_add(&c->m, &a, 1), OK);
    put(&c->m, MENU_text, "B", 0);
    assert_int_equal(db_tx(db, save, c), OK);
}

static void assert_seen(const char *want)
{
    struct call c = {0};
    assert_int_equal(db_read(db, seen, &c), OK);
    assert_labels(&c.m, want);
}

static void test_menu__is_public_after_its_review_only(void **state)
{
    (void)state;
    struct call c = {0};
    assert_int_equal(db_tx(db, send, NULL), ERR_INVALID); /* nothing there */
    compose(&c);
    assert_int_equal(db_tx(db, save, &c), ERR_CONFLICT);       /* the revision of before */
    assert_int_equal(db_tx(db, send, &c.m.rev), ERR_CONFLICT); /* other words were scanned */
    assert_int_equal(db_tx(db, send, NULL), OK);
    assert_int_equal(db_tx(db, send, NULL), ERR_CONFLICT); /* the same */
    assert_seen("");
    c.verdict = VERDICT_REJECT;
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_seen("");
    assert_int_equal(db_tx(db, send, NULL), OK);
    c.verdict = VERDICT_APPROVE;
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_seen(" A-first B");
}

static void test_menu__what_leads_nowhere_is_not_shown(void **state)
{
    (void)state;
    struct measure m = {.account_id = ACCOUNT,
                        .kind = MEASURE_restrict,
                        .end_at = clock_ms() + DAY_MS,
                        .functions = S("menu"),
                        .reason = S("r"),
                        .family = S("spam"),
                        .before_state = S("active"),
                        .before_reason = S("")};
    assert_seen(" A-first B");
    assert_int_equal(db_tx(db, restrict_menu, &m), OK);
    assert_seen("");
    assert_int_equal(db_tx(db, send, NULL), ERR_DENIED);
    assert_int_equal(db_tx(db, lift, &m), OK);
    assert_seen(" A-first B");
    assert_int_equal(db_tx(db, hide_article, NULL), OK);
    assert_seen(" B");
    assert_int_equal(db_tx(db, clear, NULL), OK);
    assert_seen("");
    assert_int_equal(db_tx(db, send, NULL), ERR_INVALID); /* its article is not public */
}

static err article(struct tx *t, void *ctx)
{
    (void)ctx;
    return seed_article(t, ACCOUNT, 1, S("published"));
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed_publisher, NULL), OK);
    assert_int_equal(db_tx(db, article, NULL), OK);
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
        cmocka_unit_test(test_menu__labels_and_targets_have_limits),
        cmocka_unit_test(test_menu__entries_move_with_all_below_them),
        cmocka_unit_test(test_menu__is_public_after_its_review_only),
        cmocka_unit_test(test_menu__what_leads_nowhere_is_not_shown),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
