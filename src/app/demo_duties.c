/* Staff of the demo: skills, training, a week of shifts. */
#include "app/demo.h"
#include "base/clock.h"
#include "consent/consent.h"
#include "provision/provision.h"
#include "staffing/staffing.h"

enum { DAYS = 7, SHIFT_HOURS = 9, TRAINED = 5 };

static err trained(struct tx *t, const struct demo *d, int user, const char *key, int64_t left_days)
{
    int64_t today = date_china_ms(clock_china(tx_now(t)).date);
    struct training g = {.user_id = d->user[user],
                         .course = str_from(key),
                         .title = S(""),
                         .held_at = today + (left_days - 365) * DAY_MS,
                         .expires_at = today + left_days * DAY_MS,
                         .evidence = S("内部培训签到表，人事档案"),
                         .added_by = d->user[DEMO_COMPLIANCE]};
    return training_add(t, &g);
}

static err train(struct tx *t, const struct demo *d)
{
    static const struct {
        int user;
        const char *course;
        int left_days;
    } v[TRAINED] = {{DEMO_REVIEWER, "review", 210},
                    {DEMO_REVIEWER, "personal_data", 20},
                    {DEMO_REVIEWER_2, "review", 160},
                    {DEMO_EIC, "review", 300},
                    {DEMO_PRIVACY, "personal_data", 250}};
    for (size_t i = 0; i < TRAINED; i++)
        TRY(trained(t, d, v[i].user, v[i].course, v[i].left_days));
    return OK;
}

/* Three days that were worked, today and three to come, early and late by turns: yesterday's late
 * one ended at one, so at any hour it is still time to hand it over. */
static err shifts(struct tx *t, const struct demo *d)
{
    int64_t today = date_china_ms(clock_china(tx_now(t)).date);
    for (int i = 0; i < DAYS; i++) {
        int64_t from = today + (i - 3) * (int64_t)DAY_MS + (i % 2 ? 9 : 16) * (int64_t)HOUR_MS;
        struct shift s = {.user_id = d->user[i % 2 ? DEMO_REVIEWER_2 : DEMO_REVIEWER],
                          .from_at = from,
                          .until_at = from + SHIFT_HOURS * (int64_t)HOUR_MS,
                          .by = d->user[DEMO_COMPLIANCE]};
        TRY(shift_plan(t, &s));
        if (i < 2)
            TRY(shift_mark(t, d->mem, s.id, S("present"), d->user[DEMO_EIC]));
        if (i == 2)
            TRY(shift_hand_over(t, d->mem, s.id, S("一件申诉明天中午到期，材料已齐。"), s.user_id));
    }
    return OK;
}

static err staff(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    struct staff_profile p[] = {{.user_id = d->user[DEMO_REVIEWER],
                                 .families = S("rumour,fraud,advertising"),
                                 .languages = S("普通话，英语")},
                                {.user_id = d->user[DEMO_REVIEWER_2],
                                 .families = S("minors,privacy,insult"),
                                 .languages = S("普通话，粤语")}};
    for (size_t i = 0; i < LEN(p); i++) {
        p[i].note = S("");
        p[i].written_by = d->user[DEMO_COMPLIANCE];
        TRY(staff_profile_write(t, d->mem, &p[i]));
    }
    TRY(train(t, d));
    return shifts(t, d);
}

/* One that was handed over, and one that waits for the second person. */
static err provide(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    str file;
    struct provision p = {.recipient = S("云溪市中级人民法院"),
                          .contact = S("云溪市法院路 1 号立案庭"),
                          .basis = S("order"),
                          .reference = S("调查令（演示）5 号"),
                          .purpose = S("核对一起名誉权案件中账号主体的身份。"),
                          .fields = S("name,doc_no"),
                          .asked_by = d->user[DEMO_COMPLIANCE]};
    TRY(provision_ask(t, d->mem, &p, str_from(DEMO_ACCOUNT[0].handle)));
    struct provision_answer a = {p.id, d->user[DEMO_PRIVACY], true};
    TRY(provision_answer(t, d->mem, &a));
    struct provision_hand h = {d->site->vault, p.id, p.asked_by};
    TRY(provision_hand(t, d->mem, &h, &file));
    p.basis = S("law");
    p.reference = S("统计法第七条（演示）");
    p.recipient = S("云溪市统计局");
    TRY(provision_ask(t, d->mem, &p, str_from(DEMO_ACCOUNT[1].handle)));
    TRY(consent_notice_shown(t, d->user[DEMO_STAFF]));
    return consent_set(t, d->user[DEMO_STAFF], PURPOSE_provision, true);
}

err demo_duties(struct demo *d)
{
    TRY(db_tx(d->site->db, staff, d));
    return db_tx(d->site->db, provide, d);
}
