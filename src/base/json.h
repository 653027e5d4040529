/* JSON: a streaming writer (the only one; no JSON by printf), and strict reading over jansson. */
#pragma once
#include "base/buf.h"

#include <jansson.h>

struct jw {
    struct buf out;
    uint64_t in_array; /* one bit per nesting level */
    int depth;         /* at most 63 */
    bool comma;
};

void jw_init(struct jw *j, arena *mem, size_t max);
void jw_object(struct jw *j);
void jw_array(struct jw *j);
void jw_end(struct jw *j); /* closes the innermost object or array */
void jw_key(struct jw *j, const char *key);
void jw_key_s(struct jw *j, str key);
void jw_str(struct jw *j, str s); /* null when s has no value */
void jw_int(struct jw *j, int64_t n);
void jw_bool(struct jw *j, bool b);
void jw_null(struct jw *j);
void jw_raw(struct jw *j, str valid_json); /* already serialised by this house */
void jw_key_str(struct jw *j, const char *key, str s);
void jw_key_int(struct jw *j, const char *key, int64_t n);
void jw_key_bool(struct jw *j, const char *key, bool b);

/* Reading: UTF-8, no duplicate keys, no NUL, nothing behind the end. ERR_INVALID "bad_json" with
 * line and column. The tree is freed with JSON_AUTO. */
err json_read(str text, json_t **ret_root);
static inline void json_cleanup(json_t **j)
{
    json_decref(*j);
}
#define JSON_AUTO __attribute__((cleanup(json_cleanup))) json_t
/* Frees what jansson allocated (json_dumps). */
void json_release(char *text);
/* Text of an object's member, borrowed from the tree; no value when absent or not text. */
str json_text(const json_t *object, const char *key);
int64_t json_number(const json_t *object, const char *key, int64_t otherwise);
