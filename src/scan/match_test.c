/* The matcher against a naive search, and folding's map of places. */
#include "scan/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct folded look(arena *mem, const char *z)
{
    struct folded f;
    fold_look(mem, str_from(z), &f);
    return f;
}

static bool look_same(arena *mem, const char *a, const char *b)
{
    struct folded x = look(mem, a), y = look(mem, b);
    return x.n == y.n && x.n && !memcmp(x.sym, y.sym, x.n * sizeof *x.sym);
}

static void test_fold__tricks_are_equal(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    assert_true(look_same(mem, "加微信", "加 微\u200b信"));
    assert_true(look_same(mem, "加微信", "加。微—信"));
    assert_true(look_same(mem, "casino", "ＣＡＳＩＮＯ"));
    assert_true(look_same(mem, "casino", "c\u0430sino")); /* Cyrillic a */
    assert_true(look_same(mem, "casino", "cásíno"));
    assert_true(look_same(mem, "casino", "𝓬𝓪𝓼𝓲𝓷𝓸"));
    assert_true(look_same(mem, "casino", "🅒🅐🅢🅘🅝🅞"));
    assert_true(look_same(mem, "发财", "發財"));
    assert_true(look_same(mem, "微信", "徽信"));
    assert_true(look_same(mem, "12345", "①２叁4⒌"));
    assert_true(look_same(mem, "人民", "⼈民")); /* Kangxi radical */
    assert_false(look_same(mem, "天气", "天地"));
}

static void test_fold__places_are_exact(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    const char *text = "甲\u200b㎏ 乙é";
    struct folded f = look(mem, text);
    assert_int_equal(f.n, 5); /* the kilogram sign is two symbols of one character */
    for (size_t i = 0; i < f.n; i++) {
        struct fold_place p = fold_place(&f, i, 1);
        assert_true(p.to <= strlen(text) && p.from < p.to);
        assert_true(str_valid((str){text + p.from, p.to - p.from}));
    }
    struct fold_place kg = fold_place(&f, 1, 2);
    assert_memory_equal(text + kg.from, "㎏", 3);
    assert_int_equal(kg.to - kg.from, 3);
    struct fold_place all = fold_place(&f, 0, f.n);
    assert_int_equal(all.to, strlen(text));
}

static void test_fold__many_from_one(void **state)
{
    AUTO_ARENA(mem);
    (void)state;
    char text[3000];
    for (size_t i = 0; i < sizeof text; i += 3)
        memcpy(text + i, "\uFDFA", 3);
    struct folded f, g;
    fold_both(mem, (str){text, sizeof text}, &f, &g);
    assert_true(f.n >= 10000);
    assert_int_equal(f.n, g.n);
    assert_int_equal(fold_place(&f, f.n - 1, 1).to, sizeof text);
}

/* ---- the matcher ---- */

static uint64_t seed = 1;
static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % n;
}

static bool naive_at(const struct folded *f, size_t i, const struct pattern *p)
{
    if (p->n > f->n - i)
        return false;
    for (uint32_t k = 0; k < p->n; k++) {
        uint32_t c = f->sym[i + k];
        bool eq = c == p->sym[k];
        if (c >= SYMBOL_MANY)
            for (uint32_t j = 0; j < fold_many(c)->n; j++)
                eq = eq || fold_many(c)->v[j] == p->sym[k];
        if (!eq)
            return false;
    }
    return true;
}

static int order(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void compare(arena *mem, const struct pattern *v, size_t n, const struct folded *f)
{
    enum { MAX = 1 << 18 };
    struct matches a = {.v = NEW_N(mem, struct match, MAX), .max = MAX}, b = a;
    b.v = NEW_N(mem, struct match, MAX);
    struct matcher *m = matcher_new(v, n);
    matcher_run(m, f, &a);
    for (size_t i = 0; i < f->n; i++)
        for (size_t k = 0; k < n; k++)
            if (v[k].n >= PATTERN_MIN && naive_at(f, i, &v[k]))
                b.v[b.n++] = (struct match){(uint32_t)i, v[k].n, v[k].id};
    matcher_free(m);
    assert_int_equal(a.total, b.n);
    qsort(a.v, a.n, sizeof *a.v, order);
    qsort(b.v, b.n, sizeof *b.v, order);
    assert_memory_equal(a.v, b.v, a.n * sizeof *a.v);
}

/* Few different symbols, so that words overlap, repeat and share beginnings. */
static void make_case(arena *mem, uint32_t letters, size_t words, struct pattern **ret_v,
                      struct folded *ret_f)
{
    struct pattern *v = NEW_N(mem, struct pattern, words);
    for (size_t i = 0; i < words; i++) {
        uint32_t n = 1 + dice(6), *s = NEW_N(mem, uint32_t, n);
        for (uint32_t k = 0; k < n; k++)
            s[k] = SYMBOL_SOUND + dice(letters);
        v[i] = (struct pattern){s, n, (uint32_t)i};
    }
    *ret_f = (struct folded){.sym = NEW_N(mem, uint32_t, 500), .n = 1 + dice(499), .many = true};
    for (size_t i = 0; i < ret_f->n; i++)
        ret_f->sym[i] = dice(5) ? SYMBOL_SOUND + dice(letters) : SYMBOL_MANY | dice(100);
    *ret_v = v;
}

static void test_match__as_naive(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        AUTO_ARENA(mem);
        struct pattern *v;
        struct folded f;
        size_t words = 1 + dice(200);
        make_case(mem, 2 + dice(300), words, &v, &f);
        compare(mem, v, words, &f);
    }
}

/* So many words that the second tier is used; all but a few never occur. */
static void test_match__wide(void **state)
{
    enum { N = 200100 };
    AUTO_ARENA(mem);
    (void)state;
    struct pattern *few, *v = NEW_N(mem, struct pattern, N);
    struct folded f;
    make_case(mem, 12, 100, &few, &f);
    for (size_t i = 0; i < N; i++) {
        uint32_t *s = NEW_N(mem, uint32_t, 3);
        s[0] = 0x4E00 + dice(20000);
        s[1] = 0x4E00 + dice(20000);
        s[2] = 0x4E00 + dice(20000);
        v[i] = (struct pattern){s, 2 + i % 2, (uint32_t)i};
    }
    memcpy(v + 100000, few, 100 * sizeof *few);
    struct matches a = {.v = NEW_N(mem, struct match, 1 << 16), .max = 1 << 16}, b = a;
    b.v = NEW_N(mem, struct match, 1 << 16);
    struct matcher *all = matcher_new(v, N), *some = matcher_new(few, 100);
    matcher_run(all, &f, &a);
    matcher_run(some, &f, &b);
    assert_true(b.n > 0);
    assert_int_equal(a.n, b.n);
    qsort(a.v, a.n, sizeof *a.v, order);
    qsort(b.v, b.n, sizeof *b.v, order);
    assert_memory_equal(a.v, b.v, a.n * sizeof *a.v);
    matcher_free(all);
    matcher_free(some);
}

static void test_match__keeps_the_first(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct folded f = look(mem, "同同同同同同"), w = look(mem, "同同");
    struct matcher *m = matcher_new(&(struct pattern){w.sym, (uint32_t)w.n, 7}, 1);
    struct matches got = {.v = NEW_N(mem, struct match, 2), .max = 2};
    matcher_run(m, &f, &got);
    assert_int_equal(got.n, 2);
    assert_int_equal(got.total, 5);
    matcher_free(m);
}

static void test_sound__all_readings(void **state)
{
    (void)state;
    AUTO_ARENA(mem);
    struct folded l, word, text;
    fold_both(mem, S("银航"), &l, &word); /* yin hang, one reading each */
    assert_true(word.sym[0] < SYMBOL_MANY && word.sym[1] < SYMBOL_MANY);
    struct matcher *m = matcher_new(&(struct pattern){word.sym, 2, 1}, 1);
    static const char *const SAME[] = {"银行", "淫行", "yinhang", "yin hang", "银hang"};
    for (size_t i = 0; i < LEN(SAME); i++) {
        struct matches got = {0};
        fold_both(mem, str_from(SAME[i]), &l, &text);
        matcher_run(m, &text, &got);
        assert_int_equal(got.total, 1);
        assert_int_equal(fold_place(&text, 0, 2).to, strlen(SAME[i]));
    }
    struct matches none = {0};
    fold_both(mem, S("影响"), &l, &text);
    matcher_run(m, &text, &none);
    assert_int_equal(none.total, 0);
    matcher_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold__tricks_are_equal),
        cmocka_unit_test(test_fold__places_are_exact),
        cmocka_unit_test(test_fold__many_from_one),
        cmocka_unit_test(test_match__as_naive),
        cmocka_unit_test(test_match__wide),
        cmocka_unit_test(test_match__keeps_the_first),
        cmocka_unit_test(test_sound__all_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
