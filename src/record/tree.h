/* Merkle trees of RFC 6962 and RFC 9162: hashing, growing, proving and checking. Knows neither
 * files nor the database; the separate verifier is built from it.
 *
 * Leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right), empty tree = SHA-256("").
 * Sizes and indices are 0 to 2^62. */
#pragma once
#include "base/hash.h"

enum { TREE_LEVELS = 62 };

struct sha256 tree_leaf(struct bytes entry);
struct sha256 tree_node(struct sha256 left, struct sha256 right);
bool tree_same(struct sha256 a, struct sha256 b);

/* A compact range: of a tree of so many leaves only the hash of one full subtree per set bit. */
struct tree {
    int64_t size;
    struct sha256 peak[TREE_LEVELS]; /* peak[k] holds when bit k of size is set */
};
/* Takes a zeroed tree as the empty one. */
void tree_append(struct tree *t, struct sha256 leaf);
struct sha256 tree_root(const struct tree *t);

struct proof {
    const struct sha256 *v;
    size_t n; /* at most 2 * TREE_LEVELS */
};
/* RFC 9162 2.1.3.2 and 2.1.4.2. False for every malformed argument. */
struct tree_place {
    int64_t index, size;
};
bool tree_included(struct tree_place at, struct sha256 leaf, struct proof path, struct sha256 root);
struct tree_head {
    int64_t size;
    struct sha256 root;
};
bool tree_consistent(struct tree_head old, struct tree_head now, struct proof path);

/* Where proofs come from: the hash of the full subtree over entries
 * [index << level, (index + 1) << level). */
struct tree_source {
    err (*read)(void *ctx, int level, int64_t index, struct sha256 *ret_hash);
    void *ctx;
};
/* ERR_INVALID when index >= size or old > now. */
err tree_prove_inclusion(const struct tree_source *src, arena *mem, struct tree_place at,
                         struct proof *ret_path);
err tree_prove_consistency(const struct tree_source *src, arena *mem, int64_t old, int64_t now,
                           struct proof *ret_path);
/* The tree of the first size leaves, to go on from. */
err tree_load(const struct tree_source *src, int64_t size, struct tree *ret_tree);
