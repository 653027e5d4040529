/* Process settings: flags, environment, file, defaults. */
#include "settings/settings.h"

#include <stdio.h>
#include <sys/stat.h>

const struct setting_spec SETTINGS[SETTING_COUNT] = {
#define X(type, name, otherwise, min, max, unit, help, source)                                     \
    [SETTING_ID_##name] = {SETTING_##type, #name, otherwise, min, max, unit, help, source},
#include "settings/settings.def"
#undef X
};

static const size_t OFFSETS[SETTING_COUNT] = {
#define X(type, name, ...) [SETTING_ID_##name] = offsetof(struct settings, name),
#include "settings/settings.def"
#undef X
};

enum { FILE_MAX = 1 << 20 };

/* ---- values ---- */

static int64_t unit_factor(const char *unit, char suffix)
{
    static const struct {
        const char *unit;
        char suffix;
        int64_t factor;
    } UNITS[] = {{"s", 's', 1},          {"s", 'm', 60},       {"s", 'h', 3600},
                 {"s", 'd', 86400},      {"bytes", 'K', 1024}, {"bytes", 'M', 1024 * 1024},
                 {"bytes", 'G', 1 << 30}};
    for (size_t i = 0; i < LEN(UNITS); i++)
        if (UNITS[i].suffix == suffix && str_eq(str_from(unit), str_from(UNITS[i].unit)))
            return UNITS[i].factor;
    return 0;
}

static err parse_int(const struct setting_spec *spec, str text, int64_t *ret_n)
{
    int64_t factor = text.n ? unit_factor(spec->unit, text.p[text.n - 1]) : 0;
    int64_t n = 0;
    if (str_int(str_sub(text, 0, text.n - (factor != 0)), &n) != OK)
        return fault_field(ERR_INVALID, "setting_number", spec->name, "not a number: %.*s",
                           FMT(text));
    if (__builtin_mul_overflow(n, factor ? factor : 1, &n) || n < spec->min || n > spec->max)
        return fault_field(ERR_INVALID, "setting_range", spec->name, "must be %lld to %lld %s",
                           (long long)spec->min, (long long)spec->max, spec->unit);
    *ret_n = n;
    return OK;
}

static err parse_bool(const struct setting_spec *spec, str text, bool *ret_b)
{
    if (str_eq(text, S("on")) || str_eq(text, S("true")) || str_eq(text, S("1")))
        *ret_b = true;
    else if (str_eq(text, S("off")) || str_eq(text, S("false")) || str_eq(text, S("0")))
        *ret_b = false;
    else
        return fault_field(ERR_INVALID, "setting_bool", spec->name, "must be on or off");
    return OK;
}

static err parse_choice(const struct setting_spec *spec, str text, str *ret_s)
{
    for (str rest = str_from(spec->unit); rest.p;)
        if (str_eq(str_split(rest, '|', &rest), text)) {
            *ret_s = text;
            return OK;
        }
    return fault_field(ERR_INVALID, "setting_choice", spec->name, "must be one of %s", spec->unit);
}

static err parse_text(const struct setting_spec *spec, str text, str *ret_s)
{
    if (!str_valid(text) || str_find(text, '\n') < text.n || str_find(text, '\r') < text.n)
        return fault_field(ERR_INVALID, "setting_text", spec->name, "must be one line of UTF-8");
    if ((int64_t)text.n < spec->min || (int64_t)text.n > spec->max)
        return fault_field(ERR_INVALID, "setting_length", spec->name,
                           "must have %lld to %lld bytes", (long long)spec->min,
                           (long long)spec->max);
    *ret_s = text.p ? text : S("");
    return OK;
}

err setting_parse(const struct setting_spec *spec, str text, union setting_value *ret_v)
{
    switch (spec->type) {
    case SETTING_INT:
        return parse_int(spec, text, &ret_v->n);
    case SETTING_BOOL:
        return parse_bool(spec, text, &ret_v->b);
    case SETTING_CHOICE:
        return parse_choice(spec, text, &ret_v->s);
    case SETTING_TEXT:
    case SETTING_SECRET:
        return parse_text(spec, text, &ret_v->s);
    }
    return fault(ERR_BUG, "internal", "setting type %d", (int)spec->type);
}

/* ---- the struct ---- */

static void *field(struct settings *s, size_t id)
{
    return (char *)s + OFFSETS[id];
}

static err set(struct settings *s, size_t id, str text, enum setting_origin from)
{
    union setting_value v;
    TRY(setting_parse(&SETTINGS[id], text, &v));
    switch (SETTINGS[id].type) {
    case SETTING_INT:
        *(int64_t *)field(s, id) = v.n;
        break;
    case SETTING_BOOL:
        *(bool *)field(s, id) = v.b;
        break;
    case SETTING_CHOICE:
    case SETTING_TEXT:
    case SETTING_SECRET:
        *(str *)field(s, id) = v.s;
        break;
    }
    s->origin[id] = from;
    return OK;
}

static size_t id_of(str name)
{
    size_t id = 0;
    while (id < SETTING_COUNT && !str_eq(name, str_from(SETTINGS[id].name)))
        id++;
    return id;
}

/* The same failure with the place in front: "file:3: must be on or off". */
static err placed(err e, str place, str name)
{
    char text[sizeof fault_last()->text], reason[sizeof fault_last()->reason];
    snprintf(text, sizeof text, "%.180s", fault_last()->text);
    snprintf(reason, sizeof reason, "%s", fault_last()->reason);
    char who[48];
    snprintf(who, sizeof who, "%.*s", FMT(name));
    return fault_field(e, reason, who, "%.*s: %.*s: %s", FMT(place), FMT(name), text);
}

static err set_named(struct settings *s, str name, str value, str place, enum setting_origin from)
{
    size_t id = id_of(name);
    if (id == SETTING_COUNT || (id == SETTING_ID_config && from == FROM_FILE)) {
        err e = fault(ERR_INVALID, "setting_unknown", "no such setting");
        return placed(e, place, name);
    }
    /* A later door never undoes what a stronger one said. */
    if (s->origin[id] > from)
        return OK;
    err e = set(s, id, value, from);
    return e == OK ? OK : placed(e, place, name);
}

/* ---- flags and environment ---- */

static str flag_name(arena *mem, str s)
{
    str name = str_dup(mem, s);
    char *p = arena_alloc(mem, name.n + 1);
    for (size_t i = 0; i < name.n; i++)
        p[i] = name.p[i] == '-' ? '_' : name.p[i];
    return (str){p, name.n};
}

static err read_flags(arena *mem, const struct settings_in *in, struct settings *s)
{
    for (size_t i = 0; i < in->n_args; i++) {
        str arg = str_from(in->args[i]), value = STR_NONE;
        if (!str_starts(arg, S("--")))
            return fault(ERR_INVALID, "setting_unknown", "%.*s: not a flag", FMT(arg));
        str name = flag_name(mem, str_split(str_sub(arg, 2, arg.n), '=', &value));
        size_t id = id_of(name);
        bool is_bool = id < SETTING_COUNT && SETTINGS[id].type == SETTING_BOOL;
        bool more = i + 1 < in->n_args && !str_starts(str_from(in->args[i + 1]), S("--"));
        if (!value.p && id < SETTING_COUNT && more)
            value = str_from(in->args[++i]);
        else if (!value.p && is_bool)
            value = S("on");
        if (!value.p && id < SETTING_COUNT)
            return fault(ERR_INVALID, "setting_value", "%.*s: needs a value", FMT(arg));
        TRY(set_named(s, name, value, str_fmt(mem, "--%.*s", FMT(name)), FROM_FLAG));
    }
    return OK;
}

static err read_environment(arena *mem, const struct settings_in *in, struct settings *s)
{
    for (char *const *e = in->env; e && *e; e++) {
        str value = STR_NONE, var = str_split(str_from(*e), '=', &value);
        if (!str_starts(var, S("GONGQI_")) || str_starts(var, S("GONGQI_TEST_")) ||
            str_starts(var, S("GONGQI_BENCH_"))) /* the tests' and the benches' own */
            continue;
        str name = str_lower_ascii(mem, str_sub(var, strlen("GONGQI_"), var.n));
        TRY(set_named(s, name, value, var, FROM_ENVIRONMENT));
    }
    return OK;
}

/* ---- file ---- */

static err read_whole(arena *mem, const char *path, str *ret_text)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return fault(ERR_INVALID, "setting_file", "%s: cannot be read", path);
    char *p = arena_alloc(mem, FILE_MAX + 1);
    size_t n = fread(p, 1, FILE_MAX + 1, f);
    bool bad = ferror(f) != 0;
    (void)fclose(f);
    if (bad || n > FILE_MAX)
        return fault(ERR_INVALID, "setting_file", "%s: cannot be read or is too long", path);
    *ret_text = (str){p, n};
    return OK;
}

static err read_file(arena *mem, const char *path, struct settings *s)
{
    str rest;
    TRY(read_whole(mem, path, &rest));
    for (int line = 1; rest.p; line++) {
        str text = str_trim(str_split(rest, '\n', &rest)), value = STR_NONE;
        if (text.n && text.p[text.n - 1] == '\r')
            text = str_trim(str_sub(text, 0, text.n - 1));
        if (!text.n || text.p[0] == '#' || text.p[0] == ';')
            continue;
        str place = str_fmt(mem, "%s:%d", path, line);
        str name = str_trim(str_split(text, '=', &value));
        if (!value.p)
            return fault(ERR_INVALID, "setting_syntax", "%.*s: expected name = value", FMT(place));
        TRY(set_named(s, name, str_trim(value), place, FROM_FILE));
    }
    return OK;
}

static err read_config(arena *mem, struct settings *s)
{
    if (s->config.n)
        return read_file(mem, str_z(mem, s->config), s);
    const char *path = str_z(mem, str_fmt(mem, "%.*s/gongqi.conf", FMT(s->data)));
    struct stat st;
    return stat(path, &st) == 0 ? read_file(mem, path, s) : OK;
}

/* A schema-less URL: what stands behind "://", without a slash at its end. */
static str log_origin_of(arena *mem, str url)
{
    size_t at = 0;
    while (at + 3 <= url.n && !str_starts(str_sub(url, at, 3), S("://")))
        at++;
    str host = at + 3 <= url.n ? str_sub(url, at + 3, url.n) : url;
    while (str_ends(host, S("/")))
        host.n--;
    return str_cat(mem, host, S("/log"));
}

static void fill_in(arena *mem, struct settings *s)
{
    if (!s->database.n)
        s->database = str_fmt(mem, "sqlite:%.*s/gongqi.db", FMT(s->data));
    if (!s->vault_key_file.n)
        s->vault_key_file = str_fmt(mem, "%.*s/vault.key", FMT(s->data));
    if (!s->log_key_file.n)
        s->log_key_file = str_fmt(mem, "%.*s/log.key", FMT(s->data));
    if (!s->log_state_file.n)
        s->log_state_file = str_fmt(mem, "%.*s/log.state", FMT(s->data));
    if (!s->public_url.n)
        s->public_url = str_fmt(mem, "http://%.*s", FMT(s->listen));
    if (!s->log_origin.n)
        s->log_origin = log_origin_of(mem, s->public_url);
}

static void set_defaults(struct settings *s)
{
    for (size_t id = 0; id < SETTING_COUNT; id++)
        ASSERT(set(s, id, str_from(SETTINGS[id].otherwise), FROM_DEFAULT) == OK);
}

err settings_load(arena *mem, const struct settings_in *in, struct settings *ret_s)
{
    struct settings s = {0};
    set_defaults(&s);
    TRY(read_flags(mem, in, &s));
    TRY(read_environment(mem, in, &s));
    TRY(read_config(mem, &s));
    fill_in(mem, &s);
    *ret_s = s;
    return OK;
}

/* ---- manual ---- */

static void manual_value(const struct settings *s, size_t id, struct buf *out)
{
    const void *at = (const char *)s + OFFSETS[id];
    switch (SETTINGS[id].type) {
    case SETTING_INT:
        buf_add_int(out, *(const int64_t *)at);
        break;
    case SETTING_BOOL:
        buf_add(out, *(const bool *)at ? S("on") : S("off"));
        break;
    case SETTING_SECRET:
        buf_add(out, ((const str *)at)->n ? S("(set)") : S("(not set)"));
        break;
    case SETTING_CHOICE:
    case SETTING_TEXT:
        buf_add(out, ((const str *)at)->n ? *(const str *)at : S("(empty)"));
        break;
    }
}

static void manual_range(const struct setting_spec *spec, struct buf *out)
{
    switch (spec->type) {
    case SETTING_INT:
        buf_fmt(out, "%lld to %lld", (long long)spec->min, (long long)spec->max);
        buf_fmt(out, "%s%s", *spec->unit ? " " : "", spec->unit);
        break;
    case SETTING_BOOL:
        buf_add(out, S("on|off"));
        break;
    case SETTING_CHOICE:
    case SETTING_TEXT:
    case SETTING_SECRET:
        buf_add(out, *spec->unit ? str_from(spec->unit) : S("text"));
        break;
    }
}

void settings_manual(const struct settings *s, struct buf *out)
{
    static const char *const ORIGINS[] = {"default", "file", "environment", "flag"};
    struct settings defaults = {0};
    set_defaults(&defaults);
    buf_add(out, S("Set by --name VALUE, GONGQI_NAME=VALUE, or `name = VALUE` in the file\n"
                   "(--config FILE or DATA/gongqi.conf); the earlier of these wins.\n\n"));
    for (size_t id = 0; id < SETTING_COUNT; id++) {
        const struct setting_spec *spec = &SETTINGS[id];
        buf_fmt(out, "%s = ", spec->name);
        manual_value(s ? s : &defaults, id, out);
        buf_fmt(out, "   [%s; ", ORIGINS[s ? s->origin[id] : FROM_DEFAULT]);
        manual_range(spec, out);
        buf_fmt(out, "]\n    %s", spec->help);
        if (*spec->source)
            buf_fmt(out, " (%s)", spec->source);
        buf_add_char(out, '\n');
    }
}
