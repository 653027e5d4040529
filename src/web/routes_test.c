/* Walks the whole site: every route × every set of roles × every member role gets exactly the
 * answer that its line of routes.def says, and every title has its words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/fake.h"

#include "base/buf.h"

static int runs;

static err counting(struct request *r)
{
    runs++;
    return reply_text(r, 200, S("text/plain"), S("ran"));
}

static struct fake f;
static struct route_index *ix;

static int setup(void **state)
{
    (void)state;
    fake_open(&f);
    struct route *copy = NEW_N(f.mem, struct route, ROUTE_COUNT);
    memcpy(copy, ROUTES, ROUTE_COUNT * sizeof *copy);
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        copy[i].run = counting;
    ix = route_index_new(copy, ROUTE_COUNT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    route_index_free(ix);
    fake_close(&f);
    return 0;
}

/* A path that the pattern matches; :handle is the account that there is. */
static str path_of(const char *pattern)
{
    struct buf b;
    buf_init(&b, f.mem, 1000);
    str rest = str_from(pattern);
    (void)str_split(rest, '/', &rest);
    while (rest.p) {
        str s = str_split(rest, '/', &rest);
        buf_add_char(&b, '/');
        if (s.n && (s.p[0] == ':' || s.p[0] == '*'))
            buf_add(&b, str_eq(s, S(":handle")) ? S("gongqi") : S("1"));
        else
            buf_add(&b, s);
    }
    return buf_str(&b);
}

struct person {
    bool logged_in, second_factor;
    unsigned roles;
    enum member_role member;
};

static bool may_enter(const struct route *route, const struct person *p)
{
    switch (route->who) {
    case WHO_ANY:
        return true;
    case WHO_USER:
        return p->logged_in;
    case WHO_STAFF:
        return p->logged_in && (p->roles & route->need) != 0 &&
               (p->second_factor || (route->flags & ROUTE_ONE_FACTOR) != 0);
    case WHO_MEMBER:
        return p->logged_in && p->member != MEMBER_NONE && p->member >= route->need;
    case WHO_TOKEN:
        return false; /* a session never opens it */
    }
    return false;
}

static void walk(const struct person *p)
{
    fake_member(p->member);
    if (p->logged_in)
        fake_login(&f, FAKE_USER, p->roles, p->second_factor);
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        str path = path_of(ROUTES[i].pattern);
        struct request r = fake_request(&f, ROUTES[i].method, str_z(f.mem, path));
        if (p->logged_in) {
            fake_session(&f, &r);
            fake_field(&r, "_csrf", f.csrf);
        }
        runs = 0;
        dispatch_with(ix, &r);
        bool expected = may_enter(&ROUTES[i], p);
        if (runs != expected)
            fail_msg("%s roles %x member %d: %s", ROUTES[i].pattern, p->roles, (int)p->member,
                     runs ? "entered" : "refused");
        if (!expected)
            assert_true(r.reply.status == 303 || r.reply.status == 401 || r.reply.status == 403);
    }
}

static void test_routes__every_route_and_everybody(void **state)
{
    (void)state;
    walk(&(struct person){0});
    for (unsigned m = MEMBER_NONE; m <= MEMBER_OWNER; m++)
        walk(&(struct person){.logged_in = true, .member = (enum member_role)m});
    for (unsigned bit = 1; bit <= ROLE_ALL; bit <<= 1) {
        walk(&(struct person){.logged_in = true, .roles = bit});
        walk(&(struct person){.logged_in = true, .roles = bit, .second_factor = true});
        walk(&(struct person){.logged_in = true, .roles = ROLE_ALL & ~bit, .second_factor = true});
    }
}

static void test_routes__lines_make_sense(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *r = &ROUTES[i];
        bool handle = strstr(r->pattern, ":handle") != NULL;
        if ((r->who == WHO_MEMBER || r->who == WHO_TOKEN) && !handle)
            fail_msg("%s has no :handle", r->pattern);
        if (r->who == WHO_STAFF && (r->need == 0 || (r->need & ~(unsigned)ROLE_ALL) != 0))
            fail_msg("%s asks for no role", r->pattern);
        if (r->who == WHO_MEMBER && r->need > MEMBER_OWNER)
            fail_msg("%s asks for no member role", r->pattern);
        if (r->who == WHO_TOKEN && ((r->need & NEED_ROLE) > MEMBER_OWNER ||
                                    !scope_name(r->need & ~(unsigned)NEED_ROLE)[0]))
            fail_msg("%s asks for no member role and one scope", r->pattern);
        if ((r->who == WHO_ANY || r->who == WHO_USER) && r->need != 0)
            fail_msg("%s asks for a role that nobody checks", r->pattern);
        if ((r->flags & ROUTE_CACHED) && (r->who != WHO_ANY || r->method != METHOD_GET))
            fail_msg("%s must not be cached", r->pattern);
        enum msg m;
        if (r->title[0] && !msg_find(str_from(r->title), &m))
            fail_msg("%s: no message %s", r->pattern, r->title);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes__every_route_and_everybody),
        cmocka_unit_test(test_routes__lines_make_sense),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
