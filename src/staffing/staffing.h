/* Staff fit for the scale (regulation 2017 art. 5; A5.2): who can judge what, who is at the desk
 * when, whose training still holds, and whether all that is enough for the work there is. Every
 * change is a record; an alarm tells editor-in-chief, compliance and system administration. */
#pragma once
#include "settings/provider.h"

enum course_id {
#define COURSE(key, roles) COURSE_##key,
#include "staffing/courses.def"
#undef COURSE
    COURSE_COUNT
};
struct course {
    str key;
    unsigned roles; /* who must have it */
};
extern const struct course COURSES[COURSE_COUNT];

enum { STAFF_TEXT_MAX = 300, HANDOVER_MAX = 2000, SHIFT_HOURS_MAX = 24, SHIFT_WEEKS_MAX = 13 };

/* ---- skills ---- */
struct staff_profile {
    int64_t user_id, written_by, written_at; /* 0: nothing was written yet */
    str families, languages, note;           /* families: comma-separated keys */
};
/* ERR_NOT_FOUND unless user_id is one of the staff; ERR_INVALID "unknown_family". */
err staff_profile_write(struct tx *t, arena *mem, const struct staff_profile *p);
err staff_profile_load(struct tx *t, arena *mem, int64_t user_id, struct staff_profile *ret_p);

/* ---- training ---- */
struct training {
    int64_t user_id, id, held_at, expires_at, added_by, void_at;
    str course, title, evidence, user_name;
};
/* Sets id. ERR_INVALID: bad_choice (course), training_dates (ends before it was held, or was held
 * in the future). */
err training_add(struct tx *t, struct training *g);
/* Strikes a wrong entry out; it stays to be read. ERR_NOT_FOUND when it does not stand. */
err training_void(struct tx *t, int64_t user_id, int64_t id, int64_t by);
/* Newest first, at most 200. */
err training_list(struct tx *t, arena *mem, int64_t user_id, struct training **ret_v,
                  size_t *ret_n);
struct standing {
    unsigned missing, lapsed; /* bit masks of 1 << course_id, of the courses that roles oblige to */
    int64_t until;            /* when the first of the others ends; 0 = none obliges */
};
err training_standing(struct tx *t, int64_t user_id, unsigned roles, struct standing *ret_s);
/* Setting training_rule "stop": ERR_DENIED "training_lapsed" for whom a course is missing. */
err training_may_claim(struct tx *t, const struct provider_settings *ps, int64_t user_id,
                       unsigned roles);

/* ---- shifts ---- */
struct shift {
    int64_t id, user_id, from_at, until_at, handed_at, marked_at, by;
    str state, handover, user_name;
};
/* Sets id. ERR_INVALID: shift_times (0 < length <= 24 h, not more than 13 weeks ahead);
 * ERR_CONFLICT "shift_overlaps" on field from; ERR_NOT_FOUND when not staff. */
err shift_plan(struct tx *t, struct shift *s);
/* state: present or absent (once it has begun; also to correct), dropped (before). ERR_CONFLICT
 * "shift_state". */
err shift_mark(struct tx *t, arena *mem, int64_t id, str state, int64_t by);
/* By the person of the shift, from its beginning to a day after its end; marks them present.
 * ERR_NOT_FOUND when it is not theirs; ERR_CONFLICT "shift_state". */
err shift_hand_over(struct tx *t, arena *mem, int64_t id, str text, int64_t by);
/* Those that touch [from, until), by beginning, at most 1,000; dropped ones left out. */
err shift_list(struct tx *t, arena *mem, int64_t from, int64_t until, struct shift **ret_v,
               size_t *ret_n);
/* Milliseconds of shifts inside [from, until): those worked (present, or planned and not marked
 * when worked is false). user_id 0: of all. */
int64_t shift_ms(const struct shift *v, size_t n, int64_t user_id, bool worked, int64_t from,
                 int64_t until);

/* ---- capacity ---- */
#define CAPACITY_ALARM_TABLE(X) X(queue) X(age) X(ratio)
enum capacity_alarm {
#define X(name) ALARM_##name,
    CAPACITY_ALARM_TABLE(X)
#undef X
        ALARM_COUNT
};
str capacity_alarm_name(enum capacity_alarm a);
struct capacity {
    int64_t open, overdue, oldest_at, accounts, published;  /* published: in 30 days */
    int64_t reviewers;                                      /* hold the role */
    int64_t decisions_week, worked_week_ms, planned_day_ms; /* planned: the next 24 hours */
    int64_t per_hour_x10; /* decisions per hour worked, times ten; -1: no hour was worked */
    int64_t capacity_day; /* cases that the planned hours can decide; -1: not known */
    int64_t ratio_x10;    /* reviewers per 1,000 articles published, times ten; -1: none */
    int64_t value[ALARM_COUNT], limit[ALARM_COUNT]; /* limit 0: this alarm is off */
    bool rings[ALARM_COUNT];
};
err capacity_ask(struct tx *t, const struct provider_settings *ps, struct capacity *ret_c);

struct officer_week {
    int64_t user_id, decisions, worked_ms;
};
/* Decisions of the last seven days by officer, at most 200. */
err officer_weeks(struct tx *t, arena *mem, struct officer_week **ret_v, size_t *ret_n);
struct capacity_month {
    int year, month;
    int64_t days, reviewers, open, decisions, shift_minutes, published, accounts; /* averages, but
                                                       decisions and shift_minutes: sums */
};
/* Newest first, at most 24. */
err capacity_months(struct tx *t, arena *mem, struct capacity_month **ret_v, size_t *ret_n);

#define STAFFING_JOB "staffing"
/* Writes the day's row, starts and ends alarms, sends reminders of trainings 30, 7 and 1 days
 * before their end and at it. Every five minutes. */
err staffing_job(struct db *db, struct provider_live *live);
