/* Closing an account: its owner's page, and what the person who left still sees of it. */
#include "base/clock.h"
#include "leaving/leaving_view.h"
#include "leaving_closing.html.h"
#include "partials.html.h"
#include "record/log.h"
#include "record/record.h"
#include "user/confirm.h"

enum { LIST_COLUMNS = 3, LOOK_COLUMNS = 2 };

static const struct form_field CONFIRM[] = {
    {.name = "understood",
     .kind = FIELD_CHECKBOX,
     .label = MSG_leaving_understood,
     .required = true},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_leaving_password,
     .help = MSG_leaving_password_help,
     .required = true,
     .max = 128,
     .autocomplete = "current-password"},
};

str closing_state(enum lang lang, str state, enum tone *ret_tone)
{
    AUTO_ARENA(mem);
    *ret_tone = str_eq(state, S("cooling")) ? TONE_WARN : TONE_NEUTRAL;
    return msg_lookup(lang, "leaving.state_", str_z(mem, state), MSG_leaving_state_void);
}

/* ---- asking, and taking it back ---- */

struct closing_act {
    struct request *r;
    struct account a;
    struct closing c;
    struct closing_blocks blocks;
    int64_t days, id;
    bool cools;
};

static err load(struct tx *t, void *ctx)
{
    struct closing_act *x = ctx;
    arena *mem = x->r->mem;
    TRY(account_load(t, mem, x->r->member.account_id, &x->a));
    TRY(closing_blocks(t, mem, x->a.id, &x->blocks));
    err e = closing_of(t, mem, x->a.id, &x->c);
    x->cools = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err read_act(struct request *r, struct closing_act *x)
{
    struct provider_settings ps;
    *x = (struct closing_act){.r = r};
    TRY(request_read(r, load, x));
    provider_live_get(r->site->provider, r->mem, &ps);
    x->days = closing_days(&ps, x->a.subscribers);
    return OK;
}

static err show(struct closing_act *x, struct form *f)
{
    struct request *r = x->r;
    str base = str_fmt(r->mem, "/console/%.*s", FMT(r->member.handle));
    bool can = str_eq(x->a.state, S("active")) || str_eq(x->a.state, S("paused"));
    bool blocked = closing_blocked(&x->blocks);
    struct confirm_view back = {.id = S("take-back"),
                                .button = msg(r->lang, MSG_leaving_back),
                                .title = msg(r->lang, MSG_leaving_back),
                                .text = msg(r->lang, MSG_leaving_back_text),
                                .action = str_cat(r->mem, base, S("/close/back")),
                                .csrf = r->session.csrf};
    struct close_view v = {.a = &x->a,
                           .blocks = x->blocks,
                           .blocked = blocked,
                           .cooling = x->cools ? &x->c : NULL,
                           .form = x->cools || blocked || !can ? NULL : f,
                           .back = &back,
                           .days = x->days};
    f->submit = MSG_leaving_ask;
    struct page page = {
        .place = PLACE_CONSOLE,
        .back = {str_cat(r->mem, base, S("/manage")), msg(r->lang, MSG_manage_title), S("")}};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_close, &v);
}

err page_close(struct request *r)
{
    struct closing_act x;
    struct form f;
    TRY(read_act(r, &x));
    form_init(r, CONFIRM, LEN(CONFIRM), &f);
    return show(&x, &f);
}

static err ask(struct tx *t, void *ctx)
{
    struct closing_act *x = ctx;
    const struct request *r = x->r;
    struct closing_wish w = {x->a.id, r->session.user_id, x->days};
    return closing_ask(t, r->mem, &w, &x->id);
}

err do_close(struct request *r)
{
    struct closing_act x;
    struct form f;
    bool right = false;
    TRY(read_act(r, &x));
    if (form_read(r, CONFIRM, LEN(CONFIRM), &f) != OK)
        return show(&x, &f);
    TRY(password_confirm(r, &f, &right));
    if (!right)
        return show(&x, &f);
    err e = request_tx(r, ask, &x);
    if (e != OK && !form_take_fault(&f, e))
        return e;
    if (e != OK)
        return show(&x, &f);
    reply_flash(r, MSG_leaving_asked);
    return reply_redirect(r, str_fmt(r->mem, "/me/closings/%lld", (long long)x.id));
}

static err take_back(struct tx *t, void *ctx)
{
    const struct closing_act *x = ctx;
    const struct request *r = x->r;
    return closing_take_back(t, r->mem, r->member.account_id, r->session.user_id);
}

err do_close_back(struct request *r)
{
    struct closing_act x = {.r = r};
    TRY(request_tx(r, take_back, &x));
    reply_flash(r, MSG_leaving_taken_back);
    return reply_redirect(r, str_fmt(r->mem, "/console/%.*s/manage", FMT(r->member.handle)));
}

/* ---- what the person sees of it ---- */

struct mine {
    struct request *r;
    struct closing *v, c;
    struct restricted_look *looks;
    size_t n, look_n;
    str receipt;
};

static err load_list(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    return closing_list(t, m->r->mem, m->r->session.user_id, &m->v, &m->n);
}

err page_my_closings(struct request *r)
{
    struct mine m = {.r = r};
    TRY(request_read(r, load_list, &m));
    struct table_col cols[LIST_COLUMNS] = {{.label = msg(r->lang, MSG_account_name)},
                                           {.label = msg(r->lang, MSG_word_status)},
                                           {.label = msg(r->lang, MSG_leaving_due)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, m.n + 1);
    for (size_t i = 0; i < m.n; i++) {
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LIST_COLUMNS);
        cells[0].text = m.v[i].name;
        cells[1].status = true;
        cells[1].text = closing_state(r->lang, m.v[i].state, &cells[1].tone);
        cells[2].at_ms = m.v[i].ended_at ? m.v[i].ended_at : m.v[i].due_at;
        rows[i] =
            (struct table_row){str_fmt(r->mem, "/me/closings/%lld", (long long)m.v[i].id), cells};
    }
    struct leaving_list_view v = {{.caption = msg(r->lang, MSG_leaving_mine),
                                   .cols = cols,
                                   .col_n = LIST_COLUMNS,
                                   .rows = rows,
                                   .row_n = m.n,
                                   .empty = {.icon = S("archive-box"),
                                             .title = msg(r->lang, MSG_leaving_none),
                                             .text = msg(r->lang, MSG_leaving_none_text)}}};
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/accounts"), msg(r->lang, MSG_nav_accounts), S("")}};
    return REPLY_PAGE(r, &page, view_closings, &v);
}

static err load_one(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    int64_t id = 0;
    TRY(request_arg_int(m->r, "id", &id));
    TRY(closing_load(t, m->r->mem, id, m->r->session.user_id, &m->c));
    return restricted_looks(t, m->r->mem, m->c.account_id, &m->looks, &m->look_n);
}

/* Looks for an inspection may be confidential: only those for a case are shown (A16.1). */
static struct table_view looks_of(struct request *r, const struct mine *m)
{
    struct table_col *cols = NEW_N(r->mem, struct table_col, LOOK_COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, m->look_n + 1);
    size_t n = 0;
    cols[0].label = msg(r->lang, MSG_leaving_when);
    cols[1].label = msg(r->lang, MSG_leaving_seen);
    for (size_t i = 0; i < m->look_n; i++) {
        const struct restricted_look *l = &m->looks[i];
        if (!str_eq(l->basis, S("case")))
            continue;
        struct table_cell *cells = NEW_N(r->mem, struct table_cell, LOOK_COLUMNS);
        str no = str_fmt(r->mem, "%lld", (long long)l->no);
        cells[0].text = clock_china_text(r->mem, l->at);
        cells[1].text = l->no ? msg_format(r->mem, r->lang, MSG_leaving_seen_article, &no, 1)
                              : msg(r->lang, MSG_leaving_seen_titles);
        rows[n++].cells = cells;
    }
    return (struct table_view){
        .caption = msg(r->lang, MSG_leaving_looks),
        .cols = cols,
        .col_n = LOOK_COLUMNS,
        .rows = rows,
        .row_n = n,
        .empty = {.icon = S("lock-closed"), .title = msg(r->lang, MSG_word_none)}};
}

err page_my_closing(struct request *r)
{
    struct mine m = {.r = r};
    enum tone tone;
    TRY(request_read(r, load_one, &m));
    bool cools = str_eq(m.c.state, S("cooling"));
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_name), .text = m.c.name},
        {.label = msg(r->lang, MSG_account_handle), .text = m.c.handle},
        {.label = msg(r->lang, MSG_word_status), .text = closing_state(r->lang, m.c.state, &tone)},
        {.label = msg(r->lang, MSG_leaving_asked_at),
         .text = clock_china_text(r->mem, m.c.asked_at)},
        {.label = msg(r->lang, cools ? MSG_leaving_due : MSG_leaving_ended_at),
         .text = clock_china_text(r->mem, cools ? m.c.due_at : m.c.ended_at)},
    };
    struct closing_view v = {
        .facts = {facts, LEN(facts)},
        .console = cools ? str_fmt(r->mem, "/console/%.*s/close", FMT(m.c.handle)) : S(""),
        .receipt = str_fmt(r->mem, "/me/closings/%lld/receipt", (long long)m.c.id),
        .looks = looks_of(r, &m),
        .closed = str_eq(m.c.state, S("closed"))};
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/closings"), msg(r->lang, MSG_leaving_mine), S("")}};
    return REPLY_PAGE(r, &page, view_closing, &v);
}

static err load_receipt(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    struct request *r = m->r;
    TRY(load_one(t, ctx));
    str subject = str_fmt(r->mem, "closing/%lld", (long long)m->c.id);
    return record_log_receipt_last(r->site->log, t, r->mem, subject, &m->receipt);
}

err page_my_closing_receipt(struct request *r)
{
    struct mine m = {.r = r};
    TRY(request_read(r, load_receipt, &m));
    reply_header(
        r, "Content-Disposition",
        str_fmt(r->mem, "attachment; filename=\"closing-%lld.tlog-proof\"", (long long)m.c.id));
    return reply_text(r, 200, S("text/plain; charset=utf-8"), m.receipt);
}
