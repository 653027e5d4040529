/* Reading by API: what the public pages show, as JSON. */
#include "api/api.h"

#include "article/declare.h"
#include "article/tag.h"
#include "base/json.h"
#include "licence/licence.h"

static void account_members(struct jw *j, arena *mem, const struct account *a)
{
    jw_key_str(j, "handle", a->handle);
    jw_key_str(j, "name", a->name);
    jw_key_str(j, "intro", a->intro);
    jw_key_str(j, "class", a->class);
    jw_key_bool(j, "verified", a->verified);
    jw_key_str(j, "avatar", a->avatar.n ? str_cat(mem, S("/media/"), a->avatar) : STR_NONE);
    jw_key(j, "categories");
    jw_array(j);
    for (str rest = a->categories; rest.n;)
        jw_str(j, str_split(rest, ',', &rest));
    jw_end(j);
    jw_key_int(j, "subscribers", a->subscribers);
    jw_key_int(j, "articles", a->articles);
    jw_key_str(j, "real_name", a->real_name.n ? a->real_name : STR_NONE);
    jw_key_str(j, "since", clock_rfc3339(mem, a->activated_at));
}

static void article_members(struct jw *j, arena *mem, const struct article *a)
{
    jw_key_str(j, "handle", a->handle);
    jw_key_int(j, "no", a->no);
    jw_key_str(j, "url", str_fmt(mem, "/a/%.*s/%lld", FMT(a->handle), (long long)a->no));
    jw_key_str(j, "state", a->state);
    jw_key_str(j, "title", a->title);
    jw_key_str(j, "digest", a->digest);
    jw_key_str(j, "category", a->category);
    jw_key_str(j, "cover", a->cover.n ? str_cat(mem, S("/media/"), a->cover) : STR_NONE);
    jw_key_int(j, "version", a->version);
    struct declaration d = declared_of(mem, a->declared);
    jw_key(j, "declarations");
    jw_object(j);
    declaration_members(j, &d);
    jw_end(j);
    struct tags tags = tags_split(d.v[DECLARE_tags]);
    jw_key(j, "tags");
    jw_array(j);
    for (size_t i = 0; i < tags.n; i++)
        jw_str(j, tags.v[i]);
    jw_end(j);
    jw_key_str(j, "published_at", a->published_at ? clock_rfc3339(mem, a->published_at) : STR_NONE);
    jw_key(j, "account");
    jw_object(j);
    jw_key_str(j, "name", a->account_name);
    jw_key_str(j, "class", a->account_class);
    jw_key_bool(j, "verified", a->account_verified);
    jw_end(j);
}

void api_article(struct jw *j, arena *mem, const struct article *a)
{
    jw_object(j);
    article_members(j, mem, a);
    jw_end(j);
}

struct reading {
    struct request *r;
    struct account account;
    struct licence *licences;
    size_t licence_n;
    struct article_page page;
    struct article a, *list;
    struct article_version v;
    size_t n;
};

static err public_account(struct tx *t, struct reading *x)
{
    TRY(account_find(t, x->r->mem, request_arg(x->r, "handle"), &x->account));
    return account_public(&x->account)
               ? OK
               : fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(x->account.state));
}

static err read_account(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    TRY(public_account(t, x));
    return licence_public(t, x->r->mem, x->account.registrant_id, &x->licences, &x->licence_n);
}

static void licence_members(struct jw *j, arena *mem, const struct licence *l)
{
    jw_object(j);
    jw_key_str(j, "type", l->type);
    jw_key_str(j, "number", l->number);
    jw_key_str(j, "issuer", l->issuer);
    jw_key_str(j, "until", l->valid_to ? clock_rfc3339(mem, l->valid_to) : STR_NONE);
    jw_end(j);
}

static err answer(struct request *r, struct jw *j)
{
    str json;
    TRY(buf_take(&j->out, &json));
    return reply_json(r, 200, json);
}

err api_v1_account(struct request *r)
{
    struct reading x = {.r = r};
    TRY(request_read(r, read_account, &x));
    struct jw j;
    jw_init(&j, r->mem, API_JSON_MAX);
    jw_object(&j);
    account_members(&j, r->mem, &x.account);
    jw_key(&j, "licences");
    jw_array(&j);
    for (size_t i = 0; i < x.licence_n; i++)
        licence_members(&j, r->mem, &x.licences[i]);
    jw_end(&j);
    jw_end(&j);
    return answer(r, &j);
}

static err read_articles(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    TRY(public_account(t, x));
    x->page.account_id = x->account.id;
    return article_list(t, x->r->mem, &x->page, &x->list, &x->n);
}

err api_v1_articles(struct request *r)
{
    struct reading x = {.r = r, .page = {.limit = API_PER_PAGE}};
    str before = request_query(r, "before");
    str no = STR_NONE;
    str at = str_split(before, '.', &no);
    if (before.p) {
        TRY(str_int(at, &x.page.before_at));
        TRY(str_int(no, &x.page.before_no));
        x.page.before_account = INT64_MAX;
    }
    TRY(request_read(r, read_articles, &x));
    struct jw j;
    jw_init(&j, r->mem, API_JSON_MAX);
    jw_object(&j);
    jw_key(&j, "articles");
    jw_array(&j);
    for (size_t i = 0; i < x.n; i++)
        api_article(&j, r->mem, &x.list[i]);
    jw_end(&j);
    const struct article *last = x.n == API_PER_PAGE ? &x.list[x.n - 1] : NULL;
    jw_key_str(&j, "next",
               last ? str_fmt(r->mem, "%.*s?before=%lld.%lld", FMT(r->path),
                              (long long)last->published_at, (long long)last->no)
                    : STR_NONE);
    jw_end(&j);
    return answer(r, &j);
}

static err read_article(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    int64_t no = 0;
    TRY(request_arg_int(x->r, "no", &no));
    TRY(article_find(t, x->r->mem, request_arg(x->r, "handle"), no, &x->a));
    if (!str_eq(x->a.state, S("published")))
        return fault(ERR_NOT_FOUND, "not_found", "article is %.*s", FMT(x->a.state));
    return article_version_load(t, x->r->mem, x->a.account_id, no, x->a.version, &x->v);
}

err api_v1_article(struct request *r)
{
    struct reading x = {.r = r};
    TRY(request_read(r, read_article, &x));
    struct jw j;
    jw_init(&j, r->mem, API_JSON_MAX);
    jw_object(&j);
    article_members(&j, r->mem, &x.a);
    jw_key_str(&j, "sha256", hex(r->mem, x.v.hash));
    jw_key(&j, "doc");
    jw_raw(&j, x.v.text.doc);
    jw_end(&j);
    return answer(r, &j);
}
