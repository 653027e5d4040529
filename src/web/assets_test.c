/* The embedded files: found by path, named by content, smaller when compressed. */
#include "web/assets.h"

#include "assets/assets_data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the four above */
#include <cmocka.h>
#include <zlib.h>

static void test_assets__every_asset_is_found_by_its_path(void **state)
{
    (void)state;
    assert_true(asset_count >= 6);
    for (size_t i = 0; i < asset_count; i++) {
        assert_ptr_equal(asset_find(asset_table[i].path), &asset_table[i]);
        assert_true(str_eq(asset_url(asset_table[i].name), asset_table[i].path));
        assert_true(str_has(asset_table[i].path, asset_table[i].hash));
    }
}

static void test_assets__unknown_paths_are_not_found(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "/static/", "/static/reader.css", "/static/../a", "~"};
    for (size_t i = 0; i < LEN(paths); i++)
        assert_null(asset_find(str_from(paths[i])));
}

static void test_assets__gzip_is_the_plain_text_compressed(void **state)
{
    (void)state;
    static uint8_t text[1 << 20];
    const struct asset *a = asset_find(asset_url(S("icons.svg")));
    assert_true(a->gz.n < a->plain.n && a->br.n < a->gz.n);
    z_stream z = {.next_in = (uint8_t *)(uintptr_t)a->gz.p,
                  .avail_in = (uInt)a->gz.n,
                  .next_out = text,
                  .avail_out = sizeof(text)};
    assert_int_equal(inflateInit2(&z, 31), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, a->plain.n);
    assert_memory_equal(text, a->plain.p, a->plain.n);
    inflateEnd(&z);
    assert_memory_equal(a->plain.p, "<svg", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assets__every_asset_is_found_by_its_path),
        cmocka_unit_test(test_assets__unknown_paths_are_not_found),
        cmocka_unit_test(test_assets__gzip_is_the_plain_text_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
