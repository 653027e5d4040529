/* The tables of the API: its calls (operations.def) and its objects (schemas.def). One source for
 * the bodies that are read, the OpenAPI document and the page of it. */
#pragma once
#include "base/json.h"
#include "web/request.h"

enum schema {
    SCHEMA_none,
    SCHEMA_text, /* what lists hold: texts, whole numbers, any object */
    SCHEMA_whole,
    SCHEMA_open,
#define SCHEMA(name, base) SCHEMA_##name,
#define FIELD(...)
#include "api/schemas.def"
#undef SCHEMA
#undef FIELD
    SCHEMAS
};
enum field_type {
    TYPE_TEXT,
    TYPE_INT,
    TYPE_BOOL,
    TYPE_TIME,
    TYPE_DATE,
    TYPE_STATE,
    TYPE_FILE,
    TYPE_OBJECT,
    TYPE_LIST,
    TYPE_OPEN
};
enum { FIELD_OPTIONAL = 1, FIELD_NULLABLE = 2 };
struct api_field {
    enum schema in, of;
    const char *name;
    enum field_type type;
    unsigned flags, scope; /* scope: that a body needs to give it a value but false */
    enum msg text;
};
extern const struct api_field API_FIELDS[];
extern const size_t API_FIELD_COUNT;
struct api_schema {
    const char *name;
    enum schema base; /* has its members too; SCHEMA_none */
};
extern const struct api_schema API_SCHEMAS[SCHEMAS];
/* Is f a member of s, its own or of what it is based on? */
bool schema_has(enum schema s, const struct api_field *f);

struct api_op {
    enum method method;
    const char *id, *pattern;
    int status;
    enum schema body, answer;
    enum msg text;
    const struct route *route;
};
enum api_op_index {
#define OP(id, ...) OP_##id,
#define QUERY(...)
#include "api/operations.def"
#undef OP
#undef QUERY
    API_OPS
};
/* With their routes; made at the first call. A route that is missing is an assertion. */
const struct api_op *api_ops(void);
struct api_query {
    enum api_op_index op;
    const char *name;
    enum field_type type;
    enum msg text;
};
extern const struct api_query API_QUERIES[];
extern const size_t API_QUERY_COUNT;

/* The states of an article, NULL at the end. */
extern const char *const API_STATES[];

/* The JSON body of a request, an object of that schema: unknown members, other types and members
 * whose scope the token lacks are refused. ERR_INVALID bad_json, unknown_member, wrong_type;
 * ERR_DENIED scope_missing. Freed by JSON_AUTO. */
err api_body(const struct request *r, enum schema s, json_t **ret_body);
/* The OpenAPI 3.1 document, in the reader's language. */
err openapi_write(struct request *r, str *ret_json);
