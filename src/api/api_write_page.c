/* Writing by API: create, submit, publish. */
#include "api/api.h"
#include "api/schema.h"

#include "article/console.h"
#include "article/declare.h"
#include "base/json.h"
#include "measure/measure.h"

struct writing {
    struct request *r;
    struct article_text text;
    struct article_rules rules;
    struct article_outcome outcome;
    struct scan_result scan;
    struct print_result prints;
    int64_t no, publish_at;
    bool submit;
};

static str text_of(arena *mem, const json_t *body, const char *key)
{
    str s = json_text(body, key);
    return s.p ? str_dup(mem, s) : S("");
}

static err doc_of(arena *mem, const json_t *body, struct node **ret_doc)
{
    const json_t *doc = json_object_get(body, "doc");
    str markdown = json_text(body, "markdown");
    if (!doc == !markdown.p)
        return fault_field(ERR_INVALID, "doc_or_markdown", "doc", "give doc or markdown");
    if (markdown.p)
        return doc_from_markdown(mem, markdown, NULL, NULL, ret_doc);
    char *text = json_dumps(doc, JSON_COMPACT);
    ASSERT(text != NULL);
    err e = doc_from_json(mem, str_from(text), ret_doc);
    json_release(text);
    return e;
}

/* A list of texts; as they are written in the form, with commas between. */
static str tags_take(arena *mem, const json_t *list)
{
    size_t i;
    json_t *one;
    str all = S("");
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        all = str_fmt(mem, "%.*s,%s", FMT(all), json_string_value(one));
    }
    return all;
}

static err body_read(struct writing *w)
{
    arena *mem = w->r->mem;
    JSON_AUTO *body = NULL;
    TRY(api_body(w->r, SCHEMA_article_in, &body));
    struct node *doc;
    TRY(doc_of(mem, body, &doc));
    struct article_text in = {.title = text_of(mem, body, "title"),
                              .digest = text_of(mem, body, "digest"),
                              .cover = text_of(mem, body, "cover"),
                              .category = text_of(mem, body, "category")};
    struct declaration d;
    struct declaration_rules rules;
    declaration_rules_of(w->r, &rules);
    TRY(declaration_take(mem, json_object_get(body, "declarations"), &d));
    if (json_object_get(body, "tags"))
        d.v[DECLARE_tags] = tags_take(mem, json_object_get(body, "tags"));
    TRY(declaration_json(mem, &d, &rules, &in.declared));
    w->submit = json_is_true(json_object_get(body, "publish"));
    w->publish_at = json_number(body, "publish_at", 0);
    return article_text_check(mem, &in, doc, &w->text);
}

static err answer(struct request *r, int status, const struct article_outcome *o)
{
    struct jw j;
    jw_init(&j, r->mem, 4096);
    jw_object(&j);
    jw_key_int(&j, "no", o->no);
    jw_key_str(&j, "state", o->state);
    jw_key_int(&j, "version", o->version);
    if (o->reason.n)
        jw_key_str(&j, "reason", o->reason);
    jw_key_str(&j, "url", str_fmt(r->mem, "/a/%.*s/%lld", FMT(o->handle), (long long)o->no));
    jw_key_str(&j, "waits_for", o->second_person ? SECOND_PERSON : STR_NONE);
    jw_end(&j);
    return reply_json(r, status, buf_str(&j.out));
}

static err write(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    const struct request *r = w->r;
    TRY(measure_pass(t, r->member.account_id, FUNCTION_api));
    if (w->submit)
        return article_submit(t, r->mem,
                              &(struct article_submission){.account_id = r->member.account_id,
                                                           .no = w->no,
                                                           .user_id = r->session.user_id,
                                                           .publish_at = w->publish_at,
                                                           .text = &w->text,
                                                           .rules = &w->rules,
                                                           .scan = &w->scan,
                                                           .prints = &w->prints},
                              &w->outcome);
    w->outcome = (struct article_outcome){.state = S("draft"), .handle = r->member.handle};
    return article_create(t, r->member.account_id, r->session.user_id, &w->text, &w->outcome.no);
}

static err send(struct writing *w)
{
    return article_send(w->r,
                        &(struct article_sending){write, w, w->no, &w->text, &w->scan, &w->prints});
}

/* POST {title, doc | markdown, category, digest?, cover?, tags?: [], declarations?: {origin, …},
 * publish?: true, publish_at?}: a draft, or
 * with publish a submission (held, scheduled or published as the provider's rules say). */
err api_v1_article_new(struct request *r)
{
    struct writing w = {.r = r};
    TRY(body_read(&w));
    article_rules_now(r->site, r->mem, &w.rules);
    TRY(w.submit ? send(&w) : request_tx(r, write, &w));
    return answer(r, 201, &w.outcome);
}

/* POST to an article: a new version of it, submitted. */
err api_v1_article_submit(struct request *r)
{
    struct writing w = {.r = r};
    TRY(request_arg_int(r, "no", &w.no));
    TRY(body_read(&w));
    w.submit = true;
    article_rules_now(r->site, r->mem, &w.rules);
    TRY(send(&w));
    return answer(r, 200, &w.outcome);
}
