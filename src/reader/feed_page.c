/* Feeds for programs: Atom (RFC 4287) and JSON Feed 1.1 of an account, a category and the site.
 * They hold what the public pages hold, are cached under the same tags, and forget what was
 * withdrawn. */
#include "account/account.h"
#include "article/declare.h"
#include "article/render.h"
#include "article/tag.h"
#include "base/json.h"
#include "base/xml.h"
#include "media/media.h"
#include "reader/pieces.h"
#include "settings/settings.h"
#include "web/layout.h"

enum {
    ENTRIES = 20,
    FEED_CACHE_S = 300,
    CONTENT_MAX = 2 * 1024 * 1024, /* of all entries together; beyond, only summaries */
    FEED_MAX = 6 * 1024 * 1024,
};

struct entry {
    const struct article *a;
    struct article_version v;
    str url, content, image;
    int64_t updated;
    struct media *files; /* audio and video */
    size_t file_n;
};
struct syndication {
    struct request *r;
    struct article_page page;
    str handle; /* one account's feed */
    str title, about, path, icon, tag;
    struct article *list;
    struct entry *entries;
    size_t n;
    int64_t updated;
};

/* ---- what is in it ---- */

static err load_account(struct tx *t, struct syndication *f)
{
    struct account a;
    TRY(account_find(t, f->r->mem, f->handle, &a));
    if (!account_public(&a))
        return fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(a.state));
    f->page.account_id = a.id;
    f->title = a.name;
    f->about = a.intro;
    f->icon = media_path(f->r->mem, a.avatar, COVER_WIDTH);
    f->path = str_fmt(f->r->mem, "/a/%.*s", FMT(a.handle));
    f->tag = str_fmt(f->r->mem, "a:%.*s", FMT(a.handle));
    return OK;
}

/* What podcast programs fetch. */
static err load_files(struct tx *t, arena *mem, struct entry *e)
{
    struct node *doc;
    size_t n;
    if (!str_eq(e->a->kind, S("audio")) && !str_eq(e->a->kind, S("video")))
        return OK;
    TRY(doc_from_json(mem, e->v.text.doc, &doc));
    const struct doc_media *all = doc_pictures(mem, doc, &n);
    e->files = NEW_N(mem, struct media, n);
    for (size_t i = 0; i < n; i++) {
        if (all[i].type != NODE_AUDIO && all[i].type != NODE_VIDEO)
            continue;
        err x = media_load(t, mem, e->a->account_id, all[i].blob, &e->files[e->file_n]);
        if (x != OK && x != ERR_NOT_FOUND)
            return x;
        e->file_n += x == OK;
    }
    return OK;
}

static err load(struct tx *t, void *ctx)
{
    struct syndication *f = ctx;
    arena *mem = f->r->mem;
    if (f->handle.n)
        TRY(load_account(t, f));
    TRY(article_list(t, mem, &f->page, &f->list, &f->n));
    if (f->page.topic.n && !f->n)
        return fault(ERR_NOT_FOUND, "not_found", "no article has this tag");
    f->entries = NEW_N(mem, struct entry, f->n);
    for (size_t i = 0; i < f->n; i++) {
        struct entry *e = &f->entries[i];
        e->a = &f->list[i];
        TRY(article_version_load(t, mem, e->a->account_id, e->a->no, e->a->version, &e->v));
        TRY(load_files(t, mem, e));
    }
    return OK;
}

static err content_of(const struct syndication *f, struct entry *e, size_t room)
{
    arena *mem = f->r->mem;
    struct node *doc;
    str body;
    TRY(doc_from_json(mem, e->v.text.doc, &doc));
    str media = str_cat(mem, request_origin(f->r), S("/media/"));
    TRY(doc_html(mem, doc, &(struct doc_html_opts){.media = media}, &body));
    e->content = body.n <= room ? body : S("");
    return OK;
}

static err fill(struct syndication *f)
{
    arena *mem = f->r->mem;
    str origin = request_origin(f->r);
    size_t room = CONTENT_MAX;
    for (size_t i = 0; i < f->n; i++) {
        struct entry *e = &f->entries[i];
        e->url =
            str_fmt(mem, "%.*s/a/%.*s/%lld", FMT(origin), FMT(e->a->handle), (long long)e->a->no);
        e->updated = article_updated(e->a, &e->v);
        if (e->a->cover.n)
            e->image = str_cat(mem, origin, media_path(mem, e->a->cover, 1080));
        TRY(content_of(f, e, room));
        room -= e->content.n;
        f->updated = e->updated > f->updated ? e->updated : f->updated;
    }
    return OK;
}

/* ---- Atom ---- */

static void put_link(struct xw *x, const char *rel, str href, const char *type)
{
    xw_open(x, "link");
    xw_attr(x, "rel", str_from(rel));
    if (type)
        xw_attr(x, "type", str_from(type));
    xw_attr(x, "href", href);
    xw_close(x);
}

/* What it declares: labels as categories of a scheme of their own, the source as "via". */
static void put_declared(struct xw *x, const struct syndication *f, const struct entry *e)
{
    arena *mem = f->r->mem;
    struct declaration d = declared_of(mem, e->v.text.declared);
    struct facts_view facts = declared_facts(f->r, &d);
    for (size_t i = 0, n = 0; i < DECLARATIONS; i++) {
        if (!d.v[i].n)
            continue;
        const struct fact *fact = &facts.v[n++];
        if (i == DECLARE_tags)
            continue;
        xw_open(x, "category");
        xw_attr(x, "scheme", S("urn:gongqi:declaration"));
        xw_attr(x, "term", str_from(DECLARE_SPEC[i].name));
        xw_attr(x, "label", str_fmt(mem, "%.*s: %.*s", FMT(fact->label), FMT(fact->text)));
        xw_close(x);
    }
    struct tags tags = tags_split(d.v[DECLARE_tags]);
    for (size_t i = 0; i < tags.n; i++) {
        xw_open(x, "category");
        xw_attr(x, "scheme", str_cat(mem, request_origin(f->r), S("/t/")));
        xw_attr(x, "term", tags.v[i]);
        xw_close(x);
    }
    str url = d.v[DECLARE_source_url];
    if (url.n)
        put_link(x, "via", url.p[0] == '/' ? str_cat(mem, request_origin(f->r), url) : url, NULL);
}

static str file_url(const struct syndication *f, const struct media *m)
{
    return str_fmt(f->r->mem, "%.*s/media/%.*s", FMT(request_origin(f->r)), FMT(m->hash));
}

static void put_enclosures(struct xw *x, const struct syndication *f, const struct entry *e)
{
    for (size_t i = 0; i < e->file_n; i++) {
        const struct media *m = &e->files[i];
        xw_open(x, "link");
        xw_attr(x, "rel", S("enclosure"));
        xw_attr(x, "type", m->mime);
        xw_attr(x, "length", str_fmt(f->r->mem, "%lld", (long long)m->size));
        xw_attr(x, "href", file_url(f, m));
        xw_close(x);
    }
}

static void put_entry(struct xw *x, const struct syndication *f, const struct entry *e)
{
    arena *mem = f->r->mem;
    xw_open(x, "entry");
    xw_element(x, "id", e->url);
    xw_element(x, "title", e->v.text.title);
    put_link(x, "alternate", str_cat(mem, e->url, S("?from=feed")), "text/html");
    put_enclosures(x, f, e);
    xw_element(x, "published", clock_rfc3339(mem, e->a->published_at));
    xw_element(x, "updated", clock_rfc3339(mem, e->updated));
    xw_open(x, "author");
    xw_element(x, "name", e->a->account_name);
    xw_element(x, "uri", str_fmt(mem, "%.*s/a/%.*s", FMT(request_origin(f->r)), FMT(e->a->handle)));
    xw_close(x);
    xw_open(x, "category");
    xw_attr(x, "term", e->v.text.category);
    xw_attr(x, "label", category_label(f->r, e->v.text.category));
    xw_close(x);
    put_declared(x, f, e);
    xw_element(x, "summary", e->v.text.digest);
    if (e->content.n) {
        xw_open(x, "content");
        xw_attr(x, "type", S("html"));
        xw_text(x, e->content);
        xw_close(x);
    }
    xw_close(x);
}

static err atom(struct syndication *f)
{
    struct xw x;
    str page = str_cat(f->r->mem, request_origin(f->r), f->path);
    str hub = f->r->site->settings->websub_hub;
    xw_init(&x, f->r->mem, FEED_MAX);
    xw_open(&x, "feed");
    xw_attr(&x, "xmlns", S("http://www.w3.org/2005/Atom"));
    xw_attr(&x, "xml:lang", S("zh-CN"));
    xw_element(&x, "id", page.n ? page : S("/"));
    xw_element(&x, "title", f->title);
    if (f->about.n)
        xw_element(&x, "subtitle", f->about);
    xw_element(&x, "updated", clock_rfc3339(f->r->mem, f->updated));
    put_link(&x, "self", str_cat(f->r->mem, page, S("/atom.xml")), "application/atom+xml");
    put_link(&x, "alternate", f->path.n ? page : str_cat(f->r->mem, page, S("/")), "text/html");
    if (hub.n)
        put_link(&x, "hub", hub, NULL);
    if (f->icon.n)
        xw_element(&x, "logo", str_cat(f->r->mem, request_origin(f->r), f->icon));
    xw_element(&x, "generator", S("gongqi"));
    for (size_t i = 0; i < f->n; i++)
        put_entry(&x, f, &f->entries[i]);
    xw_close(&x);
    str body;
    TRY(xw_take(&x, &body));
    return reply_text(f->r, 200, S("application/atom+xml; charset=utf-8"), body);
}

/* ---- JSON Feed ---- */

static void put_attachments(struct jw *j, const struct syndication *f, const struct entry *e)
{
    if (!e->file_n)
        return;
    jw_key(j, "attachments");
    jw_array(j);
    for (size_t i = 0; i < e->file_n; i++) {
        const struct media *m = &e->files[i];
        jw_object(j);
        jw_key_str(j, "url", file_url(f, m));
        jw_key_str(j, "mime_type", m->mime);
        jw_key_int(j, "size_in_bytes", m->size);
        jw_key_int(j, "duration_in_seconds", m->duration_ms / 1000);
        jw_end(j);
    }
    jw_end(j);
}

static void put_item(struct jw *j, const struct syndication *f, const struct entry *e)
{
    arena *mem = f->r->mem;
    jw_object(j);
    jw_key_str(j, "id", e->url);
    jw_key_str(j, "url", str_cat(mem, e->url, S("?from=feed")));
    jw_key_str(j, "title", e->v.text.title);
    jw_key_str(j, "summary", e->v.text.digest);
    jw_key_str(j, e->content.n ? "content_html" : "content_text",
               e->content.n ? e->content : e->v.text.digest);
    if (e->image.n)
        jw_key_str(j, "image", e->image);
    put_attachments(j, f, e);
    jw_key_str(j, "date_published", clock_rfc3339(mem, e->a->published_at));
    jw_key_str(j, "date_modified", clock_rfc3339(mem, e->updated));
    jw_key(j, "authors");
    jw_array(j);
    jw_object(j);
    jw_key_str(j, "name", e->a->account_name);
    jw_key_str(j, "url", str_fmt(mem, "%.*s/a/%.*s", FMT(request_origin(f->r)), FMT(e->a->handle)));
    jw_end(j);
    jw_end(j);
    struct declaration d = declared_of(mem, e->v.text.declared);
    jw_key(j, "_gongqi");
    jw_object(j);
    jw_key(j, "declarations");
    jw_object(j);
    declaration_members(j, &d);
    jw_end(j);
    jw_end(j);
    jw_key(j, "tags");
    jw_array(j);
    jw_str(j, category_label(f->r, e->v.text.category));
    struct tags tags = tags_split(d.v[DECLARE_tags]);
    for (size_t i = 0; i < tags.n; i++)
        jw_str(j, tags.v[i]);
    jw_end(j);
    jw_end(j);
}

static void put_hub(struct jw *j, str hub)
{
    jw_key(j, "hubs");
    jw_array(j);
    jw_object(j);
    jw_key_str(j, "type", S("WebSub"));
    jw_key_str(j, "url", hub);
    jw_end(j);
    jw_end(j);
}

static err json_feed(struct syndication *f)
{
    struct jw j;
    str page = str_cat(f->r->mem, request_origin(f->r), f->path);
    str hub = f->r->site->settings->websub_hub;
    jw_init(&j, f->r->mem, FEED_MAX);
    jw_object(&j);
    jw_key_str(&j, "version", S("https://jsonfeed.org/version/1.1"));
    jw_key_str(&j, "title", f->title);
    if (f->about.n)
        jw_key_str(&j, "description", f->about);
    jw_key_str(&j, "home_page_url", f->path.n ? page : str_cat(f->r->mem, page, S("/")));
    jw_key_str(&j, "feed_url", str_cat(f->r->mem, page, S("/feed.json")));
    jw_key_str(&j, "language", S("zh-CN"));
    if (f->icon.n)
        jw_key_str(&j, "icon", str_cat(f->r->mem, request_origin(f->r), f->icon));
    if (hub.n)
        put_hub(&j, hub);
    jw_key(&j, "items");
    jw_array(&j);
    for (size_t i = 0; i < f->n; i++)
        put_item(&j, f, &f->entries[i]);
    jw_end(&j);
    jw_end(&j);
    str body;
    TRY(buf_take(&j.out, &body));
    return reply_text(f->r, 200, S("application/feed+json"), body);
}

/* ---- routes ---- */

typedef err feed_writer(struct syndication *f);

static void name_topic(struct syndication *f)
{
    struct request *r = f->r;
    str name = topic_name(r, &f->list[0], f->page.topic);
    f->title = str_fmt(r->mem, "#%.*s · %.*s", FMT(name), FMT(site_name(r)));
    f->path = topic_path(r, name);
    topic_tags(r, f->page.topic);
}

static err answer(struct syndication *f, feed_writer *write)
{
    struct request *r = f->r;
    f->page.limit = ENTRIES;
    f->page.spread = true;
    TRY(request_read(r, load, f));
    if (f->page.topic.n)
        name_topic(f);
    else
        reply_tag(r, f->tag);
    TRY(fill(f));
    reply_cache(r, FEED_CACHE_S);
    reply_modified(r, f->updated);
    str hub = r->site->settings->websub_hub;
    str self = str_cat(r->mem, request_origin(r), r->path);
    reply_header(
        r, "Link",
        hub.n ? str_fmt(r->mem, "<%.*s>; rel=\"hub\", <%.*s>; rel=\"self\"", FMT(hub), FMT(self))
              : str_fmt(r->mem, "<%.*s>; rel=\"self\"", FMT(self)));
    return write(f);
}

static err of_site(struct request *r, feed_writer *write)
{
    struct syndication f = {.r = r, .title = site_name(r), .path = S(""), .tag = S("home")};
    return answer(&f, write);
}

static err of_account(struct request *r, feed_writer *write)
{
    struct syndication f = {.r = r, .handle = request_arg(r, "handle")};
    return answer(&f, write);
}

static err of_category(struct request *r, feed_writer *write)
{
    str code = request_arg(r, "category");
    bool known = false;
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        known |= str_eq(code, str_from(CATEGORIES[i].code));
    if (!known)
        return fault(ERR_NOT_FOUND, "not_found", "no category %.*s", FMT(code));
    struct syndication f = {
        .r = r,
        .page = {.category = code},
        .title = str_fmt(r->mem, "%.*s · %.*s", FMT(category_label(r, code)), FMT(site_name(r))),
        .path = str_cat(r->mem, S("/c/"), code),
        .tag = str_cat(r->mem, S("c:"), code),
    };
    return answer(&f, write);
}

static err of_topic(struct request *r, feed_writer *write)
{
    struct syndication f = {.r = r, .page = {.topic = tag_fold(r->mem, request_arg(r, "tag"))}};
    if (!f.page.topic.n)
        return fault(ERR_NOT_FOUND, "not_found", "no tag");
    return answer(&f, write);
}

err page_topic_atom(struct request *r)
{
    return of_topic(r, atom);
}

err page_topic_feed(struct request *r)
{
    return of_topic(r, json_feed);
}

err page_site_atom(struct request *r)
{
    return of_site(r, atom);
}

err page_site_feed(struct request *r)
{
    return of_site(r, json_feed);
}

err page_account_atom(struct request *r)
{
    return of_account(r, atom);
}

err page_account_feed(struct request *r)
{
    return of_account(r, json_feed);
}

err page_category_atom(struct request *r)
{
    return of_category(r, atom);
}

err page_category_feed(struct request *r)
{
    return of_category(r, json_feed);
}
