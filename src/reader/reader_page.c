/* Public pages: home, categories, accounts, articles, versions, subscriptions. */
#include "account/account.h"
#include "account/handover.h"
#include "article/render.h"
#include "finding/finding.h"
#include "licence/licence_view.h"
#include "minors/minors.h"
#include "reader/choice.h"
#include "reader/directory_page.h"
#include "reader/pieces.h"
#include "reader/related.h"
#include "reader/shelf.h"
#include "reader_article.html.h"
#include "reader_home.html.h"
#include "registrant/registrant.h"
#include "web/layout.h"

enum { CACHE_SECONDS = 60 };

struct feed_load {
    arena *mem;
    struct article_page page;
    struct article *v;
    size_t n;
};

static err load_feed(struct tx *t, void *ctx)
{
    struct feed_load *l = ctx;
    return article_list(t, l->mem, &l->page, &l->v, &l->n);
}

/* ---- home and categories ---- */

struct front_load {
    struct feed_load feed, chosen; /* chosen.page is not used */
    struct directory_entry *bodies;
    size_t body_n;
    bool front; /* the first page of home: with what editors chose and the directory */
};

static err load_front(struct tx *t, void *ctx)
{
    struct front_load *l = ctx;
    arena *mem = l->feed.mem;
    TRY(load_feed(t, &l->feed));
    if (!l->front)
        return OK;
    TRY(choice_shown(t, mem, &l->chosen.v, &l->chosen.n));
    struct directory_filter f = {S(""), S(""), S(""), S(""), 0, 0, DIRECTORY_HOME};
    return directory_list(t, mem, &f, &l->bodies, &l->body_n);
}

/* What editors chose, or the account pinned, stands above; it is not told twice. */
static struct feed_view without(const struct feed_view *all, const struct feed_load *chosen,
                                arena *mem)
{
    struct feed_view v = *all;
    struct article_item *items = NEW_N(mem, struct article_item, all->n);
    v.n = 0;
    for (size_t i = 0; i < all->n; i++) {
        bool above = false;
        for (size_t k = 0; k < chosen->n; k++)
            above |= chosen->v[k].account_id == all->items[i].a->account_id &&
                     chosen->v[k].no == all->items[i].a->no;
        if (!above)
            items[v.n++] = all->items[i];
    }
    v.items = items;
    return v;
}

static err home(struct request *r, str category)
{
    struct front_load l = {
        .feed = {.mem = r->mem, .page = {.category = category, .limit = PER_PAGE}}};
    page_key(r, &l.feed.page);
    l.front = !category.n && !l.feed.page.before_at;
    TRY(request_read(r, load_front, &l));
    struct chip *chips = NEW_N(r->mem, struct chip, CATEGORY_COUNT + 1);
    chips[0] = (struct chip){S("/"), msg(r->lang, MSG_reader_all), category.n == 0};
    for (size_t i = 0; i < CATEGORY_COUNT; i++) {
        str code = str_from(CATEGORIES[i].code);
        chips[i + 1] = (struct chip){str_cat(r->mem, S("/c/"), code), category_label(r, code),
                                     str_eq(code, category)};
    }
    struct home_view v = {
        .chips = chips,
        .chip_n = CATEGORY_COUNT + 1,
        .chosen = front_of(r, l.chosen.v, l.chosen.n),
        .bodies = directory_items(r, l.bodies, l.body_n),
        .body_n = l.body_n,
        .empty = {.icon = S("document-text"),
                  .title = msg(r->lang, MSG_reader_empty),
                  .text = msg(r->lang, MSG_reader_empty_text)},
    };
    struct feed_view latest =
        l.chosen.n ? feed_of(r, l.feed.v, l.feed.n) : front_of(r, l.feed.v, l.feed.n);
    latest.wide = true;
    v.feed = without(&latest, &l.chosen, r->mem);
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, category.n ? str_cat(r->mem, S("c:"), category) : S("home"));
    struct page page = {
        .place = PLACE_READER, .canonical = r->path, .wide = true, .feed = feed_path(r, r->path)};
    return REPLY_PAGE(r, &page, view_home, &v);
}

err page_home(struct request *r)
{
    return home(r, S(""));
}

err page_category(struct request *r)
{
    str code = request_arg(r, "category");
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (str_eq(code, str_from(CATEGORIES[i].code)))
            return home(r, code);
    return fault(ERR_NOT_FOUND, "not_found", "no category %.*s", FMT(code));
}

/* ---- account ---- */

/* An account that a measure closed says so, with the class of the reason; or its owner did. */
static err account_tombstone(struct request *r, const struct account *a)
{
    struct gone_view v = {.title = a->name,
                          .reason = account_left(a) ? msg(r->lang, MSG_reader_account_left)
                                                    : family_label(r->lang, a->reason),
                          .handle = S(""),
                          .at = a->updated_at};
    struct page page = {.place = PLACE_READER, .noindex = true};
    return REPLY_PAGE_STATUS(r, 410, &page, view_gone, &v);
}

struct account_load {
    const struct request *r;
    struct feed_load feed;
    struct account a;
    struct licence *licences;
    size_t licence_n;
    struct feed_load pinned;
    struct series *series;
    size_t series_n;
    struct handover *handovers;
    size_t handover_n;
    struct menu menu;
    struct issue_shown issues[ISSUES_RECENT];
    size_t issue_n;
    bool subscribed, gone;
};

/* The newest issues, each with what of it is public. */
static err load_issues(struct tx *t, struct account_load *l)
{
    arena *mem = l->r->mem;
    struct issue *v;
    size_t all = 0;
    TRY(issue_list(t, mem, l->a.id, true, &v, &all));
    for (size_t i = 0; i < all; i++) {
        struct issue_item *items;
        size_t n = 0;
        str no = str_fmt(mem, "%lld", (long long)v[i].no);
        TRY(issue_items(t, mem, l->a.id, v[i].no, &items, &n));
        struct issue_shown s = {.handle = l->a.handle,
                                .label = msg_format(mem, l->r->lang, MSG_issue_one, &no, 1),
                                .no = v[i].no,
                                .v = items,
                                .n = issue_seen(items, n, l->r->session.minor),
                                .linked = true};
        if (s.n)
            l->issues[l->issue_n++] = s;
    }
    return OK;
}

static err load_account(struct tx *t, void *ctx)
{
    struct account_load *l = ctx;
    TRY(account_find(t, l->r->mem, request_arg(l->r, "handle"), &l->a));
    l->gone = account_left(&l->a) || (str_eq(l->a.state, S("closed")) && family_find(l->a.reason));
    if (l->gone)
        return OK;
    if (!account_public(&l->a))
        return fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(l->a.state));
    l->feed.page.account_id = l->a.id;
    if (l->r->session.user_id)
        TRY(is_subscribed(t, l->r->session.user_id, l->a.id, &l->subscribed));
    TRY(licence_public(t, l->r->mem, l->a.registrant_id, &l->licences, &l->licence_n));
    TRY(series_list(t, l->r->mem, l->a.id, true, &l->series, &l->series_n));
    TRY(handover_list(t, l->r->mem, l->a.id, &l->handovers, &l->handover_n));
    TRY(menu_public(t, l->r->mem, l->a.id, &l->menu));
    if (!l->feed.page.before_at) {
        TRY(load_issues(t, l));
        l->pinned = (struct feed_load){
            .mem = l->r->mem, .page = {.account_id = l->a.id, .pinned = true, .limit = PINS_MAX}};
        TRY(load_feed(t, &l->pinned));
    }
    return load_feed(t, &l->feed);
}

/* What the registrant holds, in the words of the page (A7.2, A8.1). */
static struct facts_view licences_of(struct request *r, const struct account_load *l)
{
    struct fact *v = NEW_N(r->mem, struct fact, l->licence_n);
    for (size_t i = 0; i < l->licence_n; i++) {
        const struct licence *x = &l->licences[i];
        str words[] = {x->number, x->issuer, licence_until(r, x)};
        v[i] =
            (struct fact){.label = licence_label(r->lang, x->type),
                          .text = msg_format(r->mem, r->lang, MSG_licence_line, words, LEN(words))};
    }
    return (struct facts_view){v, l->licence_n};
}

static str class_words(struct request *r, str class, str name)
{
    str label = msg_lookup(r->lang, "class.", str_z(r->mem, class), MSG_word_none);
    return name.n ? str_fmt(r->mem, "%.*s (%.*s)", FMT(label), FMT(name)) : label;
}

/* "2026-11-25: from a person to an enterprise": chosen names only. */
static struct facts_view handovers_of(struct request *r, const struct account_load *l)
{
    struct fact *v = NEW_N(r->mem, struct fact, l->handover_n + 1);
    for (size_t i = 0; i < l->handover_n; i++) {
        const struct handover *h = &l->handovers[i];
        str words[] = {class_words(r, h->from_class, h->from_name),
                       class_words(r, h->to_class, S(""))};
        v[i] = (struct fact){
            .label = str_sub(clock_china_text(r->mem, h->at), 0, 10),
            .text = msg_format(r->mem, r->lang, MSG_transfer_trace, words, LEN(words))};
    }
    return (struct facts_view){v, l->handover_n};
}

err page_account(struct request *r)
{
    struct account_load l = {.r = r, .feed = {.mem = r->mem, .page = {.limit = PER_PAGE}}};
    page_key(r, &l.feed.page);
    TRY(request_read(r, load_account, &l));
    if (l.gone) {
        reply_cache(r, CACHE_SECONDS);
        reply_tag(r, str_cat(r->mem, S("a:"), l.a.handle));
        return account_tombstone(r, &l.a);
    }
    struct account_view v = {
        .a = &l.a,
        .avatar = {media_path(r->mem, l.a.avatar, COVER_WIDTH), l.a.name, true},
        .mark = mark_of(r, l.a.class, l.a.verified),
        .pinned = feed_of(r, l.pinned.v, l.pinned.n),
        .series = l.series,
        .series_n = l.series_n,
        .csrf = r->session.csrf,
        .here = r->path,
        .subscribed = l.subscribed,
        .licences = licences_of(r, &l),
        .handovers = handovers_of(r, &l),
        .menu = {&l.menu, l.a.handle},
        .issues = l.issues,
        .issue_n = l.issue_n,
        .staff = (r->session.roles & ROLE_STAFF) != 0,
    };
    struct feed_view all = feed_of(r, l.feed.v, l.feed.n);
    v.feed = without(&all, &l.pinned, r->mem);
    v.feed.own = v.pinned.own = true;
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, str_cat(r->mem, S("a:"), l.a.handle));
    struct page page = {.place = PLACE_READER,
                        .title = l.a.name,
                        .description = l.a.intro,
                        .canonical = r->path,
                        .image = v.avatar.src,
                        .feed = r->path};
    return REPLY_PAGE(r, &page, view_account, &v);
}

/* ---- article ---- */

struct article_load {
    const struct request *r;
    struct article a;
    struct article_version v;
    struct article_version *versions;
    size_t n;
    int64_t version;                 /* 0 = the current one */
    bool subscribed, history, whole; /* whole: with what stands around the text */
    struct shelf_state shelf;
    struct related related;
    struct sequel sequel;
    struct issue_beside issue;
    struct handover before; /* who published it, when that is not who has the account now */
};

static bool gone(const struct article *a)
{
    return str_eq(a->state, S("withdrawn")) || str_eq(a->state, S("removed"));
}

/* What stands around the text: what to read next. */
static err load_around(struct tx *t, struct article_load *l)
{
    arena *mem = l->r->mem;
    err e = sequel_of(t, mem, l->a.account_id, l->a.no, &l->sequel);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (l->r->session.minor && l->sequel.before.minors)
        l->sequel.before.no = 0;
    if (l->r->session.minor && l->sequel.after.minors)
        l->sequel.after.no = 0;
    e = issue_beside(t, mem, l->a.account_id, l->a.no, &l->issue);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    l->issue.n = issue_seen(l->issue.v, l->issue.n, l->r->session.minor);
    e = handover_before(t, mem, l->a.account_id, l->a.published_at, &l->before);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    return related_load(t, mem, &l->a, &l->related);
}

static err load_article(struct tx *t, void *ctx)
{
    struct article_load *l = ctx;
    arena *mem = l->r->mem;
    int64_t no = 0;
    TRY(request_arg_int(l->r, "no", &no));
    TRY(article_find(t, mem, request_arg(l->r, "handle"), no, &l->a));
    if (gone(&l->a))
        return OK;
    int before = 0;
    if (!str_eq(l->a.state, S("published")) || l->version > l->a.version)
        return fault(ERR_NOT_FOUND, "not_found", "article is %.*s", FMT(l->a.state));
    if (l->version)
        TRY(article_was_public(t, l->a.account_id, no, (int)l->version, &before));
    if (l->r->session.user_id) {
        struct shelf_ref ref = {l->r->session.user_id, l->a.account_id, no};
        TRY(is_subscribed(t, l->r->session.user_id, l->a.account_id, &l->subscribed));
        TRY(shelf_load(t, &ref, &l->shelf));
    }
    if (l->history)
        return article_public_versions(t, mem, l->a.account_id, no, &l->versions, &l->n);
    if (l->whole)
        TRY(load_around(t, l));
    return article_version_load(t, mem, l->a.account_id, no,
                                l->version ? (int)l->version : l->a.version, &l->v);
}

static err tombstone(struct request *r, const struct article *a)
{
    str why = str_eq(a->reason, S("account_closed")) ? msg(r->lang, MSG_reader_account_closed)
                                                     : family_label(r->lang, a->reason);
    struct gone_view v = {.title = a->title,
                          .reason = why,
                          .account = a->account_name,
                          .handle = a->handle,
                          .withdrawn = str_eq(a->state, S("withdrawn")),
                          .at = a->updated_at};
    struct page page = {.place = PLACE_READER, .noindex = true};
    return REPLY_PAGE_STATUS(r, 410, &page, view_gone, &v);
}

static void article_tags(struct request *r, const struct article *a)
{
    reply_cache(r, CACHE_SECONDS);
    reply_tag(r, str_cat(r->mem, S("a:"), a->handle));
}

/* A page that names articles of other accounts changes with them. */
static struct feed_view related_of(struct request *r, const struct article_load *l)
{
    for (size_t i = 0; i < l->related.n; i++)
        if (l->related.v[i].account_id != l->a.account_id)
            reply_tag(r, str_cat(r->mem, S("a:"), l->related.v[i].handle));
    return feed_of(r, l->related.v, l->related.n);
}

/* In minors' mode the text is not shown. */
static err show_hidden(struct request *r, const struct article *a)
{
    struct gone_view v = {.title = msg(r->lang, MSG_minors_hidden),
                          .reason = msg(r->lang, MSG_minors_hidden_text),
                          .account = a->account_name,
                          .handle = a->handle};
    struct page page = {.place = PLACE_READER, .title = v.title, .noindex = true};
    return REPLY_PAGE_STATUS(r, 403, &page, view_hidden, &v);
}

static err show_article(struct request *r, struct article_load *l)
{
    l->whole = true;
    TRY(request_read(r, load_article, l));
    article_tags(r, &l->a);
    if (gone(&l->a))
        return tombstone(r, &l->a);
    struct declaration d = declared_of(r->mem, l->v.text.declared);
    if (hidden_from(r, &d))
        return show_hidden(r, &l->a);
    struct article_view v = {
        .a = &l->a,
        .v = &l->v,
        .avatar = {media_path(r->mem, l->a.account_avatar, COVER_WIDTH), l->a.account_name, false},
        .mark = mark_of(r, l->a.account_class, l->a.account_verified),
        .category = category_label(r, l->v.text.category),
        .csrf = r->session.csrf,
        .subscribed = l->subscribed,
        .old_version = l->v.version != l->a.version,
        .saved = l->shelf.saved,
        .history = l->shelf.history,
        .place = l->shelf.place,
        .here = r->path,
        .staff = (r->session.roles & ROLE_STAFF) != 0,
        .before = l->before.at ? class_words(r, l->before.from_class, l->before.from_name) : S(""),
        .before_until = str_sub(clock_china_text(r->mem, l->before.at), 0, 10),
        .label = l->a.label.n ? family_label(r->lang, l->a.label) : S(""),
        .size = 'm',
        .face = 'n',
        .related = related_of(r, l),
        .sequel = l->sequel,
        .issue = &l->issue,
    };
    v.tags = tags_split(d.v[DECLARE_tags]);
    declared_labels(r, &d, false, &v.declared);
    str look = request_cookie(r, "reading");
    if (reading_choice(look)) {
        v.size = look.p[0];
        v.face = look.p[1];
    }
    TRY(article_render(r->mem, &l->v, &v.body, &v.minutes));
    struct page page = {.place = PLACE_READER,
                        .title = l->v.text.title,
                        .description = l->v.text.digest,
                        .canonical =
                            str_fmt(r->mem, "/a/%.*s/%lld", FMT(l->a.handle), (long long)l->a.no),
                        .image = media_path(r->mem, l->v.text.cover, 1080),
                        .article = true,
                        .feed = str_fmt(r->mem, "/a/%.*s", FMT(l->a.handle)),
                        .published_at = l->a.published_at,
                        .updated_at = article_updated(&l->a, &l->v),
                        .noindex = v.old_version};
    v.url = str_cat(r->mem, request_origin(r), page.canonical);
    page.json_ld = article_json_ld(r, &l->a, &l->v, &page);
    reply_modified(r, page.updated_at);
    return REPLY_PAGE(r, &page, view_article, &v);
}

err page_article(struct request *r)
{
    struct article_load l = {.r = r};
    return show_article(r, &l);
}

/* The end of the text was reached: answered from the page cache, counted like a read. */
err page_article_end(struct request *r)
{
    struct article_load l = {.r = r};
    TRY(request_read(r, load_article, &l));
    article_tags(r, &l.a);
    if (gone(&l.a))
        return tombstone(r, &l.a);
    return reply_text(r, 200, S("text/plain; charset=utf-8"), S("\n"));
}

err page_article_version(struct request *r)
{
    struct article_load l = {.r = r};
    TRY(request_arg_int(r, "version", &l.version));
    if (l.version < 1)
        return fault(ERR_NOT_FOUND, "not_found", "no such version");
    return show_article(r, &l);
}

err page_article_versions(struct request *r)
{
    struct article_load l = {.r = r, .history = true};
    TRY(request_read(r, load_article, &l));
    article_tags(r, &l.a);
    if (gone(&l.a))
        return tombstone(r, &l.a);
    struct version_item *items = NEW_N(r->mem, struct version_item, l.n);
    size_t n = 0;
    for (size_t i = 0; i < l.n; i++) {
        items[n++] = (struct version_item){&l.versions[i],
                                           str_fmt(r->mem, "/a/%.*s/%lld/v/%d", FMT(l.a.handle),
                                                   (long long)l.a.no, l.versions[i].version),
                                           l.versions[i].version == l.a.version};
    }
    struct versions_view v = {&l.a, items, n};
    struct page page = {.place = PLACE_READER, .noindex = true};
    return REPLY_PAGE(r, &page, view_versions, &v);
}

/* ---- subscribing ---- */

struct subscribing {
    struct request *r;
    bool on;
    str handle;
};

static err set_subscription(struct tx *t, void *ctx)
{
    struct subscribing *s = ctx;
    struct account a;
    TRY(account_find(t, s->r->mem, request_arg(s->r, "handle"), &a));
    if (!account_public(&a))
        return fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(a.state));
    s->handle = a.handle;
    if (s->on)
        TRY(minors_may_act(t, s->r->session.user_id));
    TRY(s->on ? subscribe(t, s->r->session.user_id, a.id)
              : unsubscribe(t, s->r->session.user_id, a.id));
    return account_page_touch(t, s->r->mem, a.handle);
}

static err subscription_do(struct request *r, bool on)
{
    struct subscribing s = {r, on, STR_NONE};
    TRY(request_tx(r, set_subscription, &s));
    reply_flash(r, on ? MSG_reader_subscribed : MSG_reader_unsubscribed);
    str next = request_field(r, "next");
    return reply_redirect(r, next.n ? next : str_cat(r->mem, S("/a/"), s.handle));
}

err do_subscribe(struct request *r)
{
    return subscription_do(r, true);
}

err do_unsubscribe(struct request *r)
{
    return subscription_do(r, false);
}

/* ---- /me ---- */

err page_me(struct request *r)
{
    struct feed_load l = {.mem = r->mem,
                          .page = {.reader_id = r->session.user_id, .limit = PER_PAGE}};
    page_key(r, &l.page);
    TRY(request_read(r, load_feed, &l));
    struct me_view v = {
        .feed = feed_of(r, l.v, l.n),
        .empty = {.icon = S("bell"),
                  .title = msg(r->lang, MSG_reader_feed_empty),
                  .text = msg(r->lang, MSG_reader_feed_empty_text),
                  .href = S("/"),
                  .action = msg(r->lang, MSG_reader_feed_empty_action)},
        .name = r->session.user_name,
    };
    struct page page = {.place = PLACE_READER, .noindex = true};
    return REPLY_PAGE(r, &page, view_me, &v);
}

struct subs_load {
    const struct request *r;
    struct subscription_page page;
    struct subscription *v;
    size_t n;
};

static err load_subscriptions(struct tx *t, void *ctx)
{
    struct subs_load *l = ctx;
    return account_subscriptions(t, l->r->mem, &l->page, &l->v, &l->n);
}

err page_subscriptions(struct request *r)
{
    struct article_page key = {0};
    page_key(r, &key);
    struct subs_load l = {.r = r, .page = {r->session.user_id, key.before_at, key.before_account}};
    TRY(request_read(r, load_subscriptions, &l));
    struct subscription_item *items = NEW_N(r->mem, struct subscription_item, l.n);
    for (size_t i = 0; i < l.n; i++)
        items[i] = (struct subscription_item){
            &l.v[i].a,
            {media_path(r->mem, l.v[i].a.avatar, COVER_WIDTH), l.v[i].a.name, false},
            mark_of(r, l.v[i].a.class, l.v[i].a.verified)};
    struct subscriptions_view v = {
        .items = items,
        .n = l.n,
        .csrf = r->session.csrf,
        .here = r->path,
        .next = S(""),
        .empty = {.icon = S("bell"),
                  .title = msg(r->lang, MSG_reader_feed_empty),
                  .text = msg(r->lang, MSG_reader_feed_empty_text),
                  .href = S("/"),
                  .action = msg(r->lang, MSG_reader_feed_empty_action)},
    };
    if (l.n == SUBSCRIPTION_PAGE)
        v.next = str_fmt(r->mem, "%.*s?before=%lld.%lld.0", FMT(r->path),
                         (long long)l.v[l.n - 1].at, (long long)l.v[l.n - 1].a.id);
    struct page page = {.place = PLACE_READER, .noindex = true};
    return REPLY_PAGE(r, &page, view_subscriptions, &v);
}
