/* The API for people to read: the page /api, from the same tables as the OpenAPI document. */
#include "api/api_view.h"
#include "api/schema.h"

#include "api_docs.html.h"
#include "article/declaration.h"
#include "event/event.h"
#include "web/layout.h"

enum { TYPE_MAX = 400 };

err api_v1_openapi(struct request *r)
{
    str json;
    TRY(openapi_write(r, &json));
    return reply_json(r, 200, json);
}

static str with(struct request *r, enum msg m, str arg)
{
    return msg_format(r->mem, r->lang, m, &arg, 1);
}

static str type_name(arena *mem, enum field_type type, enum schema of)
{
    static const char *const NAMES[] = {
        [TYPE_TEXT] = "string",    [TYPE_INT] = "integer", [TYPE_BOOL] = "boolean",
        [TYPE_TIME] = "date-time", [TYPE_DATE] = "date",   [TYPE_FILE] = "file",
        [TYPE_OPEN] = "object",    [TYPE_STATE] = "",      [TYPE_OBJECT] = "",
        [TYPE_LIST] = ""};
    if (type == TYPE_STATE) {
        struct buf b;
        buf_init(&b, mem, TYPE_MAX);
        for (const char *const *s = API_STATES; *s; s++)
            buf_fmt(&b, "%s%s", s == API_STATES ? "" : " | ", *s);
        return buf_str(&b);
    }
    if (type != TYPE_OBJECT && type != TYPE_LIST)
        return str_from(NAMES[type]);
    if (of > SCHEMA_open && of < SCHEMAS)
        return str_from(API_SCHEMAS[of].name);
    return of == SCHEMA_text ? S("string") : of == SCHEMA_whole ? S("integer") : S("object");
}

static str anchor(arena *mem, enum schema s)
{
    return str_fmt(mem, "#o-%s", API_SCHEMAS[s].name);
}

static struct api_member member_of(struct request *r, const struct api_field *f)
{
    str type = type_name(r->mem, f->type, f->of);
    if (f->type == TYPE_LIST)
        type = with(r, MSG_api_list_of, type);
    if (f->flags & FIELD_NULLABLE)
        type = with(r, MSG_api_or_null, type);
    if (f->flags & FIELD_OPTIONAL)
        type = with(r, MSG_api_optional, type);
    str text = msg(r->lang, f->text);
    if (f->scope)
        text = str_fmt(r->mem, "%.*s%.*s", FMT(text),
                       FMT(with(r, MSG_api_needs_scope, str_from(scope_name(f->scope)))));
    return (struct api_member){str_from(f->name), type,
                               f->of > SCHEMA_open ? anchor(r->mem, f->of) : S(""), text};
}

static void object_of(struct request *r, enum schema s, struct api_object *ret_o)
{
    struct api_member *v = NEW_N(r->mem, struct api_member, API_FIELD_COUNT + DECLARATIONS);
    size_t n = 0;
    for (size_t i = 0; i < API_FIELD_COUNT; i++)
        if (schema_has(s, &API_FIELDS[i]))
            v[n++] = member_of(r, &API_FIELDS[i]);
    for (int i = 0; s == SCHEMA_declarations && i < DECLARATIONS; i++)
        if (i != DECLARE_tags)
            v[n++] = (struct api_member){str_from(DECLARE_SPEC[i].name), S(""), S(""),
                                         DECLARE_SPEC[i].kind == DECLARE_CHOICE
                                             ? str_from(DECLARE_SPEC[i].choices)
                                         : DECLARE_SPEC[i].kind == DECLARE_FLAG ? S("true")
                                                                                : S("")};
    *ret_o = (struct api_object){
        .id = str_fmt(r->mem, "o-%s", API_SCHEMAS[s].name),
        .name = str_from(API_SCHEMAS[s].name),
        .note = s == SCHEMA_declarations ? msg(r->lang, MSG_api_declared_text) : S(""),
        .v = v,
        .n = n};
}

static void call_of(struct request *r, enum api_op_index at, struct api_call *ret_c)
{
    const struct api_op *op = &api_ops()[at];
    struct api_member *query = NEW_N(r->mem, struct api_member, API_QUERY_COUNT);
    size_t n = 0;
    for (size_t i = 0; i < API_QUERY_COUNT; i++) {
        const struct api_query *q = &API_QUERIES[i];
        if (q->op == at)
            query[n++] =
                (struct api_member){str_from(q->name), type_name(r->mem, q->type, SCHEMA_none),
                                    S(""), msg(r->lang, q->text)};
    }
    bool token = op->route->who == WHO_TOKEN;
    str scope = str_from(scope_name(op->route->need & SCOPE_ALL));
    *ret_c = (struct api_call){.id = str_fmt(r->mem, "c-%s", op->id),
                               .method = op->method == METHOD_GET ? S("GET") : S("POST"),
                               .path = str_from(op->pattern),
                               .text = msg(r->lang, op->text),
                               .need = token ? with(r, MSG_api_needs, scope)
                                             : msg(r->lang, MSG_api_public),
                               .query = query,
                               .query_n = n,
                               .body = op->body ? str_from(API_SCHEMAS[op->body].name) : S(""),
                               .body_href = op->body ? anchor(r->mem, op->body) : S(""),
                               .answer = str_from(API_SCHEMAS[op->answer].name),
                               .answer_href = anchor(r->mem, op->answer)};
}

static struct facts_view scopes_of(struct request *r)
{
    static const struct {
        const char *name;
        enum msg text;
    } ALL[] = {
#define SCOPE(name) {#name, MSG_scope_##name},
#include "web/scope.def"
#undef SCOPE
    };
    struct fact *v = NEW_N(r->mem, struct fact, LEN(ALL));
    for (size_t i = 0; i < LEN(ALL); i++)
        v[i] = (struct fact){.label = str_from(ALL[i].name), .text = msg(r->lang, ALL[i].text)};
    return (struct facts_view){v, LEN(ALL)};
}

static struct facts_view events_of(struct request *r)
{
    static const enum msg TEXTS[EVENT_KINDS] = {
#define EVENT(name, type) MSG_event_##name,
#include "event/events.def"
#undef EVENT
    };
    struct fact *v = NEW_N(r->mem, struct fact, EVENT_KINDS);
    for (size_t i = 0; i < EVENT_KINDS; i++)
        v[i] = (struct fact){.label = str_from(EVENT_TYPES[i]), .text = msg(r->lang, TEXTS[i])};
    return (struct facts_view){v, EVENT_KINDS};
}

static struct facts_view errors_of(struct request *r)
{
    static const struct {
        int status;
        const char *reason;
    } ALL[] = {
#define X(name, http, reason) {http, reason},
        ERR_TABLE(X)
#undef X
    };
    struct fact *v = NEW_N(r->mem, struct fact, LEN(ALL));
    size_t n = 0;
    for (size_t i = 0; i < LEN(ALL); i++) {
        str text = msg_lookup(r->lang, "reason.", ALL[i].reason, MSG_reason_internal);
        if (ALL[i].status >= 400)
            v[n++] = (struct fact){.label = str_fmt(r->mem, "%d %s", ALL[i].status, ALL[i].reason),
                                   .text = text};
    }
    return (struct facts_view){v, n};
}

err page_api(struct request *r)
{
    struct api_call *calls = NEW_N(r->mem, struct api_call, API_OPS);
    struct api_object *objects = NEW_N(r->mem, struct api_object, SCHEMAS);
    size_t n = 0;
    for (int i = 0; i < API_OPS; i++)
        call_of(r, (enum api_op_index)i, &calls[i]);
    for (int s = SCHEMA_open + 1; s < SCHEMAS; s++)
        object_of(r, (enum schema)s, &objects[n++]);
    struct api_view v = {
        .scopes = scopes_of(r),
        .errors = errors_of(r),
        .events = events_of(r),
        .hook = S("POST /your/path\nwebhook-id: msg_…\nwebhook-timestamp: 1790000000\n"
                  "webhook-signature: v1,…\n\n{\"type\": \"article.published\", \"timestamp\": …, "
                  "\"data\": {\"account\": …, \"no\": …, …}}"),
        .calls = calls,
        .call_n = API_OPS,
        .objects = objects,
        .object_n = n,
        .example = str_fmt(r->mem, "curl -H 'Authorization: Bearer gq_…' \\\n  %.*s/api/v1/…",
                           FMT(request_origin(r)))};
    struct page page = {.place = PLACE_READER, .canonical = S("/api")};
    return REPLY_PAGE(r, &page, view_api, &v);
}
