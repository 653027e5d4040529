/* /search: one field, filters in the address, results with their matches marked. */
#include "account/account.h"
#include "article/render.h"
#include "base/buf.h"
#include "base/clock.h"
#include "reader/pieces.h"
#include "reader/search.h"
#include "reader_search.html.h"
#include "web/layout.h"

enum { TITLE_SHOWN = 80, EXCERPT_SHOWN = 96, ADDRESS_MAX = 4096 };

struct searching {
    const struct request *r;
    struct search_query q;
    struct search_answer a;
    str handle;
    struct account account; /* the filter's */
};

static const struct period {
    const char *code;
    int days;
    enum msg label;
} PERIODS[] = {{"", 0, MSG_reader_ever},
               {"7", 7, MSG_reader_last_week},
               {"30", 30, MSG_reader_last_month},
               {"365", 365, MSG_reader_last_year}};
static const struct kind {
    const char *code;
    enum msg label;
} KINDS[] = {{"", MSG_reader_any_kind},
             {"text", MSG_reader_kind_text},
             {"picture", MSG_reader_kind_picture},
             {"audio", MSG_reader_kind_audio},
             {"video", MSG_reader_kind_video}};

static err load(struct tx *t, void *ctx)
{
    struct searching *s = ctx;
    if (s->handle.n) {
        TRY(account_find(t, s->r->mem, s->handle, &s->account));
        if (!account_public(&s->account))
            return fault(ERR_NOT_FOUND, "not_found", "account is %.*s", FMT(s->account.state));
        s->q.account_id = s->account.id;
    }
    return search_find(t, s->r->mem, &s->q, &s->a);
}

static str known_kind(str code)
{
    for (size_t i = 0; i < LEN(KINDS); i++)
        if (str_eq(code, str_from(KINDS[i].code)))
            return code;
    return S("");
}

static str known_category(str code)
{
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (str_eq(code, str_from(CATEGORIES[i].code)))
            return code;
    return S("");
}

static void query_read(const struct request *r, struct searching *s)
{
    s->r = r;
    s->handle = request_query(r, "account");
    str words = str_trim(request_query(r, "q"));
    s->q = (struct search_query){.words = words.p ? words : S(""),
                                 .category = known_category(request_query(r, "category")),
                                 .kind = known_kind(request_query(r, "kind")),
                                 .now = r->now};
    for (size_t i = 1; i < LEN(PERIODS); i++)
        if (str_eq(request_query(r, "days"), str_from(PERIODS[i].code)))
            s->q.since = (r->now / DAY_MS - PERIODS[i].days) * DAY_MS;
    str rest, score = str_split(request_query(r, "after"), '.', &rest);
    if (str_int(score, &s->q.after_score) != OK || str_int(rest, &s->q.after) != OK)
        s->q.after = s->q.after_score = 0;
}

/* ---- addresses: the present ones with one value changed ---- */

static str address_with(const struct searching *s, const char *name, str value)
{
    static const char *const NAMES[] = {"q", "category", "kind", "days", "account"};
    struct buf b;
    buf_init(&b, s->r->mem, ADDRESS_MAX);
    buf_add(&b, S("/search"));
    bool known = false, first = true;
    for (size_t i = 0; i <= LEN(NAMES); i++) {
        if (i == LEN(NAMES) && known)
            break;
        const char *key = i < LEN(NAMES) ? NAMES[i] : name;
        bool this = str_eq(str_from(key), str_from(name));
        str v = this ? value : request_query(s->r, key);
        known |= this;
        if (!v.n)
            continue;
        buf_fmt(&b, "%c%s=", first ? '?' : '&', key);
        url_part_add(&b, v);
        first = false;
    }
    return buf_str(&b);
}

static struct search_choice *kinds_of(const struct searching *s)
{
    struct search_choice *v = NEW_N(s->r->mem, struct search_choice, LEN(KINDS));
    for (size_t i = 0; i < LEN(KINDS); i++) {
        str code = str_from(KINDS[i].code);
        v[i] =
            (struct search_choice){code, msg(s->r->lang, KINDS[i].label), str_eq(code, s->q.kind)};
    }
    return v;
}

static struct search_choice *periods_of(const struct searching *s)
{
    struct search_choice *v = NEW_N(s->r->mem, struct search_choice, LEN(PERIODS));
    str days = request_query(s->r, "days");
    for (size_t i = 0; i < LEN(PERIODS); i++) {
        str code = str_from(PERIODS[i].code);
        v[i] = (struct search_choice){code, msg(s->r->lang, PERIODS[i].label),
                                      days.p ? str_eq(code, days) : i == 0};
    }
    return v;
}

static struct search_choice *categories_of(const struct searching *s)
{
    struct search_choice *v = NEW_N(s->r->mem, struct search_choice, CATEGORY_COUNT + 1);
    v[0] =
        (struct search_choice){S(""), msg(s->r->lang, MSG_reader_any_category), !s->q.category.n};
    for (size_t i = 0; i < CATEGORY_COUNT; i++) {
        str code = str_from(CATEGORIES[i].code);
        v[i + 1] =
            (struct search_choice){code, category_label(s->r, code), str_eq(code, s->q.category)};
    }
    return v;
}

static struct search_item *items_of(const struct searching *s, size_t *ret_n)
{
    arena *mem = s->r->mem;
    struct search_item *v = NEW_N(mem, struct search_item, s->a.n);
    size_t n = 0;
    for (size_t i = 0; i < s->a.n; i++) {
        const struct search_hit *h = &s->a.v[i];
        struct declaration d = declared_of(mem, h->a.declared);
        if (hidden_from(s->r, &d))
            continue;
        v[n++] = (struct search_item){
            .a = &h->a,
            .title = search_excerpt(mem, h->a.title, s->q.words, TITLE_SHOWN),
            .text =
                search_excerpt(mem, h->body.n ? h->body : h->a.digest, s->q.words, EXCERPT_SHOWN),
            .account = search_excerpt(mem, h->a.account_name, s->q.words, TITLE_SHOWN),
            .cover = media_path(mem, h->a.cover, COVER_WIDTH),
            .mark = mark_of(s->r, h->a.account_class, h->a.account_verified),
        };
    }
    *ret_n = n;
    return v;
}

static str nothing_text(const struct searching *s)
{
    enum lang lang = s->r->lang;
    if (!s->q.words.n)
        return msg(lang, MSG_reader_search_hint);
    return msg(lang, s->a.short_word ? MSG_reader_search_short : MSG_reader_search_nothing_text);
}

static str nothing_title(const struct searching *s)
{
    enum lang lang = s->r->lang;
    return msg(lang, s->q.words.n ? MSG_reader_search_nothing : MSG_reader_search_ask);
}

static str next_of(const struct searching *s)
{
    if (!s->a.next)
        return S("");
    return address_with(
        s, "after",
        str_fmt(s->r->mem, "%lld.%lld", (long long)s->a.next_score, (long long)s->a.next));
}

err page_search(struct request *r)
{
    struct searching s = {0};
    query_read(r, &s);
    bool too_long = str_count(s.q.words) > SEARCH_WORDS_MAX;
    if (too_long)
        s.q.words = S("");
    else
        TRY(request_read(r, load, &s));
    bool filtered = s.q.category.n || s.q.kind.n || s.q.since || s.handle.n;
    struct search_view v = {
        .q = request_query(r, "q"),
        .handle = s.handle,
        .account = s.account.name,
        .without_account = address_with(&s, "account", S("")),
        .without_filters = filtered ? str_fmt(r->mem, "/search") : S(""),
        .kinds = kinds_of(&s),
        .kind_n = LEN(KINDS),
        .periods = periods_of(&s),
        .period_n = LEN(PERIODS),
        .categories = categories_of(&s),
        .category_n = CATEGORY_COUNT + 1,
        .found = s.a.found,
        .filtered = filtered,
        .too_long = too_long,
        .next = next_of(&s),
        .empty = {.icon = S("magnifying-glass"),
                  .title = nothing_title(&s),
                  .text = nothing_text(&s)},
    };
    v.items = items_of(&s, &v.n);
    struct page page = {.place = PLACE_READER, .noindex = true};
    if (s.q.words.n)
        page.title =
            str_fmt(r->mem, "%.*s · %.*s", FMT(s.q.words), FMT(msg(r->lang, MSG_reader_search)));
    return REPLY_PAGE_STATUS(r, too_long ? 422 : 200, &page, view_search, &v);
}
