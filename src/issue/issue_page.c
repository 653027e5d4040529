/* The console's pages of issues: the list, putting one together, sending it. */
#include "article/article.h"
#include "article/console.h"
#include "article/editing.h"
#include "base/clock.h"
#include "issue/issue_view.h"
#include "issue_pages.html.h"
#include "web/form.h"

enum { COLUMNS = 3, TRIES = 3, NOTE_MAX = 400 };

static const struct form_field ADD[] = {
    {.name = "article", .kind = FIELD_SELECT, .label = MSG_issue_add, .required = true},
    {.name = "act", .kind = FIELD_HIDDEN, .label = MSG_issue_add},
};
static const struct form_field SEND[] = {
    {.name = "publish_at",
     .kind = FIELD_TIME,
     .label = MSG_issue_publish_at,
     .help = MSG_issue_publish_at_help,
     .max = 16},
    {.name = "act", .kind = FIELD_HIDDEN, .label = MSG_issue_send},
};

struct editing_issue {
    struct request *r;
    struct issue *list;
    size_t list_n;
    struct issue i;
    struct issue_item *items, *free;
    size_t item_n, free_n;
    struct form add, send;
    struct issue_act act;
    str what, state, error;
    struct issue_wish wish;
    struct article_rules rules;
};

static str here(const struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/issues", FMT(r->member.handle));
}

static str here_one(const struct request *r, int64_t no)
{
    return str_fmt(r->mem, "%.*s/%lld", FMT(here(r)), (long long)no);
}

static str state_label(const struct request *r, str state)
{
    return msg_lookup(r->lang, "issue.state.", str_z(r->mem, state), MSG_issue_state_draft);
}

static enum tone state_tone(str state)
{
    return str_eq(state, S("published")) ? TONE_OK
           : str_eq(state, S("waiting")) ? TONE_INFO
                                         : TONE_NEUTRAL;
}

static str issue_label(const struct request *r, int64_t no)
{
    str arg = str_fmt(r->mem, "%lld", (long long)no);
    return msg_format(r->mem, r->lang, MSG_issue_one, &arg, 1);
}

/* ---- all of them ---- */

static err read_list(struct tx *t, void *ctx)
{
    struct editing_issue *x = ctx;
    return issue_list(t, x->r->mem, x->r->member.account_id, false, &x->list, &x->list_n);
}

static err list_page(struct editing_issue *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, read_list, x));
    const struct table_col cols[COLUMNS] = {
        {.label = msg(r->lang, MSG_issue_title)},
        {.label = msg(r->lang, MSG_word_status)},
        {.label = msg(r->lang, MSG_issue_list_count), .number = true}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->list_n + 1);
    for (size_t i = 0; i < x->list_n; i++) {
        const struct issue *s = &x->list[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        str name = issue_label(r, s->no);
        c[0].text =
            s->title.n ? str_fmt(r->mem, "%.*s \u00b7 %.*s", FMT(name), FMT(s->title)) : name;
        c[1] = (struct table_cell){
            .text = state_label(r, s->state), .status = true, .tone = state_tone(s->state)};
        c[2].text = str_fmt(r->mem, "%lld", (long long)s->articles);
        rows[i] = (struct table_row){here_one(r, s->no), c};
    }
    struct issues_view v = {.r = r,
                            .table = {.cols = cols,
                                      .col_n = COLUMNS,
                                      .rows = rows,
                                      .row_n = x->list_n,
                                      .empty = {.icon = S("square-2-stack"),
                                                .title = msg(r->lang, MSG_issue_list_empty),
                                                .text = msg(r->lang, MSG_issue_list_empty_text)}},
                            .here = here(r),
                            .error = x->error};
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, status, &page, view_issues, &v);
}

err page_issues(struct request *r)
{
    struct editing_issue x = {.r = r};
    return list_page(&x, 200);
}

static err make(struct tx *t, void *ctx)
{
    struct editing_issue *x = ctx;
    return issue_make(t, x->r->mem, x->r->member.account_id, x->r->session.user_id, &x->act.no);
}

err do_issues(struct request *r)
{
    struct editing_issue x = {.r = r};
    err e = request_tx(r, make, &x);
    if (e == OK)
        return reply_redirect(r, here_one(r, x.act.no));
    if (e != ERR_LIMIT && e != ERR_CONFLICT)
        return e;
    x.error = msg_lookup(r->lang, "reason.", fault_of(e).reason, MSG_reason_internal);
    return list_page(&x, 422);
}

/* ---- one ---- */

static err read_one(struct tx *t, void *ctx)
{
    struct editing_issue *x = ctx;
    arena *mem = x->r->mem;
    int64_t account = x->r->member.account_id;
    TRY(issue_load(t, mem, account, x->act.no, &x->i));
    if (str_eq(x->i.state, S("dropped")))
        return fault(ERR_NOT_FOUND, "not_found", "issue %lld is dropped", (long long)x->i.no);
    TRY(issue_items(t, mem, account, x->act.no, &x->items, &x->item_n));
    return issue_free(t, mem, account, &x->free, &x->free_n);
}

/* Reasons are an officer's words, or the key of a message. */
static str reason_words(const struct request *r, str reason)
{
    return str_eq(reason, S("near_copy")) ? msg(r->lang, MSG_reason_near_copy) : reason;
}

/* What an article of an issue that waits has passed: it waits for the others then. */
static struct issue_line *lines_of(const struct editing_issue *x)
{
    struct request *r = x->r;
    struct issue_line *v = NEW_N(r->mem, struct issue_line, x->item_n + 1);
    for (size_t i = 0; i < x->item_n; i++) {
        const struct issue_item *item = &x->items[i];
        bool passed = str_eq(item->state, S("scheduled")) || str_eq(item->state, S("published"));
        bool waits = str_eq(x->i.state, S("waiting"));
        v[i] = (struct issue_line){
            .href = str_fmt(r->mem, "/console/%.*s/articles/%lld", FMT(r->member.handle),
                            (long long)item->no),
            .title = item->title.n ? item->title : msg(r->lang, MSG_article_untitled),
            .state = msg_lookup(r->lang, "article.state.", str_z(r->mem, item->state),
                                MSG_article_state_draft),
            .note = item->second ? msg(r->lang, MSG_release_title) : reason_words(r, item->reason),
            .no = item->no,
            .tone = passed  ? TONE_OK
                    : waits ? TONE_WARN
                            : TONE_NEUTRAL,
            .first = i == 0,
            .last = i + 1 == x->item_n};
    }
    return v;
}

/* "Still waiting for: …" with the titles of what has not passed. */
static str note_of(const struct editing_issue *x)
{
    struct request *r = x->r;
    struct buf b;
    if (!str_eq(x->i.state, S("waiting")))
        return S("");
    str gate = x->i.why, at = clock_china_text(r->mem, x->i.publish_at);
    if (gate.n)
        return msg_format(r->mem, r->lang, MSG_issue_waits_gate, &gate, 1);
    buf_init(&b, r->mem, 4096);
    for (size_t i = 0; i < x->item_n; i++) {
        if (str_eq(x->items[i].state, S("scheduled")))
            continue;
        buf_add(&b, b.n ? S(", ") : msg(r->lang, MSG_issue_waits_for));
        if (b.n == msg(r->lang, MSG_issue_waits_for).n)
            buf_add_char(&b, ' ');
        buf_add(&b, x->items[i].title);
    }
    return b.n ? buf_str(&b) : msg_format(r->mem, r->lang, MSG_issue_waits_time, &at, 1);
}

static struct confirm_view back_of(const struct editing_issue *x)
{
    struct request *r = x->r;
    bool waits = str_eq(x->i.state, S("waiting"));
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("act"), waits ? S("recall") : S("end")};
    return (struct confirm_view){
        .id = hidden->value,
        .button = msg(r->lang, waits ? MSG_issue_recall : MSG_issue_end),
        .title = msg(r->lang, waits ? MSG_issue_recall : MSG_issue_end),
        .text = msg(r->lang, waits ? MSG_issue_recall_text : MSG_issue_end_text),
        .action = here_one(r, x->i.no),
        .csrf = r->session.csrf,
        .hidden = hidden,
        .hidden_n = 1,
        .danger = true};
}

static void forms_ready(struct editing_issue *x)
{
    struct request *r = x->r;
    struct form_option *v = NEW_N(r->mem, struct form_option, x->free_n + 1);
    for (size_t i = 0; i < x->free_n; i++)
        v[i] = (struct form_option){
            .value = str_fmt(r->mem, "%lld", (long long)x->free[i].no),
            .text = x->free[i].title.n ? x->free[i].title : msg(r->lang, MSG_article_untitled)};
    form_options(&x->add, "article", v, x->free_n);
    form_set(&x->add, "act", S("add"));
    form_set(&x->send, "act", S("send"));
    x->add.submit = MSG_issue_add;
    x->send.submit = MSG_issue_send;
}

static err one_page(struct editing_issue *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, read_one, x));
    forms_ready(x);
    bool draft = str_eq(x->i.state, S("draft")), seen = str_eq(x->i.state, S("published"));
    struct issue_edit_view v = {
        .r = r,
        .lines = lines_of(x),
        .n = x->item_n,
        .free_n = draft && x->item_n < ISSUE_MAX ? x->free_n : 0,
        .shown = {.handle = r->member.handle, .v = x->items, .n = x->item_n},
        .add = &x->add,
        .send = &x->send,
        .back = back_of(x),
        .here = here_one(r, x->i.no),
        .see =
            seen ? str_fmt(r->mem, "/a/%.*s/issues/%lld", FMT(r->member.handle), (long long)x->i.no)
                 : S(""),
        .state = state_label(r, x->i.state),
        .note = note_of(x),
        .error = x->error,
        .tone = state_tone(x->i.state),
        .draft = draft,
        .waits = str_eq(x->i.state, S("waiting"))};
    struct page page = {.place = PLACE_CONSOLE,
                        .title = issue_label(r, x->i.no),
                        .back = {here(r), msg(r->lang, MSG_issue_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_issue_edit, &v);
}

static err begin(struct request *r, struct editing_issue *x)
{
    *x = (struct editing_issue){.r = r, .what = request_field(r, "act")};
    x->act = (struct issue_act){.account_id = r->member.account_id, .user_id = r->session.user_id};
    form_init(r, ADD, LEN(ADD), &x->add);
    form_init(r, SEND, LEN(SEND), &x->send);
    return request_arg_int(r, "no", &x->act.no);
}

err page_issue_edit(struct request *r)
{
    struct editing_issue x;
    TRY(begin(r, &x));
    return one_page(&x, 200);
}

/* ---- acts ---- */

static err act_tx(struct tx *t, void *ctx)
{
    struct editing_issue *x = ctx;
    arena *mem = x->r->mem;
    if (str_eq(x->what, S("add")))
        return issue_add(t, mem, &x->act);
    if (str_eq(x->what, S("drop")))
        return issue_drop(t, mem, &x->act);
    if (str_eq(x->what, S("recall")))
        return issue_recall(t, mem, &x->act);
    if (str_eq(x->what, S("end")))
        return issue_end(t, mem, &x->act);
    bool up = str_eq(x->what, S("up"));
    return up || str_eq(x->what, S("down"))
               ? issue_move(t, mem, &x->act, up)
               : fault(ERR_INVALID, "unknown_act", "act %.*s", FMT(x->what));
}

static err read_parts(struct tx *t, void *ctx)
{
    struct editing_issue *x = ctx;
    arena *mem = x->r->mem;
    TRY(issue_items(t, mem, x->act.account_id, x->act.no, &x->items, &x->item_n));
    for (size_t i = 0; i < x->item_n; i++) {
        struct draft d;
        struct issue_part *p = &x->wish.parts[i];
        x->wish.failed = x->items[i].no;
        err e = draft_load(t, mem, x->act.account_id, x->items[i].no, &d);
        if (e == ERR_NOT_FOUND)
            return fault(ERR_CONFLICT, "issue_not_draft", "article %lld",
                         (long long)x->items[i].no);
        TRY(e);
        *p = (struct issue_part){.no = d.no, .rev = d.rev, .text = d.text, .scanned = true};
    }
    x->wish.failed = 0;
    x->wish.n = x->item_n;
    return OK;
}

/* Checked, scanned and looked up one after the other, outside of any transaction. */
static err prepare(struct editing_issue *x, bool fresh)
{
    struct request *r = x->r;
    TRY(request_read(r, read_parts, x));
    for (size_t i = 0; i < x->wish.n; i++) {
        struct issue_part *p = &x->wish.parts[i];
        struct node *doc;
        struct article_text text = p->text;
        struct article_ref at = {x->act.account_id, p->no};
        x->wish.failed = p->no;
        TRY(doc_from_json(r->mem, text.doc, &doc));
        TRY(article_text_check(r->mem, &text, doc, &p->text));
        TRY(article_scan(r->site, r->mem, at.account_id, &p->text, &p->scan));
        TRY(article_prints(r->site, r->mem, &at, &p->text, fresh, &p->prints));
    }
    x->wish.failed = 0;
    return OK;
}

static err send_tx(struct tx *t, void *ctx)
{
    struct editing_issue *x = ctx;
    return issue_send(t, x->r->mem, &x->wish, &x->state);
}

/* What refused one of them is kept, as it is of an article sent alone. */
static err keep_tx(struct tx *t, void *ctx)
{
    struct editing_issue *x = ctx;
    arena *mem = x->r->mem;
    for (size_t i = 0; i < x->wish.n; i++) {
        const struct issue_part *p = &x->wish.parts[i];
        if (p->no != x->wish.failed)
            continue;
        if (p->prints.refuse)
            return print_keep(t, mem, &(struct print_place){.account_id = x->act.account_id},
                              &p->prints);
        return scan_keep(t, mem, x->act.account_id, p->no, 0, &p->scan);
    }
    return OK;
}

static bool because(const char *reason, const char *a, const char *b)
{
    return strcmp(reason, a) == 0 || strcmp(reason, b) == 0;
}

static err send_issue(struct editing_issue *x)
{
    struct request *r = x->r;
    bool stale = true;
    err e = OK;
    article_rules_now(r->site, r->mem, &x->rules);
    x->wish = (struct issue_wish){.account_id = x->act.account_id,
                                  .no = x->act.no,
                                  .user_id = x->act.user_id,
                                  .rules = &x->rules,
                                  .parts = NEW_N(r->mem, struct issue_part, ISSUE_MAX)};
    if (form_get(&x->send, "publish_at").n)
        TRY(editing_time(form_get(&x->send, "publish_at"), &x->wish.publish_at));
    for (int i = 0; i < TRIES && stale; i++) {
        TRY(prepare(x, i > 0));
        e = request_tx(r, send_tx, x);
        stale = e == ERR_CONFLICT && because(fault_of(e).reason, "scan_stale", "prints_stale");
    }
    if (e != ERR_DENIED || !because(fault_of(e).reason, "scan_refused", "content_listed"))
        return e;
    struct fault why = fault_of(e);
    TRY(request_tx(r, keep_tx, x));
    fault_copy(&why);
    return e;
}

/* "Title: what is wrong with it", of the article that the issue failed at. */
static void blame(struct editing_issue *x, err e)
{
    struct request *r = x->r;
    str why = msg_lookup(r->lang, "reason.", fault_of(e).reason, MSG_reason_internal);
    for (size_t i = 0; i < x->item_n; i++)
        if (x->items[i].no == x->wish.failed)
            why = str_fmt(r->mem, "%.*s: %.*s", FMT(x->items[i].title), FMT(why));
    x->error = why;
}

static err carry_out(struct editing_issue *x)
{
    struct request *r = x->r;
    if (str_eq(x->what, S("send"))) {
        TRY(form_read(r, SEND, LEN(SEND), &x->send));
        return send_issue(x);
    }
    bool whole = str_eq(x->what, S("recall")) || str_eq(x->what, S("end"));
    if (!whole && str_int(request_field(r, "article"), &x->act.article) != OK)
        return form_refuse(&x->add, "article", "required");
    return request_tx(r, act_tx, x);
}

static enum msg flash_of(const struct editing_issue *x)
{
    if (!str_eq(x->what, S("send")))
        return MSG_word_saved;
    return str_eq(x->state, S("published")) ? MSG_issue_sent_public : MSG_issue_sent_waits;
}

err do_issue_edit(struct request *r)
{
    struct editing_issue x;
    TRY(begin(r, &x));
    err e = carry_out(&x);
    if (e == OK) {
        reply_flash(r, flash_of(&x));
        return reply_redirect(r, str_eq(x.what, S("end")) ? here(r) : here_one(r, x.act.no));
    }
    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_LIMIT && e != ERR_DENIED)
        return e;
    bool of_time = strcmp(fault_of(e).field, "publish_at") == 0 && !x.wish.failed;
    if (of_time)
        (void)form_take_fault(&x.send, e);
    else if (!x.add.bad && !x.send.bad)
        blame(&x, e);
    return one_page(&x, 422);
}
