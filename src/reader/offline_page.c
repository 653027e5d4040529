/* Reading without a network: what a device may keep of its reader's list, and the page that shows
 * what it kept. The keeping itself is assets/js/offline.js and sw.js. */
#include "base/buf.h"
#include "base/json.h"
#include "reader/pieces.h"
#include "reader/shelf.h"
#include "reader_offline.html.h"
#include "web/layout.h"

enum { KEPT_BYTES = 256 * 1024, PAGE_CACHE_S = 600 };

struct keeping {
    const struct request *r;
    struct kept_item *v;
    size_t n;
};

static err load_kept(struct tx *t, void *ctx)
{
    struct keeping *k = ctx;
    return shelf_kept(t, k->r->mem, k->r->session.user_id, &k->v, &k->n);
}

/* Asked by every page a reader opens: what is not named here leaves the device. */
err page_saved_kept(struct request *r)
{
    struct keeping k = {.r = r};
    struct jw j;
    str body;
    TRY(request_read(r, load_kept, &k));
    jw_init(&j, r->mem, KEPT_BYTES);
    jw_object(&j);
    jw_key(&j, "articles");
    jw_array(&j);
    for (size_t i = 0; i < k.n; i++) {
        const struct kept_item *a = &k.v[i];
        struct declaration d = declared_of(r->mem, a->declared);
        if (hidden_from(r, &d))
            continue;
        jw_object(&j);
        jw_key_str(&j, "path", str_fmt(r->mem, "/a/%.*s/%lld", FMT(a->handle), (long long)a->no));
        jw_key_str(&j, "stamp",
                   str_fmt(r->mem, "%lld.%lld.%.*s", (long long)a->version,
                           (long long)a->updated_at, FMT(a->label)));
        jw_key_str(&j, "title", a->title);
        jw_key_str(&j, "account", a->account_name);
        jw_end(&j);
    }
    jw_end(&j);
    jw_end(&j);
    TRY(buf_take(&j.out, &body));
    return reply_json(r, 200, body);
}

err page_offline(struct request *r)
{
    struct page page = {.place = PLACE_READER, .noindex = true, .script = "offline-page.js"};
    reply_cache(r, PAGE_CACHE_S);
    return REPLY_PAGE(r, &page, view_offline, r);
}
