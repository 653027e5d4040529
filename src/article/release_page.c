/* The console's pages of two-person publishing: what waits, one version with what it changes, and
 * the rule of the account. */
#include "account/account.h"
#include "article/console.h"
#include "article/declare.h"
#include "article/release_view.h"
#include "article/render.h"
#include "article_release.html.h"
#include "settings/provider.h"

enum { COLUMNS = 4 };

static const struct form_field BACK[] = {
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_word_reason,
     .help = MSG_release_reason_help,
     .required = true,
     .max = ARTICLE_REASON_MAX},
    {.name = "version", .kind = FIELD_HIDDEN, .label = MSG_article_version, .max = 10},
    {.name = "act", .kind = FIELD_HIDDEN, .label = MSG_release_send_back, .max = 10},
};

struct releasing {
    struct request *r;
    struct release *v, one;
    size_t n;
    struct release_rule rule;
    struct account account;
    struct article a;
    struct article_version now, old;
    struct article_rules rules;
    struct scan_result scan;
    struct print_result prints;
    struct release_act act;
    int64_t no;
    bool on;
};

static str here(const struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/releases", FMT(r->member.handle));
}

/* ---- what waits, and the rule ---- */

static err read_list(struct tx *t, void *ctx)
{
    struct releasing *x = ctx;
    int64_t account = x->r->member.account_id;
    TRY(account_load(t, x->r->mem, account, &x->account));
    TRY(release_rule_load(t, x->r->mem, account, &x->rule));
    return release_waiting(t, x->r->mem, account, &x->v, &x->n);
}

static struct confirm_view *rule_act(struct request *r, bool on, enum msg button, enum msg text)
{
    struct param *hidden = NEW(r->mem, struct param);
    struct confirm_view *v = NEW(r->mem, struct confirm_view);
    *hidden = (struct param){S("act"), on ? S("on") : S("off")};
    *v = (struct confirm_view){.id = on ? S("rule-on") : S("rule-off"),
                               .button = msg(r->lang, button),
                               .title = msg(r->lang, button),
                               .text = msg(r->lang, text),
                               .action = here(r),
                               .csrf = r->session.csrf,
                               .hidden = hidden,
                               .hidden_n = 1,
                               .danger = !on};
    return v;
}

static struct table_view waiting_table(struct releasing *x)
{
    struct request *r = x->r;
    static const enum msg LABELS[COLUMNS] = {MSG_article_title, MSG_article_version,
                                             MSG_release_author, MSG_release_since};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = x->v[i].title;
        c[1].text = str_fmt(r->mem, "%d", x->v[i].version);
        c[2].text = x->v[i].asked_name;
        c[3].at_ms = x->v[i].asked_at;
        rows[i] = (struct table_row){
            str_fmt(r->mem, "%.*s/%lld", FMT(here(r)), (long long)x->v[i].no), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_release_title),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {.icon = S("check-circle"),
                                         .title = msg(r->lang, MSG_release_empty),
                                         .text = msg(r->lang, MSG_release_empty_text)}};
}

static bool forced(const struct releasing *x)
{
    struct provider_settings ps;
    provider_live_get(x->r->site->provider, x->r->mem, &ps);
    bool news = false;
    for (str rest = x->account.categories; rest.n && !news;)
        news = str_eq(str_split(rest, ',', &rest), S("news"));
    return (ps.two_person_government && str_eq(x->account.class, S("government"))) ||
           (ps.two_person_news && news);
}

static err show_list(struct request *r, int status, const char *reason)
{
    struct releasing x = {.r = r};
    TRY(request_read(r, read_list, &x));
    x.rule.forced = forced(&x);
    struct releases_view v = {
        .r = r,
        .table = waiting_table(&x),
        .rule = x.rule,
        .error = reason ? msg_lookup(r->lang, "reason.", reason, MSG_reason_invalid) : S("")};
    bool mine = x.rule.off_asked == r->session.user_id;
    if (!x.rule.on)
        v.on = rule_act(r, true, MSG_release_switch_on, MSG_release_switch_on_text);
    else if (x.rule.off_asked)
        v.on = rule_act(r, true, MSG_release_keep, MSG_release_keep_text);
    if (x.rule.on && !mine)
        v.off = x.rule.off_asked
                    ? rule_act(r, false, MSG_release_agree_off, MSG_release_agree_off_text)
                    : rule_act(r, false, MSG_release_switch_off, MSG_release_switch_off_text);
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, status, &page, view_releases, &v);
}

err page_releases(struct request *r)
{
    return show_list(r, 200, NULL);
}

static err set_rule(struct tx *t, void *ctx)
{
    const struct releasing *x = ctx;
    const struct request *r = x->r;
    return release_rule_set(t, r->mem, r->member.account_id, r->session.user_id, x->on);
}

err do_releases(struct request *r)
{
    struct releasing x = {.r = r, .on = str_eq(request_field(r, "act"), S("on"))};
    err e = request_tx(r, set_rule, &x);
    if (e == ERR_CONFLICT)
        return show_list(r, 409, fault_of(e).reason);
    TRY(e);
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, here(r));
}

/* ---- one version ---- */

static err read_one(struct tx *t, void *ctx)
{
    struct releasing *x = ctx;
    arena *mem = x->r->mem;
    int64_t account = x->r->member.account_id;
    TRY(release_of(t, mem, account, x->no, &x->one));
    TRY(article_load(t, mem, account, x->no, &x->a));
    TRY(article_version_load(t, mem, account, x->no, x->one.version, &x->now));
    if (x->a.version && x->a.version != x->one.version)
        TRY(article_version_load(t, mem, account, x->no, x->a.version, &x->old));
    return OK;
}

static err preview_of(struct releasing *x, struct article_preview_view *v)
{
    struct request *r = x->r;
    struct declaration d = declared_of(r->mem, x->now.text.declared);
    int minutes = 0;
    *v = (struct article_preview_view){
        .title = x->now.text.title, .digest = x->now.text.digest, .facts = declared_facts(r, &d)};
    declared_labels(r, &d, false, &v->declared);
    TRY(article_render(r->mem, &x->now, &v->body, &minutes));
    if (!x->old.version)
        return OK;
    struct diff *diff = NEW(r->mem, struct diff);
    TRY(article_diff(r->mem, &x->old.text, &x->now.text, diff));
    v->diff = diff;
    return OK;
}

static struct facts_view facts_of(struct request *r, const struct releasing *x)
{
    struct fact *f = NEW_N(r->mem, struct fact, 6);
    size_t n = 0;
    f[n++] = (struct fact){
        .label = msg(r->lang, MSG_word_status),
        .text = msg_lookup(r->lang, "release.state_", str_z(r->mem, x->one.state), MSG_word_none)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_article_version),
                           .text = str_fmt(r->mem, "%d", x->one.version)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_release_author), .text = x->one.asked_name};
    if (x->one.decided_name.n)
        f[n++] =
            (struct fact){.label = msg(r->lang, MSG_release_second), .text = x->one.decided_name};
    if (x->one.reason.n)
        f[n++] = (struct fact){.label = msg(r->lang, MSG_word_reason), .text = x->one.reason};
    if (x->a.publish_at && str_eq(x->one.state, S("waiting")))
        f[n++] = (struct fact){.label = msg(r->lang, MSG_article_publish_at),
                               .text = clock_china_text(r->mem, x->a.publish_at)};
    return (struct facts_view){f, n};
}

static err show_one(struct releasing *x, int status, struct form *f, str error)
{
    struct request *r = x->r;
    TRY(request_read(r, read_one, x));
    bool waits = str_eq(x->one.state, S("waiting"));
    bool own = x->one.asked_by == r->session.user_id;
    struct release_one_view v = {.r = r,
                                 .release = &x->one,
                                 .facts = facts_of(r, x),
                                 .here =
                                     str_fmt(r->mem, "%.*s/%lld", FMT(here(r)), (long long)x->no),
                                 .note = waits && own ? msg(r->lang, MSG_release_own) : S(""),
                                 .error = error,
                                 .back = f,
                                 .can_decide = waits && !own};
    f->action = v.here;
    f->submit = MSG_release_send_back;
    form_set(f, "version", str_fmt(r->mem, "%d", x->one.version));
    form_set(f, "act", S("back"));
    TRY(preview_of(x, &v.preview));
    struct page page = {.place = PLACE_CONSOLE,
                        .title = x->now.text.title,
                        .back = {here(r), msg(r->lang, MSG_release_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_release, &v);
}

err page_release(struct request *r)
{
    struct releasing x = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "no", &x.no));
    form_init(r, BACK, LEN(BACK), &f);
    return show_one(&x, 200, &f, S(""));
}

static err decide(struct tx *t, void *ctx)
{
    const struct releasing *x = ctx;
    return release_decide(t, x->r->mem, &x->act);
}

/* Released as it stands now: with today's rules of review and of the scan, and
 * what is looked for today. */
static err let_go(struct releasing *x)
{
    struct request *r = x->r;
    TRY(request_read(r, read_one, x));
    article_rules_now(r->site, r->mem, &x->rules);
    x->act.rules = &x->rules;
    x->act.scan = &x->scan;
    x->act.prints = &x->prints;
    return article_send(
        r, &(struct article_sending){decide, x, x->no, &x->now.text, &x->scan, &x->prints});
}

static err answer(struct releasing *x, err e, struct form *f)
{
    struct request *r = x->r;
    if (e == OK) {
        reply_flash(r, x->act.release ? MSG_release_let_go_done : MSG_release_sent_back);
        return reply_redirect(r, here(r));
    }
    if (e != ERR_CONFLICT && e != ERR_DENIED)
        return f->bad || form_take_fault(f, e) ? show_one(x, 422, f, S("")) : e;
    struct fault why = fault_of(e);
    str text = msg_lookup(r->lang, "gate.", why.reason,
                          MSG_gate_closed); /* the gate's reasons have texts of their own */
    if (str_eq(text, msg(r->lang, MSG_gate_closed)))
        text = msg_lookup(r->lang, "reason.", why.reason, MSG_reason_invalid);
    return show_one(x, e == ERR_DENIED ? 403 : 409, f, text);
}

err do_release(struct request *r)
{
    struct releasing x = {.r = r};
    struct form f;
    int64_t version = 0;
    TRY(request_arg_int(r, "no", &x.no));
    TRY(str_int(request_field(r, "version"), &version));
    x.act = (struct release_act){.account_id = r->member.account_id,
                                 .no = x.no,
                                 .user_id = r->session.user_id,
                                 .version = (int)version,
                                 .release = str_eq(request_field(r, "act"), S("release")),
                                 .reason = request_field(r, "reason")};
    form_init(r, BACK, LEN(BACK), &f);
    err e = OK;
    if (!x.act.release)
        e = form_read(r, BACK, LEN(BACK), &f);
    if (e == OK)
        e = x.act.release ? let_go(&x) : request_tx(r, decide, &x);
    return answer(&x, e, &f);
}
