/* Passkeys and devices on a real database. */
#include "user/passkey.h"

#include "base/clock.h"
#include "base/rand.h"
#include "notice/notice.h"
#include "tests/unit/authenticator.h"
#include "tests/unit/fake.h"
#include "user/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct fake f;
static arena *mem;
static const struct webauthn_site SITE = {S_INIT("https://example.org"), S_INIT("example.org")};

enum { STAFF = 12, READER = 13, MATE = 14, SESSION = 77 };
static const struct passkey_ask LOGIN = {.purpose = PASSKEY_LOGIN};

static struct passkey_ask asks(enum passkey_purpose purpose, int64_t user_id)
{
    return (struct passkey_ask){purpose, user_id, SESSION};
}

static err add(struct tx *t, const struct authenticator *a, int64_t user_id,
               const char **ret_reason)
{
    struct passkey_answer in = {
        .site = SITE, .to = asks(PASSKEY_REGISTER, user_id), .name = S("手机")};
    struct passkey p;
    str challenge;
    TRY(passkey_ask(t, mem, &in.to, &challenge));
    in.made = auth_make(a, challenge);
    return passkey_add(t, mem, &in, &p, ret_reason);
}

static struct passkey_answer answer(const struct authenticator *a, struct passkey_ask to,
                                    int64_t user_id, str challenge)
{
    return (struct passkey_answer){.site = SITE,
                                   .to = to,
                                   .credential = a->id,
                                   .handle = passkey_handle(mem, user_id),
                                   .signed_ = auth_answer(a, challenge)};
}

/* Asks, lets the authenticator answer, and says why that was refused (NULL: it was right). */
static err ask_and_check(struct tx *t, const struct authenticator *a, struct passkey_ask to,
                         int64_t user_id, const char **ret_reason)
{
    struct passkey p;
    str challenge;
    TRY(passkey_ask(t, mem, &to, &challenge));
    struct passkey_answer in = answer(a, to, user_id, challenge);
    return passkey_check(t, mem, &in, &p, ret_reason);
}

static err tx_good(struct tx *t, void *ctx)
{
    struct authenticator *a = ctx;
    const char *reason = NULL;
    struct passkey *v;
    struct user u;
    size_t n = 0;
    TRY(add(t, a, READER, &reason));
    assert_null(reason);
    TRY(user_load(t, mem, READER, &u));
    assert_true(user_two_factor(&u));
    a->count = 3;
    TRY(ask_and_check(t, a, LOGIN, READER, &reason));
    assert_null(reason);
    a->count = 4;
    TRY(ask_and_check(t, a, asks(PASSKEY_SECOND, READER), READER, &reason));
    assert_null(reason);
    TRY(passkey_list(t, mem, READER, &v, &n));
    assert_int_equal(n, 1);
    assert_int_equal(v[0].key.count, 4);
    assert_true(v[0].used_at > 0);
    TRY(ask_and_check(t, a, LOGIN, READER, &reason));
    assert_string_equal(reason, "passkey_copied");
    TRY(add(t, a, MATE, &reason));
    assert_string_equal(reason, "passkey_exists");
    return OK;
}

static err tx_drop(struct tx *t, void *ctx)
{
    (void)ctx;
    return passkey_drop(t, READER, 0);
}

static void test_passkey__logs_in_and_is_a_second_factor(void **state)
{
    (void)state;
    static const int ALGORITHMS[] = {COSE_ES256, COSE_EDDSA};
    for (size_t i = 0; i < LEN(ALGORITHMS); i++) {
        struct authenticator a;
        auth_new(&a, mem, ALGORITHMS[i], "good");
        assert_int_equal(db_tx(f.db, tx_good, &a), OK);
        assert_int_equal(db_tx(f.db, tx_drop, NULL), OK);
        auth_done(&a);
    }
}

/* A challenge is good for one answer, right or wrong, of its purpose, person and session. */
static err tx_challenges(struct tx *t, void *ctx)
{
    struct authenticator *a = ctx;
    const char *reason = NULL;
    struct passkey p;
    str challenge;
    TRY(add(t, a, READER, &reason));
    TRY(passkey_ask(t, mem, &LOGIN, &challenge));
    struct passkey_answer in = answer(a, LOGIN, READER, challenge);
    TRY(passkey_check(t, mem, &in, &p, &reason));
    assert_null(reason);
    TRY(passkey_check(t, mem, &in, &p, &reason));
    assert_string_equal(reason, "passkey_challenge");
    TRY(passkey_ask(t, mem, &LOGIN, &challenge));
    struct passkey_answer wrong = answer(a, LOGIN, READER, challenge);
    wrong.signed_.signature.n--;
    TRY(passkey_check(t, mem, &wrong, &p, &reason));
    assert_string_equal(reason, "passkey_signature");
    in = answer(a, LOGIN, READER, challenge);
    TRY(passkey_check(t, mem, &in, &p, &reason));
    assert_string_equal(reason, "passkey_challenge");
    const struct passkey_ask others[] = {asks(PASSKEY_REGISTER, READER),
                                         asks(PASSKEY_SECOND, MATE),
                                         {PASSKEY_SECOND, READER, SESSION + 1},
                                         LOGIN};
    for (size_t i = 0; i < LEN(others); i++) {
        TRY(passkey_ask(t, mem, &others[i], &challenge));
        in = answer(a, asks(PASSKEY_SECOND, READER), READER, challenge);
        TRY(passkey_check(t, mem, &in, &p, &reason));
        assert_string_equal(reason, "passkey_challenge");
    }
    in = answer(a, LOGIN, READER, S("bm9ib2R5IGFza2Vk"));
    TRY(passkey_check(t, mem, &in, &p, &reason));
    assert_string_equal(reason, "passkey_challenge");
    TRY(passkey_ask(t, mem, &LOGIN, &challenge));
    TRY(db_exec(t, "UPDATE passkey_challenge SET expires_at = $1", DB_IN(tx_now(t))));
    in = answer(a, LOGIN, READER, challenge);
    TRY(passkey_check(t, mem, &in, &p, &reason));
    assert_string_equal(reason, "passkey_challenge");
    return passkey_drop(t, READER, 0);
}

static void test_passkey__a_challenge_is_good_once(void **state)
{
    (void)state;
    struct authenticator a;
    auth_new(&a, mem, COSE_EDDSA, "challenged");
    assert_int_equal(db_tx(f.db, tx_challenges, &a), OK);
}

static err tx_strangers(struct tx *t, void *ctx)
{
    struct authenticator *a = ctx;
    struct authenticator other;
    const char *reason = NULL;
    struct passkey p;
    str challenge;
    TRY(add(t, a, READER, &reason));
    auth_new(&other, mem, COSE_EDDSA, "nobody's");
    TRY(ask_and_check(t, &other, LOGIN, READER, &reason));
    assert_string_equal(reason, "passkey_unknown");
    TRY(ask_and_check(t, a, LOGIN, MATE, &reason)); /* another's handle */
    assert_string_equal(reason, "passkey_unknown");
    TRY(ask_and_check(t, a, asks(PASSKEY_SECOND, MATE), MATE, &reason));
    assert_string_equal(reason, "passkey_unknown");
    TRY(passkey_ask(t, mem, &LOGIN, &challenge));
    struct passkey_answer in = answer(a, LOGIN, READER, challenge);
    in.handle = (struct bytes){0};
    TRY(passkey_check(t, mem, &in, &p, &reason));
    assert_string_equal(reason, "passkey_unknown");
    auth_new(&other, mem, COSE_EDDSA, "challenged"); /* the right id, another key */
    TRY(ask_and_check(t, &other, LOGIN, READER, &reason));
    assert_string_equal(reason, "passkey_signature");
    return passkey_drop(t, READER, 0);
}

static void test_passkey__strangers_stay_out(void **state)
{
    (void)state;
    struct authenticator a;
    auth_new(&a, mem, COSE_EDDSA, "challenged");
    assert_int_equal(db_tx(f.db, tx_strangers, &a), OK);
}

static err tx_removal(struct tx *t, void *ctx)
{
    struct authenticator *a = ctx;
    const char *reason = NULL;
    struct passkey *v;
    str codes[RECOVERY_CODES];
    size_t n = 0;
    int64_t left = 0;
    TRY(add(t, a, STAFF, &reason));
    TRY(passkey_list(t, mem, STAFF, &v, &n));
    assert_int_equal(passkey_remove(t, STAFF, v[0].id), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "last_factor");
    a->id = str_bytes(S("second one"));
    TRY(add(t, a, STAFF, &reason));
    assert_int_equal(passkey_remove(t, READER, v[0].id), ERR_NOT_FOUND);
    TRY(passkey_remove(t, STAFF, v[0].id));
    a->id = str_bytes(S("third one"));
    TRY(add(t, a, READER, &reason));
    TRY(recovery_codes_make(t, mem, READER, codes));
    TRY(passkey_list(t, mem, READER, &v, &n));
    TRY(passkey_rename(t, READER, v[0].id, S("新名字")));
    assert_int_equal(passkey_rename(t, STAFF, v[0].id, S("x")), ERR_NOT_FOUND);
    TRY(passkey_remove(t, READER, v[0].id));
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM recovery_code WHERE user_id = $1",
               DB_IN((int64_t)READER), DB_OUT(&left)));
    assert_int_equal(left, 0);
    return OK;
}

static void test_passkey__staff_keep_a_second_factor(void **state)
{
    (void)state;
    struct authenticator a;
    auth_new(&a, mem, COSE_EDDSA, "first one");
    assert_int_equal(db_tx(f.db, tx_removal, &a), OK);
}

static err tx_many(struct tx *t, void *ctx)
{
    struct authenticator *a = ctx;
    const char *reason = NULL;
    for (int i = 0; i <= PASSKEYS_MAX; i++) {
        a->id = str_bytes(str_fmt(mem, "many %d", i));
        TRY(add(t, a, MATE, &reason));
        if (i < PASSKEYS_MAX)
            assert_null(reason);
    }
    assert_string_equal(reason, "passkey_too_many");
    return passkey_drop(t, MATE, 0);
}

static void test_passkey__at_most_twenty(void **state)
{
    (void)state;
    struct authenticator a;
    auth_new(&a, mem, COSE_EDDSA, "many");
    assert_int_equal(db_tx(f.db, tx_many, &a), OK);
}

/* ---- devices ---- */

static err unread(struct tx *t, int64_t user_id, const char *kind, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE user_id = $1 AND kind = $2",
                  DB_IN(user_id, str_from(kind)), DB_OUT(ret_n));
}

static str cookie_of(const struct request *r)
{
    for (size_t i = 0; i < r->reply.headers.n; i++) {
        str rest = r->reply.headers.v[i].value;
        if (str_eq(str_split(rest, '=', &rest), S("device")))
            return str_split(rest, ';', &rest);
    }
    return STR_NONE;
}

static err tx_members(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name,"
                " intro, categories, created_at, updated_at) VALUES (1, 'river', 1, $1,"
                " 'individual', 'active', '河岸', '', '', 0, 0)",
                DB_IN(str_bytes(S("k")))));
    TRY(db_exec(t,
                "INSERT INTO member (account_id, user_id, role, added_by, added_at)"
                " VALUES (1, $1, 'author', 0, 0), (1, $2, 'owner', 0, 0)",
                DB_IN((int64_t)READER, (int64_t)MATE)));
    return OK;
}

struct entering {
    struct request r;
    int64_t own, mates;
};

static err tx_enter(struct tx *t, void *ctx)
{
    struct entering *e = ctx;
    TRY(device_enter(&e->r, t, READER));
    TRY(unread(t, READER, "login_new_device", &e->own));
    return unread(t, MATE, "member_new_device", &e->mates);
}

/* How many notices the person and the account's owner have after a login with that cookie. */
static str enter(str cookie, int64_t own, int64_t mates)
{
    struct entering e = {.r = fake_request(&f, METHOD_POST, "/login")};
    struct param device = {S("device"), cookie};
    if (cookie.p)
        e.r.cookies = (struct params){&device, 1};
    assert_int_equal(db_tx(f.db, tx_enter, &e), OK);
    assert_int_equal(e.own, own);
    assert_int_equal(e.mates, mates);
    return str_dup(mem, cookie_of(&e.r));
}

struct listing {
    struct request r;
    struct device *v;
    size_t n;
};

static err tx_list(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return device_list(&l->r, t, &l->v, &l->n);
}

static err tx_disown(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    struct user u;
    struct authenticator a;
    const char *reason = NULL;
    int64_t live = 0;
    auth_new(&a, mem, COSE_EDDSA, "added since");
    TRY(add(t, &a, READER, &reason));
    TRY(db_exec(t,
                "INSERT INTO api_token (token_hash, id, user_id, account_id, name, created_at,"
                " expires_at) VALUES ($1, 1, $2, 7, 'x', 0, 0), ($3, 2, 999, 7, 'x', 0, 0)",
                DB_IN(str_bytes(S("a")), (int64_t)READER, str_bytes(S("b")))));
    TRY(device_disown(&l->r, t, l->v[0].id));
    TRY(user_load(t, mem, READER, &u));
    assert_int_equal(u.password.n, 0);
    assert_int_equal(u.passkeys, 0);
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM session WHERE user_id = $1 AND revoked_at IS NULL",
               DB_IN((int64_t)READER), DB_OUT(&live)));
    assert_int_equal(live, 0);
    TRY(db_one(t, NULL, "SELECT user_id FROM api_token WHERE revoked_at IS NULL", DB_IN(),
               DB_OUT(&live)));
    assert_int_equal(live, 999); /* tokens of others stay */
    return OK;
}

static void test_device__new_ones_are_told_known_ones_are_not(void **state)
{
    (void)state;
    assert_int_equal(db_tx(f.db, tx_members, NULL), OK);
    str first = enter(STR_NONE, 0, 0); /* the first of all: silent */
    assert_int_equal(first.n, 43);
    assert_true(str_eq(enter(first, 0, 0), first));
    str second = enter(STR_NONE, 1, 1);
    assert_false(str_eq(first, second));
    enter(second, 1, 1);
    enter(S("not a token"), 2, 2);
    fake_login(&f, READER, 0, false);
    struct listing l = {.r = fake_request(&f, METHOD_GET, "/me/security")};
    fake_session(&f, &l.r);
    assert_int_equal(session_load(&l.r), OK);
    assert_int_equal(l.r.session.user_id, READER);
    assert_int_equal(db_read(f.db, tx_list, &l), OK);
    assert_int_equal(l.n, 3);
    assert_false(l.v[0].here);
    assert_int_equal(db_tx(f.db, tx_disown, &l), OK);
    assert_int_equal(db_read(f.db, tx_list, &l), OK);
    assert_int_equal(l.n, 0);
    enter(first, 3, 3); /* also those that were known are new again */
    enter(first, 3, 3);
}

static int setup(void **state)
{
    (void)state;
    fake_open(&f);
    mem = f.mem;
    fake_login(&f, STAFF, ROLE_REVIEWER, false);
    fake_login(&f, READER, 0, false);
    fake_login(&f, MATE, 0, false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_close(&f);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passkey__logs_in_and_is_a_second_factor),
        cmocka_unit_test(test_passkey__a_challenge_is_good_once),
        cmocka_unit_test(test_passkey__strangers_stay_out),
        cmocka_unit_test(test_passkey__staff_keep_a_second_factor),
        cmocka_unit_test(test_passkey__at_most_twenty),
        cmocka_unit_test(test_device__new_ones_are_told_known_ones_are_not),
    };
    return cmocka_run_group_tests_name("passkey", tests, setup, teardown);
}
