/* Rules and agreements for everybody to read: in force, on a day, every version, differences. */
#include "base/clock.h"
#include "base/hash.h"
#include "policy/policy_parts.h"
#include "policy_list.html.h"
#include "policy_show.html.h"
#include "text/doc.h"
#include "web/document.h"

enum { VERSION_MAX = 1000000 };

str policy_label(enum lang lang, str kind)
{
    for (size_t i = 0; i < POLICY_KINDS; i++)
        if (str_eq(kind, POLICY_KIND[i]))
            return msg_lookup(lang, "policy.", POLICY_KIND[i].p, MSG_word_none);
    return kind;
}

err policy_markdown(arena *mem, str doc_json, str *ret_markdown)
{
    struct node *doc = NULL;
    TRY(doc_from_json(mem, doc_json, &doc));
    return doc_markdown(mem, doc, ret_markdown);
}

/* ---- the list ---- */

struct listing {
    struct request *r;
    struct policy_line v[POLICY_KINDS];
    size_t n;
};

static err list_load(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    arena *mem = l->r->mem;
    l->n = 0;
    for (size_t i = 0; i < POLICY_KINDS; i++) {
        str kind = POLICY_KIND[i];
        if (!policy_kind_public(kind))
            continue;
        struct policy *p = NEW(mem, struct policy);
        err e = policy_in_force(t, mem, kind, l->r->now, p);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        l->v[l->n++] = (struct policy_line){.kind = kind,
                                            .label = policy_label(l->r->lang, kind),
                                            .href = str_fmt(mem, "/rules/%s", kind.p),
                                            .policy = e == OK ? p : NULL};
    }
    return OK;
}

err page_rules(struct request *r)
{
    struct listing l = {.r = r};
    TRY(request_read(r, list_load, &l));
    return REPLY_PAGE(r, (&(struct page){.place = PLACE_READER}), view_policy_list,
                      (&(struct policy_list_view){.v = l.v, .n = l.n}));
}

/* ---- one text ---- */

struct showing {
    struct request *r;
    str kind;
    int version; /* 0: the one in force at */
    int64_t at;
    struct policy_show_view v;
};

static void next_find(struct showing *s, const struct policy *now)
{
    for (size_t i = 0; i < s->v.version_n; i++)
        if (s->v.versions[i].version > now->version)
            s->v.next = s->v.versions[i]; /* newest first: ends with the one that is next */
}

static err show_load(struct tx *t, void *ctx)
{
    struct showing *s = ctx;
    arena *mem = s->r->mem;
    struct policy now = {0}, *versions = NULL;
    err e = policy_in_force(t, mem, s->kind, s->r->now, &now);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    TRY(policy_versions(t, mem, s->kind, &versions, &s->v.version_n));
    s->v.versions = versions;
    e = s->version ? policy_version(t, mem, s->kind, s->version, &s->v.policy)
                   : policy_in_force(t, mem, s->kind, s->at, &s->v.policy);
    if (e == ERR_NOT_FOUND && s->v.day.n && now.version) {
        s->v.error = msg(s->r->lang, MSG_policy_no_text_then);
        s->v.policy = now;
        e = OK;
    }
    TRY(e);
    s->v.in_force = s->v.policy.version == now.version;
    next_find(s, &now);
    return OK;
}

err policy_show(struct request *r, enum place place, str base, int version)
{
    struct showing s = {
        .r = r,
        .kind = request_arg(r, "kind"),
        .version = version,
        .at = r->now,
        .v = {.base = base, .day = S(""), .error = S(""), .headed = place == PLACE_DESK}};
    str day = request_query(r, "day");
    struct date d;
    if (day.n && date_parse(day, &d) == OK) {
        s.at = date_china_ms(d) + DAY_MS - 1; /* the text at the end of that day */
        s.v.day = date_text(r->mem, d);
    }
    TRY(request_read(r, show_load, &s));
    if (day.n && !s.v.day.n)
        s.v.error = msg(r->lang, MSG_reason_bad_date);
    TRY(document_html(r->mem, s.v.policy.doc, &s.v.text));
    s.v.hash = hex(r->mem, s.v.policy.hash);
    return REPLY_PAGE(r, (&(struct page){.place = place, .title = s.v.policy.title}),
                      view_policy_show, &s.v);
}

static err kind_check(struct request *r, str *ret_base)
{
    str kind = request_arg(r, "kind");
    if (!policy_kind_public(kind))
        return fault(ERR_NOT_FOUND, "not_found", "no such kind of policy");
    *ret_base = str_fmt(r->mem, "/rules/%.*s", FMT(kind));
    return OK;
}

static err version_arg(struct request *r, int *ret_version)
{
    int64_t version = 0;
    TRY(request_arg_int(r, "version", &version));
    if (version < 1 || version > VERSION_MAX)
        return fault(ERR_NOT_FOUND, "not_found", "no such version");
    *ret_version = (int)version;
    return OK;
}

err page_rule(struct request *r)
{
    str base;
    TRY(kind_check(r, &base));
    return policy_show(r, PLACE_READER, base, 0);
}

err page_rule_version(struct request *r)
{
    str base;
    int version = 0;
    TRY(kind_check(r, &base));
    TRY(version_arg(r, &version));
    return policy_show(r, PLACE_READER, base, version);
}

/* ---- the text as it is hashed ---- */

static err source_load(struct tx *t, void *ctx)
{
    struct showing *s = ctx;
    return policy_version(t, s->r->mem, s->kind, s->version, &s->v.policy);
}

/* The bytes whose SHA-256 the page and the signed copy name. */
err page_rule_source(struct request *r)
{
    struct showing s = {.r = r, .kind = request_arg(r, "kind")};
    str base;
    TRY(kind_check(r, &base));
    TRY(version_arg(r, &s.version));
    TRY(request_read(r, source_load, &s));
    reply_header(r, "Content-Disposition",
                 str_fmt(r->mem, "attachment; filename=\"%.*s-v%d.json\"", FMT(s.kind), s.version));
    return reply_text(r, 200, S("application/json; charset=utf-8"), s.v.policy.doc);
}

/* ---- differences ---- */

struct comparing {
    struct request *r;
    str kind;
    int old_version, new_version;
    struct policy old, new, *versions;
    size_t version_n;
};

static err diff_load(struct tx *t, void *ctx)
{
    struct comparing *c = ctx;
    arena *mem = c->r->mem;
    TRY(policy_version(t, mem, c->kind, c->new_version, &c->new));
    TRY(policy_version(t, mem, c->kind, c->old_version, &c->old));
    return policy_versions(t, mem, c->kind, &c->versions, &c->version_n);
}

err page_rule_diff(struct request *r)
{
    struct comparing c = {.r = r, .kind = request_arg(r, "kind")};
    struct policy_diff_view v = {0};
    int64_t with = 0;
    TRY(kind_check(r, &v.base));
    TRY(version_arg(r, &c.new_version));
    str asked = request_query(r, "with");
    if (asked.n && (str_int(asked, &with) != OK || with < 1 || with > VERSION_MAX))
        return fault(ERR_NOT_FOUND, "not_found", "no such version");
    c.old_version = with ? (int)with : c.new_version - 1;
    TRY(request_read(r, diff_load, &c));
    TRY(document_diff(r->mem, c.old.doc, c.new.doc, &v.diff));
    v.old = c.old_version;
    v.new = c.new_version;
    v.versions = c.versions;
    v.version_n = c.version_n;
    return REPLY_PAGE(r,
                      (&(struct page){.place = PLACE_READER, .title = c.new.title, .wide = true}),
                      view_policy_diff, &v);
}
