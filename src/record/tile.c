/* Addresses of tiles, and the tree read from them. */
#include "record/tile.h"

#include "base/buf.h"

enum { GROUPS_MAX = 7, PATH_MAX_N = 120 };

str tile_path(arena *mem, struct tile_id id)
{
    ASSERT(id.width > 0 && id.width <= TILE_WIDTH && id.n >= 0);
    int group[GROUPS_MAX], n = 0;
    int64_t rest = id.n;
    do {
        group[n++] = (int)(rest % 1000);
        rest /= 1000;
    } while (rest);
    struct buf b;
    buf_init(&b, mem, PATH_MAX_N);
    if (id.level == TILE_ENTRIES)
        buf_add(&b, S("tile/entries"));
    else
        buf_fmt(&b, "tile/%d", id.level);
    while (n-- > 0)
        buf_fmt(&b, n ? "/x%03d" : "/%03d", group[n]);
    if (id.width < TILE_WIDTH)
        buf_fmt(&b, ".p/%d", id.width);
    return buf_str(&b);
}

/* Decimal without leading zeros, at most max. */
static bool small_number(str s, int64_t max, int64_t *ret_n)
{
    if (s.n == 0 || s.n > 3 || (s.n > 1 && s.p[0] == '0') || s.p[0] == '-')
        return false;
    return str_int(s, ret_n) == OK && *ret_n <= max;
}

static bool group_number(str s, int64_t *ret_n)
{
    int64_t n = 0;
    if (s.n != 3)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (s.p[i] - '0');
    }
    *ret_n = n;
    return true;
}

/* The groups "x001/x234/" before the last; false when one is malformed. */
static bool high_groups(str *rest, int64_t *n)
{
    for (bool first = true; rest->p && rest->n > 0 && rest->p[0] == 'x'; first = false) {
        int64_t group = 0;
        str part = str_split(*rest, '/', rest);
        if (!group_number(str_sub(part, 1, part.n), &group) || (first && group == 0) ||
            *n > INT64_MAX / 1000000)
            return false;
        *n = *n * 1000 + group;
    }
    return rest->p != NULL;
}

static bool level_parse(str s, int *ret_level)
{
    int64_t k = TILE_ENTRIES;
    if (!str_eq(s, S("entries")) && !small_number(s, 63, &k))
        return false;
    *ret_level = (int)k;
    return true;
}

static bool parse(str path, struct tile_id *id)
{
    str rest = STR_NONE, level = str_split(path, '/', &rest), width = STR_NONE;
    if (!level_parse(level, &id->level) || !high_groups(&rest, &id->n))
        return false;
    int64_t group = 0, w = TILE_WIDTH;
    str last = str_split(rest, '/', &width);
    bool partial = width.p != NULL;
    if (partial && !str_ends(last, S(".p")))
        return false;
    if (!group_number(str_sub(last, 0, last.n - (partial ? 2U : 0U)), &group))
        return false;
    if (partial && (!small_number(width, TILE_WIDTH - 1, &w) || w == 0))
        return false;
    id->n = id->n * 1000 + group;
    id->width = (int)w;
    return true;
}

err tile_path_parse(str path, struct tile_id *ret_id)
{
    struct tile_id id = {0};
    if (!parse(path, &id))
        return fault(ERR_NOT_FOUND, "not_found", "no tile has this address");
    *ret_id = id;
    return OK;
}

struct tile_id tile_of(int level, int64_t n, int64_t size)
{
    int64_t have = level <= 0 ? size : level > 7 ? 0 : size >> (8 * level);
    int64_t width = have - n * TILE_WIDTH;
    width = width < 0 ? 0 : width > TILE_WIDTH ? TILE_WIDTH : width;
    return (struct tile_id){level, n, (int)width};
}

void tiles_init(struct tiles *t, tile_fetch *fetch, void *ctx, int64_t size)
{
    t->fetch = fetch;
    t->ctx = ctx;
    t->size = size;
    for (int i = 0; i < TILE_LEVELS; i++)
        t->kept[i].set = false;
}

static err tile_keep(struct tiles *t, struct tile_id id)
{
    AUTO_ARENA(mem);
    t->kept[id.level].set = false;
    struct bytes data;
    TRY(t->fetch(t->ctx, mem, id, &data));
    if (data.n != (size_t)id.width * 32)
        return fault(ERR_INVALID, "log_damaged", "%.*s has %zu bytes instead of %d",
                     FMT(tile_path(mem, id)), data.n, id.width * 32);
    memcpy(t->kept[id.level].v, data.p, data.n);
    t->kept[id.level].id = id;
    t->kept[id.level].set = true;
    return OK;
}

err tiles_read(void *tiles, int level, int64_t index, struct sha256 *ret_hash)
{
    struct tiles *t = tiles;
    int tile_level = level / 8, inner = level % 8;
    int64_t first = index << inner;
    struct tile_id id = tile_of(tile_level, first / TILE_WIDTH, t->size);
    int at = (int)(first % TILE_WIDTH), n = 1 << inner;
    if (level < 0 || index < 0 || id.width < at + n)
        return fault(ERR_INVALID, "invalid", "no subtree %d/%lld in a log of %lld", level,
                     (long long)index, (long long)t->size);
    const struct tile_id *k = &t->kept[tile_level].id;
    if (!t->kept[tile_level].set || k->n != id.n || k->width != id.width)
        TRY(tile_keep(t, id));
    struct sha256 v[TILE_WIDTH];
    memcpy(v, t->kept[tile_level].v + at, (size_t)n * sizeof *v);
    for (; n > 1; n /= 2)
        for (int i = 0; i < n / 2; i++)
            v[i] = tree_node(v[2 * i], v[2 * i + 1]);
    *ret_hash = v[0];
    return OK;
}

bool bundle_next(struct bytes *rest, struct bytes *ret_entry, bool *ret_bad)
{
    *ret_bad = false;
    if (rest->n == 0)
        return false;
    size_t n = rest->n < 2 ? 0 : (size_t)rest->p[0] << 8 | rest->p[1];
    *ret_bad = rest->n < 2 || rest->n - 2 < n;
    if (*ret_bad)
        return false;
    *ret_entry = (struct bytes){rest->p + 2, n};
    *rest = (struct bytes){rest->p + 2 + n, rest->n - 2 - n};
    return true;
}
