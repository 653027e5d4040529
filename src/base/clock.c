/* Time and the calendar. */
#include "base/clock.h"

#include <time.h>

enum { CHINA_MS = 8 * HOUR_MS };

int64_t clock_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int month_days(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : DAYS[month - 1];
}

bool date_valid(struct date d)
{
    return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= month_days(d.year, d.month);
}

/* Days from civil: years start in March, so that the leap day is the last one of a year. */
int64_t date_days(struct date d)
{
    int64_t y = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct date days_date(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct date){(int)(yoe + era * 400 + (month <= 2)), month,
                         (int)(doy - (153 * mp + 2) / 5 + 1)};
}

struct moment clock_utc(int64_t ms)
{
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
    int rest = (int)(ms - days * DAY_MS);
    return (struct moment){
        .date = days_date(days),
        .hour = rest / HOUR_MS,
        .minute = rest / MINUTE_MS % 60,
        .second = rest / SECOND_MS % 60,
        .ms = rest % 1000,
        .weekday = (int)(((days + 4) % 7 + 7) % 7),
    };
}

struct moment clock_china(int64_t ms)
{
    return clock_utc(ms + CHINA_MS);
}

int64_t date_china_ms(struct date d)
{
    return date_days(d) * DAY_MS - CHINA_MS;
}

str clock_rfc3339(arena *a, int64_t ms)
{
    struct moment m = clock_utc(ms);
    return str_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", m.date.year, m.date.month, m.date.day,
                   m.hour, m.minute, m.second, m.ms);
}

str clock_http(arena *a, int64_t ms)
{
    static const char DAYS[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char MONTHS[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct moment m = clock_utc(ms);
    return str_fmt(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", DAYS[m.weekday], m.date.day,
                   MONTHS[m.date.month - 1], m.date.year, m.hour, m.minute, m.second);
}

str clock_china_seconds(arena *a, int64_t ms)
{
    struct moment m = clock_china(ms);
    return str_fmt(a, "%.*s %02d:%02d:%02d", FMT(date_text(a, m.date)), m.hour, m.minute, m.second);
}

str clock_china_text(arena *a, int64_t ms)
{
    struct moment m = clock_china(ms);
    return str_fmt(a, "%04d-%02d-%02d %02d:%02d", m.date.year, m.date.month, m.date.day, m.hour,
                   m.minute);
}

static err digits(str s, size_t from, size_t n, int *ret_v)
{
    int64_t v;
    TRY(str_int(str_sub(s, from, n), &v));
    if (v < 0)
        return fault(ERR_INVALID, "bad_date", "negative part in a date");
    *ret_v = (int)v;
    return OK;
}

err date_parse(str s, struct date *ret_d)
{
    bool dashed = s.n == 10 && s.p[4] == '-' && s.p[7] == '-';
    if (!dashed && s.n != 8)
        return fault(ERR_INVALID, "bad_date", "a date is YYYY-MM-DD");
    struct date d;
    TRY(digits(s, 0, 4, &d.year));
    TRY(digits(s, dashed ? 5 : 4, 2, &d.month));
    TRY(digits(s, dashed ? 8 : 6, 2, &d.day));
    if (!date_valid(d))
        return fault(ERR_INVALID, "bad_date", "no such day");
    *ret_d = d;
    return OK;
}

err date_ms_or(str s, int64_t otherwise, int64_t *ret_ms)
{
    struct date d;
    *ret_ms = otherwise;
    if (!s.n)
        return OK;
    TRY(date_parse(s, &d));
    *ret_ms = date_china_ms(d);
    return OK;
}

str date_text(arena *a, struct date d)
{
    return str_fmt(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

int64_t clock_add_months(int64_t ms, int months)
{
    struct moment m = clock_china(ms);
    int64_t time_of_day = ms - date_china_ms(m.date);
    int index = m.date.year * 12 + m.date.month - 1 + months;
    struct date d = {index / 12, index % 12 + 1, m.date.day};
    if (!date_valid(d))
        d = (struct date){(index + 1) / 12, (index + 1) % 12 + 1, 1};
    return date_china_ms(d) + time_of_day;
}

int64_t clock_add_workdays(int64_t ms, int days)
{
    while (days > 0) {
        ms += DAY_MS;
        int weekday = clock_china(ms).weekday;
        days -= weekday != 0 && weekday != 6;
    }
    return ms;
}

err clock_china_read(str s, int64_t *ret_ms)
{
    struct date d;
    int64_t h, m;
    if (s.n != 16 || date_parse(str_sub(s, 0, 10), &d) != OK || str_int(str_sub(s, 11, 2), &h) ||
        str_int(str_sub(s, 14, 2), &m) || h < 0 || h > 23 || m < 0 || m > 59)
        return fault(ERR_INVALID, "bad_time", "not a time");
    *ret_ms = date_china_ms(d) + h * HOUR_MS + m * MINUTE_MS;
    return OK;
}
