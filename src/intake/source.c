/* What both readers share. */
#include "intake/source.h"

#include "base/clock.h"

enum { MAP_FIRST = 256, NOTE_MAX = 200 /* code points */ };

void note_add(struct buf *notes, str what, str which)
{
    if (notes->n)
        buf_add(notes, S("; "));
    buf_add(notes, what);
    if (which.n)
        buf_add_char(notes, ' ');
    for (int i = 0; which.n && i < NOTE_MAX; i++) {
        uint32_t cp = str_next(&which);
        buf_add_cp(notes, cp < ' ' ? ' ' : cp);
    }
}

static bool number(str s, size_t at, size_t n, int64_t max, int64_t *ret_n)
{
    bool ok = str_int(str_sub(s, at, n), ret_n) == OK && *ret_n >= 0 && *ret_n <= max;
    fault_clear();
    return ok;
}

str china_time(arena *mem, str utc)
{
    struct date d;
    int64_t h = 0, m = 0;
    bool ok = utc.n >= 16 && (utc.p[10] == ' ' || utc.p[10] == 'T') && utc.p[13] == ':' &&
              utc.p[4] == '-' && date_parse(str_sub(utc, 0, 10), &d) == OK &&
              number(utc, 11, 2, 23, &h) && number(utc, 14, 2, 59, &m);
    fault_clear();
    if (!ok || d.year < 1970)
        return S("");
    return clock_china_text(mem, date_days(d) * DAY_MS + h * HOUR_MS + m * MINUTE_MS);
}

/* Of "/2019/03/x/?p=12&y#z": "/2019/03/x" and "?p=12". */
static str path_key(arena *mem, str path)
{
    str end = str_sub(path, str_find(path, '?'), path.n);
    end = str_sub(end, 0, str_find(end, '#'));
    path = str_sub(path, 0, str_find(path, '?'));
    path = str_sub(path, 0, str_find(path, '#'));
    while (str_ends(path, S("/")))
        path.n--;
    if (!str_starts(end, S("?p=")))
        return path;
    end = str_sub(end, 0, str_find(end, '&'));
    return str_cat(mem, path, end);
}

str link_key(arena *mem, str address)
{
    size_t scheme = str_starts(address, S("https://"))  ? 8
                    : str_starts(address, S("http://")) ? 7
                                                        : 0;
    if (!scheme)
        return S("");
    str rest = str_sub(address, scheme, address.n);
    size_t at = 0;
    while (at < rest.n && !memchr("/?#", rest.p[at], 3))
        at++;
    str host = str_lower_ascii(mem, str_sub(rest, 0, at));
    if (str_starts(host, S("www.")))
        host = str_sub(host, 4, host.n);
    return str_cat(mem, host, path_key(mem, str_sub(rest, at, rest.n)));
}

/* ---- the map: open addressing, at most half full ---- */

static uint64_t mix(str s)
{
    uint64_t h = 1469598103934665603U;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 1099511628211U;
    return h ^ h >> 29;
}

static struct text_pair *place(const struct text_map *m, str key)
{
    size_t i = (size_t)mix(key) & (m->cap - 1);
    while (m->v[i].key.p && !str_eq(m->v[i].key, key))
        i = (i + 1) & (m->cap - 1);
    return &m->v[i];
}

void text_map_init(struct text_map *m, arena *mem)
{
    *m = (struct text_map){.mem = mem, .cap = MAP_FIRST};
    m->v = NEW_N(mem, struct text_pair, m->cap);
}

static void grow(struct text_map *m)
{
    struct text_map bigger = {.mem = m->mem, .cap = 2 * m->cap, .n = m->n};
    bigger.v = NEW_N(m->mem, struct text_pair, bigger.cap);
    for (size_t i = 0; i < m->cap; i++)
        if (m->v[i].key.p)
            *place(&bigger, m->v[i].key) = m->v[i];
    *m = bigger;
}

void text_map_add(struct text_map *m, str key, str value, bool join)
{
    if (2 * (m->n + 1) > m->cap)
        grow(m);
    struct text_pair *p = place(m, key);
    if (!p->key.p) {
        *p = (struct text_pair){str_dup(m->mem, key), str_dup(m->mem, value)};
        m->n++;
    } else if (join) {
        p->value = str_fmt(m->mem, "%.*s,%.*s", FMT(p->value), FMT(value));
    }
}

str text_map_get(const struct text_map *m, str key)
{
    return place(m, key)->value;
}
