/* Training that lapses, shifts, figures and alarms of capacity. */
#include "staffing/staffing.h"

#include "base/clock.h"
#include "base/rand.h"
#include "casework/casework.h"
#include "notice/notice.h"
#include "tests/unit/testdb.h"
#include "web/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { ANNA = 21, CHIEF = 22, READER = 23, OPEN = 4 };
static struct db *db;
static struct provider_live *live;
static arena *mem;

struct act {
    struct training g;
    struct shift s, *shifts;
    struct standing standing;
    struct capacity c;
    struct capacity_month *months;
    struct notice *notices;
    struct provider_settings ps;
    struct staff_profile p;
    size_t n;
    int64_t ms, user;
    str state;
};

static err seed(struct tx *t, void *ctx)
{
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO users (id, name, mobile_sealed, password, lang, state, created_at)"
                " VALUES (21, 'Anna', $1, 'x', 'zh', 'active', 1), (22, 'Chief', $1, 'x', 'zh',"
                " 'active', 1), (23, 'Reader', $1, 'x', 'zh', 'active', 1)",
                DB_IN(str_bytes(S("x")))));
    TRY(db_exec(t,
                "INSERT INTO user_role (user_id, role, granted_by, granted_at) VALUES"
                " (21, 'reviewer', 0, 1), (22, 'editor_in_chief', 0, 1)",
                DB_IN()));
    return OK;
}

static err add(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return training_add(t, &a->g);
}
static err strike(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return training_void(t, a->g.user_id, a->g.id, CHIEF);
}
static err stand(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return training_standing(t, ANNA, ROLE_REVIEWER, &a->standing);
}
static err claimable(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return training_may_claim(t, &a->ps, ANNA, ROLE_REVIEWER);
}
static err profile(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(staff_profile_write(t, mem, &a->p));
    return staff_profile_load(t, mem, a->p.user_id, &a->p);
}
static err plan(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return shift_plan(t, &a->s);
}
static err mark(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return shift_mark(t, mem, a->s.id, a->state, CHIEF);
}
static err hand(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return shift_hand_over(t, mem, a->s.id, S("two appeals are due at noon"), a->user);
}
static err ask(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(provider_settings_load(t, mem, &a->ps));
    TRY(capacity_ask(t, &a->ps, &a->c));
    return capacity_months(t, mem, &a->months, &a->n);
}
static err told(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return notice_list(t, mem, a->user, 0, 100, &a->notices, &a->n);
}
static err fill(struct tx *t, void *ctx)
{
    (void)ctx;
    for (int i = 0; i < OPEN; i++) {
        struct casefile c = {.kind = CASE_ARTICLE,
                             .account_id = 4,
                             .subject = i + 1,
                             .version = 1,
                             .title = S("t"),
                             .opened_by = READER,
                             .due_at = tx_now(t) + HOUR_MS};
        TRY(case_open(t, &c));
    }
    return OK;
}
static err limit(struct tx *t, void *ctx)
{
    struct provider_change c = {
        .name = S("capacity_queue"), .value = *(str *)ctx, .reason = S("test")};
    return provider_setting_set(t, &c);
}

static struct training course(const char *key, int64_t user, int64_t held, int64_t expires)
{
    return (struct training){.user_id = user,
                             .course = str_from(key),
                             .title = S(""),
                             .held_at = held,
                             .expires_at = expires,
                             .evidence = S("certificate 1"),
                             .added_by = CHIEF};
}

static bool has(struct act *a, int64_t user, const char *kind)
{
    a->user = user;
    assert_int_equal(db_read(db, told, a), OK);
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->notices[i].kind, str_from(kind)))
            return true;
    return false;
}

static void test_training__is_owed_by_role_and_lapses(void **state)
{
    (void)state;
    int64_t now = clock_ms();
    struct act a = {.ps = {.training_rule = S("warn")}};
    unsigned both = 1U << COURSE_review | 1U << COURSE_personal_data;
    assert_int_equal(db_read(db, stand, &a), OK);
    assert_int_equal(a.standing.missing, both);
    assert_int_equal(db_read(db, claimable, &a), OK);
    a.ps.training_rule = S("stop");
    assert_int_equal(db_read(db, claimable, &a), ERR_DENIED);
    a.g = course("review", ANNA, now - 40 * (int64_t)DAY_MS, now - DAY_MS);
    assert_int_equal(db_tx(db, add, &a), OK);
    a.g = course("personal_data", ANNA, now - DAY_MS, now + 400 * (int64_t)DAY_MS);
    assert_int_equal(db_tx(db, add, &a), OK);
    assert_int_equal(db_read(db, stand, &a), OK);
    assert_int_equal(a.standing.missing, 0);
    assert_int_equal(a.standing.lapsed, 1U << COURSE_review);
    assert_int_equal(db_read(db, claimable, &a), ERR_DENIED);
    a.g = course("review", ANNA, now - DAY_MS, now + 6 * (int64_t)DAY_MS);
    assert_int_equal(db_tx(db, add, &a), OK);
    assert_int_equal(db_read(db, claimable, &a), OK);
    assert_int_equal(db_tx(db, strike, &a), OK);
    assert_int_equal(db_tx(db, strike, &a), ERR_NOT_FOUND);
    assert_int_equal(db_read(db, claimable, &a), ERR_DENIED);
}

static void test_training__refuses_what_cannot_be(void **state)
{
    (void)state;
    int64_t now = clock_ms();
    struct act a = {.g = course("review", ANNA, now + DAY_MS, now + 2 * (int64_t)DAY_MS)};
    assert_int_equal(db_tx(db, add, &a), ERR_INVALID);
    a.g = course("review", ANNA, now - DAY_MS, now - DAY_MS);
    assert_int_equal(db_tx(db, add, &a), ERR_INVALID);
    a.g = course("dancing", ANNA, now - DAY_MS, now + DAY_MS);
    assert_int_equal(db_tx(db, add, &a), ERR_INVALID);
    a.g = course("review", READER, now - DAY_MS, now + DAY_MS);
    assert_int_equal(db_tx(db, add, &a), ERR_NOT_FOUND);
    a.p = (struct staff_profile){ANNA, CHIEF, 0, S("fraud,dance"), S(""), S("")};
    assert_int_equal(db_tx(db, profile, &a), ERR_INVALID);
    a.p.families = S("fraud,rumour");
    assert_int_equal(db_tx(db, profile, &a), OK);
    assert_string_equal(str_z(mem, a.p.families), "fraud,rumour");
}

static void test_shift__is_planned_marked_and_handed_over(void **state)
{
    (void)state;
    int64_t now = clock_ms();
    struct act a = {.s = {.user_id = ANNA,
                          .from_at = now - 4 * (int64_t)HOUR_MS,
                          .until_at = now + 4 * (int64_t)HOUR_MS,
                          .by = CHIEF},
                    .state = S("dropped")};
    assert_int_equal(db_tx(db, plan, &a), OK);
    struct act again = a;
    assert_int_equal(db_tx(db, plan, &again), ERR_CONFLICT);
    again.s.user_id = READER;
    assert_int_equal(db_tx(db, plan, &again), ERR_NOT_FOUND);
    again.s =
        (struct shift){.user_id = CHIEF, .from_at = now, .until_at = now + 25 * (int64_t)HOUR_MS};
    assert_int_equal(db_tx(db, plan, &again), ERR_INVALID);
    assert_int_equal(db_tx(db, mark, &a), ERR_CONFLICT); /* it has begun */
    a.user = CHIEF;
    assert_int_equal(db_tx(db, hand, &a), ERR_NOT_FOUND); /* not theirs */
    a.user = ANNA;
    assert_int_equal(db_tx(db, hand, &a), OK);
    a.state = S("absent");
    assert_int_equal(db_tx(db, mark, &a), OK);
    a.state = S("present");
    assert_int_equal(db_tx(db, mark, &a), OK);
}

static void test_shift__hours_inside_a_window(void **state)
{
    (void)state;
    struct shift v[] = {{.user_id = 1, .from_at = 0, .until_at = 100, .state = S("present")},
                        {.user_id = 2, .from_at = 50, .until_at = 150, .state = S("planned")},
                        {.user_id = 2, .from_at = 0, .until_at = 100, .state = S("absent")}};
    assert_int_equal(shift_ms(v, LEN(v), 0, true, 40, 200), 60);
    assert_int_equal(shift_ms(v, LEN(v), 0, false, 40, 200), 160);
    assert_int_equal(shift_ms(v, LEN(v), 2, false, 40, 60), 10);
    assert_int_equal(shift_ms(v, LEN(v), 2, true, 0, 200), 0);
}

static void test_capacity__alarm_rings_once_and_ends(void **state)
{
    (void)state;
    struct act a = {0};
    str low = S("3"), high = S("50");
    assert_int_equal(db_tx(db, fill, NULL), OK);
    assert_int_equal(db_tx(db, limit, &low), OK);
    assert_int_equal(provider_live_refresh(live), OK);
    assert_int_equal(db_read(db, ask, &a), OK);
    assert_int_equal(a.c.open, OPEN);
    assert_true(a.c.rings[ALARM_queue]);
    assert_false(a.c.rings[ALARM_age]);
    assert_int_equal(a.c.ratio_x10, -1); /* nothing published */
    assert_true(a.c.worked_week_ms > 3 * HOUR_MS);
    assert_int_equal(a.c.per_hour_x10, 0);
    assert_int_equal(staffing_job(db, live), OK);
    assert_int_equal(staffing_job(db, live), OK);
    assert_true(has(&a, CHIEF, "capacity_queue"));
    size_t n = 0;
    for (size_t i = 0; i < a.n; i++)
        n += str_eq(a.notices[i].kind, S("capacity_queue"));
    assert_int_equal(n, 1);
    assert_string_equal(str_z(mem, a.notices[a.n - 1].args[0]), "4");
    assert_true(has(&a, ANNA, "training_over"));
    assert_true(has(&a, CHIEF, "training_over_staff"));
    assert_int_equal(db_tx(db, limit, &high), OK);
    assert_int_equal(provider_live_refresh(live), OK);
    assert_int_equal(staffing_job(db, live), OK);
    assert_int_equal(db_read(db, ask, &a), OK);
    assert_false(a.c.rings[ALARM_queue]);
    assert_int_equal(a.n, 1); /* the month's line */
    assert_int_equal(a.months[0].reviewers, 1);
    assert_int_equal(a.months[0].open, OPEN);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    test_db_open(&db);
    if (db_tx(db, seed, NULL) != OK)
        return -1;
    return provider_live_start(db, &live) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    provider_live_stop(live);
    test_db_close(db);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_training__is_owed_by_role_and_lapses),
        cmocka_unit_test(test_training__refuses_what_cannot_be),
        cmocka_unit_test(test_shift__is_planned_marked_and_handed_over),
        cmocka_unit_test(test_shift__hours_inside_a_window),
        cmocka_unit_test(test_capacity__alarm_rings_once_and_ends),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
