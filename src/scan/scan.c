/* Compiling sets of rules, and scanning. */
#include "scan/scan.h"

#include <stdlib.h>

static const str ACTIONS[SCAN_ACTIONS] = {
    [SCAN_MARK] = S_INIT("mark"), [SCAN_HOLD] = S_INIT("hold"), [SCAN_REFUSE] = S_INIT("refuse")};

str scan_action_name(enum scan_action a)
{
    return ACTIONS[a];
}

err scan_action_parse(str name, enum scan_action *ret_a)
{
    for (int i = 0; i < SCAN_ACTIONS; i++)
        if (str_eq(name, ACTIONS[i])) {
            *ret_a = (enum scan_action)i;
            return OK;
        }
    return fault_field(ERR_INVALID, "choice", "action", "action %.*s", FMT(name));
}

/* ---- lists ---- */

/* The next line that is not empty, trimmed; *no counts lines. */
static bool next_word(str *rest, int64_t *no, str *ret_word)
{
    while (rest->n) {
        *ret_word = str_trim(str_split(*rest, '\n', rest));
        ++*no;
        if (ret_word->n)
            return true;
    }
    return false;
}

static int64_t line_of(str all, size_t at)
{
    int64_t n = 1;
    for (size_t i = 0; i < at; i++)
        n += all.p[i] == '\n';
    return n;
}

static err not_utf8(str s)
{
    str rest = s;
    int64_t no = 0;
    while (rest.n) {
        str line = str_split(rest, '\n', &rest);
        no++;
        if (line.n && !str_valid(line))
            break;
    }
    return fault_field(ERR_INVALID, "file_not_utf8", "file", "%lld", (long long)no);
}

err scan_list_read(arena *mem, struct bytes file, str *ret_words)
{
    str s = bytes_str(file);
    if (s.n > SCAN_LIST_BYTES)
        return fault_field(ERR_INVALID, "list_too_large", "file", "%zu bytes", s.n);
    if (s.n >= 2 && (!memcmp(s.p, "\xFF\xFE", 2) || !memcmp(s.p, "\xFE\xFF", 2)))
        return fault_field(ERR_INVALID, "file_utf16", "file", "byte order mark of UTF-16");
    if (str_starts(s, S("\xEF\xBB\xBF")))
        s = str_sub(s, 3, s.n);
    if (s.n && !str_valid(s))
        return not_utf8(s);
    char *out = arena_room(mem, s.n + 1);
    size_t n = 0;
    int64_t no = 0;
    for (str word; next_word(&s, &no, &word);) {
        str flat = word;
        for (size_t i = 0; i < flat.n; i++)
            out[n++] = flat.p[i] == '\r' ? ' ' : flat.p[i];
        out[n++] = '\n';
    }
    *ret_words = (str){out, n};
    return OK;
}

/* ---- checking ---- */

static err word_check(arena *mem, const char *field, int64_t line, str word)
{
    struct folded f;
    fold_look(mem, word, &f);
    if (f.n < PATTERN_MIN)
        return fault_field(ERR_INVALID, "word_too_short", field, "%lld", (long long)line);
    if (str_count(word) > SCAN_WORD_MAX || f.n > PATTERN_MAX)
        return fault_field(ERR_INVALID, "word_too_long", field, "%lld", (long long)line);
    return OK;
}

static uint64_t hash_symbols(const struct folded *f)
{
    uint64_t h = 0xCBF29CE484222325U;
    for (size_t i = 0; i < f->n; i++)
        h = (h ^ f->sym[i]) * 0x100000001B3U;
    return h;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static err list_check(const char *field, str list, int64_t *ret_n, int64_t *ret_doubles)
{
    AUTO_ARENA(mem);
    AUTO_ARENA(one);
    int64_t no = 0, n = 0, doubles = 0;
    size_t room = (size_t)line_of(list, list.n);
    if (room > SCAN_WORDS_MAX + 1)
        return fault_field(ERR_INVALID, "too_many_words", field, "%zu lines", room);
    uint64_t *seen = NEW_N(mem, uint64_t, room + 1);
    for (str word; next_word(&list, &no, &word);) {
        struct folded f;
        TRY(word_check(one, field, no, word));
        fold_look(one, word, &f);
        seen[n++] = hash_symbols(&f);
        arena_reset(one);
    }
    qsort(seen, (size_t)n, sizeof *seen, by_number);
    for (int64_t i = 1; i < n; i++)
        doubles += seen[i] == seen[i - 1];
    *ret_n = n;
    *ret_doubles = doubles;
    return OK;
}

static err texts_check(arena *mem, const struct rule_program *p)
{
    size_t n;
    const str *v = rule_texts(p, &n);
    for (size_t i = 0; i < n; i++) {
        struct folded f;
        fold_look(mem, v[i], &f);
        if (f.n < PATTERN_MIN || str_count(v[i]) > SCAN_WORD_MAX)
            return fault_field(ERR_INVALID, "rule_text_short", "condition", "%zu", i + 1);
    }
    return OK;
}

err scan_rule_check(const struct scan_rule *rule, struct scan_size *ret_size)
{
    AUTO_ARENA(mem);
    struct rule_program *p;
    struct scan_size s = {0};
    int64_t doubles;
    TRY(list_check("words", rule->words, &s.words, &s.doubles));
    TRY(list_check("exceptions", rule->exceptions, &s.exceptions, &doubles));
    TRY(rule_parse(mem, rule->condition, &p));
    TRY(texts_check(mem, p));
    if (rule_uses_words(p) && !s.words)
        return fault_field(ERR_INVALID, "no_words", "words", "the condition asks for words");
    if (rule_matches_all(p))
        return fault_field(ERR_INVALID, "rule_matches_all", "condition", "true of a plain text");
    s.cost = rule_cost(p) + (int)(s.words / 1000);
    if (s.cost > RULE_COST_MAX)
        return fault_field(ERR_INVALID, "rule_too_expensive", "condition", "%d", s.cost);
    *ret_size = s;
    return OK;
}

/* ---- compiling ---- */

enum { EXCEPTION = 255 };
struct word {
    uint32_t rule, off, n; /* its text in chars */
    uint8_t slot;
};
struct compiled {
    struct scan_rule r;
    struct rule_program *p;
    bool always;
};
struct scan_set {
    arena *mem;
    struct compiled *rule;
    size_t n;
    struct word *word;
    size_t word_n;
    char *chars;
    size_t char_n;
    struct matcher *matcher[SCAN_VIEWS];
};

/* What is needed while a set is made only. */
struct making {
    struct scan_set *s;
    arena *mem;
    struct pattern *v[SCAN_VIEWS];
    size_t n[SCAN_VIEWS], room[SCAN_VIEWS];
};

static void pattern_add(struct making *m, enum scan_view view, struct pattern p)
{
    if (m->n[view] == m->room[view]) {
        size_t room = 2 * m->room[view] + 256;
        struct pattern *v = arena_room(m->mem, room * sizeof *v);
        if (m->n[view])
            memcpy(v, m->v[view], m->n[view] * sizeof *v);
        m->v[view] = v;
        m->room[view] = room;
    }
    m->v[view][m->n[view]++] = p;
}

/* A word whose characters have several readings is several patterns, at most so many. */
enum { READINGS_MAX = 16 };

static void sounds_add(struct making *m, const struct folded *f, uint32_t id)
{
    size_t ways = 1;
    for (size_t i = 0; i < f->n; i++)
        if (f->sym[i] >= SYMBOL_MANY && ways * fold_many(f->sym[i])->n <= READINGS_MAX)
            ways *= fold_many(f->sym[i])->n;
    for (size_t w = 0; w < ways; w++) {
        uint32_t *sym = arena_room(m->mem, f->n * sizeof *sym);
        size_t rest = w, all = 1;
        for (size_t i = 0; i < f->n; i++) {
            sym[i] = f->sym[i];
            if (sym[i] < SYMBOL_MANY)
                continue;
            const struct fold_many *x = fold_many(sym[i]);
            bool varies = all * x->n <= READINGS_MAX;
            sym[i] = x->v[varies ? rest % x->n : 0];
            rest /= varies ? x->n : 1;
            all *= varies ? x->n : 1;
        }
        pattern_add(m, VIEW_SOUND, (struct pattern){sym, (uint32_t)f->n, id});
    }
}

/* sound_min 0: not by sound. */
static void word_add(struct making *m, uint32_t rule, str text, uint8_t slot, size_t sound_min)
{
    struct scan_set *s = m->s;
    uint32_t id = (uint32_t)s->word_n++;
    struct folded look, sound;
    s->word[id] = (struct word){rule, (uint32_t)s->char_n, (uint32_t)text.n, slot};
    memcpy(s->chars + s->char_n, text.p, text.n);
    s->char_n += text.n;
    fold_both(m->mem, text, &look, &sound);
    pattern_add(m, VIEW_LOOK, (struct pattern){look.sym, (uint32_t)look.n, id});
    if (sound_min && sound.n >= sound_min)
        sounds_add(m, &sound, id);
}

static void list_add(struct making *m, uint32_t rule, str list, uint8_t slot, size_t sound_min)
{
    int64_t no = 0;
    for (str word; next_word(&list, &no, &word);)
        word_add(m, rule, word, slot, sound_min);
}

static void rule_add(struct making *m, uint32_t i)
{
    const struct compiled *c = &m->s->rule[i];
    size_t least = line_of(c->r.words, c->r.words.n) <= SCAN_SHORT_LIST ? 2 : 3, n;
    const str *v = rule_texts(c->p, &n);
    list_add(m, i, c->r.words, 0, c->r.sound ? least : 0);
    list_add(m, i, c->r.exceptions, EXCEPTION, 0);
    for (size_t k = 0; k < n; k++)
        word_add(m, i, v[k], (uint8_t)(k + 1), c->r.sound ? 2 : 0);
}

/* Room for all words and their text. */
static void rooms(struct scan_set *s)
{
    size_t words = 0, chars = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct scan_rule *r = &s->rule[i].r;
        words += (size_t)line_of(r->words, r->words.n) +
                 (size_t)line_of(r->exceptions, r->exceptions.n) + RULE_TEXTS_MAX;
        chars += r->words.n + r->exceptions.n + RULE_TEXT_MAX;
    }
    s->word = NEW_N(s->mem, struct word, words + 1);
    s->chars = arena_room(s->mem, chars + 1);
}

struct scan_set *scan_set_new(const struct scan_rule *v, size_t n)
{
    arena *mem = arena_new();
    AUTO_ARENA(work);
    struct scan_set *s = NEW(mem, struct scan_set);
    struct making m = {.s = s, .mem = work};
    s->mem = mem;
    s->rule = NEW_N(mem, struct compiled, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct compiled c = {.r = v[i]};
        struct scan_size size;
        if (scan_rule_check(&v[i], &size) != OK || rule_parse(mem, v[i].condition, &c.p) != OK)
            continue;
        c.r.name = str_dup(mem, v[i].name);
        c.r.family = str_dup(mem, v[i].family);
        c.always = rule_asks_always(c.p);
        s->rule[s->n++] = c;
    }
    rooms(s);
    for (size_t i = 0; i < s->n; i++)
        rule_add(&m, (uint32_t)i);
    for (size_t i = 0; i < s->n; i++) /* borrowed from the caller: not needed any more */
        s->rule[i].r.words = s->rule[i].r.exceptions = s->rule[i].r.condition = STR_NONE;
    for (int view = 0; view < SCAN_VIEWS; view++)
        s->matcher[view] = matcher_new(m.v[view], m.n[view]);
    return s;
}

void scan_set_free(struct scan_set *s)
{
    if (!s)
        return;
    for (int view = 0; view < SCAN_VIEWS; view++)
        matcher_free(s->matcher[view]);
    arena_free(s->mem);
}

size_t scan_set_bytes(const struct scan_set *s)
{
    return arena_used(s->mem) + matcher_bytes(s->matcher[VIEW_LOOK]) +
           matcher_bytes(s->matcher[VIEW_SOUND]);
}

/* ---- scanning ---- */

struct raw { /* a hit before exceptions and conditions */
    uint32_t rule;
    struct rule_hit h;
};

static bool ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool one_run(char a, char b)
{
    return (ascii_letter(a) && ascii_letter(b)) || (ascii_digit(a) && ascii_digit(b));
}

/* "casino" does not stand in "occasinog": a word neither begins nor ends within a run of Latin
 * letters or of digits. */
static bool bounded(str text, size_t from, size_t to)
{
    bool before = from > 0 && one_run(text.p[from - 1], text.p[from]);
    bool after = to < text.n && one_run(text.p[to - 1], text.p[to]);
    return !before && !after;
}

struct scanning {
    const struct scan_set *s;
    const struct scan_article *a;
    arena *mem;
    struct match *found;
    struct raw *v;
    size_t n;
};

static void field_take(struct scanning *x, enum rule_field field, enum scan_view view,
                       const struct folded *f)
{
    struct matches m = {.v = x->found, .max = SCAN_HITS_MAX};
    str text = x->a->text[field];
    matcher_run(x->s->matcher[view], f, &m);
    for (size_t i = 0; i < m.n && x->n < SCAN_HITS_MAX; i++) {
        struct fold_place p = fold_place(f, m.v[i].at, m.v[i].n);
        const struct word *w = &x->s->word[m.v[i].id];
        if (bounded(text, p.from, p.to))
            x->v[x->n++] = (struct raw){w->rule,
                                        {.from = (uint32_t)p.from,
                                         .to = (uint32_t)p.to,
                                         .word = m.v[i].id,
                                         .slot = w->slot,
                                         .field = (uint8_t)field,
                                         .view = (uint8_t)view}};
    }
}

static int by_place(const void *a, const void *b)
{
    const struct raw *x = a, *y = b;
    const struct rule_hit *g = &x->h, *h = &y->h;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    if (g->field != h->field)
        return g->field < h->field ? -1 : 1;
    if (g->from != h->from)
        return g->from < h->from ? -1 : 1;
    if (g->word != h->word)
        return g->word < h->word ? -1 : 1;
    return g->view < h->view ? -1 : g->view > h->view;
}

/* Drops, from the hits of one rule, exceptions and what they cover, and what a word that looks
 * right found already by its sound. */
static size_t sift(const struct raw *v, size_t n, struct rule_hit *out)
{
    size_t k = 0;
    uint32_t covered = 0;
    int field = -1;
    for (size_t i = 0; i < n; i++) {
        if (v[i].h.field != field) {
            field = v[i].h.field;
            covered = 0;
        }
        for (size_t j = i; j < n && v[j].h.field == field && v[j].h.from == v[i].h.from; j++)
            if (v[j].h.slot == EXCEPTION && v[j].h.to > covered)
                covered = v[j].h.to;
        bool twice = k && out[k - 1].word == v[i].h.word && out[k - 1].from == v[i].h.from &&
                     out[k - 1].field == field;
        if (v[i].h.slot != EXCEPTION && v[i].h.to > covered && !twice)
            out[k++] = v[i].h;
    }
    return k;
}

static struct scan_finding finding_of(const struct scanning *x, const struct compiled *c,
                                      const struct rule_hit *hits, size_t n)
{
    size_t shown = n < SCAN_SHOWN_MAX ? n : SCAN_SHOWN_MAX;
    struct scan_hit *v = NEW_N(x->mem, struct scan_hit, shown);
    for (size_t i = 0; i < shown; i++) {
        const struct word *w = &x->s->word[hits[i].word];
        str word = {x->s->chars + w->off, w->n};
        str there = str_sub(x->a->text[hits[i].field], hits[i].from, hits[i].to - hits[i].from);
        v[i] = (struct scan_hit){.field = (enum rule_field)hits[i].field,
                                 .view = (enum scan_view)hits[i].view,
                                 .altered = !str_eq(word, there),
                                 .from = hits[i].from,
                                 .to = hits[i].to,
                                 .word = str_dup(x->mem, word)};
    }
    return (struct scan_finding){.rule = c->r.id,
                                 .version = c->r.version,
                                 .name = str_dup(x->mem, c->r.name),
                                 .family = str_dup(x->mem, c->r.family),
                                 .action = c->r.action,
                                 .stage = c->r.stage,
                                 .share = c->r.share,
                                 .hits = v,
                                 .n = shown,
                                 .total = n};
}

void scan_run(const struct scan_set *s, arena *mem, const struct scan_article *a,
              struct scan_finding **ret_v, size_t *ret_n)
{
    AUTO_ARENA(work);
    struct scanning x = {.s = s, .a = a, .mem = mem};
    x.found = arena_room(work, SCAN_HITS_MAX * sizeof *x.found);
    x.v = arena_room(work, SCAN_HITS_MAX * sizeof *x.v);
    for (int field = 0; field < RULE_FIELDS; field++) {
        struct folded look, sound;
        if (!a->text[field].n)
            continue;
        fold_both(work, a->text[field], &look, &sound);
        field_take(&x, (enum rule_field)field, VIEW_LOOK, &look);
        field_take(&x, (enum rule_field)field, VIEW_SOUND, &sound);
    }
    qsort(x.v, x.n, sizeof *x.v, by_place);
    struct rule_hit *hits = arena_room(work, (x.n + 1) * sizeof *hits);
    struct scan_finding *found = NEW_N(mem, struct scan_finding, s->n + 1);
    struct rule_facts facts = {.account_class = a->account_class, .category = a->category};
    memcpy(facts.text, a->text, sizeof facts.text);
    size_t k = 0, at = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        size_t end = at;
        while (end < x.n && x.v[end].rule == i)
            end++;
        size_t n = sift(x.v + at, end - at, hits);
        at = end;
        facts.hits = hits;
        facts.n = n;
        if ((n || s->rule[i].always) && rule_holds(s->rule[i].p, &facts))
            found[k++] = finding_of(&x, &s->rule[i], hits, n);
    }
    *ret_v = found;
    *ret_n = k;
}
