/* Forms as tables: reading, checking, and showing again what was filled in. */
#include "web/form.h"

#include "base/clock.h"
#include "base/json.h"
#include "web/form_check.h"

enum { TEXT_MAX = 200, ERRORS_MAX = 64 * 1024 };

static bool is_choice(enum field_kind kind)
{
    return kind == FIELD_SELECT || kind == FIELD_RADIO || kind == FIELD_MULTI;
}

static struct form_value *value_of(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->fields[i].name, name) == 0)
            return &f->values[i];
    return NULL;
}

static struct form_value *value_must(const struct form *f, const char *name)
{
    struct form_value *v = value_of(f, name);
    ASSERT(v);
    return v;
}

void form_init(struct request *r, const struct form_field *fields, size_t n, struct form *ret_form)
{
    struct form f = {.r = r, .fields = fields, .n = n, .error = S(""), .action = S("")};
    f.values = NEW_N(r->mem, struct form_value, n);
    for (size_t i = 0; i < n; i++) {
        f.values[i] = (struct form_value){.value = S(""),
                                          .error = S(""),
                                          .options = fields[i].options,
                                          .option_n = fields[i].option_n};
        if (fields[i].kind == FIELD_FILE)
            f.files = true;
    }
    *ret_form = f;
}

/* ---- where values come from ---- */

/* All values of a name, comma-separated, as check boxes send them. */
static str fields_join(const struct request *r, str name)
{
    struct buf b;
    buf_init(&b, r->mem, ERRORS_MAX);
    for (size_t i = 0; i < r->fields.n; i++) {
        if (!str_eq(r->fields.v[i].name, name) || !r->fields.v[i].value.n)
            continue;
        if (b.n)
            buf_add_char(&b, ',');
        buf_add(&b, r->fields.v[i].value);
    }
    return b.n ? buf_str(&b) : S("");
}

static str json_join(arena *mem, const json_t *list, bool *ret_ok)
{
    struct buf b;
    buf_init(&b, mem, ERRORS_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_string(item)) {
            *ret_ok = false;
            return S("");
        }
        if (b.n)
            buf_add_char(&b, ',');
        buf_add(&b, (str){json_string_value(item), json_string_length(item)});
    }
    return b.n ? buf_str(&b) : S("");
}

/* A member's value as a form would send it; *ret_ok false when its type does not fit. */
static str json_value(arena *mem, const struct form_field *field, const json_t *x, bool *ret_ok)
{
    *ret_ok = true;
    if (!x || json_is_null(x))
        return S("");
    if (json_is_boolean(x) && field->kind == FIELD_CHECKBOX)
        return json_is_true(x) ? S("1") : S("");
    if (json_is_integer(x) && field->kind == FIELD_NUMBER)
        return str_fmt(mem, "%lld", (long long)json_integer_value(x));
    if (json_is_array(x) && field->kind == FIELD_MULTI)
        return json_join(mem, x, ret_ok);
    if (json_is_string(x) && field->kind != FIELD_NUMBER && field->kind != FIELD_CHECKBOX)
        return str_dup(mem, (str){json_string_value(x), json_string_length(x)});
    *ret_ok = false;
    return S("");
}

/* ---- errors ---- */

static str reason_text(struct request *r, const char *reason, const str *args, size_t n)
{
    enum msg m = MSG_reason_invalid;
    (void)msg_find(str_fmt(r->mem, "reason.%s", reason), &m);
    return msg_format(r->mem, r->lang, m, args, n);
}

static void refuse(struct form *f, struct form_value *v, const char *reason, int64_t number)
{
    str args[] = {str_fmt(f->r->mem, "%lld", (long long)number)};
    v->error = reason_text(f->r, reason, args, LEN(args));
    f->bad = true;
}

/* ---- one field ---- */

static void read_file(struct form *f, size_t i)
{
    const struct form_field *field = &f->fields[i];
    const struct upload *u = request_upload(f->r, field->name);
    if (!u || (!u->size && !u->filename.n)) {
        if (field->required)
            refuse(f, &f->values[i], "file_required", 0);
    } else if (u->size == 0) {
        refuse(f, &f->values[i], "file_empty", 0);
    } else if (field->max && u->size > field->max) {
        refuse(f, &f->values[i], "file_too_large", (field->max + 1048575) / 1048576);
    }
}

static void check_value(struct form *f, size_t i)
{
    const struct form_field *field = &f->fields[i];
    struct form_value *v = &f->values[i];
    struct form_limit limit = {.min = field->min, .max = field->max};
    if (!v->value.n) {
        if (field->required)
            refuse(f, v, is_choice(field->kind) ? "choose" : "required", 0);
        return;
    }
    if (!limit.max && !is_choice(field->kind) && field->kind != FIELD_NUMBER)
        limit.max = TEXT_MAX;
    const char *reason = is_choice(field->kind)
                             ? form_check_choice(field->kind, v, &limit)
                             : form_check_text(field->kind, f->r->mem, &v->value, &limit);
    if (reason) {
        refuse(f, v, reason, limit.broken);
        return;
    }
    if (!field->check)
        return;
    str better = v->value;
    err e = field->check(f->r->mem, v->value, &better);
    if (e == OK)
        v->value = better;
    else
        refuse(f, v, fault_of(e).reason, 0);
}

static void read_field(struct form *f, size_t i, const json_t *json)
{
    const struct form_field *field = &f->fields[i];
    struct form_value *v = &f->values[i];
    bool ok = true;
    if (field->kind == FIELD_FILE) {
        read_file(f, i);
        return;
    }
    if (json)
        v->value = json_value(f->r->mem, field, json_object_get(json, field->name), &ok);
    else if (field->kind == FIELD_MULTI)
        v->value = fields_join(f->r, str_from(field->name));
    else
        v->value = request_field(f->r, field->name);
    if (!v->value.p)
        v->value = S("");
    bool as_typed = field->kind == FIELD_PASSWORD || field->kind == FIELD_TEXTAREA;
    if (!as_typed || !str_trim(v->value).n)
        v->value = str_trim(v->value);
    if (ok)
        check_value(f, i);
    else
        refuse(f, v, "bad_type", 0);
}

/* The first member that no field has. */
static void refuse_unknown(struct form *f, const json_t *json)
{
    const char *name = NULL;
    const json_t *x = NULL;
    json_object_foreach((json_t *)(uintptr_t)json, name, x)
    {
        if (value_of(f, name) || strcmp(name, "_csrf") == 0)
            continue;
        str shown[] = {str_ellipsis(f->r->mem, str_dup(f->r->mem, str_from(name)), 40)};
        f->error = reason_text(f->r, "unknown_member", shown, LEN(shown));
        f->bad = true;
        return;
    }
}

static err finish(const struct form *f)
{
    if (!f->bad)
        return OK;
    for (size_t i = 0; i < f->n; i++)
        if (f->values[i].error.n)
            return fault_field(ERR_INVALID, "invalid", f->fields[i].name, "field refused");
    return fault(ERR_INVALID, "invalid", "form refused");
}

err form_read(struct request *r, const struct form_field *fields, size_t n, struct form *ret_form)
{
    form_init(r, fields, n, ret_form);
    JSON_AUTO *json = NULL;
    if (r->body.n) {
        err e = json_read(r->body, &json);
        if (e != OK || !json_is_object(json)) {
            ret_form->error = reason_text(r, "bad_json", NULL, 0);
            ret_form->bad = true;
            return e != OK ? e : fault(ERR_INVALID, "bad_json", "the body is not an object");
        }
        refuse_unknown(ret_form, json);
    }
    for (size_t i = 0; i < n; i++)
        read_field(ret_form, i, json);
    return finish(ret_form);
}

/* ---- values ---- */

str form_get(const struct form *f, const char *name)
{
    return value_must(f, name)->value;
}

int64_t form_int(const struct form *f, const char *name)
{
    int64_t n = 0;
    return str_int(form_get(f, name), &n) == OK ? n : 0;
}

bool form_on(const struct form *f, const char *name)
{
    return str_eq(form_get(f, name), S("1"));
}

void form_set(struct form *f, const char *name, str value)
{
    value_must(f, name)->value = value.p ? value : S("");
}

void form_options(struct form *f, const char *name, const struct form_option *options, size_t n)
{
    struct form_value *v = value_must(f, name);
    v->options = options;
    v->option_n = n;
}

err form_refuse(struct form *f, const char *name, const char *reason)
{
    f->bad = true;
    if (*name) {
        value_must(f, name)->error = reason_text(f->r, reason, NULL, 0);
        return fault_field(ERR_INVALID, reason, name, "refused");
    }
    f->error = reason_text(f->r, reason, NULL, 0);
    return fault(ERR_INVALID, reason, "refused");
}

bool form_take_fault(struct form *f, err e)
{
    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_LIMIT && e != ERR_DENIED)
        return false;
    struct fault cause = fault_of(e);
    struct form_value *v = cause.field[0] ? value_of(f, cause.field) : NULL;
    str text = reason_text(f->r, cause.reason, NULL, 0);
    if (v)
        v->error = text;
    else
        f->error = text;
    f->bad = true;
    return true;
}

str form_errors_json(const struct form *f)
{
    struct jw j;
    jw_init(&j, f->r->mem, ERRORS_MAX);
    jw_object(&j);
    if (f->error.n)
        jw_key_str(&j, "", f->error);
    for (size_t i = 0; i < f->n; i++)
        if (f->values[i].error.n)
            jw_key_str(&j, f->fields[i].name, f->values[i].error);
    jw_end(&j);
    return buf_str(&j.out);
}
