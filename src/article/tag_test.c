/* Tags: how they are written, compared, and shown of what is public only. */
#include "article/article.h"
#include "article/declaration.h"
#include "article/tag.h"
#include "base/clock.h"
#include "base/rand.h"
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

/* ---- as they are written ---- */

static void assert_tags(str written, str want)
{
    str got = STR_NONE;
    if (tags_check(mem, written, &got) != OK)
        fail_msg("%.*s: %s", FMT(written), fault_last()->reason);
    assert_string_equal(str_z(mem, got), str_z(mem, want));
}

static void assert_refused(str written, const char *reason)
{
    str got;
    assert_int_equal(tags_check(mem, written, &got), ERR_INVALID);
    assert_string_equal(fault_last()->reason, reason);
    assert_string_equal(fault_last()->field, "tags");
}

static void test_tag__read_as_people_write_them(void **state)
{
    (void)state;
    assert_tags(S(""), S(""));
    assert_tags(S(" ,， 、;"), S(""));
    assert_tags(S("河流，候鸟、湿地; 水"), S("河流,候鸟,湿地,水"));
    assert_tags(S("#河流 #候鸟"), S("河流,候鸟"));
    assert_tags(S("#河流# #候鸟#"), S("河流,候鸟"));
    assert_tags(S("C#, C"), S("C#,C"));
    assert_tags(S("  New   York "), S("New York"));
}

static void test_tag__look_alikes_are_one(void **state)
{
    (void)state;
    assert_tags(S("AI, ai, ＡＩ, A I"), S("AI"));
    assert_tags(S("\u0410I, AI"), S("\u0410I")); /* a Cyrillic A */
    assert_true(str_eq(tag_fold(mem, S("New York")), tag_fold(mem, S("newyork"))));
    assert_false(str_eq(tag_fold(mem, S("C#")), tag_fold(mem, S("C"))));
    assert_false(str_eq(tag_fold(mem, S("C++")), tag_fold(mem, S("C"))));
    assert_true(str_find(tag_fold(mem, S("a b\u3000c")), ' ') == tag_fold(mem, S("a b c")).n);
}

static void test_tag__limits(void **state)
{
    (void)state;
    assert_tags(S("1,2,3,4,5"), S("1,2,3,4,5"));
    assert_refused(S("1,2,3,4,5,6"), "tags_too_many");
    assert_tags(S("一二三四五六七八九十一二三四五六七八九十"),
                S("一二三四五六七八九十一二三四五六七八九十"));
    assert_refused(S("一二三四五六七八九十一二三四五六七八九十一"), "tag_too_long");
    assert_refused(S("a/b"), "tag_characters");
    assert_refused(S("a\u202eb"), "tag_characters");
    assert_refused(S("a\x07"), "tag_characters");
    assert_refused(S("……"), "tag_characters");
    assert_tags(S("😀"), S("😀"));
    str many = S("");
    for (int i = 0; i < 100; i++)
        many = str_cat(mem, many, S("a,"));
    assert_refused(many, "tags_too_many");
}

/* ---- what is public ---- */

struct call {
    const char *tags;
    int64_t no, publish_at;
    enum article_mode mode;
    enum verdict verdict;
    struct article_outcome o;
    struct article *v;
    size_t n;
    str topic;
};

static err submit(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct node *doc;
    struct declaration d = {.v[DECLARE_tags] = str_from(c->tags)};
    struct article_rules rules = {c->mode, 100, DAY_MS};
    struct article_text x = {
        .title = S("t"), .category = S("culture"), .digest = S(""), .cover = S("")};
    TRY(declaration_json(mem, &d, &(struct declaration_rules){.origin = S("")}, &x.declared));
    TRY(doc_from_markdown(mem, S("A quiet river."), NULL, NULL, &doc));
    TRY(article_text_check(mem, &x, doc, &x));
    return article_submit(t, mem,
                          &(struct article_submission){.account_id = ACCOUNT,
                                                       .no = c->no,
                                                       .user_id = WRITER,
                                                       .publish_at = c->publish_at,
                                                       .text = &x,
                                                       .rules = &rules},
                          &c->o);
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct casefile f;
    struct decision d = {
        .verdict = c->verdict, .reason_key = S(""), .reason = S("r"), .officer = OFFICER};
    TRY(case_of(t, mem, CASE_ARTICLE, ACCOUNT, c->no, &f));
    TRY(case_claim(t, f.id, OFFICER, HOUR_MS));
    TRY(case_decide(t, mem, f.id, &d));
    return article_case_decided(t, mem, &f, &d);
}

static err list(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return article_list(t, mem,
                        &(struct article_page){.topic = tag_fold(mem, c->topic), .limit = 10},
                        &c->v, &c->n);
}

static err withdraw(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return article_withdraw(t, mem, ACCOUNT, c->no, WRITER, S("r"));
}

static err rows(struct tx *t, void *ctx)
{
    int64_t *n = ctx;
    return db_one(t, NULL, "SELECT COUNT(*) FROM article_tag", DB_IN(), DB_OUT(n));
}

static void assert_topic(str topic, size_t n)
{
    struct call c = {.topic = topic};
    assert_int_equal(db_read(db, list, &c), OK);
    assert_int_equal(c.n, n);
}

static void test_tag__lists_follow_the_public_version(void **state)
{
    (void)state;
    int64_t n = 0;
    struct call plain = {.tags = "", .mode = ARTICLE_REVIEW_AFTER};
    assert_int_equal(db_tx(db, submit, &plain), OK);
    assert_int_equal(db_read(db, rows, &n), OK);
    assert_int_equal(n, 0);
    struct call c = {.tags = "河流,AI", .mode = ARTICLE_REVIEW_FIRST};
    assert_int_equal(db_tx(db, submit, &c), OK);
    c.no = c.o.no;
    assert_topic(S("河流"), 0); /* it waits for its review */
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_topic(S("河流"), 1);
    assert_topic(S("ａｉ"), 1);
    c.tags = "候鸟";
    assert_int_equal(db_tx(db, submit, &c), OK);
    assert_topic(S("候鸟"), 0);
    assert_topic(S("河流"), 1); /* the old version stays public until the new one has passed */
    assert_int_equal(db_tx(db, decide, &c), OK);
    assert_topic(S("河流"), 0);
    assert_topic(S("候鸟"), 1);
    assert_int_equal(db_tx(db, withdraw, &c), OK);
    assert_topic(S("候鸟"), 0);
}

static err due(struct tx *t, void *ctx)
{
    return article_publish_due(t, mem, ctx);
}

static err make_due(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE article SET publish_at = 1 WHERE state = 'scheduled'", DB_IN());
}

static void test_tag__scheduled_ones_come_with_their_article(void **state)
{
    (void)state;
    int published = 0;
    struct call c = {
        .tags = "潮汐", .mode = ARTICLE_REVIEW_AFTER, .publish_at = clock_ms() + HOUR_MS};
    assert_int_equal(db_tx(db, submit, &c), OK);
    assert_topic(S("潮汐"), 0);
    assert_int_equal(db_tx(db, make_due, NULL), OK);
    assert_int_equal(db_tx(db, due, &published), OK);
    assert_int_equal(published, 1);
    assert_topic(S("潮汐"), 1);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed_publisher, NULL), OK);
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
        cmocka_unit_test(test_tag__read_as_people_write_them),
        cmocka_unit_test(test_tag__look_alikes_are_one),
        cmocka_unit_test(test_tag__limits),
        cmocka_unit_test(test_tag__lists_follow_the_public_version),
        cmocka_unit_test(test_tag__scheduled_ones_come_with_their_article),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
