/* Process settings: what this process needs to run. One line of settings.def is a field, its
 * parser and its line of the manual. Precedence: flag > environment > file > default.
 *
 * The file is INI without sections: `name = value`, comments with # or ; on their own line. An
 * unknown name, a bad value or a section refuses to start, naming file:line. What staff may change
 * while the site runs is in settings/provider.h. */
#pragma once
#include "base/buf.h"

enum setting_type { SETTING_INT, SETTING_TEXT, SETTING_SECRET, SETTING_BOOL, SETTING_CHOICE };
enum setting_origin { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

/* Fields are int64_t (INT; seconds or bytes), bool (BOOL) or str (the rest), e.g. s->workers. */
#define SETTING_C_INT int64_t
#define SETTING_C_TEXT str
#define SETTING_C_SECRET str
#define SETTING_C_BOOL bool
#define SETTING_C_CHOICE str

enum setting_id {
#define X(type, name, ...) SETTING_ID_##name,
#include "settings/settings.def"
#undef X
    SETTING_COUNT
};

struct settings {
#define X(type, name, ...) SETTING_C_##type name;
#include "settings/settings.def"
#undef X
    enum setting_origin origin[SETTING_COUNT];
};

struct settings_in {
    const char *const *args; /* flags only, without the program and the command: --name value, */
    size_t n_args;    /* --name=value; "-" in a name is "_"; a BOOL flag may lack its value */
    char *const *env; /* environ, or NULL; GONGQI_NAME=value; GONGQI_TEST_* is ignored */
};

/* Reads everything; strings live in mem. Without --config or GONGQI_CONFIG, DATA/gongqi.conf is
 * read when it exists. `database`, `vault_key_file` and `public_url` are filled in when empty.
 * ERR_INVALID, text "file:line: …", "GONGQI_X: …" or "--x: …", field = the name. */
err settings_load(arena *mem, const struct settings_in *in, struct settings *ret_s);

/* All settings as text, for `gongqi settings` and the guide: name, value in force and where it
 * comes from, type, range, help. Secrets show as "(set)". s may be NULL: defaults only. */
void settings_manual(const struct settings *s, struct buf *out);

/* ---- shared with provider settings ---- */
struct setting_spec {
    enum setting_type type;
    const char *name, *otherwise; /* the default, as text */
    int64_t min, max;             /* of the number, or of the length */
    const char *unit;             /* for CHOICE: the values, separated by | */
    const char *help, *source;
};
union setting_value {
    int64_t n;
    bool b;
    str s;
};
extern const struct setting_spec SETTINGS[SETTING_COUNT];
/* ERR_INVALID with field = name and reason setting_number, setting_range, setting_choice,
 * setting_bool, setting_length, setting_text; text says the limits. Text is borrowed. */
err setting_parse(const struct setting_spec *spec, str text, union setting_value *ret_v);
