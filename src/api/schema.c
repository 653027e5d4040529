/* The tables of the API, and bodies read by them. */
#include "api/schema.h"

#include "web/entry.h"

#include <pthread.h>

const struct api_field API_FIELDS[] = {
#define SCHEMA(name, base)
#define FIELD(in, name, type, of, flags, text, scope)                                              \
    {SCHEMA_##in, SCHEMA_##of, #name, TYPE_##type, flags, scope, MSG_api_f_##text},
#include "api/schemas.def"
#undef SCHEMA
#undef FIELD
};
const size_t API_FIELD_COUNT = LEN(API_FIELDS);

const struct api_schema API_SCHEMAS[SCHEMAS] = {
#define SCHEMA(name, base) [SCHEMA_##name] = {#name, SCHEMA_##base},
#define FIELD(...)
#include "api/schemas.def"
#undef SCHEMA
#undef FIELD
};

const struct api_query API_QUERIES[] = {
#define OP(...)
#define QUERY(op, name, type) {OP_##op, #name, TYPE_##type, MSG_api_q_##name},
#include "api/operations.def"
#undef OP
#undef QUERY
};
const size_t API_QUERY_COUNT = LEN(API_QUERIES);

const char *const API_STATES[] = {"draft",     "held",    "scheduled", "published",
                                  "withdrawn", "removed", NULL};

static struct api_op ops[API_OPS] = {
#define OP(id, method, pattern, status, body, answer)                                              \
    {METHOD_##method, #id, pattern, status, SCHEMA_##body, SCHEMA_##answer, MSG_api_op_##id, NULL},
#define QUERY(...)
#include "api/operations.def"
#undef OP
#undef QUERY
};

static void ops_join(void)
{
    for (size_t i = 0; i < API_OPS; i++) {
        for (size_t k = 0; k < ROUTE_COUNT && !ops[i].route; k++)
            if (ROUTES[k].method == ops[i].method && strcmp(ROUTES[k].pattern, ops[i].pattern) == 0)
                ops[i].route = &ROUTES[k];
        ASSERT(ops[i].route);
    }
}

const struct api_op *api_ops(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, ops_join);
    return ops;
}

bool schema_has(enum schema s, const struct api_field *f)
{
    return f->in == s || (API_SCHEMAS[s].base && f->in == API_SCHEMAS[s].base);
}

static const struct api_field *field_find(enum schema s, const char *name)
{
    for (size_t i = 0; i < API_FIELD_COUNT; i++)
        if (schema_has(s, &API_FIELDS[i]) && strcmp(API_FIELDS[i].name, name) == 0)
            return &API_FIELDS[i];
    return NULL;
}

static bool texts_only(const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        if (!json_is_string(one))
            return false;
    }
    return true;
}

static bool type_fits(const struct api_field *f, const json_t *v)
{
    switch (f->type) {
    case TYPE_TEXT:
    case TYPE_TIME:
    case TYPE_DATE:
    case TYPE_STATE:
    case TYPE_FILE:
        return json_is_string(v);
    case TYPE_INT:
        return json_is_integer(v);
    case TYPE_BOOL:
        return json_is_boolean(v);
    case TYPE_OBJECT:
    case TYPE_OPEN:
        return json_is_object(v);
    case TYPE_LIST:
        return json_is_array(v) && texts_only(v); /* bodies hold no other lists */
    }
    return false;
}

/* A typing error must not publish something else than was meant. */
static err member_check(const struct request *r, enum schema s, const char *key, const json_t *v)
{
    const struct api_field *f = field_find(s, key);
    if (!f)
        return fault_field(ERR_INVALID, "unknown_member", key, "unknown member");
    if (json_is_null(v) && f->flags & FIELD_NULLABLE)
        return OK;
    if (!type_fits(f, v))
        return fault_field(ERR_INVALID, "wrong_type", key, "another type is wanted");
    return json_is_false(v) ? OK : entry_scope(r, f->scope);
}

err api_body(const struct request *r, enum schema s, json_t **ret_body)
{
    JSON_AUTO *body = NULL;
    const char *key;
    json_t *value;
    TRY(json_read(r->body, &body));
    if (!json_is_object(body))
        return fault(ERR_INVALID, "bad_json", "not an object");
    json_object_foreach(body, key, value)
    {
        TRY(member_check(r, s, key, value));
    }
    *ret_body = json_incref(body);
    return OK;
}
