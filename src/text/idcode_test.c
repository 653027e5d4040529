/* The vectors of obligations 2.13 to 2.17. */
#include "text/idcode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static const int64_t NOW = 1795392000000; /* 2026-11-23 */

struct vector {
    const char *code, *reason; /* reason NULL = valid */
};

static void test_citizen_id__published_vectors(void **state)
{
    (void)state;
    static const struct vector V[] = {
        {"110199199001010010", NULL},
        {"11019919900101007X", NULL},
        {"11019919900101007x", NULL},
        {"110199 19900101 0061", NULL},
        {"110199198802290003", NULL},
        {"110199201003150017", NULL},
        {"110199199001010011", "id_check"},
        {"11019919900229000X", "id_date"},
        {"990199199001010006", "id_province"},
        {"110199900101001", "id_length"},
        {"11019919900101001", "id_length"},
        {"1101991990010100X0", "id_length"},
        {"", "id_length"},
    };
    for (size_t i = 0; i < LEN(V); i++) {
        struct citizen_id id;
        err e = citizen_id_check(mem, str_from(V[i].code), NOW, &id);
        assert_int_equal(e, V[i].reason ? ERR_INVALID : OK);
        if (V[i].reason)
            assert_string_equal(fault_last()->reason, V[i].reason);
    }
}

static void test_citizen_id__minor_until_eighteenth_birthday(void **state)
{
    (void)state;
    struct citizen_id id;
    assert_int_equal(citizen_id_check(mem, S("110199201003150017"), NOW, &id), OK);
    assert_true(id.male);
    assert_int_equal(citizen_id_age(&id, date_china_ms((struct date){2028, 3, 14})), 17);
    assert_int_equal(citizen_id_age(&id, date_china_ms((struct date){2028, 3, 15})), 18);
}

static void test_citizen_id__future_birth_is_refused(void **state)
{
    (void)state;
    struct citizen_id id;
    int64_t before = date_china_ms((struct date){1989, 12, 31});
    assert_int_equal(citizen_id_check(mem, S("110199199001010010"), before, &id), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "id_date");
}

/* Every single wrong digit is noticed: that is what MOD 11-2 is for. */
static void test_citizen_id__any_one_digit_changed_is_noticed(void **state)
{
    (void)state;
    for (size_t at = 14; at < 17; at++)
        for (char c = '0'; c <= '9'; c++) {
            char code[] = "110199199001010010";
            if (code[at] == c)
                continue;
            code[at] = c;
            struct citizen_id id;
            assert_int_equal(citizen_id_check(mem, str_from(code), NOW, &id), ERR_INVALID);
        }
}

static void test_uscc__published_vectors(void **state)
{
    (void)state;
    static const struct vector V[] = {
        {"91110199PDY00001XM", NULL},         {"12110199PDY00001XT", NULL},
        {"11110199PDY00001XX", NULL},         {"52110199PDY0001240", NULL},
        {"52110199PDY000079Y", NULL},         {"91110199pdy00001xm", NULL},
        {"91110199PDY00001XN", "uscc_check"}, {"91110199PDY0000IXM", "uscc_letter"},
        {"91110199PDY00001X", "uscc_length"}, {"91A10199PDY00001XM", "uscc_length"},
    };
    for (size_t i = 0; i < LEN(V); i++) {
        struct uscc u;
        err e = uscc_check(mem, str_from(V[i].code), &u);
        assert_int_equal(e, V[i].reason ? ERR_INVALID : OK);
        if (V[i].reason)
            assert_string_equal(fault_last()->reason, V[i].reason);
    }
}

static void test_orgcode__published_vectors(void **state)
{
    (void)state;
    static const struct vector V[] = {
        {"PDY00001-X", NULL},
        {"PDY00002-8", NULL},
        {"PDY000060", NULL},
        {"PDY99999-4", NULL},
        {"PDY00001-1", "orgcode_check"},
        {"PDY0001", "orgcode_length"},
    };
    for (size_t i = 0; i < LEN(V); i++) {
        str code;
        err e = orgcode_check(mem, str_from(V[i].code), &code);
        assert_int_equal(e, V[i].reason ? ERR_INVALID : OK);
        if (V[i].reason)
            assert_string_equal(fault_last()->reason, V[i].reason);
        else
            assert_int_equal(code.n, 9);
    }
}

static void test_province__table_has_34(void **state)
{
    (void)state;
    assert_int_equal(PROVINCE_COUNT, 34);
    assert_true(province_known(S("33")));
    assert_false(province_known(S("99")));
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_citizen_id__published_vectors),
        cmocka_unit_test(test_citizen_id__minor_until_eighteenth_birthday),
        cmocka_unit_test(test_citizen_id__future_birth_is_refused),
        cmocka_unit_test(test_citizen_id__any_one_digit_changed_is_noticed),
        cmocka_unit_test(test_uscc__published_vectors),
        cmocka_unit_test(test_orgcode__published_vectors),
        cmocka_unit_test(test_province__table_has_34),
    };
    return cmocka_run_group_tests_name("idcode", tests, setup, teardown);
}
