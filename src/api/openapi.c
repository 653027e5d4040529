/* The OpenAPI 3.1 document, written from the tables. */
#include "api/schema.h"

#include "api/api.h"
#include "article/declaration.h"

/* ---- objects ---- */

static void type_of(struct jw *j, const char *type, bool nullable)
{
    jw_key(j, "type");
    if (!nullable) {
        jw_str(j, str_from(type));
        return;
    }
    jw_array(j);
    jw_str(j, str_from(type));
    jw_str(j, S("null"));
    jw_end(j);
}

static void reference(struct jw *j, arena *mem, enum schema s)
{
    jw_key_str(j, "$ref", str_fmt(mem, "#/components/schemas/%s", API_SCHEMAS[s].name));
}

static void states(struct jw *j)
{
    jw_key(j, "enum");
    jw_array(j);
    for (const char *const *s = API_STATES; *s; s++)
        jw_str(j, str_from(*s));
    jw_end(j);
}

static void items(struct jw *j, arena *mem, enum schema of)
{
    jw_key(j, "items");
    jw_object(j);
    if (of > SCHEMA_open)
        reference(j, mem, of);
    else
        type_of(j, of == SCHEMA_text ? "string" : of == SCHEMA_whole ? "integer" : "object", false);
    jw_end(j);
}

/* Members of the schema of one value, after its opening brace. */
static void value_of(struct jw *j, arena *mem, enum field_type type, enum schema of, bool nullable)
{
    static const char *const NAMES[] = {
        [TYPE_TEXT] = "string", [TYPE_INT] = "integer",   [TYPE_BOOL] = "boolean",
        [TYPE_TIME] = "string", [TYPE_DATE] = "string",   [TYPE_STATE] = "string",
        [TYPE_FILE] = "string", [TYPE_OBJECT] = "object", [TYPE_LIST] = "array",
        [TYPE_OPEN] = "object"};
    static const char *const FORMATS[LEN(NAMES)] = {
        [TYPE_TIME] = "date-time", [TYPE_DATE] = "date", [TYPE_INT] = "int64"};
    if (type == TYPE_OBJECT && nullable) {
        jw_key(j, "anyOf");
        jw_array(j);
        jw_object(j);
        reference(j, mem, of);
        jw_end(j);
        jw_object(j);
        type_of(j, "null", false);
        jw_end(j);
        jw_end(j);
        return;
    }
    if (type == TYPE_OBJECT) {
        reference(j, mem, of);
        return;
    }
    type_of(j, NAMES[type], nullable);
    if (FORMATS[type])
        jw_key_str(j, "format", str_from(FORMATS[type]));
    if (type == TYPE_FILE)
        jw_key_str(j, "contentMediaType", S("image/*"));
    if (type == TYPE_STATE)
        states(j);
    if (type == TYPE_LIST)
        items(j, mem, of);
}

static void declaration_of(struct jw *j, const struct declare_spec *d)
{
    jw_key(j, d->name);
    jw_object(j);
    type_of(j, d->kind == DECLARE_FLAG ? "boolean" : "string", false);
    if (d->max)
        jw_key_int(j, "maxLength", (int64_t)d->max);
    if (d->kind == DECLARE_CHOICE) {
        jw_key(j, "enum");
        jw_array(j);
        for (str rest = str_from(d->choices); rest.p;)
            jw_str(j, str_split(rest, '|', &rest));
        jw_end(j);
    }
    jw_end(j);
}

static void properties_of(struct request *r, struct jw *j, enum schema s)
{
    jw_key(j, "properties");
    jw_object(j);
    for (size_t i = 0; i < API_FIELD_COUNT; i++) {
        const struct api_field *f = &API_FIELDS[i];
        if (!schema_has(s, f))
            continue;
        jw_key(j, f->name);
        jw_object(j);
        value_of(j, r->mem, f->type, f->of, f->flags & FIELD_NULLABLE);
        jw_key_str(j, "description", msg(r->lang, f->text));
        if (f->scope)
            jw_key_str(j, "x-scope", str_from(scope_name(f->scope)));
        jw_end(j);
    }
    for (int i = 0; s == SCHEMA_declarations && i < DECLARATIONS; i++)
        if (i != DECLARE_tags)
            declaration_of(j, &DECLARE_SPEC[i]);
    jw_end(j);
}

static void schema_of(struct request *r, struct jw *j, enum schema s)
{
    jw_key(j, API_SCHEMAS[s].name);
    jw_object(j);
    type_of(j, "object", false);
    properties_of(r, j, s);
    jw_key(j, "required");
    jw_array(j);
    for (size_t i = 0; i < API_FIELD_COUNT; i++)
        if (schema_has(s, &API_FIELDS[i]) && !(API_FIELDS[i].flags & FIELD_OPTIONAL))
            jw_str(j, str_from(API_FIELDS[i].name));
    jw_end(j);
    jw_key_bool(j, "additionalProperties", false);
    jw_end(j);
}

/* ---- calls ---- */

static void content(struct jw *j, arena *mem, const char *mime, enum schema s)
{
    jw_key(j, "content");
    jw_object(j);
    jw_key(j, mime);
    jw_object(j);
    jw_key(j, "schema");
    jw_object(j);
    reference(j, mem, s);
    jw_end(j);
    jw_end(j);
    jw_end(j);
}

struct parameter {
    str name;
    const char *in;
    enum field_type type;
    enum msg text;
};

static void parameter(struct request *r, struct jw *j, const struct parameter *p)
{
    bool path = strcmp(p->in, "path") == 0;
    jw_object(j);
    jw_key_str(j, "name", p->name);
    jw_key_str(j, "in", str_from(p->in));
    if (path)
        jw_key_bool(j, "required", true);
    jw_key_str(j, "description", msg(r->lang, p->text));
    jw_key(j, "schema");
    jw_object(j);
    value_of(j, r->mem, p->type, SCHEMA_none, false);
    jw_end(j);
    jw_end(j);
}

static void parameters(struct request *r, struct jw *j, enum api_op_index at)
{
    jw_key(j, "parameters");
    jw_array(j);
    for (str rest = str_from(api_ops()[at].pattern); rest.p;) {
        str s = str_split(rest, '/', &rest);
        bool number = str_eq(s, S(":no"));
        if (s.n && s.p[0] == ':')
            parameter(r, j,
                      &(struct parameter){str_sub(s, 1, s.n), "path", number ? TYPE_INT : TYPE_TEXT,
                                          number ? MSG_api_f_no : MSG_api_f_handle});
    }
    for (size_t i = 0; i < API_QUERY_COUNT; i++) {
        const struct api_query *q = &API_QUERIES[i];
        if (q->op == at)
            parameter(r, j, &(struct parameter){str_from(q->name), "query", q->type, q->text});
    }
    jw_end(j);
}

static bool may_fail(const struct api_op *op, err e)
{
    bool token = op->route->who == WHO_TOKEN, post = op->method == METHOD_POST;
    switch ((int)e) {
    case ERR_UNAUTHENTICATED:
    case ERR_DENIED:
        return token;
    case ERR_NOT_FOUND:
        return strchr(op->pattern, ':') != NULL;
    case ERR_CONFLICT:
    case ERR_TOO_LARGE:
        return post;
    case ERR_INVALID:
    case ERR_LIMIT:
    case ERR_IO: /* ERR_RETRY has the same status */
        return true;
    default:
        return false;
    }
}

static void responses(struct request *r, struct jw *j, const struct api_op *op)
{
    static const char *const REASONS[] = {
#define X(name, http, reason) [name] = reason,
        ERR_TABLE(X)
#undef X
    };
    jw_key(j, "responses");
    jw_object(j);
    jw_key_s(j, str_fmt(r->mem, "%d", op->status));
    jw_object(j);
    jw_key_str(j, "description", msg(r->lang, MSG_api_done));
    content(j, r->mem, "application/json", op->answer);
    jw_end(j);
    for (int e = 0; e < ERR_COUNT; e++) {
        if (!may_fail(op, (err)e))
            continue;
        jw_key_s(j, str_fmt(r->mem, "%d", err_http((err)e)));
        jw_object(j);
        jw_key_str(j, "description", str_from(REASONS[e]));
        content(j, r->mem, "application/json", SCHEMA_error);
        jw_end(j);
    }
    jw_end(j);
}

static void security(struct jw *j, const struct api_op *op)
{
    jw_key(j, "security");
    jw_array(j);
    if (op->route->who == WHO_TOKEN) {
        jw_object(j);
        jw_key(j, "token");
        jw_array(j);
        jw_str(j, str_from(scope_name(op->route->need & SCOPE_ALL)));
        jw_end(j);
        jw_end(j);
    }
    jw_end(j);
}

static void operation(struct request *r, struct jw *j, enum api_op_index at)
{
    const struct api_op *op = &api_ops()[at];
    jw_key(j, op->method == METHOD_GET ? "get" : "post");
    jw_object(j);
    jw_key_str(j, "operationId", str_from(op->id));
    jw_key_str(j, "summary", msg(r->lang, op->text));
    security(j, op);
    parameters(r, j, at);
    if (op->body) {
        jw_key(j, "requestBody");
        jw_object(j);
        jw_key_bool(j, "required", true);
        content(j, r->mem,
                op->route->flags & ROUTE_UPLOAD ? "multipart/form-data" : "application/json",
                op->body);
        jw_end(j);
    }
    responses(r, j, op);
    jw_end(j);
}

/* "/a/:b/:c" as "/a/{b}/{c}". */
static str template_of(arena *mem, const char *pattern)
{
    struct buf b;
    buf_init(&b, mem, 500);
    str rest = str_from(pattern);
    (void)str_split(rest, '/', &rest);
    while (rest.p) {
        str s = str_split(rest, '/', &rest);
        if (s.n && s.p[0] == ':')
            buf_fmt(&b, "/{%.*s}", (int)s.n - 1, s.p + 1);
        else
            buf_fmt(&b, "/%.*s", FMT(s));
    }
    return buf_str(&b);
}

static bool path_seen(size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(api_ops()[i].pattern, api_ops()[at].pattern) == 0)
            return true;
    return false;
}

static void paths(struct request *r, struct jw *j)
{
    jw_key(j, "paths");
    jw_object(j);
    for (size_t i = 0; i < API_OPS; i++) {
        if (path_seen(i))
            continue;
        jw_key_s(j, template_of(r->mem, api_ops()[i].pattern));
        jw_object(j);
        for (size_t k = i; k < API_OPS; k++)
            if (strcmp(api_ops()[i].pattern, api_ops()[k].pattern) == 0)
                operation(r, j, (enum api_op_index)k);
        jw_end(j);
    }
    jw_end(j);
}

static void info(struct request *r, struct jw *j)
{
    jw_key_str(j, "openapi", S("3.1.0"));
    jw_key(j, "info");
    jw_object(j);
    jw_key_str(j, "title", msg(r->lang, MSG_api_title));
    jw_key_str(j, "version", S("1"));
    jw_key_str(j, "description", msg(r->lang, MSG_api_intro));
    jw_end(j);
    jw_key(j, "servers");
    jw_array(j);
    jw_object(j);
    jw_key_str(j, "url", request_origin(r));
    jw_end(j);
    jw_end(j);
}

static void components(struct request *r, struct jw *j)
{
    jw_key(j, "components");
    jw_object(j);
    jw_key(j, "securitySchemes");
    jw_object(j);
    jw_key(j, "token");
    jw_object(j);
    jw_key_str(j, "type", S("http"));
    jw_key_str(j, "scheme", S("bearer"));
    jw_key_str(j, "description", msg(r->lang, MSG_api_token_text));
    jw_end(j);
    jw_end(j);
    jw_key(j, "schemas");
    jw_object(j);
    for (int s = SCHEMA_open + 1; s < SCHEMAS; s++)
        schema_of(r, j, (enum schema)s);
    jw_end(j);
    jw_end(j);
}

err openapi_write(struct request *r, str *ret_json)
{
    struct jw j;
    jw_init(&j, r->mem, API_JSON_MAX);
    jw_object(&j);
    info(r, &j);
    paths(r, &j);
    components(r, &j);
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}
