/* The JSON reader: what is taken is written by our own writer and reads as the same tree. */
#include "base/json.h"

enum { JSON_MAX = 8 << 20, DEPTH_MAX = 60 };

/* False when the tree is deeper than the writer goes. */
static bool copy(struct jw *j, json_t *v, int depth)
{
    if (depth > DEPTH_MAX)
        return false;
    const char *key;
    json_t *one;
    size_t i;
    bool fine = true;
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        jw_object(j);
        json_object_foreach(v, key, one)
        {
            jw_key(j, key);
            fine = fine && copy(j, one, depth + 1);
            if (!fine)
                return false;
        }
        jw_end(j);
        return true;
    case JSON_ARRAY:
        jw_array(j);
        json_array_foreach(v, i, one)
        {
            if (!copy(j, one, depth + 1))
                return false;
        }
        jw_end(j);
        return true;
    case JSON_STRING:
        ASSERT(str_valid((str){json_string_value(v), json_string_length(v)}));
        jw_str(j, (str){json_string_value(v), json_string_length(v)});
        return true;
    case JSON_INTEGER:
        jw_int(j, json_integer_value(v));
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        jw_bool(j, json_is_true(v));
        return true;
    case JSON_NULL:
        jw_null(j);
        return true;
    case JSON_REAL:
        return false; /* the house writes none */
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    JSON_AUTO *root = NULL;
    JSON_AUTO *again = NULL;
    err e = json_read((str){(const char *)data, n}, &root);
    ASSERT(e == OK || (e == ERR_INVALID && !root));
    if (e != OK)
        return 0;
    if (json_is_object(root)) {
        str text = json_text(root, "title");
        ASSERT(!text.p || str_valid(text));
        (void)json_number(root, "n", 0);
    }
    struct jw j;
    jw_init(&j, mem, JSON_MAX);
    if (!copy(&j, root, 0))
        return 0;
    ASSERT(json_read(buf_str(&j.out), &again) == OK && json_equal(root, again));
    return 0;
}
