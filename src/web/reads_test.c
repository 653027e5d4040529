/* Notes of reads: who counts once, who does not count, and where they came from. */
#include "web/reads.h"

#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka needs the three above */
#include <cmocka.h>

static struct read_note notes[READS_BATCH];

static struct read_visit visit(const char *target, const char *address)
{
    return (struct read_visit){.target = str_from(target),
                               .address = str_from(address),
                               .agent = S("Mozilla/5.0"),
                               .host = S("example.org")};
}

static struct reads *salted(uint8_t first)
{
    struct reads *s = reads_new();
    uint8_t salt[32] = {first, 2, 3};
    reads_salt(s, salt);
    return s;
}

static void test_reads__nothing_before_the_salt(void **state)
{
    (void)state;
    struct reads *s = reads_new();
    struct read_visit v = visit("/a/river/1", "10.0.0.1");
    reads_note(s, &v);
    assert_int_equal(reads_take(s, notes), 0);
    reads_free(s);
}

static void test_reads__a_reader_counts_once_and_leaves_no_name(void **state)
{
    (void)state;
    struct reads *s = salted(1);
    struct read_visit v = visit("/a/river/7?from=feed", "10.0.0.1");
    struct read_visit w = visit("/a/river/7", "10.0.0.2"), u = visit("/a/river/7", "10.0.0.1");
    u.user_id = 5;
    reads_note(s, &v);
    reads_note(s, &v);
    reads_note(s, &w);
    reads_note(s, &u);
    assert_int_equal(reads_take(s, notes), 3);
    assert_string_equal(notes[0].handle, "river");
    assert_int_equal(notes[0].no, 7);
    assert_int_equal(notes[0].source, READ_feed);
    assert_memory_not_equal(notes[0].mark, notes[1].mark, READ_MARK);
    reads_note(s, &v);
    assert_int_equal(reads_take(s, notes + 3), 0);
    /* The same reader under another day's salt is somebody else. */
    struct reads *other = salted(9);
    reads_note(other, &v);
    assert_int_equal(reads_take(other, notes + 3), 1);
    assert_memory_not_equal(notes[0].mark, notes[3].mark, READ_MARK);
    reads_free(other);
    reads_free(s);
}

static void test_reads__programs_and_other_pages_do_not_count(void **state)
{
    (void)state;
    struct reads *s = salted(1);
    struct read_visit bot = visit("/a/river/1", "10.0.0.1"), silent = bot, ahead = bot;
    struct read_visit other = visit("/a/river/1/versions", "10.0.0.1"), bad = other;
    bot.agent = S("Mozilla/5.0 (compatible; ExampleBot/1.0)");
    silent.agent = S("");
    ahead.purpose = S("prefetch;prerender");
    bad.target = S("/a/river/x");
    const struct read_visit *const all[] = {&bot, &silent, &ahead, &other, &bad};
    for (size_t i = 0; i < LEN(all); i++)
        reads_note(s, all[i]);
    assert_int_equal(reads_take(s, notes), 0);
    struct read_visit end = visit("/a/river/1/end", "10.0.0.1");
    reads_note(s, &end);
    assert_int_equal(reads_take(s, notes), 1);
    assert_true(notes[0].end);
    reads_free(s);
}

static void test_reads__a_full_list_loses_but_does_not_break(void **state)
{
    (void)state;
    struct reads *s = salted(1);
    for (int i = 0; i < READS_BATCH + 100; i++) {
        char target[40];
        int n = snprintf(target, sizeof target, "/a/river/%d", i + 1);
        assert_true(n > 0);
        struct read_visit v = visit(target, "10.0.0.1");
        reads_note(s, &v);
    }
    assert_int_equal(reads_take(s, notes), READS_BATCH);
    struct read_visit late = visit("/a/river/4100", "10.0.0.1"); /* lost before, counted now */
    reads_note(s, &late);
    assert_int_equal(reads_take(s, notes), 1);
    reads_free(s);
}

static void test_reads__sources(void **state)
{
    (void)state;
    static const struct {
        const char *referer;
        enum read_source source;
    } cases[] = {
        {"", READ_direct},
        {"https://example.org/", READ_home},
        {"http://example.org/search?q=a", READ_search},
        {"https://example.org/me", READ_subscription},
        {"https://example.org/a/river", READ_site},
        {"https://example.org.evil.test/", READ_external},
        {"https://elsewhere.test/example.org/", READ_external},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct read_visit v = visit("/a/river/1", "10.0.0.1");
        v.referer = str_from(cases[i].referer);
        assert_int_equal(read_source_of(&v), cases[i].source);
    }
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads__nothing_before_the_salt),
        cmocka_unit_test(test_reads__a_reader_counts_once_and_leaves_no_name),
        cmocka_unit_test(test_reads__programs_and_other_pages_do_not_count),
        cmocka_unit_test(test_reads__a_full_list_loses_but_does_not_break),
        cmocka_unit_test(test_reads__sources),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
