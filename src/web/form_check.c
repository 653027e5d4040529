/* What the kinds of form fields accept. */
#include "web/form_check.h"

#include "base/clock.h"
#include "text/fold.h"

static str lf_only(arena *mem, str s)
{
    if (str_find(s, '\r') == s.n)
        return s;
    char *to = arena_alloc(mem, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool crlf = s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n';
        if (!crlf)
            to[n++] = s.p[i] == '\r' ? '\n' : s.p[i];
    }
    return (str){to, n};
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Full-width digits are what Chinese keyboards give; spaces and hyphens what people group with. */
static str digits_plain(arena *mem, str s)
{
    char *to = arena_alloc(mem, s.n + 1);
    size_t n = 0;
    while (s.n) {
        uint32_t cp = str_next(&s);
        if (cp >= 0xff10 && cp <= 0xff19)
            cp = cp - 0xff10 + '0';
        if (cp == 0xff0b)
            cp = '+';
        if (cp != ' ' && cp != '-' && cp != 0x3000)
            n += str_put_utf8(to + n, cp);
    }
    return (str){to, n};
}

static bool email_like(str s)
{
    size_t at = str_find(s, '@');
    str host = str_sub(s, at + 1, s.n);
    bool plain = str_find(s, ' ') == s.n && str_find(host, '@') == host.n;
    return at > 0 && at < s.n && plain && str_find(host, '.') > 0 &&
           str_find(host, '.') + 1 < host.n;
}

static const char *check_number(str *value, struct form_limit *limit)
{
    int64_t n = 0;
    if (str_int(*value, &n) != OK)
        return "bad_number";
    if (n < limit->min) {
        limit->broken = limit->min;
        return "too_small";
    }
    if (limit->max && n > limit->max) {
        limit->broken = limit->max;
        return "too_big";
    }
    return NULL;
}

static const char *check_date(arena *mem, str *value)
{
    struct date d;
    if (date_parse(*value, &d) != OK)
        return "bad_date";
    *value = date_text(mem, d);
    return NULL;
}

static const char *check_shape(enum field_kind kind, str s)
{
    if (kind == FIELD_TEXTAREA)
        return text_clean_block(s) ? NULL : "bad_text";
    if (kind == FIELD_PASSWORD)
        return NULL;
    if (!text_clean_line(s))
        return "bad_text";
    if (kind == FIELD_CODE && !all_digits(s))
        return "bad_code";
    if (kind == FIELD_TEL && !all_digits(s.n && s.p[0] == '+' ? str_sub(s, 1, s.n) : s))
        return "bad_tel";
    if (kind == FIELD_EMAIL && !email_like(s))
        return "bad_email";
    if (kind == FIELD_CHECKBOX && !str_eq(s, S("1")))
        return "bad_choice";
    return NULL;
}

static const char *check_length(str s, struct form_limit *limit)
{
    int64_t n = (int64_t)str_count(s);
    if (n > limit->max) {
        limit->broken = limit->max;
        return "too_long";
    }
    if (n < limit->min) {
        limit->broken = limit->min;
        return "too_short";
    }
    return NULL;
}

const char *form_check_text(enum field_kind kind, arena *mem, str *value, struct form_limit *limit)
{
    str s = *value;
    if (kind == FIELD_TEXTAREA)
        s = lf_only(mem, s);
    if (kind == FIELD_TEL || kind == FIELD_CODE)
        s = digits_plain(mem, s);
    if (kind == FIELD_CHECKBOX && str_eq(s, S("on")))
        s = S("1");
    *value = s;
    if (kind == FIELD_NUMBER)
        return check_number(value, limit);
    if (kind == FIELD_DATE)
        return check_date(mem, value);
    const char *reason = check_shape(kind, s);
    return reason ? reason : check_length(s, limit);
}

static bool is_option(const struct form_value *v, str value)
{
    for (size_t i = 0; i < v->option_n; i++)
        if (str_eq(v->options[i].value, value))
            return true;
    return false;
}

const char *form_check_choice(enum field_kind kind, struct form_value *v, struct form_limit *limit)
{
    if (kind != FIELD_MULTI)
        return v->option_n == 0 || is_option(v, v->value) ? NULL : "bad_choice";
    int64_t n = 0;
    for (str rest = v->value; rest.p; n++)
        if (!is_option(v, str_split(rest, ',', &rest)))
            return "bad_choice";
    if (limit->max && n > limit->max) {
        limit->broken = limit->max;
        return "too_many_choices";
    }
    if (n < limit->min) {
        limit->broken = limit->min;
        return "too_few_choices";
    }
    return NULL;
}
