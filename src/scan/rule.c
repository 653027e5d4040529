/* Parser and evaluation of rules. */
#include "scan/rule.h"

enum op {
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_ANY,
    OP_ALL,
    OP_NEAR,
    OP_CLASS,
    OP_CATEGORY,
    OP_DOMAIN,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_EQUAL,
    OP_MORE_EQUAL,
    OP_MORE,
    OP_NUMBER, /* from here on: numbers */
    OP_COUNT,
    OP_DISTINCT,
    OP_LINKS,
    OP_LENGTH,
    OP_REPEATS,
};

/* Texts are bits of a mask: bit 0 the list, bit i + 1 text i. */
struct node {
    enum op op;
    int a, b; /* operands */
    int64_t number;
    uint64_t mask, sets[RULE_SETS_MAX];
    int set_n;
    unsigned fields;
    str text;
};
struct rule_program {
    struct node node[RULE_NODES_MAX];
    int n, root;
    str texts[RULE_TEXTS_MAX];
    size_t text_n;
    bool words;
};

static const char *const FIELD_NAMES[RULE_FIELDS] = {"title", "digest", "body", "link"};

const char *rule_field_name(enum rule_field f)
{
    return FIELD_NAMES[f];
}

/* ---- parsing ---- */

struct parser {
    arena *mem;
    str all;
    size_t at;
    int depth;
    unsigned fields;
    struct rule_program *p;
};

static err bad(const struct parser *x, const char *reason)
{
    size_t column = str_count(str_sub(x->all, 0, x->at)) + 1;
    return fault_field(ERR_INVALID, reason, "condition", "%zu", column);
}

static char peek(struct parser *x)
{
    while (x->at < x->all.n && strchr(" \t\r\n", x->all.p[x->at]))
        x->at++;
    return x->at < x->all.n ? x->all.p[x->at] : '\0';
}

static bool take(struct parser *x, char c)
{
    bool is = peek(x) == c;
    x->at += is;
    return is;
}

static err want(struct parser *x, char c)
{
    return take(x, c) ? OK : bad(x, c == ')' ? "rule_bracket" : "rule_comma");
}

static bool letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The name ahead, not taken. */
static str name_ahead(struct parser *x)
{
    (void)peek(x);
    size_t n = 0;
    while (x->at + n < x->all.n && letter(x->all.p[x->at + n]))
        n++;
    return str_sub(x->all, x->at, n);
}

static bool take_name(struct parser *x, str name)
{
    bool is = str_eq(name_ahead(x), name);
    x->at += is ? name.n : 0;
    return is;
}

static err text(struct parser *x, str *ret_s)
{
    if (!take(x, '"'))
        return bad(x, "rule_text");
    str rest = str_sub(x->all, x->at, x->all.n);
    size_t n = str_find(rest, '"');
    if (n == rest.n)
        return bad(x, "rule_text_open");
    *ret_s = str_trim(str_sub(rest, 0, n));
    if (!ret_s->n)
        return bad(x, "rule_text_empty");
    x->at += n + 1;
    return OK;
}

static err number(struct parser *x, int64_t *ret_n)
{
    size_t n = 0;
    (void)peek(x);
    while (x->at + n < x->all.n && x->all.p[x->at + n] >= '0' && x->all.p[x->at + n] <= '9')
        n++;
    if (!n || n > 9 || str_int(str_sub(x->all, x->at, n), ret_n) != OK)
        return bad(x, "rule_number");
    x->at += n;
    return OK;
}

static err add(struct parser *x, struct node n, int *ret_i)
{
    if (x->p->n == RULE_NODES_MAX)
        return bad(x, "rule_too_long");
    n.fields = x->fields;
    x->p->node[x->p->n] = n;
    *ret_i = x->p->n++;
    return OK;
}

static err text_bit(struct parser *x, uint64_t *ret_mask)
{
    struct rule_program *p = x->p;
    str s;
    TRY(text(x, &s));
    size_t i = 0;
    while (i < p->text_n && !str_eq(p->texts[i], s))
        i++;
    if (i == RULE_TEXTS_MAX)
        return bad(x, "rule_many_texts");
    if (i == p->text_n)
        p->texts[p->text_n++] = str_dup(x->mem, s);
    *ret_mask |= (uint64_t)1 << (i + 1);
    return OK;
}

static err texts(struct parser *x, uint64_t *ret_mask)
{
    do
        TRY(text_bit(x, ret_mask));
    while (take(x, ','));
    return OK;
}

static err set(struct parser *x, uint64_t *ret_mask)
{
    if (take_name(x, S("words"))) {
        x->p->words = true;
        *ret_mask |= 1;
        return OK;
    }
    if (!take(x, '['))
        return text_bit(x, ret_mask);
    TRY(texts(x, ret_mask));
    return take(x, ']') ? OK : bad(x, "rule_bracket");
}

/* "(" set {"," set} ")" */
static err words(struct parser *x, uint64_t *ret_mask)
{
    if (!take(x, '('))
        return bad(x, "rule_open");
    do
        TRY(set(x, ret_mask));
    while (take(x, ','));
    return want(x, ')');
}

static err near(struct parser *x, struct node *n)
{
    if (!take(x, '('))
        return bad(x, "rule_open");
    TRY(number(x, &n->number));
    while (take(x, ',')) {
        if (n->set_n == RULE_SETS_MAX)
            return bad(x, "rule_many_sets");
        TRY(set(x, &n->sets[n->set_n++]));
    }
    if (n->set_n < 2)
        return bad(x, "rule_comma");
    return want(x, ')');
}

/* "(" text {"," text} ")" */
static err all_of(struct parser *x, struct node *n)
{
    if (!take(x, '('))
        return bad(x, "rule_open");
    TRY(texts(x, &n->mask));
    return want(x, ')');
}

static err one_text(struct parser *x, struct node *n)
{
    str s;
    if (!take(x, '('))
        return bad(x, "rule_open");
    TRY(text(x, &s));
    n->text = str_lower_ascii(x->mem, s);
    return want(x, ')');
}

static err any_of(struct parser *x, struct node *n)
{
    return words(x, &n->mask);
}

static err nothing(struct parser *x, struct node *n)
{
    (void)x, (void)n;
    return OK;
}

static const struct name {
    str name;
    enum op op;
    err (*read)(struct parser *x, struct node *n);
} NAMES[] = {
    {S_INIT("any"), OP_ANY, any_of},
    {S_INIT("all"), OP_ALL, all_of},
    {S_INIT("near"), OP_NEAR, near},
    {S_INIT("class"), OP_CLASS, one_text},
    {S_INIT("category"), OP_CATEGORY, one_text},
    {S_INIT("domain"), OP_DOMAIN, one_text},
    {S_INIT("count"), OP_COUNT, any_of},
    {S_INIT("distinct"), OP_DISTINCT, any_of},
    {S_INIT("links"), OP_LINKS, nothing},
    {S_INIT("length"), OP_LENGTH, nothing},
    {S_INIT("repeats"), OP_REPEATS, nothing},
};

/* A test that stands alone, or a number. */
static err named(struct parser *x, int *ret_i)
{
    str name = name_ahead(x);
    for (size_t i = 0; i < LEN(NAMES); i++)
        if (str_eq(name, NAMES[i].name)) {
            struct node n = {.op = NAMES[i].op};
            x->at += name.n;
            TRY(NAMES[i].read(x, &n));
            return add(x, n, ret_i);
        }
    return bad(x, "rule_name");
}

static err compare_op(struct parser *x, enum op *ret_op)
{
    bool less = take(x, '<'), more = !less && take(x, '>');
    bool equal = x->at < x->all.n && x->all.p[x->at] == '=';
    if (less || more)
        x->at += equal;
    else if (!take(x, '='))
        return bad(x, "rule_compare");
    if (less)
        *ret_op = equal ? OP_LESS_EQUAL : OP_LESS;
    else if (more)
        *ret_op = equal ? OP_MORE_EQUAL : OP_MORE;
    else
        *ret_op = OP_EQUAL;
    return OK;
}

static err amount(struct parser *x, int *ret_i)
{
    char c = peek(x);
    if (c < '0' || c > '9') {
        TRY(named(x, ret_i));
        return x->p->node[*ret_i].op >= OP_NUMBER ? OK : bad(x, "rule_wants_number");
    }
    struct node n = {.op = OP_NUMBER};
    TRY(number(x, &n.number));
    return add(x, n, ret_i);
}

static err comparison(struct parser *x, int a, int *ret_i)
{
    struct node n = {.a = a};
    TRY(compare_op(x, &n.op));
    TRY(amount(x, &n.b));
    return add(x, n, ret_i);
}

/* One level of the grammar calls the next through these, and `condition` again in brackets: the
 * only recursion, bounded by RULE_DEPTH_MAX. */
static err condition(struct parser *x, int *ret_i);

static err inner(struct parser *x, int *ret_i)
{
    TRY(condition(x, ret_i));
    return want(x, ')');
}

static err in_field(struct parser *x, int *ret_i)
{
    unsigned outer = x->fields;
    str name;
    if (!take(x, '('))
        return bad(x, "rule_open");
    name = name_ahead(x);
    unsigned field = 0;
    while (field < RULE_FIELDS && !str_eq(name, str_from(FIELD_NAMES[field])))
        field++;
    if (field == RULE_FIELDS)
        return bad(x, "rule_field");
    x->at += name.n;
    TRY(want(x, ','));
    x->fields = 1U << field;
    TRY(inner(x, ret_i));
    x->fields = outer;
    return OK;
}

static err test(struct parser *x, int *ret_i)
{
    char c = peek(x);
    if (take(x, '('))
        return inner(x, ret_i);
    if (take_name(x, S("in")))
        return in_field(x, ret_i);
    if (c >= '0' && c <= '9') {
        int a;
        TRY(amount(x, &a));
        return comparison(x, a, ret_i);
    }
    TRY(named(x, ret_i));
    return x->p->node[*ret_i].op >= OP_NUMBER ? comparison(x, *ret_i, ret_i) : OK;
}

static err negation(struct parser *x, int *ret_i)
{
    int nots = 0;
    while (take_name(x, S("not")))
        nots++;
    TRY(test(x, ret_i));
    if (nots % 2)
        TRY(add(x, (struct node){.op = OP_NOT, .a = *ret_i}, ret_i));
    return OK;
}

static err conjunction(struct parser *x, int *ret_i)
{
    TRY(negation(x, ret_i));
    while (take_name(x, S("and"))) {
        struct node n = {.op = OP_AND, .a = *ret_i};
        TRY(negation(x, &n.b));
        TRY(add(x, n, ret_i));
    }
    return OK;
}

static err condition(struct parser *x, int *ret_i)
{
    if (++x->depth > RULE_DEPTH_MAX)
        return bad(x, "rule_too_deep");
    TRY(conjunction(x, ret_i));
    while (take_name(x, S("or"))) {
        struct node n = {.op = OP_OR, .a = *ret_i};
        TRY(conjunction(x, &n.b));
        TRY(add(x, n, ret_i));
    }
    x->depth--;
    return OK;
}

err rule_parse(arena *mem, str source, struct rule_program **ret_p)
{
    struct parser x = {.mem = mem,
                       .all = str_trim(source).n ? source : S("any(words)"),
                       .fields = (1U << RULE_FIELDS) - 1,
                       .p = NEW(mem, struct rule_program)};
    if (source.n > RULE_TEXT_MAX)
        return bad(&x, "rule_too_long");
    TRY(condition(&x, &x.p->root));
    if (peek(&x))
        return bad(&x, "rule_rest");
    *ret_p = x.p;
    return OK;
}

const str *rule_texts(const struct rule_program *p, size_t *ret_n)
{
    *ret_n = p->text_n;
    return p->texts;
}

bool rule_uses_words(const struct rule_program *p)
{
    return p->words;
}

int rule_cost(const struct rule_program *p)
{
    int cost = 0;
    for (int i = 0; i < p->n; i++) {
        enum op op = p->node[i].op;
        bool reads = op == OP_NEAR || op == OP_REPEATS || op == OP_LENGTH;
        cost += reads ? 20 * (1 + p->node[i].set_n) : 1;
    }
    return cost;
}

/* ---- asking ---- */

static bool in_mask(const struct node *n, const struct rule_hit *h)
{
    return (n->fields >> h->field & 1) && (n->mask >> h->slot & 1);
}

static int64_t count(const struct node *n, const struct rule_facts *f)
{
    int64_t k = 0;
    for (size_t i = 0; i < f->n; i++)
        k += in_mask(n, &f->hits[i]);
    return k;
}

/* Different words among the first 1,000 hits. */
static int64_t distinct(const struct node *n, const struct rule_facts *f)
{
    uint32_t seen[1024];
    size_t k = 0;
    for (size_t i = 0; i < f->n && i < 1000; i++) {
        size_t j = 0;
        while (j < k && seen[j] != f->hits[i].word)
            j++;
        if (j == k && in_mask(n, &f->hits[i]))
            seen[k++] = f->hits[i].word;
    }
    return (int64_t)k;
}

static bool all(const struct node *n, const struct rule_facts *f)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < f->n; i++)
        if (in_mask(n, &f->hits[i]))
            seen |= (uint64_t)1 << f->hits[i].slot;
    return seen == n->mask;
}

/* The last place of each set is kept while the hits go by. */
struct window {
    int64_t last[RULE_SETS_MAX]; /* code points from the field's beginning; -1: not yet */
};

static bool window_full(const struct window *w, int sets, int64_t now, int64_t within)
{
    for (int s = 0; s < sets; s++)
        if (w->last[s] < 0 || now - w->last[s] > within)
            return false;
    return true;
}

static bool is_near(const struct node *n, const struct rule_facts *f)
{
    struct window w;
    int field = -1;
    uint32_t byte = 0;
    int64_t place = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct rule_hit *h = &f->hits[i];
        if (h->field != field) {
            field = h->field;
            byte = 0;
            place = 0;
            memset(&w, -1, sizeof w);
        }
        place += (int64_t)str_count(str_sub(f->text[field], byte, h->from - byte));
        byte = h->from;
        if (!(n->fields >> field & 1))
            continue;
        for (int s = 0; s < n->set_n; s++)
            if (n->sets[s] >> h->slot & 1)
                w.last[s] = place;
        if (window_full(&w, n->set_n, place, n->number))
            return true;
    }
    return false;
}

static bool host_is(str host, str domain)
{
    size_t rest = host.n - domain.n;
    return host.n == domain.n ? str_eq_ci(host, domain)
                              : host.n > domain.n && host.p[rest - 1] == '.' &&
                                    str_eq_ci(str_sub(host, rest, domain.n), domain);
}

static str host_of(str address)
{
    str rest = address, host;
    for (size_t i = 0; i + 3 <= address.n; i++)
        if (!memcmp(address.p + i, "://", 3)) {
            rest = str_sub(address, i + 3, address.n);
            break;
        }
    size_t n = 0;
    while (n < rest.n && !strchr("/?#", rest.p[n]))
        n++;
    host = str_sub(rest, 0, n);
    size_t at = str_find(host, '@');
    host = at < host.n ? str_sub(host, at + 1, host.n) : host;
    return str_sub(host, 0, str_find(host, ':'));
}

static bool has_domain(const struct node *n, const struct rule_facts *f)
{
    str rest = f->text[RULE_LINK];
    while (rest.n)
        if (host_is(host_of(str_split(rest, '\n', &rest)), n->text))
            return true;
    return false;
}

static int64_t lines(str s)
{
    int64_t k = 0;
    while (s.n)
        k += str_split(s, '\n', &s).n > 0;
    return k;
}

/* How often the most frequent line of four bytes or more stands there, counted by its hash. */
static int64_t repeats(str s)
{
    uint16_t counter[4096] = {0};
    int64_t most = 0;
    while (s.n) {
        str line = str_trim(str_split(s, '\n', &s));
        uint32_t h = 2166136261U;
        for (size_t i = 0; i < line.n; i++)
            h = (h ^ (unsigned char)line.p[i]) * 16777619U;
        uint16_t *c = &counter[h >> 20];
        *c = (uint16_t)(*c + (line.n >= 4 && *c < UINT16_MAX));
        most = *c > most ? *c : most;
    }
    return most;
}

static int64_t value(const struct rule_program *p, int i, const struct rule_facts *f)
{
    const struct node *n = &p->node[i];
    if (n->op == OP_NUMBER)
        return n->number;
    if (n->op == OP_COUNT)
        return count(n, f);
    if (n->op == OP_DISTINCT)
        return distinct(n, f);
    if (n->op == OP_LINKS)
        return lines(f->text[RULE_LINK]);
    return n->op == OP_LENGTH ? (int64_t)str_count(f->text[RULE_BODY])
                              : repeats(f->text[RULE_BODY]);
}

static bool compares(const struct rule_program *p, const struct node *n, const struct rule_facts *f)
{
    int64_t a = value(p, n->a, f), b = value(p, n->b, f);
    if (n->op == OP_LESS)
        return a < b;
    if (n->op == OP_LESS_EQUAL)
        return a <= b;
    if (n->op == OP_EQUAL)
        return a == b;
    return n->op == OP_MORE_EQUAL ? a >= b : a > b;
}

static bool tells(const struct rule_program *p, const struct node *n, const struct rule_facts *f)
{
    if (n->op == OP_ANY)
        return count(n, f) > 0;
    if (n->op == OP_ALL)
        return all(n, f);
    if (n->op == OP_NEAR)
        return is_near(n, f);
    if (n->op == OP_CLASS)
        return str_eq(f->account_class, n->text);
    if (n->op == OP_CATEGORY)
        return str_eq(f->category, n->text);
    return n->op == OP_DOMAIN ? has_domain(n, f) : compares(p, n, f);
}

/* Operands stand before what uses them, so one pass from the left answers all. */
bool rule_holds(const struct rule_program *p, const struct rule_facts *f)
{
    bool is[RULE_NODES_MAX] = {0};
    for (int i = 0; i < p->n; i++) {
        const struct node *n = &p->node[i];
        if (n->op == OP_AND)
            is[i] = is[n->a] && is[n->b];
        else if (n->op == OP_OR)
            is[i] = is[n->a] || is[n->b];
        else if (n->op == OP_NOT)
            is[i] = !is[n->a];
        else if (n->op < OP_NUMBER)
            is[i] = tells(p, n, f);
    }
    return is[p->root];
}

bool rule_matches_all(const struct rule_program *p)
{
    AUTO_ARENA(mem);
    char *longer = arena_alloc(mem, 2000);
    memset(longer, 'x', 2000);
    const str bodies[] = {S("x"), {longer, 200}, {longer, 2000}};
    bool all_match = false;
    for (size_t i = 0; i < LEN(bodies); i++)
        all_match = all_match || rule_holds(p, &(struct rule_facts){.text[RULE_BODY] = bodies[i],
                                                                    .account_class = S(""),
                                                                    .category = S("")});
    return all_match;
}

/* Nothing but words decides, and none of it turned around. */
bool rule_asks_always(const struct rule_program *p)
{
    for (int i = 0; i < p->n; i++) {
        enum op op = p->node[i].op;
        if (op != OP_AND && op != OP_OR && op != OP_ANY && op != OP_ALL && op != OP_NEAR)
            return true;
    }
    return false;
}
