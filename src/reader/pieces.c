/* What several public pages are made of. */
#include "reader/pieces.h"

#include "article/render.h"
#include "article/tag.h"
#include "base/buf.h"
#include "base/json.h"
#include "web/layout.h"

enum { JSON_LD_MAX = 64 * 1024 };

struct mark_view mark_of(const struct request *r, str class, bool verified)
{
    AUTO_ARENA(mem);
    bool official = str_eq(class, S("government")) || str_eq(class, S("media")) ||
                    str_eq(class, S("institution"));
    return (struct mark_view){
        .label = msg_lookup(r->lang, "class.", str_z(mem, class), MSG_class_other_org),
        .official = official,
        .verified = verified};
}

str category_label(const struct request *r, str code)
{
    return msg_lookup(r->lang, "category.", str_z(r->mem, code), MSG_reader_all);
}

void page_key(const struct request *r, struct article_page *p)
{
    str rest = request_query(r, "before");
    int64_t *const parts[] = {&p->before_at, &p->before_account, &p->before_no};
    for (size_t i = 0; i < LEN(parts); i++) {
        str one = str_split(rest, '.', &rest);
        if (str_int(one, parts[i]) != OK)
            p->before_at = p->before_account = p->before_no = 0;
    }
}

static str next_of(const struct request *r, const struct article *v, size_t n)
{
    if (n < PER_PAGE)
        return S("");
    const struct article *last = &v[n - 1];
    return str_fmt(r->mem, "%.*s?before=%lld.%lld.%lld", FMT(r->path),
                   (long long)last->published_at, (long long)last->account_id, (long long)last->no);
}

bool hidden_from(const struct request *r, const struct declaration *d)
{
    return r->session.minor && d->v[DECLARE_minors].n && !str_eq(d->v[DECLARE_minors], S("none"));
}

static struct article_item *items_of(const struct request *r, const struct article *v, size_t n,
                                     size_t *ret_n)
{
    struct article_item *items = NEW_N(r->mem, struct article_item, n);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        struct declaration d = declared_of(r->mem, v[i].declared);
        if (hidden_from(r, &d))
            continue;
        items[k] = (struct article_item){
            .a = &v[i],
            .cover = media_path(r->mem, v[i].cover, COVER_WIDTH),
            .mark = mark_of(r, v[i].account_class, v[i].account_verified),
        };
        declared_labels(r, &d, true, &items[k++].declared);
    }
    *ret_n = k;
    return items;
}

struct feed_view feed_of(const struct request *r, const struct article *v, size_t n)
{
    struct feed_view f = {.next = next_of(r, v, n)};
    f.items = items_of(r, v, n, &f.n);
    return f;
}

struct feed_view front_of(const struct request *r, const struct article *v, size_t n)
{
    size_t shown = 0;
    struct article_item *items = items_of(r, v, n, &shown);
    if (shown > 0 && items[0].a->cover.n > 0 && request_query(r, "before").n == 0) {
        items[0].lead = true;
        items[0].cover = media_path(r->mem, items[0].a->cover, LEAD_WIDTH);
    }
    return (struct feed_view){.items = items, .n = shown, .next = next_of(r, v, n), .wide = true};
}

bool reading_choice(str v)
{
    return v.n == 2 && str_find(S("smlx"), v.p[0]) < 4 && (v.p[1] == 'n' || v.p[1] == 's');
}

str feed_path(const struct request *r, str path)
{
    return str_eq(path, S("/")) ? str_dup(r->mem, S("")) : path;
}

int64_t article_updated(const struct article *a, const struct article_version *v)
{
    bool replaced = v->version > 1 && v->created_at > a->published_at;
    return replaced ? v->created_at : a->published_at;
}

str topic_name(const struct request *r, const struct article *a, str fold)
{
    struct tags tags = tags_of(r->mem, a->declared);
    for (size_t i = 0; i < tags.n; i++)
        if (str_eq(tag_fold(r->mem, tags.v[i]), fold))
            return tags.v[i];
    return fold;
}

str topic_path(const struct request *r, str name)
{
    struct buf b;
    buf_init(&b, r->mem, 3 * name.n + 4);
    buf_add(&b, S("/t/"));
    url_part_add(&b, name);
    return buf_str(&b);
}

void topic_tags(struct request *r, str fold)
{
    reply_tag(r, tag_page(r->mem, fold));
    reply_tag(r, S("accounts"));
}

static void put_party(struct jw *j, const char *key, const char *type, str name)
{
    jw_key(j, key);
    jw_object(j);
    jw_key_str(j, "@type", str_from(type));
    jw_key_str(j, "name", name);
}

str site_name(const struct request *r)
{
    struct site_profile profile = {.name = STR_NONE};
    if (r->site->profile && r->site->profile(r->site, r->mem, &profile) != OK)
        fault_clear();
    return profile.name.n ? profile.name : msg(r->lang, MSG_site_name);
}

/* schema.org: what is declared, in its terms. */
static void put_declared(struct jw *j, str origin, const struct declaration *d)
{
    str url = d->v[DECLARE_source_url], ai = d->v[DECLARE_ai];
    if (declares(d, DECLARE_origin, "reprint")) {
        jw_key(j, "isBasedOn");
        jw_object(j);
        jw_key_str(j, "@type", S("CreativeWork"));
        if (url.n)
            jw_key_str(j, "url", url.p[0] == '/' ? str_cat(j->out.mem, origin, url) : url);
        if (d->v[DECLARE_source_title].n)
            jw_key_str(j, "name", d->v[DECLARE_source_title]);
        jw_end(j);
        jw_key_str(j, "creditText", d->v[DECLARE_source]);
    }
    if (ai.n)
        jw_key_str(j, "digitalSourceType",
                   str_eq(ai, S("generated"))
                       ? S("https://schema.org/TrainedAlgorithmicMediaDigitalSource")
                       : S("https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"));
    if (d->v[DECLARE_fiction].n)
        jw_key_str(j, "genre", S("fiction"));
    if (d->v[DECLARE_place].n)
        jw_key_str(j, "contentLocation", d->v[DECLARE_place]);
    if (d->v[DECLARE_happened].n)
        jw_key_str(j, "contentReferenceTime", d->v[DECLARE_happened]);
}

str article_json_ld(const struct request *r, const struct article *a,
                    const struct article_version *v, const struct page *page)
{
    struct jw j;
    str origin = request_origin(r);
    bool person = str_eq(a->account_class, S("individual"));
    jw_init(&j, r->mem, JSON_LD_MAX);
    jw_object(&j);
    jw_key_str(&j, "@context", S("https://schema.org"));
    struct declaration d = declared_of(r->mem, v->text.declared);
    jw_key_str(&j, "@type",
               d.v[DECLARE_ad].n     ? S("AdvertiserContentArticle")
               : d.v[DECLARE_news].n ? S("NewsArticle")
                                     : S("Article"));
    jw_key_str(&j, "headline", v->text.title);
    jw_key_str(&j, "description", v->text.digest);
    if (page->image.n)
        jw_key_str(&j, "image", str_cat(r->mem, origin, page->image));
    jw_key_str(&j, "datePublished", clock_rfc3339(r->mem, page->published_at));
    jw_key_str(&j, "dateModified", clock_rfc3339(r->mem, page->updated_at));
    jw_key_str(&j, "articleSection", category_label(r, v->text.category));
    jw_key_str(&j, "mainEntityOfPage", str_cat(r->mem, origin, page->canonical));
    jw_key_bool(&j, "isAccessibleForFree", true);
    put_declared(&j, origin, &d);
    if (d.v[DECLARE_tags].n)
        jw_key_str(&j, "keywords", d.v[DECLARE_tags]);
    put_party(&j, "author", person ? "Person" : "Organization", a->account_name);
    jw_key_str(&j, "url", str_fmt(r->mem, "%.*s/a/%.*s", FMT(origin), FMT(a->handle)));
    jw_end(&j);
    put_party(&j, "publisher", "Organization", site_name(r));
    jw_key_str(&j, "url", origin);
    jw_end(&j);
    jw_end(&j);
    str json = STR_NONE;
    return buf_take(&j.out, &json) == OK ? json : S("");
}
