/* Trees, tiles, notes and receipts: published vectors, every size up to 70, and what is malformed.
 */
#include "record/tree.h"

#include "base/rand.h"
#include "record/note.h"
#include "record/tile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;

/* The leaves of the vectors of Certificate Transparency (RFC 6962's reference implementation). */
static const char *const CT_LEAVES[8] = {"",
                                         "00",
                                         "10",
                                         "2021",
                                         "3031",
                                         "40414243",
                                         "5051525354555657",
                                         "606162636465666768696a6b6c6d6e6f"};
static const char *const CT_ROOTS[8] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static void same(struct sha256 h, const char *text)
{
    assert_string_equal(str_z(mem, sha256_hex(mem, h)), text);
}

enum { MANY = 70 };
static struct sha256 leaves[MANY], roots[MANY + 1];
static err leaf_read(void *ctx, int level, int64_t index, struct sha256 *ret_hash)
{
    (void)ctx;
    struct tree t = {0};
    for (int64_t i = index << level; i < (index + 1) << level; i++)
        tree_append(&t, leaves[i]);
    *ret_hash = tree_root(&t);
    return OK;
}
static const struct tree_source SOURCE = {leaf_read, NULL};

static void grow(void)
{
    struct tree t = {0};
    roots[0] = tree_root(&t);
    for (int i = 0; i < MANY; i++) {
        leaves[i] = tree_leaf(str_bytes(str_fmt(mem, "entry %d", i)));
        tree_append(&t, leaves[i]);
        roots[i + 1] = tree_root(&t);
    }
}

static void test_tree__vectors_of_rfc_6962(void **state)
{
    (void)state;
    struct tree t = {0};
    same(tree_root(&t), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < 8; i++) {
        struct bytes b = {0};
        assert_int_equal(hex_parse(mem, str_from(CT_LEAVES[i]), &b), OK);
        tree_append(&t, tree_leaf(b));
        same(tree_root(&t), CT_ROOTS[i]);
    }
    same(tree_leaf(str_bytes(S("L123456"))),
         "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

static void test_tree__every_leaf_of_every_size_is_proved(void **state)
{
    (void)state;
    grow();
    for (int64_t size = 1; size <= MANY; size++) {
        for (int64_t i = 0; i < size; i++) {
            struct proof p;
            struct tree_place at = {i, size};
            assert_int_equal(tree_prove_inclusion(&SOURCE, mem, at, &p), OK);
            assert_true(tree_included(at, leaves[i], p, roots[size]));
            assert_false(tree_included(at, leaves[(i + 1) % MANY], p, roots[size]));
            assert_false(
                tree_included((struct tree_place){i, size + 1}, leaves[i], p, roots[size - 1]));
            assert_false(tree_included((struct tree_place){size, size}, leaves[i], p, roots[size]));
            if (p.n) {
                ((struct sha256 *)(uintptr_t)p.v)[p.n / 2].b[7] ^= 1;
                assert_false(tree_included(at, leaves[i], p, roots[size]));
                ((struct sha256 *)(uintptr_t)p.v)[p.n / 2].b[7] ^= 1;
                p.n--;
                assert_false(tree_included(at, leaves[i], p, roots[size]));
            }
        }
    }
}

static void test_tree__every_pair_of_sizes_is_consistent(void **state)
{
    (void)state;
    grow();
    for (int64_t n = 0; n <= MANY; n++) {
        for (int64_t m = 0; m <= n; m++) {
            struct proof p;
            struct tree_head old = {m, roots[m]}, now = {n, roots[n]};
            assert_int_equal(tree_prove_consistency(&SOURCE, mem, m, n, &p), OK);
            assert_true(tree_consistent(old, now, p));
            if (m == 0 || m == n)
                continue;
            struct tree_head forked = {m, roots[m - 1]};
            assert_false(tree_consistent(forked, now, p));
            forked = (struct tree_head){n, roots[n - 1]};
            assert_false(tree_consistent(old, forked, p));
            p.n--;
            assert_false(tree_consistent(old, now, p));
        }
    }
    struct proof p;
    assert_int_equal(tree_prove_consistency(&SOURCE, mem, 3, 2, &p), ERR_INVALID);
    assert_int_equal(tree_prove_inclusion(&SOURCE, mem, (struct tree_place){3, 3}, &p),
                     ERR_INVALID);
}

static void test_tree__can_be_gone_on_with(void **state)
{
    (void)state;
    grow();
    for (int from = 0; from < MANY; from++) {
        struct tree t;
        assert_int_equal(tree_load(&SOURCE, from, &t), OK);
        assert_true(tree_same(tree_root(&t), roots[from]));
        for (int i = from; i < MANY; i++)
            tree_append(&t, leaves[i]);
        assert_true(tree_same(tree_root(&t), roots[MANY]));
    }
}

static void test_tile__addresses(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        struct tile_id id;
    } V[] = {
        {"tile/0/000", {0, 0, 256}},
        {"tile/0/x001/x234/067", {0, 1234067, 256}},
        {"tile/3/x001/x234/067.p/255", {3, 1234067, 255}},
        {"tile/entries/x001/000.p/1", {TILE_ENTRIES, 1000, 1}},
        {"tile/63/999", {63, 999, 256}},
    };
    for (size_t i = 0; i < LEN(V); i++) {
        struct tile_id id;
        assert_string_equal(str_z(mem, tile_path(mem, V[i].id)), V[i].path);
        assert_int_equal(tile_path_parse(str_from(V[i].path + 5), &id), OK);
        assert_true(id.level == V[i].id.level && id.n == V[i].id.n && id.width == V[i].id.width);
    }
    static const char *const BAD[] = {"",
                                      "0",
                                      "0/",
                                      "0/00",
                                      "0/0000",
                                      "00/000",
                                      "64/000",
                                      "-1/000",
                                      "0/x000/001",
                                      "0/x001",
                                      "0/x001/x234",
                                      "0/001/234",
                                      "0/000.p",
                                      "0/000.p/",
                                      "0/000.p/0",
                                      "0/000.p/256",
                                      "0/000.p/01",
                                      "0/000.p/1/2",
                                      "0/000/1",
                                      "entries",
                                      "entry/000",
                                      "0/x01/000",
                                      "0/../000",
                                      "0/x001/0a0",
                                      "0/x999/x999/x999/x999/x999/x999/x999/x999/x999/999",
                                      "0/000.p/-1",
                                      "0/-01"};
    for (size_t i = 0; i < LEN(BAD); i++) {
        struct tile_id id;
        assert_int_equal(tile_path_parse(str_from(BAD[i]), &id), ERR_NOT_FOUND);
    }
}

static void test_tile__widths_of_the_example_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(tile_of(0, 272, 70000).width, 256);
    assert_int_equal(tile_of(0, 273, 70000).width, 112);
    assert_int_equal(tile_of(0, 274, 70000).width, 0);
    assert_int_equal(tile_of(1, 0, 70000).width, 256);
    assert_int_equal(tile_of(1, 1, 70000).width, 17);
    assert_int_equal(tile_of(2, 0, 70000).width, 1);
    assert_int_equal(tile_of(3, 0, 70000).width, 0);
    assert_int_equal(tile_of(TILE_ENTRIES, 273, 70000).width, 112);
}

/* A key and a note that Go's golang.org/x/mod/sumdb/note publishes in its documentation. */
static const char *const GO_KEY =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char *const GO_SIGNER =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char *const GO_NOTE =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6"
    "RyyBwJnAM=\n";

static void test_note__vectors_of_go(void **state)
{
    (void)state;
    struct note_key key;
    struct note_signer signer;
    struct note n;
    assert_int_equal(note_key_parse(mem, str_from(GO_KEY), &key), OK);
    assert_string_equal(str_z(mem, note_key_text(mem, &key)), GO_KEY);
    assert_int_equal(note_signer_parse(mem, str_from(GO_SIGNER), &signer), OK);
    assert_string_equal(str_z(mem, note_signer_text(mem, &signer)), GO_SIGNER);
    assert_int_equal(note_parse(mem, str_from(GO_NOTE), &n), OK);
    assert_true(note_verified(&n, &key, NULL));
    str again = str_fmt(mem, "%.*s\n%.*s", FMT(n.body), FMT(note_sign(mem, n.body, &signer, 0)));
    assert_string_equal(str_z(mem, again), GO_NOTE);
    for (size_t i = 0; i < n.body.n; i++) {
        char *bad = arena_alloc(mem, strlen(GO_NOTE) + 1);
        memcpy(bad, GO_NOTE, strlen(GO_NOTE));
        bad[i] ^= 1;
        if (note_parse(mem, str_from(bad), &n) == OK)
            assert_false(note_verified(&n, &key, NULL));
    }
}

static void test_note__malformed_ones_are_refused(void **state)
{
    (void)state;
    static const char *const NOTES[] = {"",
                                        "a\n",
                                        "a\n\n",
                                        "a\n\nb\n",
                                        "a\n\n— n AAAA\n",
                                        "a\n\n— n AAAAAAA=",
                                        "a\n\n— n+m AAAAAAA=\n",
                                        "a\n\n- n AAAAAAA=\n"};
    for (size_t i = 0; i < LEN(NOTES); i++) {
        struct note n;
        assert_int_equal(note_parse(mem, str_from(NOTES[i]), &n), ERR_INVALID);
    }
    static const char *const KEYS[] = {
        "", "a", "a+b", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AxRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"};
    for (size_t i = 0; i < LEN(KEYS); i++) {
        struct note_key k;
        assert_int_equal(note_key_parse(mem, str_from(KEYS[i]), &k), ERR_INVALID);
    }
    static const char *const CHECKPOINTS[] = {
        "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "o\n1\n47DEQpj8HBSa\n",
        "o o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "o\n0\nAAAAAAj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "o\n99999999999999999999\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"};
    for (size_t i = 0; i < LEN(CHECKPOINTS); i++) {
        struct checkpoint c;
        assert_int_equal(checkpoint_parse(mem, str_from(CHECKPOINTS[i]), &c), ERR_INVALID);
    }
    struct checkpoint c;
    assert_int_equal(
        checkpoint_parse(mem, S("o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n"), &c),
        OK);
}

static void test_note__a_cosignature_carries_its_time(void **state)
{
    (void)state;
    struct note_signer log, witness;
    assert_int_equal(note_signer_new(mem, S("example.org/log"), NOTE_ED25519, &log), OK);
    assert_int_equal(note_signer_new(mem, S("w.example"), NOTE_COSIGNATURE, &witness), OK);
    str body = checkpoint_body(mem, &(struct checkpoint){S("example.org/log"), {3, leaves[0]}});
    str text = str_fmt(mem, "%.*s\n%.*s%.*s", FMT(body), FMT(note_sign(mem, body, &log, 0)),
                       FMT(note_sign(mem, body, &witness, 1763971200)));
    struct note n;
    int64_t at = 0;
    assert_int_equal(note_parse(mem, text, &n), OK);
    assert_true(note_verified(&n, &log.key, NULL));
    assert_true(note_verified(&n, &witness.key, &at));
    assert_int_equal(at, 1763971200);
    ((uint8_t *)(uintptr_t)n.sigs[1].sig.p)[7] ^= 1; /* another time */
    assert_false(note_verified(&n, &witness.key, &at));
    struct note_signer other;
    assert_int_equal(note_signer_new(mem, S("w.example"), NOTE_COSIGNATURE, &other), OK);
    assert_false(note_verified(&n, &other.key, &at));
    assert_int_equal(note_signer_new(mem, S("a b"), NOTE_ED25519, &other), ERR_INVALID);
}

static void test_receipt__there_and_back(void **state)
{
    (void)state;
    grow();
    struct proof p;
    assert_int_equal(tree_prove_inclusion(&SOURCE, mem, (struct tree_place){5, 9}, &p), OK);
    struct receipt r = {str_bytes(S("{}")), 5, p, S("o\n9\nx\n\n— a b\n")}, back;
    str text = receipt_text(mem, &r);
    assert_int_equal(receipt_parse(mem, text, &back), OK);
    assert_int_equal(back.index, 5);
    assert_int_equal(back.path.n, p.n);
    assert_memory_equal(back.path.v, p.v, p.n * 32);
    assert_true(str_eq(back.checkpoint, r.checkpoint));
    assert_memory_equal(back.extra.p, "{}", 2);
    for (size_t n = 0; n < text.n - r.checkpoint.n; n++)
        assert_int_equal(receipt_parse(mem, str_sub(text, 0, n), &back), ERR_INVALID);
    assert_int_equal(receipt_parse(mem, S("c2sp.org/tlog-proof@v1\nindex 01\n\nx\n"), &back),
                     ERR_INVALID);
}

static int setup(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_tree__vectors_of_rfc_6962),
        T(test_tree__every_leaf_of_every_size_is_proved),
        T(test_tree__every_pair_of_sizes_is_consistent),
        T(test_tree__can_be_gone_on_with),
        T(test_tile__addresses),
        T(test_tile__widths_of_the_example_of_the_standard),
        T(test_note__vectors_of_go),
        T(test_note__malformed_ones_are_refused),
        T(test_note__a_cosignature_carries_its_time),
        T(test_receipt__there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
