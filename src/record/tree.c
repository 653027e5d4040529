/* Hashing, growing, proving and checking of Merkle trees. */
#include "record/tree.h"

struct sha256 tree_leaf(struct bytes entry)
{
    static const uint8_t zero = 0;
    struct sha256_ctx c;
    sha256_start(&c);
    sha256_add(&c, (struct bytes){&zero, 1});
    sha256_add(&c, entry);
    return sha256_end(&c);
}

struct sha256 tree_node(struct sha256 left, struct sha256 right)
{
    uint8_t b[65] = {1};
    memcpy(b + 1, left.b, 32);
    memcpy(b + 33, right.b, 32);
    return sha256((struct bytes){b, sizeof b});
}

bool tree_same(struct sha256 a, struct sha256 b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

void tree_append(struct tree *t, struct sha256 leaf)
{
    int level = 0;
    for (; t->size >> level & 1; level++)
        leaf = tree_node(t->peak[level], leaf);
    ASSERT(level < TREE_LEVELS);
    t->peak[level] = leaf;
    t->size++;
}

struct sha256 tree_root(const struct tree *t)
{
    if (t->size == 0)
        return sha256((struct bytes){(const uint8_t *)"", 0});
    int level = 0;
    while (!(t->size >> level & 1))
        level++;
    struct sha256 r = t->peak[level];
    for (level++; level < TREE_LEVELS; level++)
        if (t->size >> level & 1)
            r = tree_node(t->peak[level], r);
    return r;
}

/* ---- checking: the algorithms of RFC 9162, word for word ---- */

bool tree_included(struct tree_place at, struct sha256 leaf, struct proof path, struct sha256 root)
{
    if (at.index < 0 || at.index >= at.size)
        return false;
    int64_t fn = at.index, sn = at.size - 1;
    struct sha256 r = leaf;
    for (size_t i = 0; i < path.n; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) || fn == sn) {
            r = tree_node(path.v[i], r);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = tree_node(r, path.v[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && tree_same(r, root);
}

static bool consistent_walk(int64_t fn, int64_t sn, struct proof rest, struct sha256 *fr,
                            struct sha256 *sr)
{
    for (size_t i = 0; i < rest.n; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) || fn == sn) {
            *fr = tree_node(rest.v[i], *fr);
            *sr = tree_node(rest.v[i], *sr);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            *sr = tree_node(*sr, rest.v[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0;
}

bool tree_consistent(struct tree_head old, struct tree_head now, struct proof path)
{
    if (old.size < 0 || old.size > now.size)
        return false;
    if (old.size == now.size)
        return path.n == 0 && tree_same(old.root, now.root);
    struct tree empty = {0};
    if (old.size == 0)
        return path.n == 0 && tree_same(old.root, tree_root(&empty));
    bool power = (old.size & (old.size - 1)) == 0;
    if (!power && path.n == 0)
        return false;
    struct sha256 fr = power ? old.root : path.v[0], sr = fr;
    if (!power)
        path = (struct proof){path.v + 1, path.n - 1};
    int64_t fn = old.size - 1, sn = now.size - 1;
    while (fn & 1) {
        fn >>= 1;
        sn >>= 1;
    }
    return consistent_walk(fn, sn, path, &fr, &sr) && tree_same(fr, old.root) &&
           tree_same(sr, now.root);
}

/* ---- proving ---- */

struct span {
    int64_t from, n;
};

/* The largest power of two smaller than n (n > 1), as its exponent. */
static int split_level(int64_t n)
{
    int k = 0;
    while (((int64_t)2 << k) < n)
        k++;
    return k;
}

/* RFC 9162 2.1.1 over a part of the leaves: full subtrees are read, the rest is made of them from
 * right to left. */
static err span_hash(const struct tree_source *src, struct span s, struct sha256 *ret_hash)
{
    struct sha256 left[TREE_LEVELS];
    int n = 0;
    while ((s.n & (s.n - 1)) != 0) {
        int k = split_level(s.n);
        TRY(src->read(src->ctx, k, s.from >> k, &left[n++]));
        s = (struct span){s.from + ((int64_t)1 << k), s.n - ((int64_t)1 << k)};
    }
    int level = s.n > 1 ? split_level(s.n) + 1 : 0;
    struct sha256 r;
    TRY(src->read(src->ctx, level, s.from >> level, &r));
    while (n > 0)
        r = tree_node(left[--n], r);
    *ret_hash = r;
    return OK;
}

/* Collected from the root down; a proof goes from the leaf up. */
static struct proof reversed(arena *mem, const struct sha256 *v, size_t n)
{
    struct sha256 *to = NEW_N(mem, struct sha256, n);
    for (size_t i = 0; i < n; i++)
        to[i] = v[n - 1 - i];
    return (struct proof){to, n};
}

err tree_prove_inclusion(const struct tree_source *src, arena *mem, struct tree_place at,
                         struct proof *ret_path)
{
    if (at.index < 0 || at.index >= at.size)
        return fault(ERR_INVALID, "invalid", "no leaf %lld in a tree of %lld", (long long)at.index,
                     (long long)at.size);
    struct sha256 v[TREE_LEVELS + 1];
    size_t n = 0;
    for (struct span s = {0, at.size}; s.n > 1;) {
        int64_t half = (int64_t)1 << split_level(s.n);
        struct span left = {s.from, half}, right = {s.from + half, s.n - half};
        bool goes_left = at.index < s.from + half;
        TRY(span_hash(src, goes_left ? right : left, &v[n++]));
        s = goes_left ? left : right;
    }
    *ret_path = reversed(mem, v, n);
    return OK;
}

err tree_prove_consistency(const struct tree_source *src, arena *mem, int64_t old, int64_t now,
                           struct proof *ret_path)
{
    if (old < 0 || old > now)
        return fault(ERR_INVALID, "invalid", "no proof from %lld to %lld", (long long)old,
                     (long long)now);
    struct sha256 v[TREE_LEVELS + 2];
    size_t n = 0;
    bool whole = true; /* the part of the old tree here is a subtree that the old root is made of */
    struct span s = {0, now};
    for (int64_t m = old; m > 0 && m < s.n;) {
        int64_t half = (int64_t)1 << split_level(s.n);
        struct span left = {s.from, half}, right = {s.from + half, s.n - half};
        TRY(span_hash(src, m <= half ? right : left, &v[n++]));
        s = m <= half ? left : right;
        whole = whole && m <= half;
        m = m <= half ? m : m - half;
    }
    if (old > 0 && !whole)
        TRY(span_hash(src, s, &v[n++]));
    *ret_path = reversed(mem, v, n);
    return OK;
}

err tree_load(const struct tree_source *src, int64_t size, struct tree *ret_tree)
{
    struct tree t = {.size = size};
    for (int k = 0; k < TREE_LEVELS; k++)
        if (size >> k & 1)
            TRY(src->read(src->ctx, k, (size >> k) - 1, &t.peak[k]));
    *ret_tree = t;
    return OK;
}
