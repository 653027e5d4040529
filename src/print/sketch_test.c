/* Near copies of Chinese texts are found, different texts are not. */
#include "print/sketch.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static int set_up(void **state)
{
    (void)state;
    mem = arena_new();
    return 0;
}
static int tear_down(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static uint64_t seed;
static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % n;
}

static const char *const WORDS[] = {
    "河水", "上游", "监测", "数据", "居民", "社区", "医院", "孩子", "老师",   "学校",
    "周末", "公园", "早晨", "市场", "价格", "蔬菜", "水果", "火车", "车站",   "改造",
    "工程", "施工", "道路", "夜间", "照明", "安全", "消防", "演练", "志愿者", "图书馆",
    "展览", "开放", "免费", "预约", "专家", "讲座", "健康", "饮食", "睡眠",   "运动",
    "经济", "企业", "订单", "出口", "工厂", "技术", "工人", "培训", "收入",   "消费",
    "在",   "和",   "的",   "了",   "把",   "对",   "将",   "已经", "正在",   "可以",
    "需要", "提醒", "发布", "介绍", "表示", "认为", "今年", "去年", "明天",
};

/* Sentences of words of daily use, so that different texts share words and turns. */
static str text_of(unsigned which, int words)
{
    struct buf b;
    seed = which * 977 + 5;
    buf_init(&b, mem, 64 * 1024);
    for (int i = 0; i < words; i++) {
        buf_add(&b, str_from(WORDS[dice(LEN(WORDS))]));
        if (!dice(9))
            buf_add(&b, dice(3) ? S("，") : S("。\n"));
    }
    return buf_str(&b);
}

/* One character in `every` replaced, left out or doubled. */
static str edited(str s, unsigned which, uint32_t every)
{
    struct buf b;
    seed = which * 31 + 1;
    buf_init(&b, mem, 128 * 1024);
    while (s.n) {
        uint32_t cp = str_next(&s), act = dice(every) ? 9 : dice(3);
        if (act == 0)
            buf_add_cp(&b, 0x4E00 + dice(5000));
        if (act == 2 || act == 9)
            buf_add_cp(&b, cp);
        if (act == 2)
            buf_add_cp(&b, cp);
    }
    return buf_str(&b);
}

static struct sketch sketched(str s)
{
    struct sketch k;
    sketch_of(mem, &s, 1, &k);
    return k;
}

static void test_sketch__edited_copies_are_near_and_others_are_not(void **state)
{
    (void)state;
    enum { TEXTS = 300, WORDS_EACH = 250 };
    struct sketches *all = sketches_new();
    struct sketch_hit hit[8];
    int found = 0, found_light = 0, wrong = 0, nearest = 100;
    for (unsigned i = 0; i < TEXTS; i++) {
        struct sketch s = sketched(text_of(i, WORDS_EACH));
        assert_int_equal(sketches_add(all, &s), i);
    }
    for (unsigned i = 0; i < TEXTS; i++) {
        struct sketch heavy = sketched(edited(text_of(i, WORDS_EACH), i, 14));
        struct sketch light = sketched(edited(text_of(i, WORDS_EACH), i, 40));
        struct sketch other = sketched(text_of(i + 5000, WORDS_EACH));
        size_t n = sketches_find(all, &heavy, hit, LEN(hit));
        found += n == 1 && hit[0].id == i;
        n = sketches_find(all, &light, hit, LEN(hit));
        found_light += n == 1 && hit[0].id == i;
        wrong += (int)sketches_find(all, &other, hit, LEN(hit));
        struct sketch own = sketched(text_of(i, WORDS_EACH));
        int d = sketch_distance(&own, &other);
        nearest = d < nearest ? d : nearest;
    }
    print_message("of %d copies found: 1 in 40 changed %d, 1 in 14 changed %d; wrong %d; nearest"
                  " of different ones %d %%\n",
                  TEXTS, found_light, found, wrong, nearest);
    assert_int_equal(found_light, TEXTS);
    assert_true(found < TEXTS / 2); /* a third of the triples differ: for people to say */
    assert_int_equal(wrong, 0);
    sketches_free(all);
}

static void test_sketch__disguises_count_for_nothing(void **state)
{
    (void)state;
    str plain = S("明天早晨七点在车站广场集合，自带手电筒和雨衣，先到先得，领完为止。");
    str dressed = S("明 天 早 晨 七 点，在車站廣場集合!自帶手電筒和雨衣……先到先得~領完為止");
    struct sketch a = sketched(plain), b = sketched(dressed);
    assert_true(sketch_near(&a, &b));
    assert_in_range(sketch_distance(&a, &b), 0, 5);
    struct sketch c =
        sketched(S("明天下午三点在学校礼堂开会，请带好笔记本和水杯，不要迟到，会后聚餐。"));
    assert_false(sketch_near(&a, &c));
    struct sketch none = sketched(S("早安，世界"));
    assert_int_equal(none.n, 0);
    assert_false(sketch_near(&none, &none));
}

static void test_sketch__comes_back_from_its_bytes(void **state)
{
    (void)state;
    struct sketch a = sketched(text_of(1, 100)), b;
    assert_int_equal(sketch_parse(sketch_bytes(mem, &a), &b), OK);
    assert_int_equal(sketch_equal(&a, &b), SKETCH_BINS);
    assert_int_equal(a.n, b.n);
    assert_int_equal(sketch_parse(str_bytes(S("x")), &b), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sketch__edited_copies_are_near_and_others_are_not,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sketch__disguises_count_for_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_sketch__comes_back_from_its_bytes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
