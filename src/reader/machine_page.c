/* For crawlers and programs: sitemap, robots.txt, oEmbed, the manifest of the installable site. */
#include "account/account.h"
#include "article/render.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/xml.h"
#include "reader/pieces.h"
#include "reader/sitemap.h"
#include "web/assets.h"

enum { MAP_CACHE_S = 600, MAP_MAX = 8 * 1024 * 1024, OEMBED_MAX = 64 * 1024, THUMB_WIDTH = 540 };

/* ---- sitemap (sitemaps.org 0.9): an index, and parts by key ---- */

static const char *const PARTS[] = {
    [SITEMAP_ARTICLES] = "articles", [SITEMAP_ACCOUNTS] = "accounts"};
static const char NAMESPACE[] = "http://www.sitemaps.org/schemas/sitemap/0.9";

struct map {
    struct request *r;
    struct sitemap_key *keys[LEN(PARTS)];
    size_t key_n[LEN(PARTS)];
    enum sitemap_kind kind;
    struct sitemap_key after;
    struct sitemap_entry *entries;
    size_t n;
};

static err load_index(struct tx *t, void *ctx)
{
    struct map *m = ctx;
    for (size_t i = 0; i < LEN(PARTS); i++)
        TRY(sitemap_parts(t, m->r->mem, (enum sitemap_kind)i, &m->keys[i], &m->key_n[i]));
    return OK;
}

static err finish(struct request *r, const struct xw *x)
{
    str body;
    TRY(xw_take(x, &body));
    reply_cache(r, MAP_CACHE_S);
    reply_tag(r, S("home"));
    return reply_text(r, 200, S("application/xml; charset=utf-8"), body);
}

static void put_root(struct xw *x, const char *name)
{
    xw_open(x, name);
    xw_attr(x, "xmlns", str_from(NAMESPACE));
}

err page_sitemap(struct request *r)
{
    struct map m = {.r = r};
    struct xw x;
    TRY(request_read(r, load_index, &m));
    xw_init(&x, r->mem, MAP_MAX);
    put_root(&x, "sitemapindex");
    for (size_t kind = 0; kind < LEN(PARTS); kind++)
        for (size_t i = 0; i < m.key_n[kind]; i++) {
            const struct sitemap_key *k = &m.keys[kind][i];
            xw_open(&x, "sitemap");
            xw_element(&x, "loc",
                       str_fmt(r->mem, "%.*s/sitemap/%s-%lld.%lld.%lld.xml", FMT(request_origin(r)),
                               PARTS[kind], (long long)k->at, (long long)k->id, (long long)k->no));
            xw_close(&x);
        }
    xw_close(&x);
    return finish(r, &x);
}

/* "articles-<at>.<id>.<no>.xml" */
static err part_name(str name, struct map *m)
{
    str rest = STR_NONE, kind = str_split(name, '-', &rest);
    int64_t *const numbers[] = {&m->after.at, &m->after.id, &m->after.no};
    bool good = false;
    for (size_t i = 0; i < LEN(PARTS); i++)
        if (str_eq(kind, str_from(PARTS[i]))) {
            m->kind = (enum sitemap_kind)i;
            good = true;
        }
    for (size_t i = 0; i < LEN(numbers); i++)
        good = good && str_int(str_split(rest, '.', &rest), numbers[i]) == OK;
    return good && str_eq(rest, S("xml")) ? OK : fault(ERR_NOT_FOUND, "not_found", "no such part");
}

static err load_part(struct tx *t, void *ctx)
{
    struct map *m = ctx;
    return sitemap_part(t, m->r->mem, m->kind, &m->after, &m->entries, &m->n);
}

err page_sitemap_part(struct request *r)
{
    struct map m = {.r = r};
    struct xw x;
    TRY(part_name(request_arg(r, "part"), &m));
    TRY(request_read(r, load_part, &m));
    xw_init(&x, r->mem, MAP_MAX);
    put_root(&x, "urlset");
    for (size_t i = 0; i < m.n; i++) {
        const struct sitemap_entry *e = &m.entries[i];
        str url = str_fmt(r->mem, "%.*s/a/%.*s", FMT(request_origin(r)), FMT(e->handle));
        if (m.kind == SITEMAP_ARTICLES)
            url = str_fmt(r->mem, "%.*s/%lld", FMT(url), (long long)e->key.no);
        xw_open(&x, "url");
        xw_element(&x, "loc", url);
        xw_element(&x, "lastmod", clock_rfc3339(r->mem, e->updated_at));
        xw_close(&x);
    }
    xw_close(&x);
    return finish(r, &x);
}

err page_robots(struct request *r)
{
    str text = str_fmt(r->mem,
                       "User-agent: *\nDisallow: /console\nDisallow: /desk\nDisallow: /oversight\n"
                       "Disallow: /industry\nDisallow: /login\nDisallow: /signup\nDisallow: /me\n"
                       "Disallow: /search\n\nSitemap: %.*s/sitemap.xml\n",
                       FMT(request_origin(r)));
    reply_cache(r, MAP_CACHE_S);
    return reply_text(r, 200, S("text/plain; charset=utf-8"), text);
}

/* ---- oEmbed (oembed.com): type link; the site refuses frames, so there is no rich form ---- */

struct embed {
    const struct request *r;
    str handle;
    int64_t no;
    struct article a;
};

static err load_embed(struct tx *t, void *ctx)
{
    struct embed *e = ctx;
    TRY(article_find(t, e->r->mem, e->handle, e->no, &e->a));
    if (!str_eq(e->a.state, S("published")))
        return fault(ERR_NOT_FOUND, "not_found", "article is %.*s", FMT(e->a.state));
    return OK;
}

/* The public address of an article of this site. */
static err embed_url(struct embed *e, str url)
{
    str rest = url, origin = request_origin(e->r);
    if (str_starts(url, origin))
        rest = str_sub(url, origin.n, url.n);
    if (!str_starts(rest, S("/a/")))
        return fault(ERR_NOT_FOUND, "not_found", "not an article of this site");
    e->handle = str_split(str_sub(rest, 3, rest.n), '/', &rest);
    str no = str_split(str_split(rest, '?', &(str){0}), '#', &(str){0});
    if (!rest.p || str_int(no, &e->no) != OK)
        return fault(ERR_NOT_FOUND, "not_found", "not an article of this site");
    return OK;
}

struct embed_field {
    const char *name;
    str value;
};

static err embed_xml(struct request *r, const struct embed_field *v, size_t n)
{
    struct xw x;
    str body;
    xw_init(&x, r->mem, OEMBED_MAX);
    xw_open(&x, "oembed");
    for (size_t i = 0; i < n; i++)
        if (v[i].value.n)
            xw_element(&x, v[i].name, v[i].value);
    xw_close(&x);
    TRY(xw_take(&x, &body));
    return reply_text(r, 200, S("text/xml; charset=utf-8"), body);
}

static err embed_json(struct request *r, const struct embed_field *v, size_t n)
{
    struct jw j;
    str body;
    jw_init(&j, r->mem, OEMBED_MAX);
    jw_object(&j);
    for (size_t i = 0; i < n; i++)
        if (v[i].value.n)
            jw_key_str(&j, v[i].name, v[i].value);
    jw_end(&j);
    TRY(buf_take(&j.out, &body));
    return reply_json(r, 200, body);
}

err page_oembed(struct request *r)
{
    struct embed e = {.r = r};
    str format = request_query(r, "format"), origin = request_origin(r);
    bool xml = str_eq(format, S("xml"));
    if (format.n && !xml && !str_eq(format, S("json"))) {
        return reply_text(r, 501, S("text/plain; charset=utf-8"), S("format: json or xml\n"));
    }
    TRY(embed_url(&e, request_query(r, "url")));
    TRY(request_read(r, load_embed, &e));
    str thumb = media_path(r->mem, e.a.cover, THUMB_WIDTH);
    const struct embed_field fields[] = {
        {"version", S("1.0")},
        {"type", S("link")},
        {"title", e.a.title},
        {"author_name", e.a.account_name},
        {"author_url", str_fmt(r->mem, "%.*s/a/%.*s", FMT(origin), FMT(e.a.handle))},
        {"provider_name", site_name(r)},
        {"provider_url", str_cat(r->mem, origin, S("/"))},
        {"cache_age", S("300")},
        {"thumbnail_url", thumb.n ? str_cat(r->mem, origin, thumb) : S("")},
    };
    return xml ? embed_xml(r, fields, LEN(fields)) : embed_json(r, fields, LEN(fields));
}

/* ---- the site as an app ---- */

static void put_icon(struct jw *j, const char *purpose)
{
    jw_object(j);
    jw_key_str(j, "src", asset_url(S("favicon.svg")));
    jw_key_str(j, "sizes", S("any"));
    jw_key_str(j, "type", S("image/svg+xml"));
    jw_key_str(j, "purpose", str_from(purpose));
    jw_end(j);
}

err page_manifest(struct request *r)
{
    struct jw j;
    str body;
    jw_init(&j, r->mem, OEMBED_MAX);
    jw_object(&j);
    jw_key_str(&j, "name", site_name(r));
    jw_key_str(&j, "short_name", site_name(r));
    jw_key_str(&j, "id", S("/"));
    jw_key_str(&j, "start_url", S("/"));
    jw_key_str(&j, "scope", S("/"));
    jw_key_str(&j, "display", S("minimal-ui"));
    jw_key_str(&j, "background_color", S("#ffffff"));
    jw_key_str(&j, "theme_color", S("#0b5f5a"));
    jw_key_str(&j, "lang", r->lang == LANG_ZH ? S("zh-CN") : S("en"));
    jw_key(&j, "icons");
    jw_array(&j);
    put_icon(&j, "any");
    put_icon(&j, "maskable");
    jw_end(&j);
    jw_end(&j);
    TRY(buf_take(&j.out, &body));
    reply_cache(r, MAP_CACHE_S);
    return reply_text(r, 200, S("application/manifest+json"), body);
}
