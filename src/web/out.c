/* Escapes and the few value formats of templates. */
#include "web/out.h"

void out_init(struct out *o, arena *mem, enum lang lang)
{
    *o = (struct out){.lang = lang, .now_ms = clock_ms()};
    buf_init(&o->b, mem, OUT_MAX);
}

html out_take(const struct out *o)
{
    return (html){.markup = buf_str(&o->b), .cut = o->b.full};
}

err out_finish(const struct out *o, str *ret_page)
{
    return buf_take(&o->b, ret_page);
}

html html_trusted_by_renderer(str markup)
{
    return (html){.markup = markup};
}

static str entity(char c)
{
    switch (c) {
    case '&':
        return S("&amp;");
    case '<':
        return S("&lt;");
    case '>':
        return S("&gt;");
    case '"':
        return S("&#34;");
    case '\'':
        return S("&#39;");
    default:
        return STR_NONE;
    }
}

void out_str(struct out *o, str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        /* all five are at most '>': most bytes of text, and all of Chinese, are above */
        if ((unsigned char)s.p[i] > '>')
            continue;
        str e = entity(s.p[i]);
        if (e.n == 0)
            continue;
        buf_add(&o->b, (str){s.p + from, i - from});
        buf_add(&o->b, e);
        from = i + 1;
    }
    if (s.n > from)
        buf_add(&o->b, (str){s.p + from, s.n - from});
}

void out_z(struct out *o, const char *z)
{
    out_str(o, str_from(z));
}

void out_int(struct out *o, int64_t n)
{
    buf_add_int(&o->b, n);
}

void out_uint(struct out *o, uint64_t n)
{
    buf_fmt(&o->b, "%llu", (unsigned long long)n);
}

void out_bool(struct out *o, bool b)
{
    buf_add(&o->b, b ? S("true") : S("false"));
}

void out_html(struct out *o, html h)
{
    buf_add(&o->b, h.markup);
    o->b.full |= h.cut;
}

void out_when_attr(struct out *o, struct when w)
{
    buf_add(&o->b, clock_rfc3339(o->b.mem, w.ms));
}

static void time_start(struct out *o, int64_t ms)
{
    out_raw(o, S("<time datetime=\""));
    out_when_attr(o, WHEN(ms));
}

void out_when(struct out *o, struct when w)
{
    time_start(o, w.ms);
    out_raw(o, S("\">"));
    buf_add(&o->b, clock_china_text(o->b.mem, w.ms));
    out_raw(o, S("</time>"));
}

static const struct {
    int64_t below, unit;
    enum msg past, future;
} AGO_STEPS[] = {
    {HOUR_MS, MINUTE_MS, MSG_time_minutes_ago, MSG_time_in_minutes},
    {DAY_MS, HOUR_MS, MSG_time_hours_ago, MSG_time_in_hours},
    {30LL * DAY_MS, DAY_MS, MSG_time_days_ago, MSG_time_in_days},
};

static void ago_words(struct out *o, int64_t ms)
{
    int64_t past = o->now_ms - ms;
    int64_t distance = past < 0 ? -past : past;
    if (distance < MINUTE_MS) {
        out_msg(o, MSG_time_now);
        return;
    }
    for (size_t i = 0; i < LEN(AGO_STEPS); i++) {
        if (distance >= AGO_STEPS[i].below)
            continue;
        str n = str_fmt(o->b.mem, "%lld", (long long)(distance / AGO_STEPS[i].unit));
        enum msg m = past < 0 ? AGO_STEPS[i].future : AGO_STEPS[i].past;
        out_str(o, msg_format(o->b.mem, o->lang, m, &n, 1));
        return;
    }
    buf_add(&o->b, date_text(o->b.mem, clock_china(ms).date));
}

void out_ago(struct out *o, struct ago a)
{
    time_start(o, a.ms);
    out_raw(o, S("\" title=\""));
    buf_add(&o->b, clock_china_text(o->b.mem, a.ms));
    out_raw(o, S("\">"));
    ago_words(o, a.ms);
    out_raw(o, S("</time>"));
}

void out_date_attr(struct out *o, struct date d)
{
    buf_add(&o->b, date_text(o->b.mem, d));
}

void out_date(struct out *o, struct date d)
{
    out_raw(o, S("<time>"));
    out_date_attr(o, d);
    out_raw(o, S("</time>"));
}

static void percent(struct out *o, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[3] = {'%', digits[c >> 4], digits[c & 15]};
    buf_add(&o->b, (str){text, sizeof text});
}

static bool url_allowed(str s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] != ':' && s.p[i] != '/' && s.p[i] != '?' && s.p[i] != '#')
        i++;
    if (i == s.n || s.p[i] != ':')
        return true;
    str scheme = str_sub(s, 0, i);
    return str_eq_ci(scheme, S("http")) || str_eq_ci(scheme, S("https")) ||
           str_eq_ci(scheme, S("mailto"));
}

void out_url_str(struct out *o, str s)
{
    if (!url_allowed(s)) {
        out_raw(o, S("#"));
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c == 0x7F || strchr("\"<>\\^`{|}", c))
            percent(o, c);
        else if (entity((char)c).n)
            buf_add(&o->b, entity((char)c));
        else
            buf_add_char(&o->b, (char)c);
    }
}

void out_url_z(struct out *o, const char *z)
{
    out_url_str(o, str_from(z));
}

static bool url_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

void out_urlpart_str(struct out *o, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (url_plain(c))
            buf_add_char(&o->b, (char)c);
        else
            percent(o, c);
    }
}

void out_marked(struct out *o, struct marked m)
{
    for (size_t i = 0; i < m.n; i++) {
        if (m.v[i].hit)
            buf_add(&o->b, S("<mark>"));
        out_str(o, m.v[i].text);
        if (m.v[i].hit)
            buf_add(&o->b, S("</mark>"));
    }
}

void out_json(struct out *o, str json)
{
    size_t from = 0;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i];
        if (c != '<' && c != '>' && c != '&')
            continue;
        buf_add(&o->b, str_sub(json, from, i - from));
        buf_fmt(&o->b, "\\u%04x", (unsigned)c);
        from = i + 1;
    }
    buf_add(&o->b, str_sub(json, from, json.n));
}

void out_urlpart_z(struct out *o, const char *z)
{
    out_urlpart_str(o, str_from(z));
}

str out_short_number(struct out *o, int64_t n)
{
    bool zh = o->lang == LANG_ZH;
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    if (size < 10000)
        return str_fmt(o->b.mem, "%lld", (long long)n);
    uint64_t million = zh ? 100000000 : 1000000;
    bool big = size >= million;
    uint64_t unit = big ? million : (zh ? 10000 : 1000);
    str word = msg(o->lang, big ? MSG_number_big : MSG_number_small);
    uint64_t tenths = size / (unit / 10);
    const char *sign = n < 0 ? "-" : "";
    if (tenths % 10 == 0)
        return str_fmt(o->b.mem, "%s%llu%.*s", sign, (unsigned long long)tenths / 10, FMT(word));
    return str_fmt(o->b.mem, "%s%llu.%llu%.*s", sign, (unsigned long long)tenths / 10,
                   (unsigned long long)tenths % 10, FMT(word));
}

void out_msg(struct out *o, enum msg m)
{
    out_str(o, msg(o->lang, m));
}

void out_args_start(const struct out *o, struct out_args *a)
{
    *a = (struct out_args){.start = o->b.n};
}

void out_args_next(const struct out *o, struct out_args *a)
{
    ASSERT(a->n < LEN(a->end));
    a->end[a->n++] = o->b.n;
}

void out_args_msg(struct out *o, const struct out_args *a, enum msg m)
{
    str all = str_sub(buf_str(&o->b), a->start, o->b.n - a->start);
    all = str_dup(o->b.mem, all);
    o->b.n = a->start;
    str rest = msg(o->lang, m), before;
    for (int i = msg_next(&rest, &before); i >= 0; i = msg_next(&rest, &before)) {
        out_str(o, before);
        if ((size_t)i >= a->n)
            continue;
        size_t from = i ? a->end[i - 1] : a->start;
        buf_add(&o->b, str_sub(all, from - a->start, a->end[i] - from));
    }
    out_str(o, before);
}
