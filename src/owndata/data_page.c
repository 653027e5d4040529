/* "What do you hold about me, and who looked at it." */
#include "base/buf.h"
#include "base/clock.h"
#include "owndata/owndata.h"
#include "owndata/owndata_view.h"
#include "owndata_data.html.h"
#include "partials.html.h"
#include "registrant/registrant.h"
#include "registrant/registrant_view.h"
#include "settings/provider.h"

enum { ROWS = 500, LINES = 5, LOOK_COLUMNS = 5, LINE_MAX = 4096, LINE_CHARS = 60 };

struct showing {
    struct request *r;
    struct provider_settings ps;
    struct class_view classes[OWN_CLASSES];
    struct own_row *looks;
    size_t look_n, n;
};

static str label(const struct request *r, const char *prefix, const char *key)
{
    return msg_lookup(r->lang, prefix, key, MSG_word_none);
}

/* How long, with the months in force where a rule has any. */
static str kept(const struct showing *x, const char *how)
{
    const struct provider_settings *ps = &x->ps;
    const struct {
        const char *how;
        int64_t months;
    } MONTHS[] = {{"login", ps->retention_identity_months},
                  {"oplog", ps->retention_oplog_months},
                  {"api_use", ps->retention_api_use_months},
                  {"provision", ps->retention_provision_months},
                  {"access", ps->retention_vault_access_months}};
    str n = str_fmt(x->r->mem, "%d", EXPORT_DAYS);
    for (size_t i = 0; i < LEN(MONTHS); i++)
        if (strcmp(MONTHS[i].how, how) == 0)
            n = str_fmt(x->r->mem, "%lld", (long long)MONTHS[i].months);
    enum msg m = MSG_word_none;
    (void)msg_find(str_fmt(x->r->mem, "owndata.keep_%s", how), &m);
    return msg_format(x->r->mem, x->r->lang, m, &n, 1);
}

static str line_of(arena *mem, enum own_class c, const struct own_row *row)
{
    struct buf b;
    buf_init(&b, mem, LINE_MAX);
    buf_add(&b, clock_china_text(mem, row->at));
    for (int i = 0; i < OWN_SPEC[c].shown; i++)
        if (row->v[i].n) {
            buf_add(&b, S(" · "));
            buf_add(&b, str_ellipsis(mem, row->v[i], LINE_CHARS));
        }
    return buf_str(&b);
}

static err registrants(struct tx *t, const struct showing *x, struct class_view *v)
{
    struct request *r = x->r;
    struct registrant *list;
    size_t n;
    TRY(registrant_list(t, r->mem, r->session.user_id, &list, &n));
    struct facts_view *facts = NEW_N(r->mem, struct facts_view, n + 1);
    str *href = NEW_N(r->mem, str, n + 1);
    for (size_t i = 0; i < n; i++) {
        TRY(registrant_facts(r, t, &list[i], &facts[i]));
        href[i] = str_fmt(r->mem, "/me/registrants/%lld", (long long)list[i].id);
    }
    v->facts = facts;
    v->fact_href = href;
    v->fact_n = n;
    return OK;
}

static err one(struct tx *t, struct showing *x, enum own_class c)
{
    struct request *r = x->r;
    const struct own_spec *s = &OWN_SPEC[c];
    struct own_row *rows;
    size_t n;
    TRY(own_rows(t, r->mem, r->site->vault, r->session.user_id, c, ROWS, &rows, &n));
    if (c == OWN_look) {
        x->looks = rows;
        x->look_n = n;
    }
    struct class_view *v = &x->classes[x->n++];
    *v = (struct class_view){.title = label(r, "owndata.class_", s->name),
                             .purpose = label(r, "owndata.purpose_", s->name),
                             .source = label(r, "owndata.source_", s->source),
                             .kept = kept(x, s->kept),
                             .href = str_from(s->href),
                             .n = (int64_t)n,
                             .more = n == ROWS};
    v->line_n = s->shown ? (n < LINES ? n : LINES) : 0;
    str *lines = NEW_N(r->mem, str, LINES);
    for (size_t i = 0; i < v->line_n; i++)
        lines[i] = line_of(r->mem, c, &rows[i]);
    if (c == OWN_login && n)
        lines[0] = str_fmt(r->mem, "%.*s · %.*s", FMT(lines[0]), FMT(rows[0].v[3]));
    v->lines = lines;
    return c == OWN_registrant ? registrants(t, x, v) : OK;
}

static err load(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    x->n = 0;
    for (int c = 0; c < OWN_CLASSES; c++)
        TRY(one(t, x, (enum own_class)c));
    return OK;
}

/* "reviewer,privacy_officer" in the reader's words. */
static str posts(struct request *r, str roles)
{
    str text = S("");
    for (str rest = roles; rest.p && roles.n;) {
        str one_role = str_split(rest, ',', &rest);
        str word = label(r, "role.", str_z(r->mem, one_role));
        text = text.n ? str_fmt(r->mem, "%.*s · %.*s", FMT(text), FMT(word)) : word;
    }
    return text;
}

static struct table_view looks_of(const struct showing *x)
{
    struct request *r = x->r;
    static const enum msg HEADS[LOOK_COLUMNS] = {MSG_word_time, MSG_owndata_who, MSG_owndata_field,
                                                 MSG_owndata_why, MSG_owndata_approved};
    struct table_col *cols = NEW_N(r->mem, struct table_col, LOOK_COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->look_n + 1);
    for (size_t i = 0; i < LOOK_COLUMNS; i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    for (size_t i = 0; i < x->look_n; i++) {
        const struct own_row *l = &x->looks[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, LOOK_COLUMNS);
        bool full = str_eq(l->v[1], S("full"));
        str field = msg_lookup(r->lang, "identity.", str_z(r->mem, l->v[0]), MSG_owndata_file);
        c[0].text = clock_china_text(r->mem, l->at);
        c[1].text = posts(r, l->v[3]);
        c[2] = (struct table_cell){.status = true,
                                   .tone = full ? TONE_WARN : TONE_NEUTRAL,
                                   .text = msg_format(r->mem, r->lang,
                                                      full ? MSG_owndata_full : MSG_owndata_masked,
                                                      &field, 1)};
        c[3].text = l->v[2];
        c[4].text = posts(r, l->v[4]);
        rows[i].cells = c;
    }
    return (struct table_view){.caption = msg(r->lang, MSG_owndata_looks),
                               .cols = cols,
                               .col_n = LOOK_COLUMNS,
                               .rows = rows,
                               .row_n = x->look_n,
                               .empty = {.icon = S("lock-closed"),
                                         .title = msg(r->lang, MSG_owndata_no_looks),
                                         .text = msg(r->lang, MSG_owndata_no_looks_text)}};
}

err page_own_data(struct request *r)
{
    struct showing x = {.r = r};
    provider_live_get(r->site->provider, r->mem, &x.ps);
    TRY(request_read(r, load, &x));
    struct data_view v = {.v = x.classes, .n = x.n, .looks = looks_of(&x), .made_at = r->now};
    struct page page = {
        .place = PLACE_ME,
        .noindex = true,
        .action = {S("/me/data/export"), msg(r->lang, MSG_owndata_export), S("arrow-down-tray")}};
    return REPLY_PAGE(r, &page, view_data, &v);
}
