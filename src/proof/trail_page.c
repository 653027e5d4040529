/* What the record says about one thing, and the receipt of each line: beside articles (for
 * readers what happened in public, for operators everything), registrants and cases. */
#include "article/article.h"
#include "proof/proof_view.h"
#include "proof_trail.html.h"
#include "record/record.h"
#include "registrant/registrant.h"
#include "registrant/registrant_view.h"
#include "web/layout.h"

struct trail {
    struct request *r;
    str subject, base, title; /* base: address of the thing itself */
    bool open_only;           /* only what everybody could see anyway */
    enum place place;
    struct record_row *rows;
    int64_t *idx;
    size_t n;
    str receipt;
};
typedef err trail_find(struct tx *t, struct trail *x);

static bool kind_open(str kind)
{
    static const enum record_kind OPEN[] = {RECORD_article_published, RECORD_article_updated,
                                            RECORD_article_withdrawn, RECORD_article_removed,
                                            RECORD_article_restored};
    for (size_t i = 0; i < LEN(OPEN); i++)
        if (str_eq(kind, str_from(record_kind_name(OPEN[i]))))
            return true;
    return false;
}

static err rows_load(struct tx *t, struct trail *x)
{
    size_t n = 0;
    TRY(record_list(t, x->r->mem, x->subject, &x->rows, &n));
    x->idx = NEW_N(x->r->mem, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        if (x->open_only && !kind_open(x->rows[i].kind))
            continue;
        x->rows[x->n] = x->rows[i];
        TRY(record_leaf_index(t, x->r->mem, x->rows[i].id, &x->idx[x->n]));
        x->n++;
    }
    return OK;
}

struct call {
    trail_find *find;
    struct trail x;
};

static err load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    c->x.n = 0;
    TRY(c->find(t, &c->x));
    return rows_load(t, &c->x);
}

static err trail_page(struct request *r, trail_find *find)
{
    struct call c = {find, {.r = r}};
    TRY(request_read(r, load, &c));
    const struct trail *x = &c.x;
    struct trail_line *v = NEW_N(r->mem, struct trail_line, x->n);
    for (size_t i = 0; i < x->n; i++)
        v[i] = (struct trail_line){
            .kind = msg_lookup(r->lang, "leaf.", str_z(r->mem, x->rows[i].kind), MSG_leaf_other),
            .hash = hex(r->mem, x->rows[i].hash),
            .receipt = str_fmt(r->mem, "%.*s/record/%lld", FMT(x->base), (long long)x->rows[i].id),
            .at = x->rows[i].at,
            .idx = x->idx[i]};
    struct trail_view view = {x->title, x->base, v, x->n, x->place == PLACE_READER};
    struct page page = {.place = x->place, .noindex = true};
    if (x->place != PLACE_READER)
        page.back = (struct page_link){x->base, x->title, S("")};
    return REPLY_PAGE(r, &page, view_trail, &view);
}

static err receipt_load(struct tx *t, void *ctx)
{
    struct call *c = ctx;
    struct trail *x = &c->x;
    int64_t id = 0;
    TRY(request_arg_int(x->r, "record", &id));
    TRY(load(t, ctx));
    for (size_t i = 0; i < x->n; i++)
        if (x->rows[i].id == id)
            return x->r->site->log
                       ? record_log_receipt(x->r->site->log, t, x->r->mem, id, &x->receipt)
                       : fault(ERR_NOT_FOUND, "not_sealed_yet", "no log");
    return fault(ERR_NOT_FOUND, "not_found", "no such record of this subject");
}

static err trail_receipt(struct request *r, trail_find *find)
{
    struct call c = {find, {.r = r}};
    TRY(request_read(r, receipt_load, &c));
    reply_header(
        r, "Content-Disposition",
        str_fmt(r->mem, "attachment; filename=\"%.*s.tlog-proof\"", FMT(request_arg(r, "record"))));
    return reply_text(r, 200, S("text/plain; charset=utf-8"), c.x.receipt);
}

/* ---- whose record, and who may see it ---- */

static void article_subject(struct trail *x, const struct article *a)
{
    x->subject =
        str_fmt(x->r->mem, "article/%lld/%lld", (long long)a->account_id, (long long)a->no);
    x->title = a->title;
}

static err article_open(struct tx *t, struct trail *x)
{
    struct article a;
    int64_t no = 0;
    TRY(request_arg_int(x->r, "no", &no));
    TRY(article_find(t, x->r->mem, request_arg(x->r, "handle"), no, &a));
    if (!str_eq(a.state, S("published")) && !str_eq(a.state, S("withdrawn")) &&
        !str_eq(a.state, S("removed")))
        return fault(ERR_NOT_FOUND, "not_found", "article is %.*s", FMT(a.state));
    article_subject(x, &a);
    if (a.account_closed)
        x->title = msg(x->r->lang, MSG_proof_thing);
    x->base = str_fmt(x->r->mem, "/a/%.*s/%lld", FMT(a.handle), (long long)no);
    x->open_only = true;
    x->place = PLACE_READER;
    return OK;
}

static err article_own(struct tx *t, struct trail *x)
{
    struct article a;
    int64_t no = 0;
    TRY(request_arg_int(x->r, "no", &no));
    TRY(article_find(t, x->r->mem, x->r->member.handle, no, &a));
    article_subject(x, &a);
    x->base = str_fmt(x->r->mem, "/console/%.*s/articles/%lld", FMT(a.handle), (long long)no);
    x->place = PLACE_CONSOLE;
    if (x->title.n == 0)
        x->title = msg(x->r->lang, MSG_proof_thing);
    return OK;
}

static err registrant_of(struct tx *t, struct trail *x)
{
    struct registrant reg;
    TRY(registrant_own(x->r, t, &reg));
    x->subject = str_fmt(x->r->mem, "registrant/%lld", (long long)reg.id);
    x->base = str_fmt(x->r->mem, "/me/registrants/%lld", (long long)reg.id);
    x->title = msg(x->r->lang, MSG_nav_registrant);
    x->place = PLACE_ME;
    return OK;
}

static err case_subject(struct tx *t, struct trail *x)
{
    int64_t id = 0;
    struct casefile c;
    TRY(request_arg_int(x->r, "id", &id));
    TRY(case_load(t, x->r->mem, id, &c));
    x->subject = str_fmt(x->r->mem, "case/%lld", (long long)id);
    x->base = str_fmt(x->r->mem, "/desk/cases/%lld", (long long)id);
    x->title = c.title;
    x->place = PLACE_DESK;
    return OK;
}

err page_article_record(struct request *r)
{
    return trail_page(r, article_open);
}
err page_article_receipt(struct request *r)
{
    return trail_receipt(r, article_open);
}
err page_console_record(struct request *r)
{
    return trail_page(r, article_own);
}
err page_console_receipt(struct request *r)
{
    return trail_receipt(r, article_own);
}
err page_registrant_record(struct request *r)
{
    return trail_page(r, registrant_of);
}
err page_registrant_receipt(struct request *r)
{
    return trail_receipt(r, registrant_of);
}
err page_case_record(struct request *r)
{
    return trail_page(r, case_subject);
}
err page_case_receipt(struct request *r)
{
    return trail_receipt(r, case_subject);
}
