/* Layouts and partials: what must be on every page, and that user text stays text.
 * LOOK_OUT=DIR writes the pages, to look at them in a browser. */
#include "forms.html.h"
#include "layout.html.h"
#include "partials.html.h"
#include "web/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NOW_MIN = 29000000 };
static const int64_t NOW = (int64_t)NOW_MIN * 60000;
static arena *mem;
static struct request req;
static struct membership accounts[] = {
    {.handle = {"hebei-river", 11}, .name = {"滹沱河水文", 15}, .role = MEMBER_OWNER}};

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    req = (struct request){.mem = mem, .path = S("/desk"), .now = NOW};
    req.session.csrf = S("token-1");
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static struct chrome chrome_of(str title)
{
    struct chrome c = {.r = &req,
                       .title = title,
                       .origin = S("https://gongqi.example"),
                       .here = S("/desk?q=1"),
                       .accounts = accounts,
                       .account_n = 1,
                       .unread = 3};
    c.profile =
        (struct site_profile){S("公器"), S("京ICP备00000000号"), S("京公网安备00000000000000号"),
                              S("contact@example.org"), true};
    return c;
}
static struct out *out_new(enum lang lang)
{
    struct out *o = NEW(mem, struct out);
    out_init(o, mem, lang);
    o->now_ms = NOW;
    return o;
}
typedef void layout_fn(struct out *o, const struct page *p, const struct chrome *c, html body);

static str page_of(const char *file, layout_fn *layout, const struct page *p, html body)
{
    struct chrome c = chrome_of(p->title);
    struct out *o = out_new(req.lang);
    layout(o, p, &c, body);
    str text;
    assert_int_equal(out_finish(o, &text), OK);
    const char *dir = getenv("LOOK_OUT");
    FILE *f = dir ? fopen(str_z(mem, str_fmt(mem, "%s/%s.html", dir, file)), "w") : NULL;
    if (f) {
        fwrite(text.p, 1, text.n, f);
        fclose(f);
    }
    return text;
}
static void assert_has(str page, const char *part)
{
    if (!str_has(page, str_from(part)))
        fail_msg("missing: %s", part);
}

/* ---- a desk page with a table, steps, a timeline ---- */
static void put_table(struct out *o)
{
    static const struct table_col cols[] = {
        {.label = {"文章", 6}},
        {.label = {"账号", 6}},
        {.label = {"状态", 6}},
        {.label = {"字数", 6}, .number = true, .href = {"?sort=n", 7}, .sort = SORT_DOWN},
        {.label = {"提交", 6}, .href = {"?sort=at", 8}}};
    static const char *const titles[] = {"滹沱河今年的第一场洪水预报", "社区养老食堂怎样算清一本账",
                                         "<script>alert(1)</script>", "一座县城图书馆的夜晚"};
    static const char *const words[] = {"等待审核", "已退回", "已发布", "超时"};
    static const enum tone tones[] = {TONE_INFO, TONE_WARN, TONE_OK, TONE_BAD};
    struct table_row *rows = NEW_N(mem, struct table_row, LEN(titles));
    for (size_t i = 0; i < LEN(titles); i++) {
        struct table_cell *c = NEW_N(mem, struct table_cell, LEN(cols));
        c[0].text = str_from(titles[i]);
        c[1].text = S("滹沱河水文");
        c[2] = (struct table_cell){.text = str_from(words[i]), .status = true, .tone = tones[i]};
        c[3].text = str_fmt(mem, "%zu", 1280 * (i + 1));
        c[4].at_ms = NOW - (int64_t)(i + 1) * 47 * 60000;
        rows[i] = (struct table_row){S("/desk/cases/1"), c};
    }
    static const struct table_chip chips[] = {{{"全部", 6}, {"?", 1}, true, 24},
                                              {{"等待审核", 12}, {"?s=1", 4}, false, 11},
                                              {{"超时", 6}, {"?s=2", 4}, false, 2}};
    show_table(o,
               &(struct table_view){.caption = S("待办"),
                                    .cols = cols,
                                    .col_n = LEN(cols),
                                    .rows = rows,
                                    .row_n = LEN(titles),
                                    .chips = chips,
                                    .chip_n = LEN(chips),
                                    .search = true,
                                    .pager = {.next = S("?after=9"), .summary = S("1–4，共 24")}});
}
static void put_case(struct out *o)
{
    const struct step steps[] = {
        {.title = S("提交"), .at_ms = NOW - 3 * DAY_MS, .state = STEP_DONE},
        {.title = S("核验身份"),
         .who = S("审核员 周宁"),
         .at_ms = NOW - DAY_MS,
         .state = STEP_DONE},
        {.title = S("签署协议"), .note = S("等待申请人签署"), .state = STEP_NOW},
        {.title = S("开通账号"), .state = STEP_TODO}};
    const struct event events[] = {
        {NOW - 3600000, TONE_OK, S("身份已核验"), S("统一社会信用代码与证照一致。"), S("周宁"),
         S("/r/1"), S("查看回执")},
        {NOW - 2 * DAY_MS, TONE_WARN, S("退回补充"), S("营业执照照片不清晰，请重新上传。"),
         S("周宁"), STR_NONE, STR_NONE},
        {NOW - 3 * DAY_MS, TONE_NEUTRAL, S("提交申请"), STR_NONE, S("申请人"), STR_NONE, STR_NONE}};
    const struct fact facts[] = {{.label = S("主体类型"), .text = S("企业")},
                                 {.label = S("名称"), .text = S("石家庄清流环境科技有限公司")},
                                 {.label = S("所在省份"), .text = S("河北省")}};
    show_steps(o, &(struct steps_view){steps, LEN(steps)});
    show_facts(o, &(struct facts_view){facts, LEN(facts)});
    show_timeline(o, &(struct timeline_view){events, LEN(events)});
    show_due(o, NOW - 4 * HOUR_MS, NOW + HOUR_MS / 2);
    show_confirm(o, &(struct confirm_view){.id = S("close"),
                                           .button = S("注销账号"),
                                           .danger = true,
                                           .title = S("注销“滹沱河水文”"),
                                           .typed = S("hebei-river"),
                                           .text = S("注销后，已发布的 42 篇文章将不再公开。"),
                                           .action = S("/console/x/close"),
                                           .csrf = S("token-1")});
}

static void test_layout__a_desk_page_shows_what_the_roles_allow(void **state)
{
    (void)state;
    req.session.user_id = 7;
    req.session.user_name = S("周宁");
    req.session.roles = ROLE_REVIEWER;
    struct out *o = out_new(LANG_ZH);
    put_table(o);
    str page = page_of("desk", layout_console,
                       &(struct page){.place = PLACE_DESK,
                                      .title = S("待办"),
                                      .action = {S("/desk/next"), S("领取下一件"), S("inbox")}},
                       out_take(o));
    assert_has(page, "<html lang=\"zh-CN\"");
    assert_has(page, "&lt;script&gt;");
    assert_false(str_has(page, S("<script>alert")));
    assert_has(page, "/desk/vault");
    assert_false(str_has(page, S("href=\"/desk/staff\"")));
    assert_has(page, "href=\"/console/hebei-river\"");
    assert_false(str_has(page, S("/oversight")));
    assert_has(page, "aria-sort=\"descending\"");
    assert_false(str_has(page, S("style=")));
}

static void test_layout__a_case_page_in_both_languages(void **state)
{
    (void)state;
    req.session.user_id = 7;
    req.session.roles = ROLE_ALL;
    req.path = S("/desk/registrants/9");
    for (int i = 0; i < LANG_COUNT; i++) {
        req.lang = i ? LANG_EN : LANG_ZH;
        struct out *o = out_new(req.lang);
        put_case(o);
        str page = page_of(i ? "case-en" : "case", layout_console,
                           &(struct page){.place = PLACE_DESK,
                                          .title = S("主体认证"),
                                          .back = {S("/desk"), S("待办"), S("")}},
                           out_take(o));
        assert_has(page, i ? "Skip to" : "跳到正文");
        assert_has(page, "data-must=\"hebei-river\"");
        assert_has(page, "st-warn");
        assert_has(page, "aria-current=\"step\"");
        assert_has(page, "href=\"/desk/vault\"");
    }
}

static const struct form_option CLASSES[] = {{.value = {"individual", 10}, .text = {"个人", 6}},
                                             {.value = {"media", 5}, .text = {"媒体", 6}}};
static const struct form_field FIELDS[] = {
    {.name = "name", .kind = FIELD_TEXT, .label = MSG_word_name, .required = true},
    {.name = "class",
     .kind = FIELD_SELECT,
     .label = MSG_word_status,
     .required = true,
     .options = CLASSES,
     .option_n = LEN(CLASSES)},
    {.name = "topics",
     .kind = FIELD_MULTI,
     .label = MSG_word_filter,
     .options = CLASSES,
     .option_n = LEN(CLASSES)},
    {.name = "code", .kind = FIELD_CODE, .label = MSG_word_confirm, .help = MSG_form_summary_hint},
    {.name = "secret", .kind = FIELD_PASSWORD, .label = MSG_word_details, .required = true},
    {.name = "text", .kind = FIELD_TEXTAREA, .label = MSG_word_reason},
    {.name = "agree", .kind = FIELD_CHECKBOX, .label = MSG_word_yes, .required = true},
};

static void test_layout__a_form_names_its_errors_and_keeps_the_values(void **state)
{
    (void)state;
    struct form_value values[LEN(FIELDS)] = {
        [0] = {.value = S("\"><b>"), .error = S("已经有人使用，请换一个。")},
        [1] = {.value = S("media")},
        [2] = {.value = S("media")},
        [4] = {.value = S("hunter2")},
        [5] = {.value = S("\n</textarea><b>")}};
    struct form f = {.r = &req, .fields = FIELDS, .values = values, .n = LEN(FIELDS), .bad = true};
    struct out *o = out_new(LANG_ZH);
    show_form(o, &f);
    str page = page_of("form", layout_plain,
                       &(struct page){.place = PLACE_PLAIN, .title = S("注册")}, out_take(o));
    assert_has(page, "name=\"_csrf\" value=\"token-1\"");
    assert_has(page, "href=\"#f-name\"");
    assert_has(page, "id=\"f-name-error\"");
    assert_has(page, "value=\"&#34;&gt;&lt;b&gt;\"");
    assert_has(page, "<option value=\"media\" selected");
    assert_has(page, "value=\"media\" checked");
    assert_has(page, "autocomplete=\"one-time-code\"");
    assert_false(str_has(page, S("hunter2")));
    assert_false(str_has(page, S("</textarea><b>")));
}

static void test_layout__a_public_page_carries_footer_and_social_tags(void **state)
{
    (void)state;
    struct out *o = out_new(LANG_ZH);
    show_mark(o, &(struct mark_view){S("媒体"), true, true});
    show_empty(o, &(struct empty_view){.title = S("还没有订阅"),
                                       .text = S("订阅喜欢的账号。"),
                                       .href = S("/"),
                                       .action = S("去看看")});
    str page = page_of("reader", layout_reader,
                       &(struct page){.title = S("A & B"),
                                      .canonical = S("/a/x/1"),
                                      .article = true,
                                      .description = S("摘要 \"引号\"")},
                       out_take(o));
    assert_has(page, "<title>A &amp; B");
    assert_has(page, "<link rel=\"canonical\" href=\"https://gongqi.example/a/x/1\"");
    assert_has(page, "content=\"article\"");
    assert_has(page, "京ICP备00000000号");
    assert_has(page, "href=\"/rules\"");
    assert_has(page, "href=\"/login\"");
    assert_has(page, "href=\"#main\"");
    assert_false(str_has(page, S("noindex")));
}

static void test_partials__deadlines_turn_amber_and_red(void **state)
{
    (void)state;
    assert_int_equal(due_tone(0, 100, 74), TONE_NEUTRAL);
    assert_int_equal(due_tone(0, 100, 75), TONE_WARN);
    assert_int_equal(due_tone(0, 100, 100), TONE_BAD);
    assert_true(str_eq(name_initial(S("滹沱河")), S("滹")));
    assert_true(form_multi_has(S("a,bc"), S("bc")) && !form_multi_has(S("a,bc"), S("b")));
}

static void test_nav__a_key_has_one_place(void **state)
{
    (void)state;
    for (int place = 0; place < PLACE_COUNT; place++) {
        size_t n = 0;
        bool taken[128] = {false};
        const struct nav_item *v = nav_items((enum place)place, &n);
        for (size_t i = 0; i < n; i++) {
            assert_false(v[i].key && taken[(int)v[i].key]);
            taken[(int)v[i].key] = true;
        }
    }
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_layout__a_desk_page_shows_what_the_roles_allow),
        T(test_layout__a_case_page_in_both_languages),
        T(test_layout__a_form_names_its_errors_and_keeps_the_values),
        T(test_layout__a_public_page_carries_footer_and_social_tags),
        T(test_partials__deadlines_turn_amber_and_red),
        cmocka_unit_test(test_nav__a_key_has_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
