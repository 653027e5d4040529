/* application/x-www-form-urlencoded. */
#include "web/urlencoded.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_decode(str s, bool plus, char *out, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int hi = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
            int lo = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
            if (hi < 0 || lo < 0)
                return false;
            c = (char)(hi * 16 + lo);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[n++] = c;
    }
    *ret_n = n;
    return true;
}

bool field_text_valid(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return false;
    }
    return str_valid(s);
}

static err decode(arena *mem, str raw, size_t max, str *ret_s)
{
    char *out = arena_alloc(mem, raw.n + 1);
    size_t n = 0;
    if (!percent_decode(raw, true, out, &n) || !field_text_valid((str){out, n}))
        return fault(ERR_INVALID, "bad_encoding", "form field is not percent-encoded UTF-8");
    if (n > max)
        return fault(ERR_TOO_LARGE, "field_too_large", "form field of %zu bytes", n);
    *ret_s = (str){out, n};
    return OK;
}

err urlencoded_parse(arena *mem, str text, struct params *ret_params)
{
    size_t room = ret_params->n + 1;
    for (size_t i = 0; i < text.n; i++)
        room += text.p[i] == '&';
    if (room > FIELDS_MAX + 1)
        return fault(ERR_TOO_LARGE, "too_many_fields", "more than %d form fields", FIELDS_MAX);
    struct params list = {NEW_N(mem, struct param, room), ret_params->n};
    for (size_t i = 0; i < list.n; i++)
        list.v[i] = ret_params->v[i];
    for (str rest = text; rest.p;) {
        str value, item = str_split(rest, '&', &rest), name = str_split(item, '=', &value);
        if (!item.n)
            continue;
        struct param *p = &list.v[list.n];
        TRY(decode(mem, name, FIELD_NAME_MAX, &p->name));
        TRY(decode(mem, value.p ? value : S(""), FIELD_VALUE_MAX, &p->value));
        list.n++;
    }
    *ret_params = list;
    return OK;
}
