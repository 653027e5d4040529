/* Finds the route of a path. Routes are sorted by number of segments and then so that a literal
 * segment comes before a ":x" at the leftmost difference: the first match is the right one. Routes
 * that end in a "*x" stand behind all others and are asked when none of those has the path. */
#include "web/route.h"

#include <pthread.h>
#include <stdlib.h>

enum { MAX_SEGMENTS = 12 };

struct entry {
    const struct route *route;
    str segments[MAX_SEGMENTS];
    unsigned n;
    unsigned wild; /* bit set per ":x", leftmost segment highest */
    bool rest;     /* the last segment is "*x": it and all behind it */
};
struct route_index {
    size_t n, plain;               /* plain: those without "*x" */
    size_t from[MAX_SEGMENTS + 2]; /* entries with k segments: from[k] .. from[k + 1] */
    struct entry entries[];
};

/* False when there are too many segments. "/" has none. */
static bool split(str path, str segments[MAX_SEGMENTS], unsigned *ret_n)
{
    unsigned n = 0;
    str rest = str_sub(path, 1, path.n);
    if (rest.n == 0)
        rest.p = NULL;
    while (rest.p) {
        if (n == MAX_SEGMENTS)
            return false;
        segments[n++] = str_split(rest, '/', &rest);
    }
    *ret_n = n;
    return true;
}

static bool is_wild(str segment)
{
    return segment.n > 0 && segment.p[0] == ':';
}

static int entry_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->rest != y->rest)
        return x->rest ? 1 : -1;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return x->wild == y->wild ? 0 : x->wild < y->wild ? -1 : 1;
}

static bool same_requests(const struct entry *x, const struct entry *y)
{
    if (x->n != y->n || x->wild != y->wild || x->rest != y->rest ||
        x->route->method != y->route->method)
        return false;
    for (unsigned i = 0; i < x->n; i++)
        if (!is_wild(x->segments[i]) && !str_eq(x->segments[i], y->segments[i]))
            return false;
    return true;
}

static void entry_init(struct entry *e, const struct route *route)
{
    e->route = route;
    e->wild = 0;
    e->rest = false;
    unsigned args = 0;
    ASSERT(route->pattern[0] == '/' && route->run);
    ASSERT(split(str_from(route->pattern), e->segments, &e->n));
    for (unsigned i = 0; i < e->n; i++) {
        ASSERT(e->segments[i].n > 0);
        if (e->segments[i].p[0] == '*') {
            ASSERT(i > 0 && i + 1 == e->n);
            e->rest = true;
            args++;
        } else if (is_wild(e->segments[i])) {
            e->wild |= 1U << (MAX_SEGMENTS - i);
            args++;
        }
    }
    ASSERT(args <= ROUTE_MAX_ARGS);
}

struct route_index *route_index_new(const struct route *routes, size_t n)
{
    struct route_index *ix = heap_alloc(sizeof *ix + n * sizeof(struct entry));
    *ix = (struct route_index){.n = n};
    for (size_t i = 0; i < n; i++)
        entry_init(&ix->entries[i], &routes[i]);
    qsort(ix->entries, n, sizeof(struct entry), entry_order);
    for (size_t i = 0; i < n; i++) {
        if (!ix->entries[i].rest)
            ix->from[ix->entries[i].n + 1] = ix->plain = i + 1;
        for (size_t k = i + 1; k < n; k++)
            ASSERT(!same_requests(&ix->entries[i], &ix->entries[k]));
    }
    for (size_t k = 1; k < LEN(ix->from); k++)
        if (ix->from[k] < ix->from[k - 1])
            ix->from[k] = ix->from[k - 1];
    return ix;
}

void route_index_free(struct route_index *ix)
{
    heap_free(ix);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A segment as text; false when it is none. */
static bool decode(arena *mem, str raw, str *ret_s)
{
    if (str_find(raw, '%') < raw.n) {
        char *to = arena_alloc(mem, raw.n + 1);
        size_t n = 0;
        for (size_t i = 0; i < raw.n; i++) {
            if (raw.p[i] != '%') {
                to[n++] = raw.p[i];
                continue;
            }
            int high = i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
            int low = i + 2 < raw.n ? hex_digit(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            to[n++] = (char)(high * 16 + low);
            i += 2;
        }
        raw = (str){to, n};
    }
    *ret_s = raw;
    return raw.n > 0 && str_valid(raw);
}

struct found {
    const str *segments;
    unsigned n;
    const struct route **route;
    str *args;
};

static bool entry_matches(const struct entry *e, const str *segments, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (!is_wild(e->segments[i]) && !str_eq(e->segments[i], segments[i]))
            return false;
    return true;
}

/* Everything behind the segments that the pattern names, as it was sent: ASCII that stands in file
 * names, so there is nothing to decode. */
static str rest_of(str path, unsigned before)
{
    str rest = str_sub(path, 1, path.n);
    for (unsigned i = 0; i < before; i++)
        (void)str_split(rest, '/', &rest);
    return rest;
}

static bool rest_find(const struct route_index *ix, enum method method, str path,
                      const struct found *f)
{
    for (size_t i = ix->plain; i < ix->n; i++) {
        const struct entry *e = &ix->entries[i];
        unsigned before = e->n - 1;
        if (e->route->method != method || f->n < e->n || !entry_matches(e, f->segments, before))
            continue;
        unsigned arg = 0;
        for (unsigned k = 0; k < before; k++)
            if (is_wild(e->segments[k]))
                f->args[arg++] = f->segments[k];
        f->args[arg] = rest_of(path, before);
        *f->route = e->route;
        return str_find(f->args[arg], '%') == f->args[arg].n;
    }
    return false;
}

err route_index_find(const struct route_index *ix, enum method method, str path, arena *mem,
                     const struct route **ret_route, str ret_args[ROUTE_MAX_ARGS])
{
    str segments[MAX_SEGMENTS] = {STR_NONE};
    unsigned n = 0;
    if (path.n == 0 || path.p[0] != '/' || !split(path, segments, &n))
        return fault(ERR_NOT_FOUND, "not_found", "no route");
    for (unsigned i = 0; i < n; i++)
        if (!decode(mem, segments[i], &segments[i]))
            return fault(ERR_NOT_FOUND, "not_found", "no route");
    bool other = false;
    for (size_t i = ix->from[n]; i < ix->from[n + 1]; i++) {
        const struct entry *e = &ix->entries[i];
        if (!entry_matches(e, segments, n))
            continue;
        if (e->route->method != method) {
            other = true;
            continue;
        }
        for (unsigned k = 0, arg = 0; k < n; k++)
            if (is_wild(e->segments[k]))
                ret_args[arg++] = segments[k];
        *ret_route = e->route;
        return OK;
    }
    if (rest_find(ix, method, path, &(struct found){segments, n, ret_route, ret_args}))
        return OK;
    return other ? fault(ERR_METHOD, "method_not_allowed", "other method")
                 : fault(ERR_NOT_FOUND, "not_found", "no route");
}

static struct route_index *site_index;

static void site_index_make(void)
{
    site_index = route_index_new(ROUTES, ROUTE_COUNT);
}

const struct route_index *route_index_site(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, site_index_make);
    return site_index;
}

err route_find(enum method method, str path, arena *mem, const struct route **ret_route,
               str ret_args[ROUTE_MAX_ARGS])
{
    return route_index_find(route_index_site(), method, path, mem, ret_route, ret_args);
}
