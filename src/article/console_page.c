/* The console's list of articles, and where one article stands. */
#include "article/article.h"
#include "article/console_view.h"
#include "article/release.h"
#include "article/remark.h"
#include "article/sequel.h"
#include "article_list.html.h"
#include "article_state.html.h"

enum { PAGE_ROWS = 30 };

static const char *const STATES[] = {"draft",     "held",      "scheduled",
                                     "published", "withdrawn", "removed"};

static enum tone state_tone(str state)
{
    return str_eq(state, S("published"))                               ? TONE_OK
           : str_eq(state, S("held")) || str_eq(state, S("scheduled")) ? TONE_INFO
           : str_eq(state, S("removed"))                               ? TONE_BAD
           : str_eq(state, S("withdrawn"))                             ? TONE_WARN
                                                                       : TONE_NEUTRAL;
}

static str state_word(struct request *r, str state)
{
    return msg_lookup(r->lang, "article.state.", str_z(r->mem, state), MSG_article_state_draft);
}

static str base_of(struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/articles", FMT(r->member.handle));
}

/* ---- list ---- */

struct listing {
    arena *mem;
    struct article_own_page page;
    struct article *v;
    size_t n;
};

static err list_read(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    return article_list_own(t, l->mem, &l->page, &l->v, &l->n);
}

static int64_t query_int(struct request *r, const char *name)
{
    int64_t n = 0;
    return str_int(request_query(r, name), &n) == OK ? n : 0;
}

static struct table_row *list_rows(struct request *r, const struct listing *l)
{
    struct table_row *rows = NEW_N(r->mem, struct table_row, l->n);
    for (size_t i = 0; i < l->n; i++) {
        const struct article *a = &l->v[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, 4);
        c[0].text = a->title.n ? a->title : msg(r->lang, MSG_article_untitled);
        c[1] = (struct table_cell){
            .status = true, .tone = state_tone(a->state), .text = state_word(r, a->state)};
        str key = str_cat(r->mem, S("category."), a->category);
        enum msg m;
        c[2].text = msg_find(key, &m) ? msg(r->lang, m) : S("");
        c[3].at_ms = a->updated_at;
        rows[i] =
            (struct table_row){str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)a->no), c};
    }
    return rows;
}

static struct table_chip *list_chips(struct request *r, str state)
{
    struct table_chip *chips = NEW_N(r->mem, struct table_chip, LEN(STATES) + 2);
    chips[0] = (struct table_chip){
        .label = msg(r->lang, MSG_word_all), .href = base_of(r), .on = !state.n};
    for (size_t i = 0; i < LEN(STATES); i++)
        chips[i + 1] = (struct table_chip){
            .label = state_word(r, str_from(STATES[i])),
            .href = str_fmt(r->mem, "%.*s?state=%s", FMT(base_of(r)), STATES[i]),
            .on = str_eq(state, str_from(STATES[i]))};
    chips[LEN(STATES) + 1] = (struct table_chip){
        .label = msg(r->lang, MSG_plan_title),
        .href = str_fmt(r->mem, "/console/%.*s/schedule", FMT(r->member.handle))};
    return chips;
}

static str list_next(struct request *r, const struct listing *l)
{
    if (l->n < PAGE_ROWS)
        return STR_NONE;
    struct buf b;
    buf_init(&b, r->mem, 2000);
    const struct article *last = &l->v[l->n - 1];
    buf_fmt(&b, "%.*s?at=%lld&no=%lld&state=", FMT(base_of(r)), (long long)last->updated_at,
            (long long)last->no);
    url_part_add(&b, l->page.state);
    buf_add(&b, S("&q="));
    url_part_add(&b, l->page.find);
    return buf_str(&b);
}

err page_articles(struct request *r)
{
    str state = request_query(r, "state"), q = request_query(r, "q");
    struct listing l = {.mem = r->mem,
                        .page = {.account_id = r->member.account_id,
                                 .state = state.p ? state : S(""),
                                 .find = q.p ? str_trim(q) : S(""),
                                 .before_at = query_int(r, "at"),
                                 .before_no = query_int(r, "no"),
                                 .limit = PAGE_ROWS}};
    TRY(request_read(r, list_read, &l));
    struct table_col cols[] = {{.label = msg(r->lang, MSG_article_title)},
                               {.label = msg(r->lang, MSG_word_status)},
                               {.label = msg(r->lang, MSG_article_category)},
                               {.label = msg(r->lang, MSG_article_changed)}};
    str new_href = str_cat(r->mem, base_of(r), S("/new"));
    struct table_view v = {.caption = msg(r->lang, MSG_article_list),
                           .cols = cols,
                           .col_n = LEN(cols),
                           .rows = list_rows(r, &l),
                           .row_n = l.n,
                           .chips = list_chips(r, l.page.state),
                           .chip_n = LEN(STATES) + 2,
                           .search = true,
                           .q = l.page.find,
                           .pager = {.next = list_next(r, &l)},
                           .empty = {.icon = S("document-text"),
                                     .title = msg(r->lang, MSG_article_empty),
                                     .text = msg(r->lang, MSG_article_empty_text),
                                     .href = new_href,
                                     .action = msg(r->lang, MSG_article_write)}};
    struct page page = {.place = PLACE_CONSOLE,
                        .action = {new_href, msg(r->lang, MSG_article_write), S("pencil-square")}};
    return REPLY_PAGE(r, &page, view_article_list, &v);
}

/* ---- one article ---- */

struct showing {
    struct request *r;
    int64_t no;
    struct article a;
    struct draft d;
    bool has_draft, pinned;
    struct release release;
    int64_t notes;
    struct article_event *events;
    size_t event_n;
};

static err show_read(struct tx *t, void *ctx)
{
    struct showing *s = ctx;
    arena *mem = s->r->mem;
    int64_t account = s->r->member.account_id;
    TRY(article_load(t, mem, account, s->no, &s->a));
    TRY(article_events(t, mem, account, s->no, &s->events, &s->event_n));
    TRY(pin_has(t, account, s->no, &s->pinned));
    TRY(remark_open_count(t, account, s->no, &s->notes));
    err e = release_of(t, mem, account, s->no, &s->release);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    e = draft_load(t, mem, account, s->no, &s->d);
    s->has_draft = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static struct timeline_view events_of(struct request *r, const struct showing *s)
{
    struct event *v = NEW_N(r->mem, struct event, s->event_n);
    for (size_t i = 0; i < s->event_n; i++) {
        const struct article_event *e = &s->events[i];
        v[i] = (struct event){.at_ms = e->at,
                              .title = msg_lookup(r->lang, "article.event.",
                                                  str_z(r->mem, e->event), MSG_article_changed),
                              .text = e->reason,
                              .who = e->actor_name};
    }
    return (struct timeline_view){v, s->event_n};
}

static struct steps_view steps_of(struct request *r, const struct article *a)
{
    bool draft = str_eq(a->state, S("draft")), held = str_eq(a->state, S("held"));
    bool is_public = str_eq(a->state, S("published"));
    struct step *v = NEW_N(r->mem, struct step, 3);
    v[0] = (struct step){.title = msg(r->lang, MSG_article_step_write),
                         .at_ms = a->created_at,
                         .state = draft ? STEP_NOW : STEP_DONE};
    v[1] = (struct step){.title = msg(r->lang, MSG_article_step_review),
                         .state = held    ? STEP_NOW
                                  : draft ? STEP_TODO
                                          : STEP_DONE};
    v[2] = (struct step){.title = msg(r->lang, MSG_article_step_public),
                         .note = is_public ? S("") : state_word(r, a->state),
                         .at_ms = a->published_at,
                         .state = is_public                          ? STEP_DONE
                                  : str_eq(a->state, S("scheduled")) ? STEP_NOW
                                  : draft || held                    ? STEP_TODO
                                                                     : STEP_BAD};
    if (draft || held)
        v[2].note = S("");
    return (struct steps_view){v, 3};
}

static const struct form_field WITHDRAW[] = {
    {.name = "reason",
     .kind = FIELD_TEXTAREA,
     .label = MSG_word_reason,
     .help = MSG_article_withdraw_help,
     .required = true,
     .max = ARTICLE_REASON_MAX},
};

/* Why what waits is held although others are not. */
static str held_why(const struct request *r, const struct article *a)
{
    return str_eq(a->reason, S("near_copy")) ? msg(r->lang, MSG_reason_near_copy) : S("");
}

static err state_page(struct request *r, int status, const struct form *withdraw)
{
    struct showing s = {.r = r};
    TRY(request_arg_int(r, "no", &s.no));
    TRY(request_read(r, show_read, &s));
    const struct article *a = &s.a;
    bool draft = str_eq(a->state, S("draft")),
         waits = str_eq(a->state, S("held")) || str_eq(a->state, S("scheduled"));
    str base = str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)s.no);
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_word_status), .text = state_word(r, a->state)},
        {.label = msg(r->lang, MSG_article_versions), .text = str_fmt(r->mem, "%d", a->versions)},
    };
    struct article_state_view v = {
        .r = r,
        .a = a,
        .base = base,
        .steps = steps_of(r, a),
        .events = events_of(r, &s),
        .facts = {facts, LEN(facts)},
        .returned = waits                           ? held_why(r, a)
                    : s.has_draft && s.d.returned.n ? s.d.returned
                                                    : a->reason,
        .has_draft = s.has_draft,
        .can_edit = !waits && !str_eq(a->state, S("removed")),
        .can_unsubmit = waits,
        .can_discard = draft && !a->version,
        .can_link = !str_eq(a->state, S("removed")) && !str_eq(a->state, S("discarded")),
        .can_pin = str_eq(a->state, S("published")) && r->member.role >= MEMBER_EDITOR,
        .pinned = s.pinned,
        .second = str_eq(s.release.state, S("waiting"))
                      ? str_fmt(r->mem, "/console/%.*s/releases/%lld", FMT(r->member.handle),
                                (long long)s.no)
                      : S(""),
        .second_open = r->member.role >= MEMBER_EDITOR,
        .notes = s.notes,
        .can_withdraw = str_eq(a->state, S("published")) && r->member.role >= MEMBER_EDITOR,
        .discard = {.id = S("discard"),
                    .button = msg(r->lang, MSG_article_discard),
                    .title = msg(r->lang, MSG_article_discard),
                    .text = msg(r->lang, MSG_article_discard_effect),
                    .action = str_cat(r->mem, base, S("/discard")),
                    .csrf = r->session.csrf,
                    .danger = true}};
    if (withdraw)
        v.withdraw = *withdraw;
    else
        form_init(r, WITHDRAW, LEN(WITHDRAW), &v.withdraw);
    v.withdraw.action = str_cat(r->mem, base, S("/withdraw"));
    v.withdraw.submit = MSG_article_withdraw;
    struct page page = {.place = PLACE_CONSOLE,
                        .title = a->title.n ? a->title : msg(r->lang, MSG_article_untitled),
                        .back = {base_of(r), msg(r->lang, MSG_article_list), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_article_state, &v);
}

err page_article_state(struct request *r)
{
    return state_page(r, 200, NULL);
}

/* ---- acts ---- */

struct act {
    struct request *r;
    int64_t no;
    str reason;
};

static err back_to(struct request *r, const struct act *a, enum msg flash)
{
    reply_flash(r, flash);
    return reply_redirect(r, str_fmt(r->mem, "%.*s/%lld", FMT(base_of(r)), (long long)a->no));
}

static err unsubmit(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return article_unsubmit(t, a->r->member.account_id, a->no, a->r->session.user_id);
}

err do_article_unsubmit(struct request *r)
{
    struct act a = {.r = r};
    TRY(request_arg_int(r, "no", &a.no));
    TRY(request_tx(r, unsubmit, &a));
    return back_to(r, &a, MSG_article_unsubmitted);
}

static err discard(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return article_discard(t, a->r->member.account_id, a->no, a->r->session.user_id);
}

err do_article_discard(struct request *r)
{
    struct act a = {.r = r};
    TRY(request_arg_int(r, "no", &a.no));
    TRY(request_tx(r, discard, &a));
    reply_flash(r, MSG_article_discarded);
    return reply_redirect(r, base_of(r));
}

static err withdraw_tx(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return article_withdraw(t, a->r->mem, a->r->member.account_id, a->no, a->r->session.user_id,
                            a->reason);
}

err do_article_withdraw(struct request *r)
{
    struct act a = {.r = r};
    struct form f;
    TRY(request_arg_int(r, "no", &a.no));
    if (form_read(r, WITHDRAW, LEN(WITHDRAW), &f) != OK)
        return state_page(r, 422, &f);
    a.reason = form_get(&f, "reason");
    TRY(request_tx(r, withdraw_tx, &a));
    return back_to(r, &a, MSG_article_withdrawn);
}

static err pin_tx(struct tx *t, void *ctx)
{
    const struct act *a = ctx;
    const struct request *r = a->r;
    struct sequel_act act = {r->member.account_id, 0, a->no, r->session.user_id};
    return str_eq(a->reason, S("pin")) ? pin_set(t, r->mem, &act) : pin_drop(t, r->mem, &act);
}

err do_article_pin(struct request *r)
{
    struct act a = {.r = r, .reason = request_field(r, "act")};
    TRY(request_arg_int(r, "no", &a.no));
    TRY(request_tx(r, pin_tx, &a));
    return back_to(r, &a, str_eq(a.reason, S("pin")) ? MSG_pin_set_now : MSG_pin_dropped);
}
