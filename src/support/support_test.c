/* Tickets: whose turn it is, the lane of public bodies, the clock and what is counted late. */
#include "support/support.h"

#include "base/clock.h"
#include "base/rand.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { READER = 7, CLERK = 8, OTHER = 9, BODY = 10 };
static const struct ticket_terms TERMS = {3, 1};
static struct db *db;
static arena *mem;

struct act {
    int64_t user, id;
    bool staff, take;
    int rating;
    struct ticket k;
};

static err seed(struct tx *t, void *ctx)
{
    static const char *const names[] = {"Reader", "Clerk", "Other", "Body"};
    (void)ctx;
    for (size_t i = 0; i < LEN(names); i++)
        TRY(seed_user(t, 7 + (int64_t)i, str_from(names[i])));
    TRY(seed_account(t,
                     &(struct seed_account){1, S("hall"), S("n"), 1, S("government"), S("law")}));
    return seed_member(t, 1, 10, S("editor"));
}

static err open_tx(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct ticket k = {.user_id = a->user, .category = S("account"), .subject = S("s")};
    struct ticket_message m = {.body = S("b"), .blob = S(""), .mime = S("")};
    TRY(ticket_open(t, &TERMS, &k, &m, &a->id));
    return ticket_load(t, mem, a->id, &a->k);
}

static err say_tx(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct ticket_message m = {.ticket_id = a->id,
                               .author = a->user,
                               .staff = a->staff,
                               .body = S("b"),
                               .blob = S(""),
                               .mime = S("")};
    TRY(ticket_say(t, &TERMS, &m));
    return ticket_load(t, mem, a->id, &a->k);
}

static err claim_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return ticket_claim(t, a->id, a->user, a->take);
}

static err close_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return ticket_close(t, a->id, a->user);
}

static err rate_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return ticket_rate(t, a->id, a->rating);
}

static err make_late(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    return db_exec(t, "UPDATE ticket SET due_at = 5 WHERE id = $1", DB_IN(a->id));
}

static err queue_tx(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    struct ticket *v;
    size_t n;
    TRY(ticket_queue(t, mem, &(struct ticket_filter){S("open"), 0, 10}, &v, &n));
    a->id = n ? v[0].user_id : 0;
    return OK;
}

static void test_ticket__public_bodies_come_first(void **state)
{
    (void)state;
    struct act reader = {.user = READER}, body = {.user = BODY}, first = {0};
    assert_int_equal(db_tx(db, open_tx, &reader), OK);
    assert_int_equal(db_tx(db, open_tx, &body), OK);
    assert_false(reader.k.priority);
    assert_true(body.k.priority);
    assert_true(body.k.due_at < reader.k.due_at);
    assert_int_equal(db_read(db, queue_tx, &first), OK);
    assert_int_equal(first.id, BODY);
}

static void test_ticket__turns_clock_and_late_answers(void **state)
{
    (void)state;
    struct act a = {.user = READER};
    assert_int_equal(db_tx(db, open_tx, &a), OK);
    int64_t due = a.k.due_at;
    assert_int_equal(db_tx(db, say_tx, &a), OK); /* the asker adds something */
    assert_int_equal(a.k.due_at, due);
    assert_int_equal(db_tx(db, make_late, &a), OK);
    a.user = CLERK;
    a.staff = true;
    assert_int_equal(db_tx(db, say_tx, &a), OK);
    assert_true(str_eq(a.k.state, S("answered")));
    assert_int_equal(a.k.late, 1);
    assert_int_equal(a.k.claimed_by, CLERK);
    struct act other = {.user = OTHER, .id = a.id, .take = true};
    assert_int_equal(db_tx(db, claim_tx, &other), ERR_CONFLICT);
    struct act rate = {.id = a.id, .rating = 4};
    assert_int_equal(db_tx(db, rate_tx, &rate), ERR_CONFLICT); /* not closed yet */
    assert_int_equal(db_tx(db, close_tx, &a), OK);
    assert_int_equal(db_tx(db, close_tx, &a), ERR_CONFLICT);
    assert_int_equal(db_tx(db, rate_tx, &rate), OK);
    a.user = READER;
    a.staff = false;
    assert_int_equal(db_tx(db, say_tx, &a), OK);
    assert_true(str_eq(a.k.state, S("open")));
    assert_true(a.k.due_at > 5);
}

static void test_ticket__one_person_has_ten_open(void **state)
{
    (void)state;
    struct act a = {.user = OTHER};
    for (int i = 0; i < TICKET_OPEN_MAX; i++)
        assert_int_equal(db_tx(db, open_tx, &a), OK);
    assert_int_equal(db_tx(db, open_tx, &a), ERR_LIMIT);
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
        cmocka_unit_test(test_ticket__public_bodies_come_first),
        cmocka_unit_test(test_ticket__turns_clock_and_late_answers),
        cmocka_unit_test(test_ticket__one_person_has_ten_open),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
