/* The dispatcher: CSRF, refusals and their words, sessions from start to end, tokens, the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "settings/settings.h"
#include "tests/unit/fake.h"

#include "base/id.h"
#include "web/rate.h"
#include "web/session_store.h"

static int runs;

static err page_ok(struct request *r)
{
    runs++;
    return reply_text(r, 200, S("text/plain"), S("fine"));
}

static err page_bad(struct request *r)
{
    (void)reply_text(r, 200, S("text/plain"), S("half done"));
    return fault_field(ERR_INVALID, "bad_date", "day", "internal words");
}

static err page_silent(struct request *r)
{
    (void)r;
    return OK;
}

static err nothing(struct tx *t, void *ctx)
{
    (void)t;
    (void)ctx;
    return OK;
}

static err do_act(struct request *r)
{
    runs++;
    TRY(request_tx(r, nothing, NULL));
    return reply_redirect(r, S("/done"));
}

static const struct route TABLE[] = {
    {METHOD_GET, "/open", page_ok, WHO_ANY, 0, RATE_READ, 0, ""},
    {METHOD_POST, "/open", page_ok, WHO_ANY, 0, RATE_WRITE, 0, ""},
    {METHOD_GET, "/mine", page_ok, WHO_USER, 0, RATE_READ, 0, ""},
    {METHOD_POST, "/mine", do_act, WHO_USER, 0, RATE_WRITE, 0, ""},
    {METHOD_POST, "/shelf/:book", do_act, WHO_USER, 0, RATE_WRITE, ROUTE_PRIVATE, ""},
    {METHOD_GET, "/desk", page_ok, WHO_STAFF, ROLE_REVIEWER, RATE_READ, ROUTE_SEALED, ""},
    {METHOD_GET, "/bad", page_bad, WHO_ANY, 0, RATE_READ, 0, ""},
    {METHOD_GET, "/api/bad", page_bad, WHO_ANY, 0, RATE_API, 0, ""},
    {METHOD_GET, "/silent", page_silent, WHO_ANY, 0, RATE_READ, 0, ""},
    {METHOD_POST, "/few", page_ok, WHO_ANY, 0, RATE_CODE, 0, ""},
    {METHOD_POST, "/api/:handle", page_ok, WHO_TOKEN, MEMBER_AUTHOR | SCOPE_draft, RATE_API, 0, ""},
    {METHOD_GET, "/api/:handle", page_ok, WHO_TOKEN, MEMBER_AUTHOR | SCOPE_read, RATE_API, 0, ""},
    {METHOD_GET, "/api/:handle/figures", page_ok, WHO_TOKEN, MEMBER_AUTHOR | SCOPE_figures,
     RATE_API, 0, ""},
};
static struct route_index *ix;
static struct fake f;

static int setup(void **state)
{
    (void)state;
    runs = 0;
    rate_reset();
    ix = route_index_new(TABLE, LEN(TABLE));
    fake_open(&f);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_close(&f);
    route_index_free(ix);
    return 0;
}

static str reply_head(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->reply.headers.n; i++)
        if (str_eq(r->reply.headers.v[i].name, str_from(name)))
            return r->reply.headers.v[i].value;
    return STR_NONE;
}

/* ---- CSRF ---- */

enum token { NO_SESSION, NO_TOKEN, WRONG_TOKEN, FIELD_TOKEN, HEADER_TOKEN };
struct csrf_case {
    const char *fetch_site, *origin;
    enum token token;
    int status;
};

static void csrf_one(const struct csrf_case *c)
{
    struct request r = fake_request(&f, METHOD_POST, "/open");
    if (c->fetch_site)
        fake_header(&r, "sec-fetch-site", str_from(c->fetch_site));
    if (c->origin)
        fake_header(&r, "origin", str_from(c->origin));
    if (c->token != NO_SESSION)
        fake_session(&f, &r);
    if (c->token == WRONG_TOKEN)
        fake_field(&r, "_csrf", S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    if (c->token == FIELD_TOKEN)
        fake_field(&r, "_csrf", f.csrf);
    if (c->token == HEADER_TOKEN)
        fake_header(&r, "x-csrf-token", f.csrf);
    int before = runs;
    dispatch_with(ix, &r);
    if (r.reply.status != c->status)
        fail_msg("%s %s %d: %d", c->fetch_site ? c->fetch_site : "-", c->origin ? c->origin : "-",
                 (int)c->token, r.reply.status);
    assert_int_equal(runs - before, c->status == 200);
}

static void test_dispatch__csrf_matrix(void **state)
{
    (void)state;
    static const struct csrf_case CASES[] = {
        {NULL, NULL, NO_SESSION, 200},
        {"same-origin", NULL, NO_SESSION, 200},
        {"none", NULL, NO_SESSION, 200},
        {"same-site", NULL, NO_SESSION, 403},
        {"cross-site", NULL, NO_SESSION, 403},
        {"", NULL, NO_SESSION, 403},
        {"cross-site", "http://gongqi.test", FIELD_TOKEN, 403},
        {NULL, "http://gongqi.test", NO_SESSION, 200},
        {NULL, "https://gongqi.test", NO_SESSION, 200},
        {NULL, "http://GONGQI.test", NO_SESSION, 200},
        {NULL, "http://evil.test", FIELD_TOKEN, 403},
        {NULL, "http://gongqi.test.evil.test", FIELD_TOKEN, 403},
        {NULL, "null", FIELD_TOKEN, 403},
        {NULL, NULL, NO_TOKEN, 403},
        {NULL, NULL, WRONG_TOKEN, 403},
        {NULL, NULL, FIELD_TOKEN, 200},
        {NULL, NULL, HEADER_TOKEN, 200},
        {"same-origin", NULL, NO_TOKEN, 403},
        {"same-origin", "http://gongqi.test", FIELD_TOKEN, 200},
    };
    fake_login(&f, FAKE_USER, 0, false);
    for (size_t i = 0; i < LEN(CASES); i++)
        csrf_one(&CASES[i]);
}

static void test_dispatch__a_stale_page_loses_nothing(void **state)
{
    (void)state;
    fake_login(&f, FAKE_USER, 0, false);
    struct request r = fake_request(&f, METHOD_POST, "/open");
    fake_session(&f, &r);
    fake_field(&r, "text", S("长<b>文"));
    fake_field(&r, "password", S("hunter2"));
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 403);
    assert_true(str_has(r.reply.body, S("长&lt;b&gt;文")));
    assert_false(str_has(r.reply.body, S("hunter2")));
    assert_true(str_has(r.reply.body, f.csrf));
    /* What another site sent is not offered again. */
    fake_header(&r, "sec-fetch-site", S("cross-site"));
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 403);
    assert_false(str_has(r.reply.body, S("长")));
}

/* ---- who ---- */

static void test_dispatch__login_first(void **state)
{
    (void)state;
    struct request r = fake_request(&f, METHOD_GET, "/mine");
    struct param q = {S("q"), S("a b&c")};
    r.query = (struct params){&q, 1};
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 303);
    assert_true(str_eq(r.reply.location, S("/login?next=/mine%3Fq%3Da%2520b%2526c")));
    struct request post = fake_request(&f, METHOD_POST, "/mine");
    fake_field(&post, "text", S("kept"));
    dispatch_with(ix, &post);
    assert_int_equal(post.reply.status, 401);
    assert_true(str_has(post.reply.body, S("kept")));
    assert_int_equal(runs, 0);
}

static void test_dispatch__staff_need_their_second_factor(void **state)
{
    (void)state;
    fake_login(&f, FAKE_USER, ROLE_REVIEWER, false);
    struct request r = fake_request(&f, METHOD_GET, "/desk");
    fake_session(&f, &r);
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 303);
    assert_true(str_eq(r.reply.location, S("/me/security")));
    fake_login(&f, FAKE_USER, ROLE_REVIEWER, true);
    struct request again = fake_request(&f, METHOD_GET, "/desk");
    fake_session(&f, &again);
    dispatch_with(ix, &again);
    assert_int_equal(again.reply.status, 200);
    fake_login(&f, FAKE_USER, ROLE_SYSADMIN, true);
    struct request other = fake_request(&f, METHOD_GET, "/desk");
    fake_session(&f, &other);
    dispatch_with(ix, &other);
    assert_int_equal(other.reply.status, 403);
    assert_int_equal(runs, 1);
}

/* ---- errors ---- */

static void test_dispatch__errors_in_the_readers_language(void **state)
{
    (void)state;
    struct request r = fake_request(&f, METHOD_GET, "/bad");
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 422);
    assert_true(str_has(r.reply.body, msg(LANG_ZH, MSG_reason_bad_date)));
    assert_true(str_has(r.reply.body, S("ref-1")));
    assert_false(str_has(r.reply.body, S("internal words")));
    struct request en = fake_request(&f, METHOD_GET, "/bad");
    fake_header(&en, "accept-language", S("en-GB"));
    dispatch_with(ix, &en);
    assert_true(str_has(en.reply.body, msg(LANG_EN, MSG_reason_bad_date)));
    struct request api = fake_request(&f, METHOD_GET, "/api/bad");
    dispatch_with(ix, &api);
    assert_int_equal(api.reply.status, 422);
    assert_true(
        str_starts(api.reply.body, S("{\"error\":{\"reason\":\"bad_date\",\"message\":\"")));
    assert_true(str_has(api.reply.body, S("\"field\":\"day\",\"request_id\":\"ref-1\"")));
    struct request lost = fake_request(&f, METHOD_GET, "/no/where");
    dispatch_with(ix, &lost);
    assert_int_equal(lost.reply.status, 404);
    struct request way = fake_request(&f, METHOD_POST, "/bad");
    dispatch_with(ix, &way);
    assert_int_equal(way.reply.status, 405);
    assert_true(str_eq(reply_head(&way, "Allow"), S("GET, HEAD")));
    struct request mute = fake_request(&f, METHOD_GET, "/silent");
    dispatch_with(ix, &mute);
    assert_int_equal(mute.reply.status, 500);
}

static void test_dispatch__too_many(void **state)
{
    (void)state;
    f.site.rate_factor = 1;
    struct request r;
    for (int i = 0; i <= rate_limit(RATE_CODE).ip_burst; i++) {
        r = fake_request(&f, METHOD_POST, "/few");
        dispatch_with(ix, &r);
    }
    assert_int_equal(r.reply.status, 429);
    assert_true(reply_head(&r, "Retry-After").n > 0);
    assert_int_equal(runs, rate_limit(RATE_CODE).ip_burst);
}

/* ---- the operation log ---- */

struct logged {
    int64_t n;
    int64_t user;
    int port;
    str result, ip;
};

static err read_log(struct tx *t, void *ctx)
{
    struct logged *l = ctx;
    TRY(db_one(t, f.mem, "SELECT count(*) FROM oplog", DB_IN(), DB_OUT(&l->n)));
    return db_one(t, f.mem, "SELECT user_id, port, result, ip FROM oplog ORDER BY id DESC LIMIT 1",
                  DB_IN(), DB_OUT(&l->user, &l->port, &l->result, &l->ip));
}

static void test_dispatch__every_post_is_logged_once(void **state)
{
    (void)state;
    fake_login(&f, FAKE_USER, 0, false);
    struct request r = fake_request(&f, METHOD_POST, "/mine");
    fake_session(&f, &r);
    fake_field(&r, "_csrf", f.csrf);
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 303);
    struct logged l = {0};
    assert_int_equal(db_read(f.db, read_log, &l), OK);
    assert_int_equal(l.n, 1);
    assert_int_equal(l.user, FAKE_USER);
    assert_int_equal(l.port, 4711);
    assert_true(str_eq(l.result, S("ok")) && str_eq(l.ip, S("203.0.113.7")));
    struct request refused = fake_request(&f, METHOD_POST, "/mine");
    dispatch_with(ix, &refused);
    assert_int_equal(db_read(f.db, read_log, &l), OK);
    assert_int_equal(l.n, 2);
    assert_true(str_eq(l.result, S("login_required")));
    struct request get = fake_request(&f, METHOD_GET, "/open");
    dispatch_with(ix, &get);
    assert_int_equal(fake_count_oplog(&f), 2);
    struct request sealed = fake_request(&f, METHOD_GET, "/desk");
    dispatch_with(ix, &sealed);
    assert_int_equal(fake_count_oplog(&f), 3);
}

static err read_object(struct tx *t, void *ctx)
{
    struct bytes hash = {0};
    TRY(db_one(t, f.mem, "SELECT object, content_hash FROM oplog ORDER BY id DESC LIMIT 1", DB_IN(),
               DB_OUT((str *)ctx, &hash)));
    assert_int_equal(hash.n, 0);
    return OK;
}

static void test_dispatch__what_people_read_stays_out_of_the_log(void **state)
{
    (void)state;
    struct sha256 hash = sha256(str_bytes(S("which book")));
    fake_login(&f, FAKE_USER, 0, false);
    struct request r = fake_request(&f, METHOD_POST, "/shelf/secret");
    fake_session(&f, &r);
    fake_field(&r, "_csrf", f.csrf);
    r.body_hash = &hash;
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 303);
    str object = STR_NONE;
    assert_int_equal(db_read(f.db, read_object, &object), OK);
    assert_true(str_eq(object, S("/shelf/:book")));
}

/* ---- sessions ---- */

static int status_mine(int64_t later_ms)
{
    struct request r = fake_request(&f, METHOD_GET, "/mine");
    fake_session(&f, &r);
    r.now += later_ms;
    dispatch_with(ix, &r);
    return r.reply.status;
}

static err end_session(struct tx *t, void *ctx)
{
    return session_end(ctx, t);
}

static err revoke_all(struct tx *t, void *ctx)
{
    const int64_t *except = ctx;
    return session_revoke_all(t, FAKE_USER, *except);
}

static void test_session__lifetimes(void **state)
{
    (void)state;
    fake_login(&f, FAKE_USER, 0, false);
    assert_int_equal(status_mine(0), 200);
    assert_int_equal(status_mine(SESSION_IDLE_MS - MINUTE_MS), 200);
    assert_int_equal(status_mine(SESSION_IDLE_MS + MINUTE_MS), 303);
    assert_int_equal(status_mine(SESSION_LIFE_MS + 1), 303);
    fake_login(&f, FAKE_USER, ROLE_REVIEWER, true);
    assert_int_equal(status_mine(SESSION_ROLE_IDLE_MS - MINUTE_MS), 200);
    assert_int_equal(status_mine(SESSION_ROLE_IDLE_MS + MINUTE_MS), 303);
}

static void test_session__lifetimes_of_settings(void **state)
{
    (void)state;
    struct settings set = {.session_idle = 600,
                           .session_absolute = 3600,
                           .staff_session_idle = 120,
                           .staff_session_absolute = 1200};
    f.site.settings = &set;
    fake_login(&f, FAKE_USER, 0, false);
    assert_int_equal(status_mine(590 * SECOND_MS), 200);
    assert_int_equal(status_mine(610 * SECOND_MS), 303);
    set.session_idle = 7200;
    assert_int_equal(status_mine(3590 * SECOND_MS), 200);
    assert_int_equal(status_mine(3601 * SECOND_MS), 303);
    fake_login(&f, FAKE_USER, ROLE_REVIEWER, true);
    assert_int_equal(status_mine(110 * SECOND_MS), 200);
    assert_int_equal(status_mine(130 * SECOND_MS), 303);
    f.site.settings = NULL;
}

static void test_session__rotates_ends_and_is_revoked(void **state)
{
    (void)state;
    fake_login(&f, FAKE_USER, 0, false);
    str first = f.cookie;
    struct request r = fake_request(&f, METHOD_POST, "/mine");
    fake_session(&f, &r);
    assert_int_equal(session_load(&r), OK);
    assert_int_equal(r.session.user_id, FAKE_USER);
    assert_int_equal(db_tx(f.db, end_session, &r), OK);
    assert_true(str_starts(reply_head(&r, "Set-Cookie"), S("gongqi=; Path=/; Max-Age=0;")));
    assert_int_equal(status_mine(0), 303);
    fake_login(&f, FAKE_USER, 0, false);
    assert_false(str_eq(first, f.cookie));
    assert_int_equal(status_mine(0), 200);
    int64_t except = f.session_id;
    assert_int_equal(db_tx(f.db, revoke_all, &except), OK);
    assert_int_equal(status_mine(0), 200);
    except = 0;
    assert_int_equal(db_tx(f.db, revoke_all, &except), OK);
    assert_int_equal(status_mine(0), 303);
    f.cookie = S("gongqi");
    assert_int_equal(status_mine(0), 303);
}

static void test_session__https_cookie(void **state)
{
    (void)state;
    f.site.https = true;
    fake_login(&f, FAKE_USER, 0, false);
    struct request r = fake_request(&f, METHOD_GET, "/mine");
    reply_cookie(&r, S("x"), S("1"), 5);
    assert_true(str_eq(reply_head(&r, "Set-Cookie"),
                       S("x=1; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure")));
    assert_int_equal(status_mine(0), 200);
    f.site.https = false;
    struct request plain = fake_request(&f, METHOD_GET, "/mine");
    f.site.https = true;
    struct param c = {S("gongqi"), f.cookie};
    plain.cookies = (struct params){&c, 1};
    dispatch_with(ix, &plain);
    assert_int_equal(plain.reply.status, 303);
}

/* ---- tokens ---- */

struct token_row {
    struct sha256 hash;
    int64_t account, expires;
};

static err add_token(struct tx *t, void *ctx)
{
    const struct token_row *x = ctx;
    struct bytes hash = {x->hash.b, sizeof x->hash.b};
    return db_exec(t,
                   "INSERT INTO api_token (token_hash, id, user_id, account_id, name, created_at,"
                   " expires_at) VALUES ($1, $2, $3, $4, 'x', 0, $5)",
                   DB_IN(hash, id_new(), (int64_t)FAKE_USER, x->account, x->expires));
}

static err revoke_tokens(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE api_token SET revoked_at = 1", DB_IN());
}

static int status_token(const char *header, const char *path)
{
    struct request r = fake_request(&f, METHOD_POST, path);
    if (header)
        fake_header(&r, "authorization", str_from(header));
    dispatch_with(ix, &r);
    return r.reply.status;
}

static void test_dispatch__api_tokens(void **state)
{
    (void)state;
    fake_login(&f, FAKE_USER, 0, false);
    struct token_row mine = {sha256(str_bytes(S("mine"))), FAKE_ACCOUNT, clock_ms() + HOUR_MS};
    struct token_row other = {sha256(str_bytes(S("other"))), 999, clock_ms() + HOUR_MS};
    struct token_row old = {sha256(str_bytes(S("old"))), FAKE_ACCOUNT, clock_ms() - 1};
    assert_int_equal(db_tx(f.db, add_token, &mine), OK);
    assert_int_equal(db_tx(f.db, add_token, &other), OK);
    assert_int_equal(db_tx(f.db, add_token, &old), OK);
    fake_member(MEMBER_AUTHOR);
    assert_int_equal(status_token("Bearer mine", "/api/gongqi"), 200);
    assert_int_equal(status_token("bearer mine", "/api/gongqi"), 200);
    assert_int_equal(status_token(NULL, "/api/gongqi"), 401);
    assert_int_equal(status_token("Basic mine", "/api/gongqi"), 401);
    assert_int_equal(status_token("Bearer wrong", "/api/gongqi"), 401);
    assert_int_equal(status_token("Bearer old", "/api/gongqi"), 401);
    assert_int_equal(status_token("Bearer other", "/api/gongqi"), 403);
    assert_int_equal(status_token("Bearer mine", "/api/nobody"), 404);
    fake_member(MEMBER_COMMENTS);
    assert_int_equal(status_token("Bearer mine", "/api/gongqi"), 403);
    fake_member(MEMBER_NONE);
    assert_int_equal(status_token("Bearer mine", "/api/gongqi"), 403);
    fake_member(MEMBER_OWNER);
    assert_int_equal(db_tx(f.db, revoke_tokens, NULL), OK);
    assert_int_equal(status_token("Bearer mine", "/api/gongqi"), 401);
}

static err count_uses(struct tx *t, void *ctx)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*), COALESCE(SUM(CASE WHEN result = 'ok' THEN 1 ELSE 0 END), 0),"
                  " COALESCE(SUM(CASE WHEN result = 'scope_missing' AND status = 403 THEN 1 ELSE 0"
                  " END), 0) FROM api_use WHERE account_id = $1",
                  DB_IN((int64_t)FAKE_ACCOUNT),
                  DB_OUT((int64_t *)ctx, (int64_t *)ctx + 1, (int64_t *)ctx + 2));
}

static void test_dispatch__scopes_and_the_log_of_a_token(void **state)
{
    (void)state;
    int64_t n[3] = {0};
    fake_login(&f, FAKE_USER, 0, false);
    struct token_row mine = {sha256(str_bytes(S("mine"))), FAKE_ACCOUNT, 0}; /* never ends */
    assert_int_equal(db_tx(f.db, add_token, &mine), OK);
    fake_member(MEMBER_AUTHOR);
    /* A token of before there were scopes keeps what it could. */
    assert_int_equal(status_token("Bearer mine", "/api/gongqi"), 200);
    struct request r = fake_request(&f, METHOD_GET, "/api/gongqi/figures");
    fake_header(&r, "authorization", S("Bearer mine"));
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 403);
    assert_true(str_has(r.reply.body, S("\"reason\":\"scope_missing\"")));
    assert_true(str_has(r.reply.body, S("\"scope\":\"figures\"")));
    r = fake_request(&f, METHOD_GET, "/api/gongqi");
    fake_header(&r, "authorization", S("Bearer mine"));
    dispatch_with(ix, &r);
    assert_int_equal(r.reply.status, 200);
    assert_int_equal(status_token("Bearer wrong", "/api/gongqi"), 401);
    assert_int_equal(db_read(f.db, count_uses, n), OK);
    assert_int_equal(n[0], 3);
    assert_int_equal(n[1], 2);
    assert_int_equal(n[2], 1);
}

static void test_reply__redirects_stay_here(void **state)
{
    (void)state;
    static const char *const AWAY[] = {"//evil", "/\\evil", "https://evil", "evil", "", "/a\r\nb"};
    struct request r = fake_request(&f, METHOD_GET, "/open");
    for (size_t i = 0; i < LEN(AWAY); i++) {
        assert_int_equal(reply_redirect(&r, str_from(AWAY[i])), OK);
        assert_true(str_eq(r.reply.location, S("/")));
    }
    assert_int_equal(reply_redirect(&r, S("/a/公?x=1")), OK);
    assert_true(str_eq(r.reply.location, S("/a/%E5%85%AC?x=1")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_dispatch__csrf_matrix),
        TEST(test_dispatch__a_stale_page_loses_nothing),
        TEST(test_dispatch__login_first),
        TEST(test_dispatch__staff_need_their_second_factor),
        TEST(test_dispatch__errors_in_the_readers_language),
        TEST(test_dispatch__too_many),
        TEST(test_dispatch__every_post_is_logged_once),
        TEST(test_dispatch__what_people_read_stays_out_of_the_log),
        TEST(test_session__lifetimes),
        TEST(test_session__lifetimes_of_settings),
        TEST(test_session__rotates_ends_and_is_revoked),
        TEST(test_session__https_cookie),
        TEST(test_dispatch__api_tokens),
        TEST(test_dispatch__scopes_and_the_log_of_a_token),
        TEST(test_reply__redirects_stay_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
