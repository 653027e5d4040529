/* Codes by which identities are named, checked as their standards say. A right check digit proves
 * nothing about who shows it (A6.2). Inputs are trimmed, upper-cased, hyphens and spaces dropped;
 * outputs are the normalised code. Sources: obligations 2.13–2.17. */
#pragma once
#include "base/clock.h"

/* Citizen identity number, GB 11643-1999. ERR_INVALID: id_length, id_province, id_date, id_check.
 */
struct citizen_id {
    str number;
    struct date birth;
    bool male;
};
err citizen_id_check(arena *mem, str input, int64_t now_ms, struct citizen_id *ret_id);
int citizen_id_age(const struct citizen_id *id, int64_t now_ms);

/* Unified social credit code, GB 32100-2015. ERR_INVALID: uscc_length, uscc_letter, uscc_check.
 * *ret_warning: the inner organisation code's own check fails (some real codes do). */
struct uscc {
    str code;
    bool inner_code_bad;
};
err uscc_check(arena *mem, str input, struct uscc *ret_code);
/* Organisation code, GB 11714-1997. ERR_INVALID: orgcode_length, orgcode_check. */
err orgcode_check(arena *mem, str input, str *ret_code);

/* Province codes, GB/T 2260 first two digits. */
struct province {
    const char *code, *abbr; /* "33", "ZJ"; message province.<code> */
};
extern const struct province PROVINCES[];
extern const size_t PROVINCE_COUNT;
bool province_known(str code);
