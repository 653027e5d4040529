/* Accounts: the cap by identity, names, the queue of changes, members and their invitations
 * (A6.1, A7.1, A7.8, A10.1). */
#include "account/account_store.h"
#include "base/clock.h"
#include "settings/provider.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"
#include "user/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANN = 11, BEA = 12, CAT = 13, OFFICER = 19, SAME_1 = 5, SAME_2 = 6, OTHER = 7 };

static arena *mem;
static struct db *db;
static struct vault *vault;
static char key_file[64];

/* Two registrants of one identity under two logins, and one of another. */
static err seed(struct tx *t, void *ctx)
{
    struct bytes one = str_bytes(S("one")), two = str_bytes(S("two"));
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at) VALUES"
                " (11, 'Ann', '', $1, 1), (12, 'Bea', '', $1, 1), (13, 'Cat', '', $1, 1)",
                DB_IN(one)));
    TRY(db_exec(t,
                "INSERT INTO registrant (id, class, user_id, identity_key, state, created_at,"
                " updated_at) VALUES (5, 'individual', 11, $1, 'verified', 1, 1),"
                " (6, 'individual', 12, $1, 'verified', 1, 1),"
                " (7, 'individual', 13, $2, 'verified', 1, 1)",
                DB_IN(one, two)));
    TRY(db_exec(t,
                "INSERT INTO policy (kind, version, title, doc, hash, effective_at, created_by,"
                " created_at) VALUES ('service_agreement', 1, 'a', '{}', $1, 1, 0, 1)",
                DB_IN(one)));
    for (int64_t id = SAME_1; id <= OTHER; id++)
        TRY(db_exec(t,
                    "INSERT INTO signature (registrant_id, kind, version, hash, user_id, ip, port,"
                    " user_agent, at) VALUES ($1, 'service_agreement', 1, $2, 11, '', 0, '', 1)",
                    DB_IN(id, one)));
    return OK;
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    snprintf(key_file, sizeof key_file, "/tmp/account-key-%d", (int)getpid());
    assert_int_equal(vault_start(db, &(struct vault_opts){.key_file = key_file}, &vault), OK);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    vault_stop(vault);
    test_db_close(db);
    unlink(key_file);
    arena_free(mem);
    return 0;
}

/* ---- one call each, in its own transaction ---- */

struct call {
    struct account_application in;
    struct profile_wish wish;
    enum verdict verdict;
    enum case_kind kind;
    int64_t id, subject, user;
    struct account a;
    struct casefile file;
    struct member member;
    struct member_invite invite;
    str token, text;
    size_t n;
    bool flag;
};

static struct call ann(str handle, str name)
{
    return (struct call){.in = {.registrant_id = SAME_1,
                                .user_id = ANN,
                                .handle = handle,
                                .name = name,
                                .intro = S("intro"),
                                .avatar = S(""),
                                .categories = S("life"),
                                .cap = 1,
                                .review_ms = DAY_MS}};
}

static err apply(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return account_apply(t, mem, &c->in, &c->id);
}

static err reapply(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return account_reapply(t, mem, &c->in, c->id);
}

static err decide(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct decision d = {.verdict = c->verdict, .officer = OFFICER, .reason = S("why")};
    bool profile = c->kind == CASE_PROFILE;
    TRY(case_of(t, mem, c->kind, c->id, profile ? c->subject : c->id, &c->file));
    d.case_id = c->file.id;
    return profile ? profile_case_decided(t, mem, &c->file, &d)
                   : account_case_decided(t, mem, &c->file, &d);
}

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return account_load(t, mem, c->id, &c->a);
}

static err change(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    c->wish.account_id = c->id;
    c->wish.user_id = ANN;
    c->wish.review_ms = DAY_MS;
    return profile_change(t, mem, &c->wish);
}

/* The newest change, and how many cases about changes are open. */
static err changes(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct profile_change_row *v = NULL;
    struct casefile *cases = NULL;
    size_t n = 0;
    TRY(store_changes(t, mem, c->id, &v, &n));
    c->subject = n ? v[0].id : 0;
    return case_list(t, mem, &(struct case_filter){.kind = CASE_PROFILE, .limit = 50}, &cases,
                     &c->n);
}

static void ask(struct call *c, str field, str value)
{
    c->wish.field = field;
    c->wish.value = value;
    assert_int_equal(db_tx(db, change, c), OK);
    assert_int_equal(db_read(db, changes, c), OK);
}

static void settle(struct call *c, enum case_kind kind, enum verdict v)
{
    c->kind = kind;
    c->verdict = v;
    assert_int_equal(db_tx(db, decide, c), OK);
    assert_int_equal(db_read(db, load, c), OK);
}

static void refused(tx_fn *fn, struct call *c, err e, const char *reason)
{
    assert_int_equal(db_tx(db, fn, c), e);
    assert_string_equal(fault_last()->reason, reason);
}

/* An active account of Ann's. */
static struct call active(void)
{
    struct call c = ann(S("river"), S("River Watch"));
    assert_int_equal(db_tx(db, apply, &c), OK);
    settle(&c, CASE_ACCOUNT, VERDICT_APPROVE);
    assert_true(str_eq(c.a.state, S("active")));
    return c;
}

/* ---- cap and application ---- */

static err withdraw(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return account_withdraw(t, mem, c->id, ANN);
}

static void test_cap__counts_the_person_not_the_login(void **state)
{
    (void)state;
    struct call a = ann(S("river"), S("River Watch")), b = ann(S("river2"), S("Second River"));
    assert_int_equal(db_tx(db, apply, &a), OK);
    b.in.registrant_id = SAME_2;
    b.in.user_id = BEA;
    refused(apply, &b, ERR_LIMIT, "subject_limit");
    b.in.registrant_id = OTHER;
    refused(apply, &b, ERR_NOT_FOUND, "not_found");
    b.in.user_id = CAT;
    assert_int_equal(db_tx(db, apply, &b), OK);
    assert_int_equal(db_tx(db, withdraw, &a), OK);
    refused(withdraw, &a, ERR_CONFLICT, "not_waiting");
    struct call again = ann(S("river3"), S("River Watch"));
    assert_int_equal(db_tx(db, apply, &again), OK);
}

static err expire(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE registrant SET valid_to = 5 WHERE id = 5", DB_IN());
}

static void test_reapply__asks_identity_and_cap_again(void **state)
{
    (void)state;
    struct call c = ann(S("river"), S("River Watch"));
    assert_int_equal(db_tx(db, apply, &c), OK);
    refused(reapply, &c, ERR_CONFLICT, "not_returned");
    settle(&c, CASE_ACCOUNT, VERDICT_RETURN);
    c.in.cap = 0;
    refused(reapply, &c, ERR_LIMIT, "subject_limit");
    c.in.cap = 1;
    c.in.name = S("Bank Watch");
    assert_int_equal(db_tx(db, reapply, &c), OK);
    settle(&c, CASE_ACCOUNT, VERDICT_RETURN);
    assert_int_equal(db_tx(db, expire, NULL), OK);
    refused(reapply, &c, ERR_DENIED, "identity_required");
    struct call other = ann(S("other"), S("River Watch"));
    other.in.registrant_id = OTHER;
    other.in.user_id = CAT;
    assert_int_equal(db_tx(db, apply, &other), OK);
}

/* ---- names ---- */

static void test_name__what_may_stand_in_one(void **state)
{
    (void)state;
    static const struct {
        const char *name, *reason;
    } BAD[] = {{"\xe6\xb2\xb3", "name_length"},
               {"\xe2\x80\xae"
                "river",
                "name_characters"},
               {"!!!", "name_characters"},
               {"river www.example", "name_contact"},
               {"call 138 0013", "name_contact"}};
    str out;
    for (size_t i = 0; i < LEN(BAD); i++) {
        assert_int_equal(account_name_check(mem, str_from(BAD[i].name), &out), ERR_INVALID);
        assert_string_equal(fault_last()->reason, BAD[i].reason);
    }
    assert_int_equal(account_name_check(mem, S("River 2026"), &out), OK);
}

static void test_name__protected_words_are_noted(void **state)
{
    (void)state;
    struct name_note v[NAME_NOTES];
    assert_int_equal(name_notes(mem, S("River Watch"), S(""), v), 0);
    assert_int_equal(name_notes(mem, S("River NEWS"), S(""), v), 1);
    assert_int_equal(v[0].kind, MSG_protected_news);
    assert_int_equal(name_notes(mem, S("Ri ver Watch"), S("lake, river"), v), 1);
    assert_int_equal(v[0].kind, MSG_protected_own);
    assert_int_equal(name_notes(mem, S("Beijing Police"), S(""), v), 2);
}

static void test_name__equal_and_alike_are_refused_and_kept(void **state)
{
    (void)state;
    struct call c = active(), other = ann(S("other"), S("RIVER  watch"));
    other.in.registrant_id = OTHER;
    other.in.user_id = CAT;
    refused(apply, &other, ERR_CONFLICT, "name_taken");
    other.in.name = S("R\xd1\x96ver Watch"); /* Cyrillic i */
    refused(apply, &other, ERR_CONFLICT, "name_alike");
    ask(&c, S("name"), S("Bank Watch"));
    settle(&c, CASE_PROFILE, VERDICT_APPROVE);
    assert_true(str_eq(c.a.name, S("Bank Watch")));
    other.in.name = S("River Watch"); /* was public: kept */
    refused(apply, &other, ERR_CONFLICT, "name_taken");
    c.wish.value = S("Third Name");
    refused(change, &c, ERR_LIMIT, "name_rest");
}

static err two_changes(struct tx *t, void *ctx)
{
    const struct call *c = ctx;
    for (int64_t i = 1; i <= 2; i++)
        TRY(db_exec(t,
                    "INSERT INTO profile_change (account_id, id, field, old_value, new_value,"
                    " state, asked_by, asked_at, decided_at) VALUES ($1, $2, 'name', 'x', 'y',"
                    " 'approved', 11, 1, $3)",
                    DB_IN(c->id, i, tx_now(t) - (100 + i) * DAY_MS)));
    return OK;
}

static void test_name__changes_are_few_in_a_year(void **state)
{
    (void)state;
    struct call c = active();
    assert_int_equal(db_tx(db, two_changes, &c), OK);
    c.wish.field = S("name");
    c.wish.value = S("Third Name");
    refused(change, &c, ERR_LIMIT, "name_changes_used");
    ask(&c, S("intro"), S("other things still change"));
}

/* ---- changes ---- */

static void test_change__old_value_stays_until_approved(void **state)
{
    (void)state;
    struct call c = active();
    ask(&c, S("avatar"), S("newhash"));
    assert_int_equal(db_read(db, load, &c), OK);
    assert_true(str_eq(c.a.avatar, S("")));
    settle(&c, CASE_PROFILE, VERDICT_REJECT);
    assert_true(str_eq(c.a.avatar, S("")));
    ask(&c, S("avatar"), S("newhash"));
    settle(&c, CASE_PROFILE, VERDICT_APPROVE);
    assert_true(str_eq(c.a.avatar, S("newhash")));
}

static void test_change__a_newer_wish_takes_the_older_ones_case_away(void **state)
{
    (void)state;
    struct call c = active();
    ask(&c, S("name"), S("First Wish"));
    int64_t first = c.subject;
    ask(&c, S("name"), S("First Wish"));
    assert_int_equal(c.subject, first);
    ask(&c, S("name"), S("Second Wish"));
    assert_int_not_equal(c.subject, first);
    assert_int_equal(c.n, 1);
    struct call other = ann(S("other"), S("First Wish")); /* free again */
    other.in.registrant_id = OTHER;
    other.in.user_id = CAT;
    assert_int_equal(db_tx(db, apply, &other), OK);
    c.wish.value = S("x");
    refused(change, &c, ERR_INVALID, "name_length");
}

static void test_change__another_order_of_the_categories_is_none(void **state)
{
    (void)state;
    struct call c = active();
    ask(&c, S("categories"), S("life,science"));
    settle(&c, CASE_PROFILE, VERDICT_APPROVE);
    assert_true(str_eq(c.a.categories, S("life,science")));
    int64_t last = c.subject;
    size_t cases = c.n;
    ask(&c, S("categories"), S("science,life"));
    assert_int_equal(c.subject, last);
    assert_int_equal(c.n, cases);
    ask(&c, S("categories"), S("science,food"));
    assert_int_not_equal(c.subject, last);
    assert_int_equal(c.n, cases + 1);
}

static err pause_or_not(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return account_pause(t, mem, c->id, ANN, c->flag);
}

static void test_pause__and_back(void **state)
{
    (void)state;
    struct call c = active();
    refused(pause_or_not, &c, ERR_CONFLICT, "account_not_active");
    c.flag = true;
    assert_int_equal(db_tx(db, pause_or_not, &c), OK);
    assert_int_equal(db_read(db, load, &c), OK);
    assert_true(str_eq(c.a.state, S("paused")));
    c.flag = false;
    assert_int_equal(db_tx(db, pause_or_not, &c), OK);
    assert_int_equal(db_read(db, load, &c), OK);
    assert_true(str_eq(c.a.state, S("active")));
}

/* ---- members ---- */

static err invite(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    c->invite.account_id = c->id;
    c->invite.created_by = ANN;
    return member_invite(t, mem, vault, &c->invite, &c->token);
}

static err accept(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return member_invite_accept(t, mem, c->token, c->user);
}

static err call_off(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    TRY(member_invite_find(t, mem, c->token, &c->invite));
    return member_invite_revoke(t, c->id, c->invite.id, ANN);
}

static err make_over(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE member_invite SET expires_at = 1 WHERE used_at IS NULL", DB_IN());
}

static err role(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return member_set(t, c->id, &c->member, ANN);
}

static err leave(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return member_remove(t, c->id, c->user, ANN);
}

static err responsible(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct member *v = NULL;
    TRY(member_list(t, mem, c->id, &v, &c->n));
    for (size_t i = 0; i < c->n; i++)
        if (v[i].responsible)
            c->user = v[i].user_id;
    return OK;
}

static err name_responsible(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    return member_responsible(t, c->id, c->user, ANN);
}

static void test_invite__lets_one_person_in_once(void **state)
{
    (void)state;
    struct call c = active();
    c.invite.role = MEMBER_EDITOR;
    assert_int_equal(db_tx(db, invite, &c), OK);
    c.user = ANN;
    refused(accept, &c, ERR_CONFLICT, "already_member");
    c.user = BEA;
    assert_int_equal(db_tx(db, accept, &c), OK);
    c.user = CAT;
    refused(accept, &c, ERR_CONFLICT, "invite_spent");
    assert_int_equal(db_tx(db, invite, &c), OK);
    assert_int_equal(db_tx(db, call_off, &c), OK);
    refused(accept, &c, ERR_CONFLICT, "invite_revoked");
    c.invite = (struct member_invite){.role = MEMBER_AUTHOR};
    assert_int_equal(db_tx(db, invite, &c), OK);
    assert_int_equal(db_tx(db, make_over, NULL), OK);
    refused(accept, &c, ERR_CONFLICT, "invite_over");
    c.token = S("nobody-made-this");
    assert_int_equal(db_tx(db, accept, &c), ERR_NOT_FOUND);
}

static err number(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct user_new n = {
        .name = S("Dan"), .mobile = S("13800138000"), .password_hash = S("h"), .lang = S("zh")};
    return user_create(t, vault, &n, &c->user);
}

static void test_invite__bound_to_a_number(void **state)
{
    (void)state;
    struct call c = active();
    c.invite = (struct member_invite){.role = MEMBER_AUTHOR, .mobile = S("13800138000")};
    assert_int_equal(db_tx(db, invite, &c), OK);
    c.user = BEA;
    refused(accept, &c, ERR_DENIED, "invite_other_mobile");
    assert_int_equal(db_tx(db, number, &c), OK);
    assert_int_equal(db_tx(db, accept, &c), OK);
}

static void test_member__the_last_owner_stays(void **state)
{
    (void)state;
    struct call c = active();
    c.member = (struct member){.user_id = ANN, .role = MEMBER_AUTHOR};
    refused(role, &c, ERR_CONFLICT, "last_owner");
    c.user = ANN;
    refused(leave, &c, ERR_CONFLICT, "last_owner");
    c.member = (struct member){.user_id = BEA, .role = MEMBER_OWNER};
    refused(role, &c, ERR_NOT_FOUND, "not_found");
    c.invite.role = MEMBER_OWNER;
    c.user = BEA;
    assert_int_equal(db_tx(db, invite, &c), OK);
    assert_int_equal(db_tx(db, accept, &c), OK);
    assert_int_equal(db_read(db, responsible, &c), OK);
    assert_int_equal(c.user, ANN);
    c.user = BEA;
    assert_int_equal(db_tx(db, name_responsible, &c), OK);
    c.user = 0;
    assert_int_equal(db_read(db, responsible, &c), OK);
    assert_int_equal(c.user, BEA);
    assert_int_equal(db_tx(db, leave, &c), OK);
    assert_int_equal(db_read(db, responsible, &c), OK);
    assert_int_equal(c.user, ANN);
    assert_int_equal(c.n, 1);
}

/* ---- what a reader follows, page by page ---- */

enum { READER = 40, FOLLOWED = 2 * SUBSCRIPTION_PAGE + 7 };

static err follow_many(struct tx *t, void *ctx)
{
    (void)ctx;
    for (int64_t id = 100; id < 100 + FOLLOWED; id++) {
        struct seed_account a = {
            id, str_fmt(mem, "followed-%d", (int)id), S("F"), SAME_1, S("individual"), S("")};
        TRY(seed_account(t, &a));
        /* Three at a time in one millisecond: the key has to tell them apart. */
        TRY(db_exec(t, "INSERT INTO subscription (user_id, account_id, at) VALUES ($1, $2, $3)",
                    DB_IN(READER, id, 1000 + id / 3)));
    }
    return OK;
}

struct followed {
    size_t pages, n;
    int64_t id[FOLLOWED + SUBSCRIPTION_PAGE];
};

static err read_followed(struct tx *t, void *ctx)
{
    struct followed *f = ctx;
    struct subscription_page page = {.user_id = READER};
    struct subscription *v = NULL;
    size_t n = 0;
    do {
        TRY(account_subscriptions(t, mem, &page, &v, &n));
        for (size_t i = 0; i < n && f->n < LEN(f->id); i++)
            f->id[f->n++] = v[i].a.id;
        if (n)
            page = (struct subscription_page){READER, v[n - 1].at, v[n - 1].a.id};
        f->pages++;
    } while (n == SUBSCRIPTION_PAGE && f->n < LEN(f->id));
    return OK;
}

static void test_subscriptions__pages_are_the_whole_list(void **state)
{
    struct followed f = {0};
    (void)state;
    assert_int_equal(db_tx(db, follow_many, NULL), OK);
    assert_int_equal(db_read(db, read_followed, &f), OK);
    assert_int_equal(f.pages, 3);
    assert_int_equal(f.n, FOLLOWED);
    for (size_t i = 0; i < f.n; i++)
        assert_int_equal(f.id[i], 100 + FOLLOWED - 1 - (int64_t)i);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_cap__counts_the_person_not_the_login),
        TEST(test_reapply__asks_identity_and_cap_again),
        TEST(test_name__what_may_stand_in_one),
        TEST(test_name__protected_words_are_noted),
        TEST(test_name__equal_and_alike_are_refused_and_kept),
        TEST(test_name__changes_are_few_in_a_year),
        TEST(test_change__old_value_stays_until_approved),
        TEST(test_change__a_newer_wish_takes_the_older_ones_case_away),
        TEST(test_change__another_order_of_the_categories_is_none),
        TEST(test_pause__and_back),
        TEST(test_invite__lets_one_person_in_once),
        TEST(test_invite__bound_to_a_number),
        TEST(test_member__the_last_owner_stays),
        TEST(test_subscriptions__pages_are_the_whole_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
