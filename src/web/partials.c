/* What the partials' templates compute. */
#include "web/partials.h"

#include "base/clock.h"

const char *tone_class(enum tone t)
{
    static const char *const names[] = {"neutral", "info", "ok", "warn", "bad"};
    return names[t];
}

enum tone due_tone(int64_t start_ms, int64_t due_ms, int64_t now_ms)
{
    if (now_ms >= due_ms)
        return TONE_BAD;
    return (due_ms - now_ms) * 4 <= due_ms - start_ms ? TONE_WARN : TONE_NEUTRAL;
}

str name_initial(str name)
{
    str rest = name;
    if (!name.n || !str_next(&rest))
        return STR_NONE;
    return str_sub(name, 0, name.n - rest.n);
}

/* A picker drops what is no time; as text it comes back as it was written. */
static bool time_like(str value)
{
    int64_t ms = 0;
    bool ok = !value.n || clock_china_read(value, &ms) == OK;
    fault_clear();
    return ok;
}

str form_input_type(enum field_kind kind, str value)
{
    static const char *const types[] = {
        [FIELD_TEXT] = "text",           [FIELD_PASSWORD] = "password", [FIELD_TEL] = "tel",
        [FIELD_EMAIL] = "email",         [FIELD_NUMBER] = "number",     [FIELD_DATE] = "date",
        [FIELD_CODE] = "text",           [FIELD_FILE] = "file",         [FIELD_HIDDEN] = "hidden",
        [FIELD_TIME] = "datetime-local",
    };
    const char *type = (size_t)kind < LEN(types) ? types[kind] : NULL;
    if (kind == FIELD_TIME && !time_like(value))
        type = NULL;
    return str_from(type ? type : "text");
}

bool form_multi_has(str value, str option)
{
    str rest = value;
    while (rest.n)
        if (str_eq(str_split(rest, ',', &rest), option))
            return true;
    return false;
}

const struct form_option *form_choices(const struct form *f, size_t i, size_t *ret_n)
{
    if (f->values[i].options) {
        *ret_n = f->values[i].option_n;
        return f->values[i].options;
    }
    *ret_n = f->fields[i].option_n;
    return f->fields[i].options;
}
