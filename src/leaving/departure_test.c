/* Leaving as a user and as a registrant: what stands against it, taking it back, what is gone at
 * once and what only the retention engine erases. */
#include "leaving/departure.h"

#include "base/clock.h"
#include "record/retention.h"
#include "registrant/registrant.h"
#include "tests/unit/testdb.h"
#include "user/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { PERSON = 5, OTHER = 6, REGISTRANT = 70, ACCOUNT = 7, THEIRS = 8 };
static struct db *db;
static struct vault *vault;
static struct mailer mail;
static struct settings none; /* no gateway */
static arena *mem;
static char dir[] = "/tmp/gongqi-departure-XXXXXX";

struct act {
    struct departure_wish wish;
    int64_t id;
    struct departure d;
    struct departure_block *v;
    size_t block_n;
    bool done;
    struct login login;
};

static err seed(struct tx *t, void *ctx)
{
    struct bytes b = str_bytes(S("x")), sealed;
    struct user_new n = {S("Person"), S("15400000001"), S("hash"), S("zh")};
    int64_t id = 0;
    (void)ctx;
    TRY(user_create(t, vault, &n, &id));
    TRY(db_exec(t, "UPDATE users SET id = 5 WHERE id = $1", DB_IN(id)));
    TRY(db_exec(t, "UPDATE user_mobile SET user_id = 5 WHERE user_id = $1", DB_IN(id)));
    TRY(vault_seal_text(VAULT_CTX(vault, t, mem), VAULT_REF("users", "mobile_sealed", PERSON),
                        n.mobile, &sealed));
    TRY(db_exec(t, "UPDATE users SET mobile_sealed = $1 WHERE id = 5", DB_IN(sealed)));
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at)"
                " VALUES (6, 'Other', '', $1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO registrant (id, class, user_id, identity_key, state, created_at,"
                " updated_at) VALUES (70, 'individual', 5, $1, 'verified', 1, 1),"
                " (71, 'individual', 6, $1, 'verified', 1, 1)",
                DB_IN(b)));
    TRY(vault_seal_text(VAULT_CTX(vault, t, mem), VAULT_REF("identity_field", "name", REGISTRANT),
                        S("Zhang San"), &sealed));
    TRY(db_exec(t,
                "INSERT INTO identity_field (registrant_id, field, sealed) VALUES (70, 'name', $1)",
                DB_IN(sealed)));
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name,"
                " intro, categories, subscribers, created_at, updated_at) VALUES"
                " (7, 'seven', 70, $1, 'individual', 'active', 'Seven', 'i', 'life', 0, 1, 1),"
                " (8, 'eight', 71, $1, 'individual', 'active', 'Eight', 'i', 'life', 1, 1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO member (account_id, user_id, role, added_by, added_at) VALUES"
                " (7, 5, 'owner', 5, 1), (8, 6, 'owner', 6, 1), (8, 5, 'editor', 6, 1)",
                DB_IN()));
    TRY(db_exec(t, "INSERT INTO subscription (user_id, account_id, at) VALUES (5, 8, 1)", DB_IN()));
    TRY(db_exec(t, "INSERT INTO subscriber (account_id, user_id, at) VALUES (8, 5, 1)", DB_IN()));
    return db_exec(t, "INSERT INTO saved (user_id, account_id, no, at) VALUES (5, 8, 1, 1)",
                   DB_IN());
}

#define ACT(name, call)                                                                            \
    static err name(struct tx *t, void *ctx)                                                       \
    {                                                                                              \
        struct act *x = ctx;                                                                       \
        (void)x;                                                                                   \
        return call;                                                                               \
    }
ACT(ask, departure_ask(t, mem, &x->wish, &x->id))
ACT(blocks, departure_blocks(t, mem, &x->wish, &x->v, &x->block_n))
ACT(load, departure_load(t, mem, x->id, &x->d))
ACT(take_back, departure_take_back(t, mem, x->wish.user_id, x->id))
ACT(finish,
    departure_finish(t, mem, &(struct departure_end){&mail, S("http://x"), x->id}, &x->done))
ACT(find_login, login_find(t, mem, vault, S("15400000001"), &x->login))
ACT(close_account,
    db_exec(t, "UPDATE account SET state = 'closed', reason = 'left' WHERE id = 7", DB_IN()))
ACT(sole_owner, db_exec(t, "UPDATE member SET role = 'owner' WHERE user_id = 5", DB_IN()))
ACT(drop_other, db_exec(t, "DELETE FROM member WHERE user_id = 6", DB_IN()))
ACT(old,
    db_exec(t, "UPDATE departure SET ended_at = $1", DB_IN(retention_cutoff(tx_now(t), 6) - 1)))
ACT(hold,
    hold_place(t, &(struct hold){
                      .kind = S("user"), .ref = PERSON, .reason = S("r"), .placed_by = OTHER}))
ACT(lift, db_exec(t, "UPDATE legal_hold SET lifted_at = 1", DB_IN()))

struct left {
    int64_t identities, keys, numbers, users, subscribers, subscriptions, saved, members, sms;
};
static err count(struct tx *t, void *ctx)
{
    struct left *l = ctx;
    return db_one(t, mem,
                  "SELECT (SELECT COUNT(*) FROM identity_field), (SELECT COUNT(*) FROM vault_key"
                  " WHERE owner_id IN (5, 70)), (SELECT COUNT(*) FROM user_mobile),"
                  " (SELECT COUNT(*) FROM users WHERE state = 'active'),"
                  " (SELECT subscribers FROM account WHERE id = 8),"
                  " (SELECT COUNT(*) FROM subscription), (SELECT COUNT(*) FROM saved),"
                  " (SELECT COUNT(*) FROM member WHERE account_id = 8 AND user_id = 5),"
                  " (SELECT COUNT(*) FROM outbox)",
                  DB_IN(),
                  DB_OUT(&l->identities, &l->keys, &l->numbers, &l->users, &l->subscribers,
                         &l->subscriptions, &l->saved, &l->members, &l->sms));
}
static struct left left(void)
{
    struct left l = {0};
    assert_int_equal(db_read(db, count, &l), OK);
    return l;
}
static int64_t purge(void)
{
    static const struct retention_plan SIX = {{6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 36}};
    int64_t n = 0;
    assert_int_equal(retention_purge(db, &SIX, &n), OK);
    return n;
}

static void test_departure__accounts_stand_against_it_and_are_named(void **state)
{
    struct act x = {.wish = {PERSON, 0, 0}};
    (void)state;
    assert_int_equal(db_read(db, blocks, &x), OK);
    assert_int_equal(x.block_n, 1);
    assert_int_equal(x.v[0].kind, BLOCK_account);
    assert_true(str_eq(x.v[0].href, S("/console/seven/close")));
    assert_int_equal(db_tx(db, ask, &x), ERR_CONFLICT);
    assert_int_equal(db_tx(db, close_account, &x), OK);
    assert_int_equal(db_tx(db, sole_owner, &x), OK);
    assert_int_equal(db_read(db, blocks, &x), OK);
    assert_int_equal(x.block_n, 0); /* another owner is there */
    assert_int_equal(db_tx(db, drop_other, &x), OK);
    assert_int_equal(db_read(db, blocks, &x), OK);
    assert_int_equal(x.block_n, 1);
    assert_int_equal(x.v[0].kind, BLOCK_sole_owner);
    x.wish.registrant_id = 71; /* somebody else's */
    assert_int_equal(db_tx(db, ask, &x), ERR_NOT_FOUND);
}

static void test_departure__can_be_taken_back_while_it_cools(void **state)
{
    struct act x = {.wish = {PERSON, 0, 7}}, other = {.wish = {OTHER, 0, 0}};
    (void)state;
    assert_int_equal(db_tx(db, close_account, &x), OK);
    assert_int_equal(db_tx(db, ask, &x), OK);
    assert_int_equal(db_tx(db, ask, &x), ERR_CONFLICT);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_false(x.done); /* not yet due */
    other.id = x.id;
    assert_int_equal(db_tx(db, take_back, &other), ERR_NOT_FOUND);
    assert_int_equal(db_tx(db, take_back, &x), OK);
    assert_int_equal(db_tx(db, take_back, &x), ERR_CONFLICT);
    assert_int_equal(left().users, 2);
    assert_int_equal(left().subscriptions, 1);
}

static void test_departure__ends_at_once_what_is_private_and_later_the_identity(void **state)
{
    struct act x = {.wish = {PERSON, 0, 0}};
    (void)state;
    assert_int_equal(db_tx(db, close_account, &x), OK);
    assert_int_equal(db_tx(db, ask, &x), OK);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_true(x.done);
    struct left l = left();
    assert_int_equal(l.users, 1);
    assert_int_equal(l.subscribers, 0);
    assert_int_equal(l.subscriptions + l.saved + l.members, 0);
    assert_int_equal(l.sms, 1);
    assert_int_equal(l.identities, 1); /* restricted storage */
    assert_int_equal(l.keys, 2);
    assert_int_equal(db_read(db, find_login, &x), OK);
    assert_int_equal(x.login.user.id, 0);
    assert_int_equal(x.login.left.id, PERSON);
    assert_int_equal(purge(), 0); /* six months are not over */
    assert_int_equal(db_tx(db, old, &x), OK);
    assert_int_equal(db_tx(db, hold, &x), OK);
    assert_int_equal(purge(), 0);
    assert_int_equal(db_tx(db, lift, &x), OK);
    assert_int_equal(purge(), 1);
    l = left();
    assert_int_equal(l.identities + l.keys + l.numbers, 0);
    assert_int_equal(db_read(db, load, &x), OK);
    assert_true(x.d.erased_at > 0);
    assert_int_equal(purge(), 0);
}

static err again(struct tx *t, void *ctx)
{
    struct user_new n = {S("New"), S("15400000001"), S("hash"), S("zh")};
    return user_create(t, vault, &n, ctx);
}

static void test_departure__frees_the_number_but_not_before(void **state)
{
    struct act x = {.wish = {PERSON, 0, 0}};
    int64_t id = 0;
    (void)state;
    assert_int_equal(db_tx(db, again, &id), ERR_CONFLICT);
    assert_int_equal(db_tx(db, close_account, &x), OK);
    assert_int_equal(db_tx(db, ask, &x), OK);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_int_equal(db_tx(db, again, &id), OK);
    assert_int_equal(db_read(db, find_login, &x), OK);
    assert_int_equal(x.login.user.id, id);
}

static err registrant_now(struct tx *t, void *ctx)
{
    struct registrant r;
    TRY(registrant_load(t, mem, REGISTRANT, &r));
    *(bool *)ctx = registrant_left(&r);
    return OK;
}

static void test_departure__of_a_registrant_leaves_the_login(void **state)
{
    struct act x = {.wish = {PERSON, REGISTRANT, 0}};
    bool gone = false;
    (void)state;
    assert_int_equal(db_tx(db, ask, &x), ERR_CONFLICT); /* an open account */
    assert_int_equal(db_tx(db, close_account, &x), OK);
    assert_int_equal(db_tx(db, ask, &x), OK);
    assert_int_equal(db_tx(db, finish, &x), OK);
    assert_true(x.done);
    assert_int_equal(db_read(db, registrant_now, &gone), OK);
    assert_true(gone);
    assert_int_equal(left().users, 2);
    assert_int_equal(left().subscriptions, 1);
    assert_int_equal(db_tx(db, ask, &x), ERR_CONFLICT); /* has left */
    assert_int_equal(db_tx(db, old, &x), OK);
    assert_int_equal(purge(), 1);
    assert_int_equal(left().identities, 0);
    assert_int_equal(left().keys, 1); /* the login's */
}

static void test_departure__the_address_needs_its_key(void **state)
{
    str path = departure_path(vault, mem, 12), rest = str_sub(path, 9, path.n);
    (void)state;
    assert_true(str_starts(path, S("/left/12/")));
    assert_true(departure_key_right(vault, mem, 12, rest));
    assert_false(departure_key_right(vault, mem, 13, rest));
    assert_false(departure_key_right(vault, mem, 12, S("")));
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    struct vault_opts o = {.key_file = str_fmt(mem, "%s/key", dir).p};
    assert_int_equal(vault_start(db, &o, &vault), OK);
    mail = (struct mailer){.db = db, .vault = vault, .settings = &none};
    assert_int_equal(db_tx(db, seed, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(str_fmt(mem, "%s/key", dir).p);
    vault_stop(vault);
    test_db_close(db);
    arena_free(mem);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_departure__accounts_stand_against_it_and_are_named),
        TEST(test_departure__can_be_taken_back_while_it_cools),
        TEST(test_departure__ends_at_once_what_is_private_and_later_the_identity),
        TEST(test_departure__frees_the_number_but_not_before),
        TEST(test_departure__of_a_registrant_leaves_the_login),
        TEST(test_departure__the_address_needs_its_key),
    };
    if (!mkdtemp(dir))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)rmdir(dir);
    return failed;
}
