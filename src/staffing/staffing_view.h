/* What the pages of staffing show. */
#pragma once
#include "staffing/staffing.h"
#include "web/layout.h"

/* To whom a course is missing, what follows from it; "" = nothing is missing. */
str staffing_warning(struct request *r, const struct provider_settings *ps,
                     const struct standing *s);

struct staffing_view {
    str alarms[ALARM_COUNT]; /* "" = quiet */
    str own;                 /* one's own training: what is missing; "" = nothing */
    struct fact tiles[12];
    size_t tile_n;
    struct facts_view own_facts;
    struct table_view people, months;
    struct facts_view means;
};
struct staffer_view {
    struct facts_view facts;
    const struct form *profile, *training;
    struct table_view trainings;
    const struct confirm_view *strikes;
    size_t strike_n;
};
struct shift_line {
    const struct shift *s;
    str state;
    enum tone tone;
    bool may_mark, may_drop, may_hand, now;
    str base;
};
struct shifts_view {
    str week, previous, next, csrf;
    const struct shift_line *v;
    size_t n;
    const struct form *form;  /* NULL: not by this person */
    const struct form *hand;  /* handover of one's own shift; NULL: none */
    struct facts_view handed; /* what the last shifts left */
    struct empty_view empty;
};
