/* Finding: postings of all words are intersected, the best kept, and asked for as articles. */
#include "base/clock.h"
#include "reader/search_store.h"
#include "text/token.h"

enum {
    LISTS_MAX = SEARCH_TOKENS_MAX + 3,
    KEPT = 3 * SEARCH_PAGE, /* candidates of a page: some may be gone */
    AGE_HALF_DAYS = 365,
    EXCERPT_BEFORE = 24, /* code points shown before the first match */
    PARTS_MAX = 64,
};

struct list {
    struct postings p;
    int64_t rarity; /* weight of the word; 0 for filters */
};
struct scored {
    int64_t score, doc;
};
struct finding {
    struct tx *t;
    arena *mem;
    const struct search_query *q;
    struct list lists[LISTS_MAX];
    size_t list_n, words;
    struct scored *kept; /* best first */
    size_t kept_n;
    int64_t found, beyond; /* beyond: matches that come after those kept */
};

/* ---- lists ---- */

static int log2_of(size_t n)
{
    int bits = 0;
    while (n >>= 1)
        bits++;
    return bits;
}

static err list_add(struct finding *f, str token, bool word)
{
    struct list *l = &f->lists[f->list_n++];
    TRY(search_store_postings(f->t, f->mem, token, &l->p));
    l->rarity = word ? 24 - log2_of(l->p.n + 1) : 0;
    if (l->rarity < 1 && word)
        l->rarity = 1;
    f->words += word;
    return OK;
}

/* A single Chinese character is in the index only where it stands alone. */
static bool too_short(str token)
{
    return str_count(token) == 1 && (unsigned char)token.p[0] >= 0x80;
}

static err words_load(struct finding *f, bool *ret_short)
{
    str seen[SEARCH_TOKENS_MAX];
    size_t n = 0;
    for (str rest = text_tokens(f->mem, f->q->words); rest.n && n < SEARCH_TOKENS_MAX;) {
        str token = str_split(rest, ' ', &rest);
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known |= str_eq(seen[i], token);
        if (known || !token.n || too_short(token))
            continue;
        seen[n++] = token;
        TRY(list_add(f, token, true));
    }
    *ret_short = n == 0;
    return OK;
}

static err filters_load(struct finding *f)
{
    const struct search_query *q = f->q;
    if (q->category.n)
        TRY(list_add(f, str_cat(f->mem, S("c:"), q->category), false));
    if (q->kind.n)
        TRY(list_add(f, str_cat(f->mem, S("k:"), q->kind), false));
    if (q->account_id)
        TRY(list_add(f, str_fmt(f->mem, "a:%lld", (long long)q->account_id), false));
    return OK;
}

/* ---- scores ---- */

static bool better(struct scored a, struct scored b)
{
    return a.score != b.score ? a.score > b.score : a.doc > b.doc;
}

/* A score that falls with age by whole days, so that the pages of one day agree. */
static int64_t aged(const struct search_query *q, int64_t base, int64_t doc)
{
    int64_t days = q->now / DAY_MS - doc / DAY_MS;
    return base * 64 * AGE_HALF_DAYS / (AGE_HALF_DAYS + (days > 0 ? days : 0));
}

static void keep(struct finding *f, struct scored s)
{
    f->found++;
    if (f->q->after && !better((struct scored){f->q->after_score, f->q->after}, s))
        return;
    f->beyond++;
    if (f->kept_n == KEPT && !better(s, f->kept[KEPT - 1]))
        return;
    size_t i = f->kept_n < KEPT ? f->kept_n++ : KEPT - 1;
    for (; i > 0 && better(s, f->kept[i - 1]); i--)
        f->kept[i] = f->kept[i - 1];
    f->kept[i] = s;
}

/* How many of the first n are not behind doc: doubling steps down, then halving. */
static size_t seek(const struct postings *p, size_t n, int64_t doc)
{
    size_t step = 1, low = n, high = n;
    while (low > 0 && p->v[low - 1].doc > doc) {
        high = low - 1;
        low = low > step ? low - step : 0;
        step *= 2;
    }
    while (low < high) {
        size_t mid = (low + high + 1) / 2;
        if (p->v[mid - 1].doc <= doc)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

/* From the newest back, since age lowers scores: what is kept then changes seldom. */
static void intersect(struct finding *f)
{
    size_t left[LISTS_MAX], lead = 0;
    for (size_t i = 0; i < f->list_n; i++) {
        left[i] = f->lists[i].p.n;
        if (left[i] < f->lists[lead].p.n)
            lead = i;
    }
    const struct postings *p = &f->lists[lead].p;
    for (size_t k = p->n; k > 0 && p->v[k - 1].doc >= f->q->since; k--) {
        int64_t base = p->v[k - 1].weight * f->lists[lead].rarity, doc = p->v[k - 1].doc;
        bool all = true;
        for (size_t i = 0; i < f->list_n && all; i++) {
            const struct list *o = &f->lists[i];
            if (i == lead)
                continue;
            left[i] = seek(&o->p, left[i], doc);
            all = left[i] > 0 && o->p.v[left[i] - 1].doc == doc;
            if (all)
                base += o->p.v[left[i] - 1].weight * o->rarity;
        }
        if (all)
            keep(f, (struct scored){aged(f->q, base, doc), doc});
    }
}

/* ---- articles ---- */

static err hit_load(struct finding *f, const struct scored *s, struct search_hit *ret_hit,
                    bool *ret_shown)
{
    struct search_ref ref;
    struct search_hit h = {.score = s->score, .doc = s->doc};
    *ret_shown = false;
    err e = search_store_hit(f->t, f->mem, s->doc, &ref, &h.body);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    TRY(article_load(f->t, f->mem, ref.account_id, ref.no, &h.a));
    *ret_shown = str_eq(h.a.state, S("published")) && !h.a.limited;
    *ret_hit = h;
    return OK;
}

static err hits_load(struct finding *f, struct search_answer *a)
{
    a->v = NEW_N(f->mem, struct search_hit, SEARCH_PAGE);
    size_t i = 0;
    for (; i < f->kept_n && a->n < SEARCH_PAGE; i++) {
        bool shown = false;
        TRY(hit_load(f, &f->kept[i], &a->v[a->n], &shown));
        a->n += shown;
    }
    if (i && (int64_t)i < f->beyond) {
        a->next_score = f->kept[i - 1].score;
        a->next = f->kept[i - 1].doc;
    }
    return OK;
}

err search_find(struct tx *t, arena *mem, const struct search_query *q, struct search_answer *ret_a)
{
    struct finding *f = NEW(mem, struct finding);
    struct search_answer a = {0};
    *f = (struct finding){.t = t, .mem = mem, .q = q, .kept = NEW_N(mem, struct scored, KEPT)};
    TRY(words_load(f, &a.short_word));
    if (!a.short_word) {
        TRY(filters_load(f));
        intersect(f);
        TRY(hits_load(f, &a));
    }
    a.found = f->found;
    *ret_a = a;
    return OK;
}

/* ---- excerpts ---- */

static bool same_letter(char a, char b)
{
    bool upper_a = a >= 'A' && a <= 'Z', upper_b = b >= 'A' && b <= 'Z';
    return (upper_a ? a + 32 : a) == (upper_b ? b + 32 : b);
}

static bool word_at(str text, size_t at, str word)
{
    if (!word.n || text.n - at < word.n)
        return false;
    for (size_t i = 0; i < word.n; i++)
        if (!same_letter(text.p[at + i], word.p[i]))
            return false;
    return true;
}

/* What is marked: the words as typed, and where a word does not occur as a whole, its tokens. */
struct needles {
    str v[2 * SEARCH_TOKENS_MAX];
    size_t n;
};

static bool occurs(str text, str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (word_at(text, i, word))
            return true;
    return false;
}

static struct needles needles_of(arena *mem, str text, str words)
{
    struct needles s = {.n = 0};
    for (str rest = words; rest.n && s.n < SEARCH_TOKENS_MAX;) {
        str word = str_trim(str_split(rest, ' ', &rest));
        if (word.n && occurs(text, word)) {
            s.v[s.n++] = word;
            continue;
        }
        for (str more = text_tokens(mem, word); more.n && s.n < LEN(s.v);) {
            str token = str_split(more, ' ', &more);
            if (token.n && !too_short(token))
                s.v[s.n++] = token;
        }
    }
    return s;
}

static size_t match_at(const struct needles *s, str text, size_t at)
{
    size_t longest = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].n > longest && word_at(text, at, s->v[i]))
            longest = s->v[i].n;
    return longest;
}

static size_t step_of(str text, size_t at)
{
    size_t n = 1;
    while (at + n < text.n && ((unsigned char)text.p[at + n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* Where to begin: a little before the first match. */
static size_t excerpt_start(const struct needles *s, str text)
{
    size_t back[EXCERPT_BEFORE] = {0}, n = 0;
    for (size_t at = 0; at < text.n; at += step_of(text, at)) {
        if (match_at(s, text, at))
            return n < EXCERPT_BEFORE ? 0 : back[n % EXCERPT_BEFORE];
        back[n++ % EXCERPT_BEFORE] = at;
    }
    return 0;
}

static void part_add(struct marked *e, str text, bool hit)
{
    if (text.n && e->n < PARTS_MAX)
        e->v[e->n++] = (struct marked_part){text, hit};
}

struct marked search_excerpt(arena *mem, str text, str words, size_t max)
{
    struct marked e = {NEW_N(mem, struct marked_part, PARTS_MAX), 0};
    struct needles s = needles_of(mem, text, words);
    size_t from = excerpt_start(&s, text), at = from, shown = 0;
    if (from)
        part_add(&e, S("…"), false);
    while (at < text.n && shown < max && e.n + 2 < PARTS_MAX) {
        size_t n = match_at(&s, text, at);
        if (n) {
            part_add(&e, str_sub(text, from, at - from), false);
            part_add(&e, str_sub(text, at, n), true);
            shown += str_count(str_sub(text, at, n));
            from = at += n;
        } else {
            at += step_of(text, at);
            shown++;
        }
    }
    part_add(&e, str_sub(text, from, at - from), false);
    if (at < text.n)
        part_add(&e, S("…"), false);
    return e;
}
