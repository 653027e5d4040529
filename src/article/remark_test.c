/* Notes to an article: threads, and whom they are told. */
#include "article/remark.h"
#include "base/rand.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACCOUNT = SEED_RIVER, WRITER = SEED_WRITER, COLLEAGUE = SEED_OFFICER, COMMENTS = 13 };

static arena *mem;
static struct db *db;

static err seed(struct tx *t, void *ctx)
{
    TRY(seed_publisher(t, ctx));
    TRY(seed_user(t, COMMENTS, S("m")));
    TRY(seed_article(t, ACCOUNT, 1, S("draft")));
    TRY(db_exec(t, "UPDATE article SET author_id = 11", DB_IN()));
    TRY(seed_member(t, ACCOUNT, WRITER, S("author")));
    TRY(seed_member(t, ACCOUNT, COLLEAGUE, S("author")));
    return seed_member(t, ACCOUNT, COMMENTS, S("commenter_manager"));
}

struct call {
    struct remark wish, *v;
    int64_t id, told, open;
    size_t n;
    bool done;
};

static err write(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return remark_write(t, mem, &c->wish, &c->id);
}

static err settle(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return remark_settle(t, &c->wish, c->done);
}

static err look(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(remark_open_count(t, ACCOUNT, 1, &c->open));
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE user_id = $1", DB_IN(c->wish.author),
               DB_OUT(&c->told)));
    return remark_list(t, mem, ACCOUNT, 1, &c->v, &c->n);
}

static struct call remark_of(int64_t author, int64_t thread, str body)
{
    return (struct call){
        .wish = {.account_id = ACCOUNT, .no = 1, .thread = thread, .author = author, .body = body}};
}

static void test_remark__threads_are_told_and_settled(void **state)
{
    (void)state;
    struct call one = remark_of(WRITER, 0, S(" 数字要核对 ")),
                two = remark_of(WRITER, 0, S("题目呢"));
    assert_int_equal(db_tx(db, write, &one), OK);
    assert_int_equal(db_tx(db, write, &two), OK);
    struct call answer = remark_of(COLLEAGUE, one.id, S("好")), deep = remark_of(WRITER, 0, S("x"));
    assert_int_equal(db_tx(db, write, &answer), OK);
    deep.wish.thread = answer.id; /* an answer is no thread */
    assert_int_equal(db_tx(db, write, &deep), ERR_NOT_FOUND);
    assert_int_equal(db_read(db, look, &answer), OK);
    assert_int_equal(answer.n, 3);
    assert_int_equal(answer.v[1].id, answer.id); /* behind its thread's first */
    assert_string_equal(str_z(mem, answer.v[0].body), "数字要核对");
    assert_int_equal(answer.told, 2);
    assert_int_equal(answer.open, 2);
    struct call none = remark_of(COMMENTS, 0, S(""));
    assert_int_equal(db_read(db, look, &none), OK);
    assert_int_equal(none.told, 0); /* who may not write is not told */
    answer.wish.thread = one.id;
    answer.done = true;
    assert_int_equal(db_tx(db, settle, &answer), OK);
    assert_int_equal(db_read(db, look, &answer), OK);
    assert_int_equal(answer.open, 1);
    answer.done = false;
    assert_int_equal(db_tx(db, settle, &answer), OK);
    assert_int_equal(db_read(db, look, &answer), OK);
    assert_int_equal(answer.open, 2);
}

static void test_remark__limits(void **state)
{
    (void)state;
    str full = S("");
    for (int i = 0; i < REMARK_MAX; i++)
        full = str_cat(mem, full, S("字"));
    struct call fits = remark_of(WRITER, 0, full),
                over = remark_of(WRITER, 0, str_cat(mem, full, full));
    struct call empty = remark_of(WRITER, 0, S("  ")), none = remark_of(WRITER, 0, S("x"));
    none.wish.no = 2;
    assert_int_equal(db_tx(db, write, &fits), OK);
    assert_int_equal(db_tx(db, write, &over), ERR_INVALID);
    assert_int_equal(db_tx(db, write, &empty), ERR_INVALID);
    assert_int_equal(db_tx(db, write, &none), ERR_NOT_FOUND);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remark__threads_are_told_and_settled),
        cmocka_unit_test(test_remark__limits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
