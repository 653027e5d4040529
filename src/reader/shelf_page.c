/* Reading list, history, how articles look, and the QR code of an article's address. */
#include "article/declare.h"
#include "article/render.h"
#include "base/xml.h"
#include "consent/consent.h"
#include "reader/pieces.h"
#include "reader/shelf.h"
#include "reader_shelf.html.h"
#include "user/user.h"
#include "web/layout.h"

enum { YEAR_S = 365 * 24 * 3600, SVG_MAX = 512 * 1024, QR_CACHE_S = 3600, ALL = 1000 };

/* ---- saving ---- */

struct shelving {
    const struct request *r;
    struct article a;
    bool on, must_be_public;
    int place;
};

static err find(struct tx *t, struct shelving *s, struct shelf_ref *ret_ref)
{
    int64_t no = 0;
    TRY(request_arg_int(s->r, "no", &no));
    TRY(article_find(t, s->r->mem, request_arg(s->r, "handle"), no, &s->a));
    if (s->must_be_public && !str_eq(s->a.state, S("published")))
        return fault(ERR_NOT_FOUND, "not_found", "article is %.*s", FMT(s->a.state));
    *ret_ref = (struct shelf_ref){s->r->session.user_id, s->a.account_id, no};
    return OK;
}

static err save(struct tx *t, void *ctx)
{
    struct shelving *s = ctx;
    struct shelf_ref ref;
    TRY(find(t, s, &ref));
    return s->on ? shelf_save(t, &ref) : shelf_unsave(t, &ref);
}

static err save_do(struct request *r, bool on)
{
    struct shelving s = {.r = r, .on = on, .must_be_public = on};
    TRY(request_tx(r, save, &s));
    reply_flash(r, on ? MSG_reader_saved : MSG_reader_unsaved);
    str next = request_field(r, "next");
    return reply_redirect(
        r, next.n ? next : str_fmt(r->mem, "/a/%.*s/%lld", FMT(s.a.handle), (long long)s.a.no));
}

err do_save(struct request *r)
{
    return save_do(r, true);
}

err do_unsave(struct request *r)
{
    return save_do(r, false);
}

/* ---- lists ---- */

typedef err shelf_reader(struct tx *t, arena *mem, const struct shelf_page *p,
                         struct shelf_item **ret_v, size_t *ret_n);
struct listing {
    const struct request *r;
    shelf_reader *read;
    struct shelf_page page;
    struct shelf_item *v;
    size_t n;
    bool history;
};

static err load_list(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    TRY(history_is_on(t, l->page.user_id, &l->history));
    return l->read(t, l->r->mem, &l->page, &l->v, &l->n);
}

static err list(struct request *r, shelf_reader *read, struct listing *ret_l)
{
    struct article_page key = {0};
    page_key(r, &key);
    struct listing l = {
        .r = r,
        .read = read,
        .page = {r->session.user_id, key.before_at, key.before_account, key.before_no}};
    TRY(request_read(r, load_list, &l));
    *ret_l = l;
    return OK;
}

static struct shelf_view view_of(const struct request *r, const struct listing *l)
{
    struct shelf_row *rows = NEW_N(r->mem, struct shelf_row, l->n);
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct article *a = &l->v[i].a;
        struct declaration d = declared_of(r->mem, a->declared);
        if (hidden_from(r, &d))
            continue;
        rows[n++] = (struct shelf_row){.item = &l->v[i],
                                       .cover = media_path(r->mem, a->cover, COVER_WIDTH),
                                       .percent = l->v[i].place / 10,
                                       .mark = mark_of(r, a->account_class, a->account_verified)};
    }
    struct shelf_view v = {
        .rows = rows, .n = n, .csrf = r->session.csrf, .history = l->history, .here = r->path};
    if (l->n == SHELF_PAGE) {
        const struct shelf_item *last = &l->v[l->n - 1];
        v.next = str_fmt(r->mem, "%.*s?before=%lld.%lld.%lld", FMT(r->path), (long long)last->at,
                         (long long)last->account_id, (long long)last->no);
    }
    return v;
}

err page_saved(struct request *r)
{
    struct listing l;
    TRY(list(r, shelf_saved, &l));
    struct shelf_view v = view_of(r, &l);
    v.empty = (struct empty_view){.icon = S("bookmark"),
                                  .title = msg(r->lang, MSG_reader_saved_empty),
                                  .text = msg(r->lang, MSG_reader_saved_empty_text),
                                  .href = S("/"),
                                  .action = msg(r->lang, MSG_reader_feed_empty_action)};
    struct page page = {.place = PLACE_READER, .noindex = true};
    return REPLY_PAGE(r, &page, view_saved, &v);
}

err page_history(struct request *r)
{
    struct listing l;
    TRY(list(r, shelf_history, &l));
    struct shelf_view v = view_of(r, &l);
    v.empty = (struct empty_view){
        .icon = S("clock"),
        .title = msg(r->lang, l.history ? MSG_reader_history_empty : MSG_reader_history_off),
        .text = msg(r->lang, MSG_reader_history_text)};
    struct page page = {.place = PLACE_READER, .noindex = true};
    return REPLY_PAGE(r, &page, view_history, &v);
}

/* ---- history ---- */

static err change_history(struct tx *t, void *ctx)
{
    const struct request *r = ctx;
    str act = request_field(r, "act");
    if (str_eq(act, S("clear")))
        return history_clear(t, r->session.user_id);
    if (!str_eq(act, S("on")) && !str_eq(act, S("off")))
        return fault_field(ERR_INVALID, "bad_choice", "act", "%.*s", FMT(act));
    TRY(consent_set(t, r->session.user_id, PURPOSE_history, str_eq(act, S("on"))));
    return history_switch(t, r->session.user_id, str_eq(act, S("on")));
}

err do_history(struct request *r)
{
    TRY(request_tx(r, change_history, r));
    reply_flash(r, MSG_reader_history_changed);
    return reply_redirect(r, S("/me/history"));
}

static err note(struct tx *t, void *ctx)
{
    struct shelving *s = ctx;
    struct shelf_ref ref;
    TRY(find(t, s, &ref));
    return history_note(t, &ref, s->place);
}

/* Sent by the page's script while a reader who keeps a history reads. */
err do_read_note(struct request *r)
{
    struct shelving s = {.r = r, .must_be_public = true};
    int64_t place = 0;
    str sent = request_field(r, "place");
    if (str_int(sent, &place) != OK || place < 0 || place > ALL)
        return fault_field(ERR_INVALID, "bad_choice", "place", "0 to 1000");
    s.place = (int)place;
    TRY(request_tx(r, note, &s));
    return reply_json(r, 200, S("{}"));
}

/* ---- how articles look: a cookie of two letters, size and face ---- */

err do_reading(struct request *r)
{
    str now = request_cookie(r, "reading"), next = request_field(r, "next");
    str size = request_field(r, "size"), face = request_field(r, "face");
    if (!size.n)
        size = now.n == 2 ? str_sub(now, 0, 1) : S("m");
    if (!face.n)
        face = now.n == 2 ? str_sub(now, 1, 1) : S("n");
    str choice = str_cat(r->mem, size, face);
    if (!reading_choice(choice))
        return fault_field(ERR_INVALID, "bad_choice", "size", "%.*s", FMT(choice));
    bool usual = str_eq(choice, S("mn"));
    reply_cookie(r, S("reading"), usual ? S("") : choice, usual ? 0 : YEAR_S);
    return reply_redirect(r, next.n ? next : S("/"));
}

/* ---- QR code ---- */

static err load_public(struct tx *t, void *ctx)
{
    struct shelf_ref ref;
    return find(t, ctx, &ref);
}

static void put_rect(struct xw *x, str side)
{
    xw_open(x, "rect");
    xw_attr(x, "width", side);
    xw_attr(x, "height", side);
    xw_attr(x, "fill", S("#fff"));
    xw_close(x);
}

err page_article_qr(struct request *r)
{
    struct shelving s = {.r = r, .must_be_public = true};
    TRY(request_read(r, load_public, &s));
    str path, body,
        url = str_fmt(r->mem, "%.*s/a/%.*s/%lld", FMT(request_origin(r)), FMT(s.a.handle),
                      (long long)s.a.no);
    int n = 0;
    struct xw x;
    TRY(qr_path(r->mem, url, &path, &n));
    str side = str_fmt(r->mem, "%d", n);
    xw_init(&x, r->mem, SVG_MAX);
    xw_open(&x, "svg");
    xw_attr(&x, "xmlns", S("http://www.w3.org/2000/svg"));
    xw_attr(&x, "viewBox", str_fmt(r->mem, "0 0 %d %d", n, n));
    xw_attr(&x, "shape-rendering", S("crispEdges"));
    put_rect(&x, side);
    xw_open(&x, "path");
    xw_attr(&x, "d", path);
    xw_close(&x);
    xw_close(&x);
    TRY(xw_take(&x, &body));
    reply_cache(r, QR_CACHE_S);
    reply_tag(r, str_cat(r->mem, S("a:"), s.a.handle));
    return reply_text(r, 200, S("image/svg+xml"), body);
}
