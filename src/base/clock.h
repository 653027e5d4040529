/* Time: 64-bit milliseconds since 1970 UTC everywhere; shown in Asia/Shanghai (UTC+8, no daylight
 * saving since 1991). Calendar arithmetic is proleptic Gregorian. */
#pragma once
#include "base/str.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
};

int64_t clock_ms(void);      /* wall clock */
int64_t clock_mono_us(void); /* monotonic, for durations */

struct date {
    int year, month, day; /* 1-based month and day */
};
struct moment {
    struct date date;
    int hour, minute, second, ms;
    int weekday; /* 0 = Sunday */
};

bool date_valid(struct date d);   /* years 1..9999 */
int64_t date_days(struct date d); /* days since 1970-01-01 */
struct date days_date(int64_t days);
struct moment clock_utc(int64_t ms);
struct moment clock_china(int64_t ms);
int64_t date_china_ms(struct date d); /* midnight in China */

str clock_rfc3339(arena *a, int64_t ms);    /* 2026-11-23T08:15:00.123Z */
str clock_http(arena *a, int64_t ms);       /* Mon, 23 Nov 2026 08:15:00 GMT */
str clock_china_text(arena *a, int64_t ms); /* 2026-11-23 16:15 */
str clock_china_seconds(arena *a, int64_t ms); /* 2026-11-23 16:15:00 */
err date_parse(str s, struct date *ret_d);  /* YYYY-MM-DD or YYYYMMDD */
/* Its midnight in China; `otherwise` when s is empty (a filter that was not filled in). */
err date_ms_or(str s, int64_t otherwise, int64_t *ret_ms);
str date_text(arena *a, struct date d); /* YYYY-MM-DD */
/* What clock_china_text writes, also with a T between date and time. ERR_INVALID "bad_time". */
err clock_china_read(str s, int64_t *ret_ms);

/* t plus whole calendar months in China's calendar; where the day does not exist, the first day of
 * the month after (never earlier): 2026-08-31 + 6 = 2027-03-01 (obligations 3.0). */
int64_t clock_add_months(int64_t ms, int months);
/* t plus whole working days in China: Saturdays and Sundays do not count; public holidays are not
 * known here. From a weekend it counts from the Monday: Saturday + 1 = Monday, same time of day. */
int64_t clock_add_workdays(int64_t ms, int days);
