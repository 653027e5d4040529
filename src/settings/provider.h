/* Provider settings: who runs this installation and which rules are on. In the database, every
 * version kept with who, when and why; the newest is in force (regulation 2017 art. 2, 5). */
#pragma once
#include "db/db.h"
#include "settings/settings.h"

enum provider_id {
#define X(type, name, ...) PROVIDER_##name,
#include "settings/provider.def"
#undef X
    PROVIDER_COUNT
};

struct provider_settings {
#define X(type, name, ...) SETTING_C_##type name;
#include "settings/provider.def"
#undef X
    int64_t version; /* rises with every change of any setting */
};
/* Their names, types, limits and defaults, in the order of provider.def. */
extern const struct setting_spec PROVIDER_SETTINGS[PROVIDER_COUNT];

/* What is in force; text lives in mem. */
err provider_settings_load(struct tx *t, arena *mem, struct provider_settings *ret_ps);

/* Is a rule on that later rules than those of 2017 brought ("profile", "on" or "off")? */
bool provider_rule(const struct provider_settings *ps, str rule);

/* The review's clock from now on, in milliseconds: review_due_days working days. */
int64_t review_span(const struct provider_settings *ps, int64_t now);

struct provider_change {
    str name, value, reason; /* reason: 1 to 500 code points, "invalid" otherwise */
    int64_t set_by;          /* user, 0 = command line */
};
/* Adds a version; setting what is in force already adds none. ERR_NOT_FOUND "setting_unknown";
 * ERR_INVALID as setting_parse says. The caller pokes the live copy after the commit. */
err provider_setting_set(struct tx *t, const struct provider_change *c);

struct provider_version {
    str name, value, reason;
    int version;
    int64_t set_by, set_at;
};
/* Versions of one setting (name) or of all (STR_NONE), newest first, at most limit (1 to
 * 1,000). The list ends with an entry whose name is STR_NONE. */
err provider_history(struct tx *t, arena *mem, str name, int limit,
                     struct provider_version **ret_v);
/* As text, for forms: the value in force of one setting. */
str provider_value(arena *mem, const struct provider_settings *ps, enum provider_id id);

/* ---- the running server's copy ---- */
struct provider_live;
/* Reads once (its error is returned), then looks every second for changes by this or other nodes
 * on a thread of its own; what cannot be read leaves the old copy in force. */
err provider_live_start(struct db *db, struct provider_live **ret_live);
void provider_live_stop(struct provider_live *live); /* accepts NULL */
/* Copies what is in force into mem. Never fails, never touches the database. */
void provider_live_get(struct provider_live *live, arena *mem, struct provider_settings *ret_ps);
/* Look now (SIGHUP; after a change by this process). Returns when the copy is fresh. */
err provider_live_refresh(struct provider_live *live);
