/* Lookup in the generated message tables. */
#include "web/msg.h"

#include "base/buf.h"

enum { FORMAT_MAX = 64 * 1024 };

str msg(enum lang lang, enum msg m)
{
    ASSERT((unsigned)m < MSG_COUNT && (unsigned)lang < LANG_COUNT);
    return msg_texts[lang][m];
}

str msg_key(enum msg m)
{
    ASSERT((unsigned)m < MSG_COUNT);
    return msg_keys[m];
}

bool msg_find(str key, enum msg *ret_m)
{
    size_t low = 0, high = MSG_COUNT;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = str_cmp(msg_keys[mid], key);
        if (order == 0) {
            *ret_m = (enum msg)mid;
            return true;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

str msg_lookup(enum lang lang, const char *prefix, const char *key, enum msg otherwise)
{
    char joined[128];
    size_t a = strlen(prefix), b = strlen(key);
    enum msg m = otherwise;
    if (a + b <= sizeof joined) {
        memcpy(joined, prefix, a);
        memcpy(joined + a, key, b);
        (void)msg_find((str){joined, a + b}, &m);
    }
    return msg(lang, m);
}

int msg_next(str *rest, str *ret_before)
{
    str s = *rest;
    for (size_t i = 0; i + 2 < s.n; i++) {
        if (s.p[i] != '{' || s.p[i + 2] != '}' || s.p[i + 1] < '0' || s.p[i + 1] > '9')
            continue;
        *ret_before = str_sub(s, 0, i);
        *rest = str_sub(s, i + 3, s.n);
        return s.p[i + 1] - '0';
    }
    *ret_before = s;
    *rest = str_sub(s, s.n, 0);
    return -1;
}

str msg_format(arena *mem, enum lang lang, enum msg m, const str *args, size_t n)
{
    struct buf b;
    buf_init(&b, mem, FORMAT_MAX);
    str rest = msg(lang, m), before;
    for (int at = msg_next(&rest, &before); at >= 0; at = msg_next(&rest, &before)) {
        buf_add(&b, before);
        if ((size_t)at < n)
            buf_add(&b, args[at]);
        else
            buf_fmt(&b, "{%d}", at);
    }
    buf_add(&b, before);
    return buf_str(&b);
}

str lang_tag(enum lang lang)
{
    return lang == LANG_EN ? S("en") : S("zh-CN");
}
