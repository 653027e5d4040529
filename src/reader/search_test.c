/* The search index on a real database: what is found, in what order, and what is no longer. */
#include "base/clock.h"
#include "reader/search_store.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct db *db;
static arena *mem;
static const int64_t NOW = 1790000000000, DAY = DAY_MS;

struct put {
    int64_t account, no, at;
    const char *title, *text, *category, *state;
    int version;
};

static err put_account(struct tx *t, void *ctx)
{
    const struct put *p = ctx;
    return db_exec(t,
                   "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                   " name, intro, categories, created_at, updated_at)"
                   " VALUES ($1, $2, 1, $3, 'enterprise', 'active', $4, '', 'life', 1, 1)",
                   DB_IN(p->account, str_from(p->text), ((struct bytes){(const uint8_t *)"k", 1}),
                         str_from(p->title)));
}

static err put_article(struct tx *t, void *ctx)
{
    const struct put *p = ctx;
    str json = str_fmt(mem,
                       "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":"
                       "[{\"type\":\"text\",\"text\":\"%s\"}]}]}",
                       p->text);
    TRY(db_exec(t,
                "INSERT INTO article (account_id, no, state, category, title, digest, cover,"
                " version, versions, author_id, created_at, updated_at, published_at)"
                " VALUES ($1, $2, $3, $4, $5, '', '', $6, $6, 1, $7, $7, $7)"
                " ON CONFLICT (account_id, no) DO UPDATE SET state = excluded.state,"
                " title = excluded.title, version = excluded.version",
                DB_IN(p->account, p->no, str_from(p->state), str_from(p->category),
                      str_from(p->title), p->version, p->at)));
    return db_exec(t,
                   "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                   " category, doc, hash, author_id, created_at)"
                   " VALUES ($1, $2, $3, $4, '', '', $5, $6, $7, 1, $8)"
                   " ON CONFLICT (account_id, no, version) DO NOTHING",
                   DB_IN(p->account, p->no, p->version, str_from(p->title), str_from(p->category),
                         json, ((struct bytes){(const uint8_t *)"h", 1}), p->at));
}

static err index_one(struct tx *t, void *ctx)
{
    const struct put *p = ctx;
    struct search_ref ref = {0, p->account, p->no};
    return search_index(t, mem, &ref, 1);
}

static void put(struct put p)
{
    if (!p.state)
        p.state = "published";
    if (!p.category)
        p.category = "life";
    if (!p.version)
        p.version = 1;
    assert_int_equal(db_tx(db, put_article, &p), OK);
    assert_int_equal(db_tx(db, index_one, &p), OK);
}

static void account(int64_t id, const char *handle, const char *name)
{
    struct put p = {.account = id, .text = handle, .title = name};
    assert_int_equal(db_tx(db, put_account, &p), OK);
}

struct find {
    struct search_query q;
    struct search_answer a;
};

static err find_read(struct tx *t, void *ctx)
{
    struct find *f = ctx;
    return search_find(t, mem, &f->q, &f->a);
}

static struct search_answer find_q(struct search_query q)
{
    struct find f = {.q = q};
    f.q.now = NOW;
    assert_int_equal(db_read(db, find_read, &f), OK);
    return f.a;
}
#define FIND(...) find_q((struct search_query){__VA_ARGS__})

static void expect(const struct search_answer *a, size_t n, const int64_t *no)
{
    assert_int_equal(a->n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(a->v[i].a.no, no[i]);
}
#define EXPECT(answer, ...)                                                                        \
    do {                                                                                           \
        struct search_answer a_ = (answer);                                                        \
        const int64_t no_[] = {__VA_ARGS__};                                                       \
        expect(&a_, LEN(no_), no_);                                                                \
    } while (0)

enum { CROWD = 20000, LATE = 1000 };

static err crowd_put(struct tx *t, void *ctx)
{
    const int64_t *from = ctx;
    for (int64_t i = 0; i < CROWD; i++)
        TRY(db_exec(t,
                    "INSERT INTO search_doc (doc, account_id, no, version, live, body)"
                    " VALUES ($1, 9, $2, 1, 1, '')",
                    DB_IN(*from + i, i)));
    return OK;
}

static err late_put(struct tx *t, void *ctx)
{
    const int64_t *from = ctx;
    for (int64_t i = 0; i < LATE; i++) {
        struct search_source s = {.account_id = 8, .no = i, .version = 1};
        int64_t doc = 0;
        TRY(search_store_free_doc(t, &s, *from, &doc));
        assert_in_range(doc, *from, *from + 64 * CROWD);
        TRY(search_store_put(t, &s, doc, S("")));
    }
    return OK;
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    account(1, "river", "滹沱河水文");
    account(2, "books", "少儿图书馆");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

static void test_search__all_words_in_title_name_or_text(void **state)
{
    (void)state;
    put((struct put){1, 1, NOW - DAY, .title = "汛期巡查",
                     .text = "河道水位正常，SQLite 3 记录。"});
    put((struct put){2, 1, NOW - DAY, .title = "读书会", .text = "谈谈河道与城市。"});
    assert_int_equal(FIND(.words = S("河道")).n, 2);
    EXPECT(FIND(.words = S("河道 城市")), 1);
    EXPECT(FIND(.words = S("汛期")), 1);
    EXPECT(FIND(.words = S("图书馆")), 1);
    EXPECT(FIND(.words = S("sqlite")), 1);
    assert_int_equal(FIND(.words = S("河道 没有的词")).n, 0);
}

static void test_search__titles_and_new_ones_come_first(void **state)
{
    (void)state;
    put((struct put){1, 1, NOW - 900 * DAY, .title = "旧闻", .text = "说一次水库。"});
    put((struct put){1, 2, NOW - 10 * DAY, .title = "新闻", .text = "说一次水库。"});
    put((struct put){1, 3, NOW - 400 * DAY, .title = "水库专题", .text = "说一次水库。"});
    EXPECT(FIND(.words = S("水库")), 3, 2, 1);
}

static void test_search__filters(void **state)
{
    (void)state;
    put((struct put){1, 1, NOW - 40 * DAY, .title = "甲", .text = "桥梁", .category = "law"});
    put((struct put){1, 2, NOW - 4 * DAY, .title = "乙", .text = "桥梁"});
    put((struct put){2, 3, NOW - 2 * DAY, .title = "丙", .text = "桥梁"});
    EXPECT(FIND(.words = S("桥梁"), .category = S("law")), 1);
    EXPECT(FIND(.words = S("桥梁"), .account_id = 2), 3);
    EXPECT(FIND(.words = S("桥梁"), .since = NOW - 30 * DAY), 3, 2);
    EXPECT(FIND(.words = S("桥梁"), .kind = S("text")), 3, 2, 1);
    assert_int_equal(FIND(.words = S("桥梁"), .kind = S("video")).n, 0);
}

static void test_search__removed_articles_are_gone_before_the_index_knows(void **state)
{
    (void)state;
    struct put p = {1,
                    1,
                    NOW - DAY,
                    .title = "甲",
                    .text = "隧道",
                    .category = "life",
                    .version = 1,
                    .state = "published"};
    put(p);
    EXPECT(FIND(.words = S("隧道")), 1);
    p.state = "removed";
    assert_int_equal(db_tx(db, put_article, &p), OK);
    assert_int_equal(FIND(.words = S("隧道")).n, 0);
    put(p);
    assert_int_equal(FIND(.words = S("隧道")).n, 0);
    p.state = "published";
    put(p);
    EXPECT(FIND(.words = S("隧道")), 1);
}

static void test_search__a_new_version_replaces_the_words_of_the_old(void **state)
{
    (void)state;
    put((struct put){1, 1, NOW - DAY, .title = "甲", .text = "码头"});
    put((struct put){1, 1, NOW - DAY, .title = "甲", .text = "机场", .version = 2});
    assert_int_equal(FIND(.words = S("码头")).n, 0);
    EXPECT(FIND(.words = S("机场")), 1);
}

static void test_search__what_can_not_be_asked(void **state)
{
    (void)state;
    put((struct put){1, 1, NOW - DAY, .title = "甲", .text = "茶"});
    assert_true(FIND(.words = S("茶")).short_word);
    assert_true(FIND(.words = S("")).short_word);
    assert_true(FIND(.words = S("\"*()!:- AND\" 。")).n == 0);
    assert_int_equal(FIND(.words = S("a:1")).n, 0); /* filters can't be typed */
}

static void test_search__pages_follow_one_another(void **state)
{
    (void)state;
    bool seen[60] = {false};
    size_t n = 0;
    for (int64_t i = 0; i < 55; i++)
        put((struct put){1 + i % 2, i + 1, NOW - i * DAY, .title = "编号", .text = "渡口"});
    struct search_query q = {.words = S("渡口")};
    int64_t last = INT64_MAX;
    do {
        struct search_answer a = find_q(q);
        assert_int_equal(a.found, 55);
        for (size_t i = 0; i < a.n; i++, n++) {
            assert_false(seen[a.v[i].a.no]);
            seen[a.v[i].a.no] = true;
            assert_true(a.v[i].score <= last);
            last = a.v[i].score;
        }
        q.after_score = a.next_score;
        q.after = a.next;
    } while (q.after);
    assert_int_equal(n, 55);
}

static void told(int64_t done)
{
    (void)done;
}

static void test_search__rebuilt_is_the_same(void **state)
{
    (void)state;
    for (int64_t i = 0; i < 30; i++)
        put((struct put){1, i + 1, NOW - i * DAY, .title = i % 3 ? "甲" : "灯塔",
                         .text = i % 2 ? "灯塔在海边" : "山里没有"});
    struct search_answer before = FIND(.words = S("灯塔"));
    int64_t n = 0;
    assert_int_equal(search_rebuild(db, told, &n), OK);
    assert_int_equal(n, 30);
    struct search_answer after = FIND(.words = S("灯塔"));
    assert_int_equal(before.n, after.n);
    assert_int_equal(before.found, 20);
    assert_int_equal(after.found, 20);
    for (size_t i = 0; i < before.n; i++) {
        assert_int_equal(before.v[i].a.no, after.v[i].a.no);
        assert_int_equal(before.v[i].score, after.v[i].score);
    }
}

static void test_search__postings_as_bytes(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct posting v[N], out[N];
    for (size_t i = 0; i < N; i++)
        v[i] = (struct posting){(int64_t)(i * i * 1000003), (uint8_t)i};
    v[N - 1].doc = INT64_MAX;
    struct bytes b = postings_encode(mem, v, N);
    assert_int_equal(postings_decode(b, N, out), OK);
    for (size_t i = 0; i < N; i++)
        assert_true(v[i].doc == out[i].doc && v[i].weight == out[i].weight);
    assert_int_equal(postings_decode((struct bytes){b.p, b.n - 1}, N, out), ERR_BUG);
    assert_int_equal(postings_decode(b, N - 1, out), ERR_BUG);
    assert_int_equal(postings_decode((struct bytes){0}, 1, out), ERR_BUG);
}

static str shown(struct marked e)
{
    struct buf b;
    buf_init(&b, mem, 4096);
    for (size_t i = 0; i < e.n; i++)
        buf_fmt(&b, e.v[i].hit ? "[%.*s]" : "%.*s", FMT(e.v[i].text));
    return buf_str(&b);
}

/* Stepping by one would take twenty million statements. */
static void test_search__a_crowd_finds_numbers_at_once(void **state)
{
    (void)state;
    int64_t from = NOW;
    assert_int_equal(db_tx(db, crowd_put, &from), OK);
    int64_t start = clock_mono_us();
    assert_int_equal(db_tx(db, late_put, &from), OK);
    assert_true(clock_mono_us() - start < 10 * 1000000);
}

static void test_search__excerpts_show_why(void **state)
{
    (void)state;
    str long_text =
        S("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十河道在这里，河道");
    assert_string_equal(str_z(mem, shown(search_excerpt(mem, long_text, S("河道"), 60))),
                        "…七八九十一二三四五六七八九十一二三四五六七八九十[河道]在这里，[河道]");
    assert_string_equal(
        str_z(mem, shown(search_excerpt(mem, S("Use SQLite <b>"), S("sqlite"), 60))),
        "Use [SQLite] <b>");
    assert_string_equal(str_z(mem, shown(search_excerpt(mem, S("中国人民"), S("国人说"), 60))),
                        "中[国人]民");
    assert_string_equal(str_z(mem, shown(search_excerpt(mem, S("一二三四"), S("没有"), 2))),
                        "一二…");
    assert_int_equal(search_excerpt(mem, S(""), S("河道"), 10).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_search__all_words_in_title_name_or_text, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_search__titles_and_new_ones_come_first, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_search__filters, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_search__removed_articles_are_gone_before_the_index_knows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_search__a_new_version_replaces_the_words_of_the_old,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_search__what_can_not_be_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_search__pages_follow_one_another, setup, teardown),
        cmocka_unit_test_setup_teardown(test_search__rebuilt_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_search__postings_as_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_search__a_crowd_finds_numbers_at_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_search__excerpts_show_why, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
