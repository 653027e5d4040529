/* Secret links to a draft: how each of them ends. */
#include "article/draft_link.h"
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

struct call {
    struct draft_link wish;
    struct draft_shown s;
    str token;
    const char *sql;
};

static err draft(struct tx *t, void *ctx)
{
    int64_t *no = ctx;
    struct article_text x = {.title = S("Draft"),
                             .digest = S(""),
                             .cover = S(""),
                             .category = S("culture"),
                             .doc = S("{\"type\":\"doc\",\"content\":[]}"),
                             .kind = S("text")};
    return article_create(t, ACCOUNT, WRITER, &x, no);
}

static err make(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return draft_link_make(t, mem, &c->wish, &c->token);
}

static err look(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return draft_link_open(t, mem, c->token, &c->s);
}

static err revoke(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    return draft_link_revoke(t, mem, ACCOUNT, c->s.link.id, WRITER);
}

static err expire(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE draft_link SET expires_at = 1", DB_IN());
}

static err use_up(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE draft_link SET views = 99", DB_IN());
}

static err suspend(struct tx *t, void *ctx)
{
    const bool *back = ctx;
    return db_exec(t,
                   "UPDATE account SET state = CASE WHEN $1 = 1 THEN 'active' ELSE 'suspended' END",
                   DB_IN(*back));
}

static err stored(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM draft_link WHERE token_hash = $1",
               DB_IN(str_bytes(c->token)), DB_OUT(&n)));
    return n ? fault(ERR_BUG, "internal", "the token itself is stored") : OK;
}

static struct call link_of(int64_t no, int64_t term)
{
    return (struct call){
        .wish = {
            .account_id = ACCOUNT, .no = no, .made_by = WRITER, .expires_at = clock_ms() + term}};
}

static void test_draft_link__shows_counts_and_ends(void **state)
{
    (void)state;
    int64_t no = 0;
    bool back = false;
    assert_int_equal(db_tx(db, draft, &no), OK);
    struct call c = link_of(no, HOUR_MS), guess = {.token = S("guess")};
    assert_int_equal(db_tx(db, make, &c), OK);
    assert_true(c.token.n >= 32);
    assert_int_equal(db_read(db, stored, &c), OK);
    assert_int_equal(db_tx(db, look, &guess), ERR_NOT_FOUND);
    assert_int_equal(db_tx(db, look, &c), OK);
    assert_string_equal(str_z(mem, c.s.text.title), "Draft");
    assert_int_equal(db_tx(db, look, &c), OK);
    assert_int_equal(c.s.link.views, 1); /* before this one */
    assert_int_equal(db_tx(db, suspend, &back), OK);
    assert_int_equal(db_tx(db, look, &c), ERR_NOT_FOUND);
    back = true;
    assert_int_equal(db_tx(db, suspend, &back), OK);
    assert_int_equal(db_tx(db, use_up, NULL), OK);
    assert_int_equal(db_tx(db, look, &c), OK); /* the hundredth */
    assert_int_equal(db_tx(db, look, &c), ERR_NOT_FOUND);
    struct call other = link_of(no, HOUR_MS);
    assert_int_equal(db_tx(db, make, &other), OK);
    assert_int_equal(db_tx(db, look, &other), OK);
    assert_int_equal(db_tx(db, revoke, &other), OK);
    assert_int_equal(db_tx(db, look, &other), ERR_NOT_FOUND);
    struct call late = link_of(no, HOUR_MS);
    assert_int_equal(db_tx(db, make, &late), OK);
    assert_int_equal(db_tx(db, expire, NULL), OK);
    assert_int_equal(db_tx(db, look, &late), ERR_NOT_FOUND);
    assert_string_equal(fault_last()->reason, "draft_link_over");
}

static void test_draft_link__limits(void **state)
{
    (void)state;
    int64_t no = 0;
    assert_int_equal(db_tx(db, draft, &no), OK);
    struct call long_one = link_of(no, (DRAFT_LINK_DAYS_MAX + 1) * (int64_t)DAY_MS);
    struct call past = link_of(no, -HOUR_MS), none = link_of(no + 1, HOUR_MS);
    assert_int_equal(db_tx(db, make, &long_one), ERR_INVALID);
    assert_int_equal(db_tx(db, make, &past), ERR_INVALID);
    assert_int_equal(db_tx(db, make, &none), ERR_NOT_FOUND);
    for (int i = 0; i < DRAFT_LINKS_MAX; i++) {
        struct call c = link_of(no, HOUR_MS);
        assert_int_equal(db_tx(db, make, &c), OK);
    }
    struct call more = link_of(no, HOUR_MS);
    assert_int_equal(db_tx(db, make, &more), ERR_LIMIT);
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
        cmocka_unit_test(test_draft_link__shows_counts_and_ends),
        cmocka_unit_test(test_draft_link__limits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
