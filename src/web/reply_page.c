/* A page around a body: the layout of its place, with what the layout shows of the reader. */
#include "layout.html.h"
#include "settings/settings.h"
#include "web/layout.h"
#include "web/request.h"

struct greeting {
    struct request *r;
    struct chrome *c;
};

/* Who cannot be greeted still gets the page. */
static err greet(struct tx *t, void *ctx)
{
    struct greeting *g = ctx;
    struct request *r = g->r;
    struct chrome *c = g->c;
    struct membership *list = NULL;
    size_t n = 0;
    int64_t unread = 0;
    int64_t user = r->session.user_id;
    if (r->site->memberships)
        TRY(r->site->memberships(t, r->mem, user, &list, &n));
    if (r->site->unread)
        TRY(r->site->unread(t, user, &unread));
    c->accounts = list;
    c->account_n = n;
    c->unread = unread;
    return OK;
}

static str route_title(const struct request *r)
{
    enum msg m = MSG_site_name;
    if (r->route)
        (void)msg_find(str_from(r->route->title), &m);
    return msg(r->lang, m);
}

str request_origin(const struct request *r)
{
    str url = r->site->settings ? r->site->settings->public_url : STR_NONE;
    if (url.n && url.p[url.n - 1] == '/')
        url.n--;
    return url.n ? url
                 : str_fmt(r->mem, "%s://%.*s", r->site->https ? "https" : "http", FMT(r->host));
}

static struct chrome chrome_of(struct request *r, const struct page *page)
{
    str theme = request_cookie(r, "theme");
    bool known = str_eq(theme, S("light")) || str_eq(theme, S("dark"));
    enum msg flash;
    struct chrome c = {
        .r = r,
        .title = page->title.n ? page->title : route_title(r),
        .origin = request_origin(r),
        .theme = known ? theme : S(""),
        .flash = request_flash(r, &flash) ? msg(r->lang, flash) : S(""),
        .here = request_here(r),
    };
    struct fault kept = *fault_last();
    if (r->site->profile && r->site->profile(r->site, r->mem, &c.profile) != OK)
        c.profile = (struct site_profile){0};
    struct greeting g = {r, &c};
    if (r->session.user_id && request_read(r, greet, &g) != OK)
        c.account_n = 0;
    fault_copy(&kept);
    if (!c.profile.name.n)
        c.profile.name = msg(r->lang, MSG_site_name);
    return c;
}

err reply_page(struct request *r, int status, const struct page *page, html body)
{
    static const struct page PLAIN = {.place = PLACE_PLAIN};
    if (!page)
        page = &PLAIN;
    struct chrome c = chrome_of(r, page);
    struct out *o = request_out(r);
    if (page->place == PLACE_READER)
        layout_reader(o, page, &c, body);
    else if (page->place == PLACE_PLAIN)
        layout_plain(o, page, &c, body);
    else
        layout_console(o, page, &c, body);
    str text = STR_NONE;
    TRY(out_finish(o, &text));
    return reply_text(r, status, S("text/html; charset=utf-8"), text);
}
