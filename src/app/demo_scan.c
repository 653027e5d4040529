/* The demo's rules of the scan: one in force, one that waits for its approval, one draft. The words
 * are neutral samples; a provider brings its own. */
#include "app/demo.h"
#include "learning/learning.h"
#include "print/print.h"
#include "scan/rules.h"

static const struct {
    const char *name, *family, *words, *exceptions, *condition, *note;
    enum scan_action action;
    bool sound, live, urgent;
} RULES[] = {
    {.name = "引流到站外",
     .family = "advertising",
     .words = "加微信\n加我微信\n扫码进群\n私聊领取",
     .exceptions = "",
     .condition = "",
     .note = "营销号常用的引流话术",
     .action = SCAN_HOLD,
     .sound = true,
     .live = true,
     .urgent = true},
    {.name = "先收费的骗局",
     .family = "fraud",
     .words = "保证金\n解冻费\n手续费\n激活费",
     .exceptions = "投标保证金\n农民工工资保证金",
     .condition = "near(30, words, [\"刷单\", \"返利\", \"兼职\"]) or count(words) >= 4",
     .note = "同一段里既说兼职又要先交钱",
     .action = SCAN_REFUSE},
    {.name = "开奖与下注",
     .family = "gambling",
     .words = "稳赚不赔\n下注\n内部号码",
     .exceptions = "",
     .condition = "any(words) and not class(\"government\")",
     .note = "试行，先只标记",
     .action = SCAN_MARK},
};

static err add(struct tx *t, const struct demo *d, size_t i)
{
    struct scan_entry e = {.r = {.name = str_from(RULES[i].name),
                                 .family = str_from(RULES[i].family),
                                 .action = RULES[i].action,
                                 .words = str_from(RULES[i].words),
                                 .exceptions = str_from(RULES[i].exceptions),
                                 .condition = str_from(RULES[i].condition),
                                 .sound = RULES[i].sound},
                           .note = str_from(RULES[i].note),
                           .urgent = RULES[i].urgent,
                           .author = d->user[DEMO_REVIEWER]};
    struct scan_size size;
    TRY(scan_rule_check(&e.r, &size));
    TRY(scan_rule_write(t, &e, &size));
    if (RULES[i].live)
        return scan_rule_approve(t, d->mem,
                                 &(struct scan_step){.rule_id = e.r.id, .by = d->user[DEMO_EIC]});
    return scan_trial_start(t, d->mem, e.r.id, d->user[DEMO_REVIEWER]);
}

static err add_all(struct tx *t, void *ctx)
{
    for (size_t i = 0; i < LEN(RULES); i++)
        TRY(add(t, ctx, i));
    return OK;
}

/* A list of fingerprints from elsewhere, with one made up. */
static err add_list(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    struct print_lines lines;
    struct print_list l = {.kind = PRINT_PICTURE,
                           .action = SCAN_HOLD,
                           .severity = 3,
                           .name = S("仿冒收款码图片（演示）"),
                           .source = S("行业共享名单（演示）"),
                           .note = S("命中的先由人看过再发布。"),
                           .family = S("fraud"),
                           .by = d->user[DEMO_COMPLIANCE]};
    TRY(print_lines_read(
        d->mem, S("5c1f03e7a9d24b688e0f71c3d5a2964b37e8c1059fb46d2a80c7135e9ab6f24d\n"), &lines));
    return print_list_add(t, d->mem, &l, &lines);
}

err demo_scan(struct demo *d)
{
    TRY(db_tx(d->site->db, add_all, d));
    TRY(db_tx(d->site->db, add_list, d));
    return learning_count(d->site->db, &(struct learning_limits){.sample = INT64_MAX});
}
