/* JSON in and out. */
#include "base/json.h"

void jw_init(struct jw *j, arena *mem, size_t max)
{
    *j = (struct jw){0};
    buf_init(&j->out, mem, max);
}

static void separate(struct jw *j)
{
    if (j->comma)
        buf_add_char(&j->out, ',');
    j->comma = true;
}

static void open_level(struct jw *j, char c, bool array)
{
    separate(j);
    ASSERT(j->depth < 63);
    j->depth++;
    if (array)
        j->in_array |= 1ULL << j->depth;
    else
        j->in_array &= ~(1ULL << j->depth);
    buf_add_char(&j->out, c);
    j->comma = false;
}

void jw_object(struct jw *j)
{
    open_level(j, '{', false);
}

void jw_array(struct jw *j)
{
    open_level(j, '[', true);
}

void jw_end(struct jw *j)
{
    ASSERT(j->depth > 0);
    buf_add_char(&j->out, j->in_array >> j->depth & 1 ? ']' : '}');
    j->depth--;
    j->comma = true;
}

static void quote(struct jw *j, str s)
{
    static const char HEX[] = "0123456789abcdef";
    buf_add_char(&j->out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
            continue;
        buf_add(&j->out, str_sub(s, from, i - from));
        from = i + 1;
        char esc[6] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
        const char *brief = c == '"'    ? "\\\""
                            : c == '\\' ? "\\\\"
                            : c == '\n' ? "\\n"
                            : c == '\t' ? "\\t"
                                        : NULL;
        buf_add(&j->out, brief ? (str){brief, 2} : (str){esc, 6});
    }
    buf_add(&j->out, str_sub(s, from, s.n));
    buf_add_char(&j->out, '"');
}

void jw_key_s(struct jw *j, str key)
{
    separate(j);
    quote(j, key);
    buf_add_char(&j->out, ':');
    j->comma = false;
}

void jw_key(struct jw *j, const char *key)
{
    jw_key_s(j, str_from(key));
}

void jw_str(struct jw *j, str s)
{
    if (!s.p) {
        jw_null(j);
        return;
    }
    separate(j);
    quote(j, s);
}

void jw_int(struct jw *j, int64_t n)
{
    separate(j);
    buf_add_int(&j->out, n);
}

void jw_raw(struct jw *j, str valid_json)
{
    separate(j);
    buf_add(&j->out, valid_json);
}

void jw_bool(struct jw *j, bool b)
{
    jw_raw(j, b ? S("true") : S("false"));
}

void jw_null(struct jw *j)
{
    jw_raw(j, S("null"));
}

void jw_key_str(struct jw *j, const char *key, str s)
{
    jw_key(j, key);
    jw_str(j, s);
}

void jw_key_int(struct jw *j, const char *key, int64_t n)
{
    jw_key(j, key);
    jw_int(j, n);
}

void jw_key_bool(struct jw *j, const char *key, bool b)
{
    jw_key(j, key);
    jw_bool(j, b);
}

err json_read(str text, json_t **ret_root)
{
    json_error_t e;
    json_t *root = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &e);
    if (!root)
        return fault(ERR_INVALID, "bad_json", "line %d, column %d: %s", e.line, e.column, e.text);
    *ret_root = root;
    return OK;
}

str json_text(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

int64_t json_number(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

void json_release(char *text)
{
    heap_free(text);
}
