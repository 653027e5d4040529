/* Differences of texts: longest common subsequence over lines, then over words. */
#include "text/diff.h"

enum {
    LINE_PAIRS_MAX = 16 * 1024 * 1024,
    WORD_PAIRS_MAX = 256 * 1024,
    LIKE_PERCENT = 40, /* lines that share less are two lines, not a changed one */
};

/* A sequence of parts of a text; kept[i] says that part i stands in both. */
struct parts {
    str *v;
    bool *kept;
    size_t n;
};

static struct parts parts_new(arena *mem, size_t max)
{
    return (struct parts){NEW_N(mem, str, max), NEW_N(mem, bool, max), 0};
}

static struct parts lines_of(arena *mem, str text)
{
    size_t max = 1;
    for (size_t i = 0; i < text.n; i++)
        max += text.p[i] == '\n';
    struct parts p = parts_new(mem, max);
    for (str rest = text; rest.p;) {
        str line = str_split(rest, '\n', &rest);
        if (str_trim(line).n)
            p.v[p.n++] = line;
    }
    return p;
}

static bool is_word(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c >= 0xC0 && c < 0x2000);
}

/* Words of alphabets, single characters of everything else. */
static struct parts words_of(arena *mem, str line)
{
    struct parts p = parts_new(mem, line.n + 1);
    bool inside = false;
    for (str rest = line; rest.n;) {
        const char *from = rest.p;
        bool word = is_word(str_next(&rest));
        size_t n = (size_t)(rest.p - from);
        if (inside && word)
            p.v[p.n - 1].n += n;
        else
            p.v[p.n++] = (str){from, n};
        inside = word;
    }
    return p;
}

/* Where both sequences begin or end alike there is nothing to search. */
static size_t mark_ends(struct parts *a, struct parts *b, size_t *ret_tail)
{
    size_t head = 0, tail = 0, least = a->n < b->n ? a->n : b->n;
    while (head < least && str_eq(a->v[head], b->v[head])) {
        a->kept[head] = b->kept[head] = true;
        head++;
    }
    while (tail < least - head && str_eq(a->v[a->n - 1 - tail], b->v[b->n - 1 - tail])) {
        a->kept[a->n - 1 - tail] = b->kept[b->n - 1 - tail] = true;
        tail++;
    }
    *ret_tail = tail;
    return head;
}

/* Marks what both keep; false when there are more than max pairs to compare. */
static bool mark_common(arena *mem, struct parts *a, struct parts *b, size_t max)
{
    size_t tail, head = mark_ends(a, b, &tail);
    size_t n = a->n - head - tail, m = b->n - head - tail;
    if (n && m > max / n)
        return false;
    const str *x = a->v + head, *y = b->v + head;
    uint32_t *best = NEW_N(mem, uint32_t, (n + 1) * (m + 1)); /* of x[i..], y[j..] */
    size_t row = m + 1;
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint32_t down = best[(i + 1) * row + j], right = best[i * row + j + 1];
            best[i * row + j] = str_eq(x[i], y[j]) ? best[(i + 1) * row + j + 1] + 1
                                                   : (down > right ? down : right);
        }
    for (size_t i = 0, j = 0; i < n && j < m;) {
        if (str_eq(x[i], y[j]))
            a->kept[head + i++] = b->kept[head + j++] = true;
        else if (best[(i + 1) * row + j] >= best[i * row + j + 1])
            i++;
        else
            j++;
    }
    return true;
}

/* Neighbouring parts of the same fate become one span; parts of one line touch each other. */
static struct diff_spans spans_of(arena *mem, const struct parts *p)
{
    struct diff_span *v = NEW_N(mem, struct diff_span, p->n);
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (n && v[n - 1].changed == !p->kept[i])
            v[n - 1].text.n += p->v[i].n;
        else
            v[n++] = (struct diff_span){p->v[i], !p->kept[i]};
    }
    return (struct diff_spans){v, n};
}

static struct diff_spans whole(arena *mem, str line, bool changed)
{
    struct diff_span *v = NEW(mem, struct diff_span);
    *v = (struct diff_span){line, changed};
    return (struct diff_spans){v, 1};
}

static size_t kept_bytes(const struct parts *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->kept[i] ? p->v[i].n : 0;
    return n;
}

/* True when the lines are alike enough to be one that changed. */
static bool line_changed(arena *mem, str old, str new, struct diff_line *ret_line)
{
    struct parts a = words_of(mem, old), b = words_of(mem, new);
    if (!mark_common(mem, &a, &b, WORD_PAIRS_MAX))
        return false;
    if (kept_bytes(&a) * 2 * 100 < (old.n + new.n) * LIKE_PERCENT)
        return false;
    *ret_line = (struct diff_line){DIFF_CHANGED, spans_of(mem, &a), spans_of(mem, &b)};
    return true;
}

struct building {
    arena *mem;
    struct diff_line *v;
    struct diff d;
};

static void put(struct building *b, struct diff_line line)
{
    b->v[b->d.n++] = line;
    b->d.removed += line.kind == DIFF_REMOVED;
    b->d.added += line.kind == DIFF_ADDED;
    b->d.changed += line.kind == DIFF_CHANGED;
}

/* A run of lines that differ: those at the same place in both may be one changed line. */
static void put_run(struct building *b, const str *old, size_t n, const str *new, size_t m)
{
    size_t i = 0, j = 0;
    while (i < n && j < m) {
        struct diff_line line;
        if (line_changed(b->mem, old[i], new[j], &line)) {
            put(b, line);
            i++;
            j++;
        } else if (n - i >= m - j) {
            put(b, (struct diff_line){.kind = DIFF_REMOVED, .old = whole(b->mem, old[i++], true)});
        } else {
            put(b, (struct diff_line){.kind = DIFF_ADDED, .new = whole(b->mem, new[j++], true)});
        }
    }
    while (i < n)
        put(b, (struct diff_line){.kind = DIFF_REMOVED, .old = whole(b->mem, old[i++], true)});
    while (j < m)
        put(b, (struct diff_line){.kind = DIFF_ADDED, .new = whole(b->mem, new[j++], true)});
}

struct diff diff_texts(arena *mem, str old, str new)
{
    struct parts a = lines_of(mem, old), b = lines_of(mem, new);
    struct building out = {.mem = mem, .v = NEW_N(mem, struct diff_line, a.n + b.n)};
    (void)mark_common(mem, &a, &b, LINE_PAIRS_MAX); /* too many: only the ends are marked */
    for (size_t i = 0, j = 0; i < a.n || j < b.n;) {
        size_t from_a = i, from_b = j;
        while (i < a.n && !a.kept[i])
            i++;
        while (j < b.n && !b.kept[j])
            j++;
        put_run(&out, a.v + from_a, i - from_a, b.v + from_b, j - from_b);
        if (i < a.n && j < b.n) {
            struct diff_spans same = whole(mem, a.v[i++], false);
            put(&out, (struct diff_line){DIFF_SAME, same, same});
            j++;
        }
    }
    out.d.v = out.v;
    return out.d;
}
