/* A user's consents. */
#include "base/clock.h"
#include "consent/consent_view.h"
#include "consent_list.html.h"

enum { COLUMNS = 4 };

struct consenting {
    struct request *r;
    struct notice_standing notice;
    struct consent *v;
    size_t n;
    bool given[PURPOSE_COUNT], give;
    int purpose; /* -1: the privacy notice */
};

static err load(struct tx *t, void *ctx)
{
    struct consenting *x = ctx;
    int64_t me = x->r->session.user_id;
    TRY(consent_notice(t, me, &x->notice));
    for (int i = 0; i < PURPOSE_COUNT; i++)
        TRY(consent_stands(t, me, (enum purpose_id)i, &x->given[i]));
    return consent_list(t, x->r->mem, me, &x->v, &x->n);
}

static str word(struct request *r, const char *what, str key)
{
    return msg_lookup(r->lang, what, str_z(r->mem, key), MSG_word_none);
}

static struct purpose_line line_of(struct consenting *x, int i)
{
    struct request *r = x->r;
    str key = PURPOSES[i].key;
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("purpose"), key};
    return (struct purpose_line){
        .key = key,
        .title = word(r, "consent.purpose_", key),
        .what = word(r, "consent.what_", key),
        .back = word(r, "consent.back_", key),
        .href = PURPOSES[i].href,
        .given = x->given[i],
        .state = msg(r->lang, x->given[i] ? MSG_consent_given : MSG_consent_not_given),
        .tone = x->given[i] ? TONE_OK : TONE_NEUTRAL,
        .withdraw = {.id = str_fmt(r->mem, "withdraw-%.*s", FMT(key)),
                     .button = msg(r->lang, MSG_consent_withdraw),
                     .title = word(r, "consent.purpose_", key),
                     .text = word(r, "consent.back_", key),
                     .action = S("/me/consents"),
                     .csrf = r->session.csrf,
                     .hidden = hidden,
                     .hidden_n = 1}};
}

static struct table_view past_of(struct consenting *x)
{
    static const enum msg LABELS[COLUMNS] = {MSG_word_time, MSG_consent_purpose, MSG_word_status,
                                             MSG_consent_notice};
    struct request *r = x->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        const struct consent *k = &x->v[i];
        bool notice = str_eq(k->purpose, S("notice"));
        int64_t version = k->notice_version;
        str number = str_fmt(r->mem, "%lld", (long long)version);
        c[0].text = clock_china_text(r->mem, k->at);
        c[1].text = word(r, "consent.purpose_", k->purpose);
        c[2].text = msg(r->lang, notice     ? MSG_consent_was_shown
                                 : k->given ? MSG_consent_given
                                            : MSG_consent_withdrawn);
        c[3].text = msg_format(r->mem, r->lang, MSG_consent_version, &number, 1);
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_consent_past),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {.icon = S("shield-check"),
                                         .title = msg(r->lang, MSG_consent_none),
                                         .text = msg(r->lang, MSG_consent_none_text)}};
}

err page_consents(struct request *r)
{
    struct consenting x = {.r = r};
    TRY(request_read(r, load, &x));
    struct consents_view v = {.csrf = r->session.csrf, .notice = x.notice, .past = past_of(&x)};
    for (int i = 0; i < PURPOSE_COUNT; i++)
        v.v[i] = line_of(&x, i);
    struct page page = {.place = PLACE_ME, .noindex = true};
    return REPLY_PAGE(r, &page, view_consents, &v);
}

static err set(struct tx *t, void *ctx)
{
    struct consenting *x = ctx;
    int64_t me = x->r->session.user_id;
    return x->purpose < 0 ? consent_notice_shown(t, me)
                          : consent_set(t, me, (enum purpose_id)x->purpose, x->give);
}

/* Only purposes without a page of their own, which would else be said one way and done another. */
err do_consents(struct request *r)
{
    str key = request_field(r, "purpose");
    struct consenting x = {
        .r = r, .purpose = PURPOSE_COUNT, .give = str_eq(request_field(r, "given"), S("1"))};
    for (int i = 0; i < PURPOSE_COUNT; i++)
        if (str_eq(key, PURPOSES[i].key) && !PURPOSES[i].href.n)
            x.purpose = i;
    if (str_eq(key, S("notice")))
        x.purpose = -1;
    if (x.purpose == PURPOSE_COUNT)
        return fault(ERR_INVALID, "bad_choice", "no purpose %.*s", FMT(key));
    TRY(request_tx(r, set, &x));
    reply_flash(r, MSG_consent_noted);
    return reply_redirect(r, S("/me/consents"));
}
