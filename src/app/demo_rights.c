/* A rights holder's complaint with its counter-notice, an emergency that was reviewed and one that
 * is proposed, their plan, drill and roster, and the patrol's sample. */
#include "app/demo.h"
#include "base/clock.h"
#include "emergency/emergency.h"
#include "patrol/patrol.h"
#include "rights/rights.h"
#include "ruling/ruling.h"

#include <sys/mman.h>
#include <unistd.h>

enum { ARTICLES = 4, HOLDER = DEMO_STAFF + DEMO_OPERATORS, WAIT_DAYS = 15, PER_CLASS = 2 };

struct complaining {
    struct demo *d;
    struct rights_site site;
    struct complaint c;
    struct evidence proof;
    str token;
};

/* ---- the complaint ---- */

static err begin(struct tx *t, void *ctx)
{
    struct complaining *x = ctx;
    struct rights_begin b = {.user_id = x->d->user[HOLDER], .mobile = S(""), .lang = S("zh")};
    TRY(rights_begin(t, x->d->mem, &x->site, &b, &x->token));
    return rights_find(t, x->d->mem, &x->site, x->token, b.user_id, &x->c);
}

static err seal(struct complaining *x)
{
    static const char PDF[] = "%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n";
    struct demo *d = x->d;
    int fd = memfd_create("proof", MFD_CLOEXEC);
    if (fd < 0 || write(fd, PDF, sizeof PDF - 1) != (ssize_t)sizeof PDF - 1)
        return fault(ERR_IO, "memfd", "can't make a document");
    struct vault_files f = {d->site->vault, d->site->blobs, d->mem};
    x->proof = (struct evidence){.mime = S("application/pdf"), .size = sizeof PDF - 1};
    err e = vault_seal_file(f, VAULT_REF("evidence", "proof", x->c.id), fd, &x->proof.blob);
    close(fd);
    return e;
}

static err counter(struct tx *t, struct complaining *x, const struct complaint_item *i)
{
    struct demo *d = x->d;
    int64_t id = 0;
    struct ruling_wish w = {.measure = S("warn"),
                            .functions = S(""),
                            .basis = S("rules"),
                            .severity = 4,
                            .facts = S("第二幅图与投诉人提供的底稿一致，文中没有署名。"),
                            .reasoning = S("转载图片应当署名并取得许可，先予警示，限期补正。")};
    TRY(case_claim(t, i->case_id, d->user[DEMO_REVIEWER], HOUR_MS));
    TRY(ruling_make(t, d->mem, i->case_id, d->user[DEMO_REVIEWER], &w, &id));
    struct rights_counter c = {.item_id = i->id,
                               .user_id = demo_author(d, 0),
                               .text = S("图片是本单位摄影人员拍摄，附原始文件信息，请核对。"),
                               .name = S("云溪市交通运输局宣传科"),
                               .contact = S("云溪市建设路 1 号，0571-00000000"),
                               .files = &x->proof,
                               .file_n = 1};
    return rights_counter(t, d->mem, &x->site, &c);
}

static err complain(struct tx *t, void *ctx)
{
    struct complaining *x = ctx;
    struct demo *d = x->d;
    struct article *v;
    struct complaint_item *items;
    size_t n;
    unsigned missing = 0;
    struct article_page p = {.account_id = d->account[0], .limit = ARTICLES};
    TRY(article_list(t, d->mem, &p, &v, &n));
    ASSERT(n == ARTICLES);
    struct complaint c = {.id = x->c.id,
                          .kind = S("copyright"),
                          .capacity = S("owner"),
                          .name = S("演示摄影工作室"),
                          .address = S("云溪市文化路 9 号，0571-00000001"),
                          .work = S("摄影作品《雨后的立交桥》，作品登记号 演示-2026-001。"),
                          .facts = S("文中第二幅图是我们的作品，没有署名，也没有得到许可。"),
                          .wanted = S("remove"),
                          .links =
                              str_fmt(d->mem, "/a/%.*s/%lld\n/a/%.*s/%lld", FMT(v[2].handle),
                                      (long long)v[2].no, FMT(v[3].handle), (long long)v[3].no),
                          .declared = true};
    struct rights_put put = {&c, &x->proof, 1, S("")};
    TRY(rights_send(t, d->mem, &x->site, &put, &missing));
    ASSERT(!missing);
    TRY(rights_items(t, d->mem, c.id, &items, &n));
    return counter(t, x, &items[0]);
}

/* ---- emergencies ---- */

static err prepare(struct tx *t, struct demo *d, struct emergency_plan *p)
{
    *p = (struct emergency_plan){
        .name = S("极端天气"),
        .level = S("larger"),
        .effects = S("hold,quiet"),
        .hours = 24,
        .guide = S("值班总编辑牵头；先核实气象部门通告，再决定范围；每两小时向主管部门报告一次。"),
        .written_by = d->user[DEMO_COMPLIANCE]};
    TRY(emergency_plan_write(t, p));
    TRY(emergency_drill_note(t, &(struct emergency_drill){
                                    .plan_id = p->id,
                                    .held_at = tx_now(t) - 40 * (int64_t)DAY_MS,
                                    .people = S("总编辑、审核组、技术值班"),
                                    .result = S("八分钟内完成启动；通知名单有一个旧号码，已更新。"),
                                    .by_user = d->user[DEMO_COMPLIANCE]}));
    return emergency_shift_add(
        t, &(struct emergency_shift){.user_id = d->user[DEMO_EIC],
                                     .from_at = tx_now(t) - DAY_MS,
                                     .until_at = tx_now(t) + 6 * (int64_t)DAY_MS,
                                     .note = S("电话二十四小时畅通"),
                                     .added_by = d->user[DEMO_COMPLIANCE]});
}

static err propose(struct tx *t, struct demo *d, const struct emergency_plan *p, str title,
                   int64_t *ret_id)
{
    struct emergency e = {.plan_id = p->id,
                          .title = title,
                          .facts = S("气象部门发布橙色预警，网上出现未经核实的灾情图片。"),
                          .found_at = tx_now(t) - HOUR_MS,
                          .words = S("溃坝，停水，停电"),
                          .categories = S(""),
                          .province = S("33"),
                          .class = S(""),
                          .handles = S(""),
                          .proposed_by = d->user[DEMO_COMPLIANCE]};
    TRY(emergency_propose(t, d->mem, &e));
    *ret_id = e.id;
    return OK;
}

static err emergencies(struct tx *t, void *ctx)
{
    struct complaining *x = ctx;
    struct demo *d = x->d;
    struct emergency_plan p;
    int64_t id = 0;
    TRY(prepare(t, d, &p));
    TRY(propose(t, d, &p, S("台风过境"), &id));
    TRY(emergency_declare(t, d->mem, id, d->user[DEMO_EIC]));
    TRY(emergency_note(t, d->mem, id, d->user[DEMO_REVIEWER], S("已联系气象部门核实三张图片。")));
    TRY(emergency_end(t, d->mem, id, d->user[DEMO_EIC], S("预警解除，未见新的不实信息。")));
    struct emergency_review w = {.emergency_id = id,
                                 .impact = S("三小时内先审四十二篇，其中两篇退回。"),
                                 .data = S("不涉及个人信息。"),
                                 .cause = S("台风过境，旧图被当作现场图片传播。"),
                                 .measures = S("相关话题先审后发，首页停止推荐。"),
                                 .trend = S("预警解除后恢复正常。"),
                                 .lessons = S("增加与气象部门的核实渠道。"),
                                 .by_user = d->user[DEMO_EIC]};
    TRY(emergency_review_write(t, d->mem, &w));
    TRY(propose(t, d, &p, S("强降雨预警"), &id));
    struct patrol_draw draw = {.per_class = PER_CLASS};
    return patrol_draw(t, &draw);
}

err demo_rights(struct demo *d)
{
    struct complaining x = {
        .d = d, .site = {d->site->vault, d->site->mail, S(""), WAIT_DAYS * (int64_t)DAY_MS}};
    TRY(db_tx(d->site->db, begin, &x));
    TRY(seal(&x));
    TRY(db_tx(d->site->db, complain, &x));
    return db_tx(d->site->db, emergencies, &x);
}
