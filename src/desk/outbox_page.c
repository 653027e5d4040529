/* The outbox: what was sent, what waits, what failed. Recipients are masked; a text (it may hold a
 * code) is opened for the privacy officer only, and noted; the demo, where nothing is sent, shows
 * it to whoever sees the outbox. */
#include "desk/desk_view.h"
#include "desk_list.html.h"
#include "desk_outbox.html.h"

#include "settings/provider.h"

enum { PAGE_ROWS = 50 };

struct outbox {
    struct request *r;
    struct mail_query q;
    struct mail_counts counts;
    struct mail_row *v, one;
    size_t n;
    int64_t id;
    bool body_on;
};

static str state_label(enum lang lang, str state)
{
    return str_eq(state, S("sent"))     ? msg(lang, MSG_outbox_sent)
           : str_eq(state, S("failed")) ? msg(lang, MSG_outbox_failed)
                                        : msg(lang, MSG_outbox_queued);
}

static enum tone state_tone(str state)
{
    return str_eq(state, S("sent")) ? TONE_OK : str_eq(state, S("failed")) ? TONE_BAD : TONE_INFO;
}

static str channel_label(enum lang lang, str channel)
{
    return msg(lang, str_eq(channel, S("sms")) ? MSG_outbox_sms : MSG_outbox_email);
}

static err load(struct tx *t, void *ctx)
{
    struct outbox *o = ctx;
    TRY(mail_count(t, &o->counts));
    return mail_list(t, o->r->mem, &o->q, &o->v, &o->n);
}

static err read_query(struct request *r, struct mail_query *ret_q)
{
    str before = request_query(r, "before"), state = request_query(r, "state");
    struct mail_query q = {.state = state.p ? state : S(""), .limit = PAGE_ROWS};
    bool known = !q.state.n || str_eq(q.state, S("queued")) || str_eq(q.state, S("sent")) ||
                 str_eq(q.state, S("failed"));
    if (!known)
        return fault(ERR_INVALID, "bad_choice", "state %.*s", FMT(state));
    if (before.n)
        TRY(str_int(before, &q.before_id));
    *ret_q = q;
    return OK;
}

static struct table_row row_of(struct request *r, const struct mail_row *m)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, 5);
    c[0].text = m->recipient_masked;
    c[1].text = channel_label(r->lang, m->channel);
    c[2] = (struct table_cell){
        .text = state_label(r->lang, m->state), .status = true, .tone = state_tone(m->state)};
    c[3].text = m->error.n ? str_ellipsis(r->mem, m->error, 60) : m->subject;
    c[4].at_ms = m->created_at;
    return (struct table_row){str_fmt(r->mem, "/desk/outbox/%lld", (long long)m->id), c};
}

static size_t chips_of(const struct outbox *o, struct table_chip *v)
{
    static const char *const STATES[] = {"", "queued", "sent", "failed"};
    enum lang lang = o->r->lang;
    for (size_t i = 0; i < LEN(STATES); i++) {
        str s = str_from(STATES[i]);
        v[i] =
            (struct table_chip){.label = s.n ? state_label(lang, s) : msg(lang, MSG_word_all),
                                .href = s.n ? str_fmt(o->r->mem, "/desk/outbox?state=%s", STATES[i])
                                            : S("/desk/outbox"),
                                .on = str_eq(o->q.state, s)};
    }
    v[1].count = o->counts.queued;
    v[3].count = o->counts.failed;
    return LEN(STATES);
}

err page_outbox(struct request *r)
{
    struct outbox o = {.r = r};
    TRY(read_query(r, &o.q));
    TRY(request_read(r, load, &o));
    struct table_chip chips[4];
    struct table_col cols[] = {{.label = msg(r->lang, MSG_outbox_recipient)},
                               {.label = msg(r->lang, MSG_outbox_channel)},
                               {.label = msg(r->lang, MSG_word_status)},
                               {.label = msg(r->lang, MSG_outbox_subject)},
                               {.label = msg(r->lang, MSG_outbox_created)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, PAGE_ROWS);
    for (size_t i = 0; i < o.n; i++)
        rows[i] = row_of(r, &o.v[i]);
    struct table_view v = {.caption = msg(r->lang, MSG_nav_outbox),
                           .cols = cols,
                           .col_n = LEN(cols),
                           .rows = rows,
                           .row_n = o.n,
                           .chips = chips,
                           .chip_n = chips_of(&o, chips),
                           .empty = {.icon = S("envelope"),
                                     .title = msg(r->lang, MSG_outbox_empty),
                                     .text = msg(r->lang, MSG_outbox_empty_text)}};
    if (o.n == PAGE_ROWS)
        v.pager.next = str_fmt(r->mem, "/desk/outbox?state=%.*s&before=%lld", FMT(o.q.state),
                               (long long)o.v[o.n - 1].id);
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_desk_table, &v);
}

/* ---- one message ---- */

static err load_one(struct tx *t, void *ctx)
{
    struct outbox *o = ctx;
    return mail_load(t, o->r->mem, o->id, &o->one);
}

static err read_one(struct tx *t, void *ctx)
{
    struct outbox *o = ctx;
    struct request *r = o->r;
    struct vault_reader who = {.user_id = r->session.user_id, .reason = S("outbox")};
    return mail_read_by(VAULT_CTX(r->site->vault, t, r->mem), o->id, who, &o->one);
}

static err show_one(struct outbox *o, int status, str error)
{
    struct request *r = o->r;
    struct fact *f = NEW_N(r->mem, struct fact, 8);
    const struct mail_row *m = &o->one;
    size_t n = 0;
    f[n++] =
        (struct fact){.label = msg(r->lang, MSG_outbox_recipient), .text = m->recipient_masked};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_outbox_channel),
                           .text = channel_label(r->lang, m->channel)};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_word_status),
                           .text = state_label(r->lang, m->state)};
    if (m->subject.n)
        f[n++] = (struct fact){.label = msg(r->lang, MSG_outbox_subject), .text = m->subject};
    f[n++] = (struct fact){.label = msg(r->lang, MSG_outbox_created),
                           .text = clock_china_text(r->mem, m->created_at)};
    if (m->sent_at)
        f[n++] = (struct fact){.label = msg(r->lang, MSG_outbox_sent),
                               .text = clock_china_text(r->mem, m->sent_at)};
    if (m->error.n)
        f[n++] = (struct fact){.label = msg(r->lang, MSG_outbox_error), .text = m->error};
    struct desk_outbox_view v = {
        .csrf = r->session.csrf,
        .base = str_fmt(r->mem, "/desk/outbox/%lld", (long long)o->id),
        .error = error,
        .facts = {f, n},
        .body = m->body.p ? m->body : S(""),
        .body_on = o->body_on,
        .can_read = !o->body_on && (r->session.roles & ROLE_PRIVACY) != 0,
        .can_retry = str_eq(m->state, S("failed")) && (r->session.roles & ROLE_SYSADMIN) != 0,
    };
    struct page page = {.place = PLACE_DESK, .title = msg(r->lang, MSG_outbox_message)};
    page.back = (struct page_link){S("/desk/outbox"), msg(r->lang, MSG_nav_outbox), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_desk_outbox, &v);
}

static err show_again(struct request *r, int64_t id, int status, str error)
{
    struct outbox o = {.r = r, .id = id};
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    o.body_on = ps.demo;
    TRY(ps.demo ? request_tx(r, read_one, &o) : request_read(r, load_one, &o));
    return show_one(&o, status, error);
}

err page_outbox_one(struct request *r)
{
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    return show_again(r, id, 200, S(""));
}

err do_outbox_read(struct request *r)
{
    struct outbox o = {.r = r, .body_on = true};
    TRY(request_arg_int(r, "id", &o.id));
    TRY(request_tx(r, read_one, &o));
    return show_one(&o, 200, S(""));
}

static err retry(struct tx *t, void *ctx)
{
    struct outbox *o = ctx;
    return mail_retry(o->r->site->mail, t, o->id);
}

err do_outbox_retry(struct request *r)
{
    struct outbox o = {.r = r};
    TRY(request_arg_int(r, "id", &o.id));
    err e = request_tx(r, retry, &o);
    if (e == ERR_CONFLICT) {
        struct fault f = fault_of(e);
        return show_again(r, o.id, 409,
                          msg_lookup(r->lang, "reason.", f.reason, MSG_reason_invalid));
    }
    TRY(e);
    job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_outbox_again);
    return reply_redirect(r, str_fmt(r->mem, "/desk/outbox/%lld", (long long)o.id));
}
