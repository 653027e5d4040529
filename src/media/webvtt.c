/* Captions in, captions out. */
#include "media/webvtt.h"

#include "base/buf.h"

#include <stdio.h>

enum { TIME_MAX = 13, MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

struct reading {
    str rest; /* no value at the end */
    str line;
    int number;
    struct buf out;
    size_t cues;
};

static bool line_next(struct reading *r)
{
    if (!r->rest.p)
        return false;
    r->line = str_split(r->rest, '\n', &r->rest);
    if (r->line.n && r->line.p[r->line.n - 1] == '\r')
        r->line.n--;
    r->number++;
    return true;
}

static err refuse(const struct reading *r, const char *why)
{
    char line[16];
    (void)snprintf(line, sizeof line, "%d", r->number);
    return fault_field(ERR_INVALID, "captions_line", line, "line %d: %s", r->number, why);
}

static bool digits(str *s, size_t n, int64_t *ret_value)
{
    str part = str_sub(*s, 0, n);
    for (size_t i = 0; i < part.n; i++)
        if (part.p[i] < '0' || part.p[i] > '9')
            return false;
    *s = str_sub(*s, n, s->n);
    return part.n == n && str_int(part, ret_value) == OK;
}

static bool taken(str *s, char c)
{
    bool is = s->n && s->p[0] == c;
    if (is)
        *s = str_sub(*s, 1, s->n);
    return is;
}

/* "mm:ss.ttt" or "hh:mm:ss.ttt", to the end of s. */
static bool time_read(str s, int64_t *ret_ms)
{
    int64_t h = 0, m = 0, sec = 0, ms = 0;
    size_t first = str_find(s, ':');
    if (first == s.n || s.n > TIME_MAX || first < 2)
        return false;
    bool hours = str_find(str_sub(s, first + 1, s.n), ':') < s.n - first - 1;
    if (hours && !(digits(&s, first, &h) && taken(&s, ':')))
        return false;
    if (!digits(&s, 2, &m) || !taken(&s, ':') || !digits(&s, 2, &sec) || !taken(&s, '.') ||
        !digits(&s, 3, &ms) || s.n || m > 59 || sec > 59)
        return false;
    *ret_ms = h * HOUR + m * MINUTE + sec * 1000 + ms;
    return *ret_ms <= WEBVTT_END_MAX;
}

static void time_write(struct buf *b, int64_t ms)
{
    buf_fmt(b, "%02d:%02d:%02d.%03d", (int)(ms / HOUR), (int)(ms / MINUTE % 60),
            (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* "start --> end settings" */
static err times(struct reading *r)
{
    int64_t from = 0, to = 0;
    str line = str_trim(r->line);
    size_t arrow = 0;
    while (arrow + 3 <= line.n && !str_starts(str_sub(line, arrow, 3), S("-->")))
        arrow++;
    str end = str_trim(str_sub(line, arrow + 3, line.n));
    for (size_t i = 0; i < end.n; i++)
        if (end.p[i] == ' ' || end.p[i] == '\t')
            end.n = i; /* settings follow */
    if (!time_read(str_trim(str_sub(line, 0, arrow)), &from) || !time_read(end, &to))
        return refuse(r, "times");
    if (to <= from)
        return refuse(r, "ends before it starts");
    buf_add(&r->out, S("\n"));
    time_write(&r->out, from);
    buf_add(&r->out, S(" --> "));
    time_write(&r->out, to);
    buf_add(&r->out, S("\n"));
    return OK;
}

/* Length of a tag that is kept at the start of s, or 0. */
static size_t tag_kept(str s)
{
    static const char *const tags[] = {"<i>", "</i>", "<b>", "</b>", "<u>", "</u>", "</v>"};
    for (size_t i = 0; i < LEN(tags); i++)
        if (str_starts(s, str_from(tags[i])))
            return strlen(tags[i]);
    if (!str_starts(s, S("<v ")))
        return 0;
    size_t end = str_find(s, '>');
    str name = str_sub(s, 3, end - 3);
    bool plain = end < s.n && str_find(name, '<') == name.n && str_find(name, '&') == name.n;
    return plain && str_trim(name).n ? end + 1 : 0;
}

/* Length of a character reference of WebVTT at the start of s, or 0. */
static size_t reference(str s)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&lrm;", "&rlm;", "&nbsp;"};
    for (size_t i = 0; i < LEN(names); i++)
        if (str_starts(s, str_from(names[i])))
            return strlen(names[i]);
    return 0;
}

static void text_write(struct buf *b, str s)
{
    while (s.n) {
        size_t n = s.p[0] == '<' ? tag_kept(s) : s.p[0] == '&' ? reference(s) : 0;
        if (n) {
            buf_add(b, str_sub(s, 0, n));
        } else {
            n = 1;
            char c = s.p[0];
            buf_add(b, c == '<'   ? S("&lt;")
                       : c == '>' ? S("&gt;")
                       : c == '&' ? S("&amp;")
                                  : str_sub(s, 0, 1));
        }
        s = str_sub(s, n, s.n);
    }
}

/* A line without what is not text; trimmed. */
static str plain(arena *mem, str line)
{
    struct buf b;
    buf_init(&b, mem, line.n);
    for (size_t i = 0; i < line.n; i++)
        buf_add_char(&b, (unsigned char)line.p[i] < ' ' || line.p[i] == 0x7F ? ' ' : line.p[i]);
    return str_trim(buf_str(&b));
}

static bool is_times(str line)
{
    return str_has(line, S("-->"));
}

/* The line of times is read; what stands up to an empty line is its text. */
static err cue(struct reading *r)
{
    struct buf text;
    buf_init(&text, r->out.mem, WEBVTT_CUE_MAX);
    TRY(times(r));
    while (line_next(r) && str_trim(r->line).n) {
        if (is_times(r->line))
            return refuse(r, "no empty line before the next cue");
        str line = plain(r->out.mem, r->line);
        text_write(&text, line);
        buf_add(&text, line.n ? S("\n") : S(""));
        if (text.full)
            return refuse(r, "text too long");
    }
    if (!text.n)
        return refuse(r, "no text");
    buf_add(&r->out, buf_str(&text));
    if (++r->cues > WEBVTT_CUES_MAX)
        return fault(ERR_TOO_LARGE, "captions_too_large", "more than %d cues", WEBVTT_CUES_MAX);
    return OK;
}

static void block_skip(struct reading *r)
{
    while (line_next(r) && str_trim(r->line).n)
        ;
}

static err blocks(struct reading *r)
{
    while (line_next(r)) {
        str line = str_trim(r->line);
        if (!line.n)
            continue;
        bool other =
            str_starts(line, S("NOTE")) || str_eq(line, S("STYLE")) || str_eq(line, S("REGION"));
        if (other && !is_times(line)) {
            block_skip(r);
            continue;
        }
        if (!is_times(line) && !(line_next(r) && is_times(r->line)))
            return refuse(r, "no times");
        TRY(cue(r));
    }
    return OK;
}

/* "WEBVTT", then nothing, or a space and anything. Header lines may follow. */
static err head(struct reading *r)
{
    str bom = S("\xEF\xBB\xBF"), name = S("WEBVTT");
    if (str_starts(r->rest, bom))
        r->rest = str_sub(r->rest, bom.n, r->rest.n);
    bool ok = line_next(r) && str_starts(r->line, name) &&
              (r->line.n == name.n || r->line.p[name.n] == ' ' || r->line.p[name.n] == '\t');
    if (!ok)
        return fault(ERR_INVALID, "captions_head", "does not begin with WEBVTT");
    block_skip(r);
    return OK;
}

err webvtt_clean(arena *mem, struct bytes file, str *ret_vtt, size_t *ret_cues)
{
    if (file.n > WEBVTT_MAX)
        return fault(ERR_TOO_LARGE, "captions_too_large", "%zu bytes", file.n);
    struct reading r = {.rest = bytes_str(file)};
    if (!file.n)
        return fault(ERR_INVALID, "captions_empty", "no bytes");
    if (!str_valid(r.rest))
        return fault(ERR_INVALID, "captions_encoding", "not UTF-8");
    buf_init(&r.out, mem, WEBVTT_MAX);
    TRY(head(&r));
    buf_add(&r.out, S("WEBVTT\n"));
    TRY(blocks(&r));
    if (!r.cues)
        return fault(ERR_INVALID, "captions_empty", "no cues");
    str vtt;
    if (buf_take(&r.out, &vtt) != OK)
        return fault(ERR_TOO_LARGE, "captions_too_large", "written out");
    *ret_vtt = vtt;
    *ret_cues = r.cues;
    return OK;
}
