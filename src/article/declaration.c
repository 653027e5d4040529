/* Declarations by their table. */
#include "article/declaration.h"

#include "article/tag.h"
#include "base/clock.h"

const struct declare_spec DECLARE_SPEC[DECLARATIONS] = {
#define X(name, kind, max, choices) {#name, DECLARE_##kind, max, choices},
    DECLARATION_TABLE(X)
#undef X
};

bool declares(const struct declaration *d, enum declare what, const char *value)
{
    return str_eq(d->v[what], str_from(value));
}

bool declaration_put(struct declaration *d, str name, str value)
{
    for (int i = 0; i < DECLARATIONS; i++)
        if (str_eq(name, str_from(DECLARE_SPEC[i].name))) {
            d->v[i] = value;
            return true;
        }
    return false;
}

err declaration_take(arena *mem, const json_t *object, struct declaration *ret_d)
{
    struct declaration d = {0};
    const char *key;
    json_t *value;
    if (object && !json_is_object(object))
        return fault_field(ERR_INVALID, "bad_json", "declarations", "not an object");
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        str text = json_is_boolean(value) ? (json_is_true(value) ? S("1") : S(""))
                                          : str_dup(mem, json_text(object, key));
        bool typed = json_is_boolean(value) || json_is_string(value);
        if (!typed || !declaration_put(&d, str_from(key), text))
            return fault_field(ERR_INVALID, "unknown_member", key, "unknown declaration");
    }
    *ret_d = d;
    return OK;
}

/* ---- values ---- */

static bool one_of(const char *choices, str value)
{
    for (str rest = str_from(choices); rest.p;)
        if (str_eq(str_split(rest, '|', &rest), value))
            return true;
    return false;
}

static bool plain(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return false;
    return true;
}

static err choice_check(const struct declare_spec *spec, str *value)
{
    if (value->n && !one_of(spec->choices, *value))
        return fault_field(ERR_INVALID, "unknown_choice", spec->name, "%.*s", FMT(*value));
    if (str_eq(*value, S("none")))
        *value = S("");
    return OK;
}

static err flag_check(const struct declare_spec *spec, str *value)
{
    if (!one_of("|0|1|no|yes|false|true", *value))
        return fault_field(ERR_INVALID, "unknown_choice", spec->name, "%.*s", FMT(*value));
    *value = one_of("1|yes|true", *value) ? S("1") : S("");
    return OK;
}

static bool web_address(str url)
{
    size_t scheme = str_starts(url, S("https://")) ? 8 : str_starts(url, S("http://")) ? 7 : 0;
    str rest = str_sub(url, scheme, url.n);
    for (size_t i = 0; i < url.n; i++)
        if ((uint8_t)url.p[i] <= 0x20 || strchr("\"<>\\^`{|}\x7f", url.p[i]))
            return false;
    return scheme && rest.n && !strchr("/?#:@.", rest.p[0]);
}

/* "https://example.cn/" is "example.cn". */
static str without_scheme(str url)
{
    size_t scheme = str_starts(url, S("https://")) ? 8 : str_starts(url, S("http://")) ? 7 : 0;
    str rest = str_sub(url, scheme, url.n);
    if (str_ends(rest, S("/")))
        rest.n--;
    return rest;
}

/* The path of an article's address at this host; another address as it is. */
static str article_path(str url, str host)
{
    str at = without_scheme(url);
    str path = str_sub(at, host.n, at.n);
    bool here = host.n && str_eq_ci(str_sub(at, 0, host.n), host) && str_starts(path, S("/a/"));
    return here ? path : url;
}

static err url_check(const struct declare_spec *spec, const struct declaration_rules *rules,
                     str *value)
{
    str url = article_path(*value, without_scheme(rules->origin));
    url = article_path(url, rules->host);
    struct declaration d = {.v[DECLARE_source_url] = url};
    int64_t no;
    str handle;
    if (url.n && !declaration_here(&d, &handle, &no) && !web_address(url))
        return fault_field(ERR_INVALID, "declaration_url", spec->name, "%.*s", FMT(url));
    *value = url;
    return OK;
}

static err time_check(const struct declare_spec *spec, str value)
{
    struct date d;
    int64_t h = 0, m = 0;
    bool day = value.n == 10 || value.n == 16;
    bool ok = day && value.p[4] == '-' && date_parse(str_sub(value, 0, 10), &d) == OK;
    if (ok && value.n == 16)
        ok = value.p[10] == ' ' && value.p[13] == ':' && str_int(str_sub(value, 11, 2), &h) == OK &&
             str_int(str_sub(value, 14, 2), &m) == OK && h >= 0 && h < 24 && m >= 0 && m < 60;
    fault_clear();
    return ok || !value.n ? OK
                          : fault_field(ERR_INVALID, "declaration_time", spec->name, "not a time");
}

static err value_check(arena *mem, const struct declare_spec *spec,
                       const struct declaration_rules *rules, str *value)
{
    *value = value->p ? str_trim(*value) : S("");
    if (spec->kind == DECLARE_TAGS)
        return tags_check(mem, *value, value);
    if (!plain(*value))
        return fault_field(ERR_INVALID, "unknown_choice", spec->name, "control characters");
    if (spec->max && str_count(*value) > spec->max)
        return fault_field(ERR_INVALID, "declaration_too_long", spec->name, "over %zu", spec->max);
    switch (spec->kind) {
    case DECLARE_CHOICE:
        return choice_check(spec, value);
    case DECLARE_FLAG:
        return flag_check(spec, value);
    case DECLARE_URL:
        return url_check(spec, rules, value);
    case DECLARE_TIME:
        return time_check(spec, *value);
    case DECLARE_TAGS:
    case DECLARE_TEXT:
        break;
    }
    return OK;
}

/* ---- stored form ---- */

static void member(struct jw *j, const struct declaration *d, int i)
{
    if (!d->v[i].n)
        return;
    if (DECLARE_SPEC[i].kind == DECLARE_FLAG)
        jw_key_bool(j, DECLARE_SPEC[i].name, true);
    else
        jw_key_str(j, DECLARE_SPEC[i].name, d->v[i]);
}

void declaration_members(struct jw *j, const struct declaration *d)
{
    for (int i = 0; i < DECLARATIONS; i++)
        if (DECLARE_SPEC[i].kind != DECLARE_TAGS)
            member(j, d, i);
}

static err write(arena *mem, const struct declaration *d, str *ret_declared)
{
    bool any = false;
    for (int i = 0; i < DECLARATIONS; i++)
        any |= d->v[i].n > 0;
    *ret_declared = S("");
    if (!any)
        return OK;
    struct jw j;
    jw_init(&j, mem, DECLARED_MAX);
    jw_object(&j);
    for (int i = 0; i < DECLARATIONS; i++)
        member(&j, d, i);
    jw_end(&j);
    return buf_take(&j.out, ret_declared);
}

err declaration_json(arena *mem, const struct declaration *d, const struct declaration_rules *rules,
                     str *ret_declared)
{
    struct declaration x = *d;
    if (!rules->minors)
        x.v[DECLARE_minors] = S("");
    for (int i = 0; i < DECLARATIONS; i++)
        TRY(value_check(mem, &DECLARE_SPEC[i], rules, &x.v[i]));
    return write(mem, &x, ret_declared);
}

err declaration_parse(arena *mem, str declared, struct declaration *ret_d)
{
    *ret_d = (struct declaration){0};
    if (!declared.n)
        return OK;
    JSON_AUTO *root = NULL;
    TRY(json_read(declared, &root));
    return declaration_take(mem, root, ret_d);
}

/* ---- completeness ---- */

static err need(const struct declaration *d, enum declare what, const char *reason)
{
    return d->v[what].n ? OK : fault_field(ERR_INVALID, reason, DECLARE_SPEC[what].name, "missing");
}

static err source_check(const struct declaration *d)
{
    bool reprint = declares(d, DECLARE_origin, "reprint");
    if (reprint)
        TRY(need(d, DECLARE_source, "source_required"));
    for (enum declare i = DECLARE_source; !reprint && i <= DECLARE_source_licence; i++)
        if (d->v[i].n)
            return fault_field(ERR_INVALID, "source_without_reprint", "origin", "a source, but %s",
                               "no reprint");
    return OK;
}

static err news_check(const struct declaration *d)
{
    TRY(need(d, DECLARE_place, "place_required"));
    TRY(need(d, DECLARE_happened, "happened_required"));
    if (!declares(d, DECLARE_origin, "reprint"))
        return OK;
    TRY(need(d, DECLARE_source_title, "news_source_required"));
    TRY(need(d, DECLARE_source_author, "news_source_required"));
    return need(d, DECLARE_source_url, "news_source_required");
}

err declaration_complete(arena *mem, str category, str *declared)
{
    struct declaration d;
    TRY(declaration_parse(mem, *declared, &d));
    if (str_eq(category, S("news")))
        d.v[DECLARE_news] = S("1");
    TRY(source_check(&d));
    if (d.v[DECLARE_news].n)
        TRY(news_check(&d));
    return write(mem, &d, declared);
}

bool declaration_here(const struct declaration *d, str *ret_handle, int64_t *ret_no)
{
    str url = d->v[DECLARE_source_url], no = STR_NONE;
    if (!url.n || !str_starts(url, S("/a/")))
        return false;
    *ret_handle = str_split(str_sub(url, 3, url.n), '/', &no);
    no = str_sub(no, 0, str_find(no, '/'));
    no = str_sub(no, 0, str_find(no, '?'));
    no = str_sub(no, 0, str_find(no, '#'));
    bool ok = ret_handle->n && no.n && str_int(no, ret_no) == OK && *ret_no > 0;
    fault_clear();
    return ok;
}
