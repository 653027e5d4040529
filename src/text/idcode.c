/* Check digits of identity codes. */
#include "text/idcode.h"

#include "base/buf.h"

const struct province PROVINCES[] = {
    {"11", "BJ"}, {"12", "TJ"}, {"13", "HE"}, {"14", "SX"}, {"15", "NM"}, {"21", "LN"},
    {"22", "JL"}, {"23", "HL"}, {"31", "SH"}, {"32", "JS"}, {"33", "ZJ"}, {"34", "AH"},
    {"35", "FJ"}, {"36", "JX"}, {"37", "SD"}, {"41", "HA"}, {"42", "HB"}, {"43", "HN"},
    {"44", "GD"}, {"45", "GX"}, {"46", "HI"}, {"50", "CQ"}, {"51", "SC"}, {"52", "GZ"},
    {"53", "YN"}, {"54", "XZ"}, {"61", "SN"}, {"62", "GS"}, {"63", "QH"}, {"64", "NX"},
    {"65", "XJ"}, {"71", "TW"}, {"81", "HK"}, {"82", "MO"},
};
const size_t PROVINCE_COUNT = LEN(PROVINCES);

bool province_known(str code)
{
    for (size_t i = 0; i < PROVINCE_COUNT; i++)
        if (str_eq(code, str_from(PROVINCES[i].code)))
            return true;
    return false;
}

/* Upper case, without spaces and hyphens; never longer than the input. */
static str code_normal(arena *mem, str input)
{
    struct buf b;
    buf_init(&b, mem, input.n + 1);
    str s = str_trim(input);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c != ' ' && c != '-')
            buf_add_char(&b, c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
    }
    return buf_str(&b);
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static int years_between(struct date from, struct date to)
{
    bool before = to.month < from.month || (to.month == from.month && to.day < from.day);
    return to.year - from.year - before;
}

int citizen_id_age(const struct citizen_id *id, int64_t now_ms)
{
    return years_between(id->birth, clock_china(now_ms).date);
}

err citizen_id_check(arena *mem, str input, int64_t now_ms, struct citizen_id *ret_id)
{
    static const int WEIGHTS[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    struct citizen_id id = {.number = code_normal(mem, input)};
    str n = id.number;
    if (n.n != 18 || !all_digits(str_sub(n, 0, 17)) ||
        (n.p[17] != 'X' && !all_digits(str_sub(n, 17, 1))))
        return fault(ERR_INVALID, "id_length", "not 17 digits and a check character");
    if (!province_known(str_sub(n, 0, 2)))
        return fault(ERR_INVALID, "id_province", "unknown province code");
    struct date today = clock_china(now_ms).date;
    if (date_parse(str_sub(n, 6, 8), &id.birth) != OK || date_days(id.birth) > date_days(today) ||
        years_between(id.birth, today) > 150)
        return fault(ERR_INVALID, "id_date", "no possible date of birth");
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (n.p[i] - '0') * WEIGHTS[i];
    if ("10X98765432"[sum % 11] != n.p[17])
        return fault(ERR_INVALID, "id_check", "check character does not fit");
    id.male = (n.p[16] - '0') % 2 == 1;
    *ret_id = id;
    return OK;
}

/* Value of a character in an alphabet, or -1. */
static int value_in(const char *alphabet, char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

static bool orgcode_fits(str code)
{
    static const int WEIGHTS[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 8; i++) {
        int v = value_in("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", code.p[i]);
        if (v < 0)
            return false;
        sum += v * WEIGHTS[i];
    }
    return "0X987654321"[sum % 11] == code.p[8];
}

err uscc_check(arena *mem, str input, struct uscc *ret_code)
{
    static const char ALPHABET[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int WEIGHTS[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    struct uscc u = {.code = code_normal(mem, input)};
    if (u.code.n != 18 || !all_digits(str_sub(u.code, 2, 6)))
        return fault(ERR_INVALID, "uscc_length", "not 18 characters with six digits of division");
    int sum = 0;
    for (int i = 0; i < 18; i++) {
        int v = value_in(ALPHABET, u.code.p[i]);
        if (v < 0)
            return fault(ERR_INVALID, "uscc_letter", "a letter that the code does not use");
        sum += i < 17 ? v * WEIGHTS[i] : 0;
    }
    if (ALPHABET[(31 - sum % 31) % 31] != u.code.p[17])
        return fault(ERR_INVALID, "uscc_check", "check character does not fit");
    u.inner_code_bad = !orgcode_fits(str_sub(u.code, 8, 9));
    *ret_code = u;
    return OK;
}

err orgcode_check(arena *mem, str input, str *ret_code)
{
    str code = code_normal(mem, input);
    if (code.n != 9)
        return fault(ERR_INVALID, "orgcode_length", "not 9 characters");
    if (!orgcode_fits(code))
        return fault(ERR_INVALID, "orgcode_check", "check character does not fit");
    *ret_code = code;
    return OK;
}
