/* Provider settings: what is in force, changes, and the running server's copy. */
#include "settings/provider.h"

#include "base/clock.h"

#include "settings/setting_store.h"

#include <pthread.h>

const struct setting_spec PROVIDER_SETTINGS[PROVIDER_COUNT] = {
#define X(type, name, otherwise, min, max, unit, source)                                           \
    [PROVIDER_##name] = {SETTING_##type, #name, otherwise, min, max, unit, "", source},
#include "settings/provider.def"
#undef X
};

static const size_t OFFSETS[PROVIDER_COUNT] = {
#define X(type, name, ...) [PROVIDER_##name] = offsetof(struct provider_settings, name),
#include "settings/provider.def"
#undef X
};

enum { REASON_MAX = 500 };

static size_t id_of(str name)
{
    size_t id = 0;
    while (id < PROVIDER_COUNT && !str_eq(name, str_from(PROVIDER_SETTINGS[id].name)))
        id++;
    return id;
}

static err put(struct provider_settings *ps, size_t id, str text)
{
    union setting_value v;
    TRY(setting_parse(&PROVIDER_SETTINGS[id], text, &v));
    void *at = (char *)ps + OFFSETS[id];
    switch (PROVIDER_SETTINGS[id].type) {
    case SETTING_INT:
        *(int64_t *)at = v.n;
        break;
    case SETTING_BOOL:
        *(bool *)at = v.b;
        break;
    case SETTING_CHOICE:
    case SETTING_TEXT:
    case SETTING_SECRET:
        *(str *)at = v.s;
        break;
    }
    return OK;
}

static bool is_text(size_t id)
{
    return PROVIDER_SETTINGS[id].type != SETTING_INT && PROVIDER_SETTINGS[id].type != SETTING_BOOL;
}

static void set_defaults(struct provider_settings *ps)
{
    for (size_t id = 0; id < PROVIDER_COUNT; id++)
        ASSERT(put(ps, id, str_from(PROVIDER_SETTINGS[id].otherwise)) == OK);
}

err provider_settings_load(struct tx *t, arena *mem, struct provider_settings *ret_ps)
{
    struct provider_settings ps = {0};
    set_defaults(&ps);
    TRY(setting_store_version(t, mem, &ps.version));
    struct provider_version *rows;
    size_t n;
    TRY(setting_store_current(t, mem, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        size_t id = id_of(rows[i].name);
        /* A value of an older release that is no longer known or allowed yields to the default. */
        if (id < PROVIDER_COUNT && put(&ps, id, rows[i].value) != OK)
            fault_clear();
    }
    *ret_ps = ps;
    return OK;
}

err provider_setting_set(struct tx *t, const struct provider_change *c)
{
    AUTO_ARENA(mem);
    size_t id = id_of(c->name);
    if (id == PROVIDER_COUNT)
        return fault(ERR_NOT_FOUND, "setting_unknown", "no setting %.*s", FMT(c->name));
    union setting_value v;
    TRY(setting_parse(&PROVIDER_SETTINGS[id], c->value, &v));
    str reason = str_trim(c->reason);
    if (!reason.n || !str_valid(reason) || str_count(reason) > REASON_MAX)
        return fault_field(ERR_INVALID, "setting_reason", "reason", "1 to %d code points",
                           REASON_MAX);
    struct provider_settings ps;
    TRY(provider_settings_load(t, mem, &ps));
    struct provider_settings changed = ps;
    TRY(put(&changed, id, c->value));
    str text = provider_value(mem, &changed, (enum provider_id)id);
    if (str_eq(provider_value(mem, &ps, (enum provider_id)id), text))
        return OK;
    struct provider_change row = *c;
    row.value = text;
    row.reason = reason;
    return setting_store_add(t, mem, &row);
}

err provider_history(struct tx *t, arena *mem, str name, int limit, struct provider_version **ret_v)
{
    return setting_store_history(t, mem, name, limit, ret_v);
}

str provider_value(arena *mem, const struct provider_settings *ps, enum provider_id id)
{
    const void *at = (const char *)ps + OFFSETS[id];
    if (is_text(id))
        return *(const str *)at;
    if (PROVIDER_SETTINGS[id].type == SETTING_BOOL)
        return *(const bool *)at ? S("on") : S("off");
    return str_fmt(mem, "%lld", (long long)*(const int64_t *)at);
}

/* ---- the running server's copy ---- */

struct provider_live {
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    bool stop;
    arena *mem;
    struct provider_settings ps;
};

struct version_read {
    arena *mem;
    int64_t version;
};
static err read_version(struct tx *t, void *ctx)
{
    struct version_read *r = ctx;
    return setting_store_version(t, r->mem, &r->version);
}

struct load_read {
    arena *mem;
    struct provider_settings ps;
};
static err read_all(struct tx *t, void *ctx)
{
    struct load_read *r = ctx;
    return provider_settings_load(t, r->mem, &r->ps);
}

err provider_live_refresh(struct provider_live *live)
{
    struct load_read r = {.mem = arena_new()};
    err e = db_read(live->db, read_all, &r);
    if (e != OK) {
        arena_free(r.mem);
        return e;
    }
    pthread_mutex_lock(&live->lock);
    /* Two refreshes may overtake each other; the newer one stays. */
    arena *old = r.mem;
    if (!live->mem || r.ps.version >= live->ps.version) {
        old = live->mem;
        live->mem = r.mem;
        live->ps = r.ps;
    }
    pthread_mutex_unlock(&live->lock);
    arena_free(old);
    return OK;
}

static void look(struct provider_live *live, arena *mem)
{
    struct version_read r = {.mem = mem};
    arena_reset(mem);
    if (db_read(live->db, read_version, &r) != OK)
        return;
    pthread_mutex_lock(&live->lock);
    bool fresh = r.version == live->ps.version;
    pthread_mutex_unlock(&live->lock);
    /* On failure the old copy stays; the next second tries again. */
    if (!fresh && provider_live_refresh(live) != OK)
        fault_clear();
}

static void *watch(void *arg)
{
    struct provider_live *live = arg;
    AUTO_ARENA(mem);
    pthread_mutex_lock(&live->lock);
    while (!live->stop) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        (void)pthread_cond_timedwait(&live->wake, &live->lock, &until);
        if (live->stop)
            break;
        pthread_mutex_unlock(&live->lock);
        look(live, mem);
        pthread_mutex_lock(&live->lock);
    }
    pthread_mutex_unlock(&live->lock);
    return NULL;
}

err provider_live_start(struct db *db, struct provider_live **ret_live)
{
    struct provider_live *live = heap_alloc(sizeof *live);
    *live = (struct provider_live){.db = db};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&live->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&live->lock, NULL);
    err e = provider_live_refresh(live);
    if (e != OK) {
        pthread_cond_destroy(&live->wake);
        pthread_mutex_destroy(&live->lock);
        heap_free(live);
        return e;
    }
    ASSERT(pthread_create(&live->thread, NULL, watch, live) == 0);
    *ret_live = live;
    return OK;
}

void provider_live_stop(struct provider_live *live)
{
    if (!live)
        return;
    pthread_mutex_lock(&live->lock);
    live->stop = true;
    pthread_cond_signal(&live->wake);
    pthread_mutex_unlock(&live->lock);
    pthread_join(live->thread, NULL);
    pthread_cond_destroy(&live->wake);
    pthread_mutex_destroy(&live->lock);
    arena_free(live->mem);
    heap_free(live);
}

void provider_live_get(struct provider_live *live, arena *mem, struct provider_settings *ret_ps)
{
    pthread_mutex_lock(&live->lock);
    *ret_ps = live->ps;
    for (size_t id = 0; id < PROVIDER_COUNT; id++)
        if (is_text(id)) {
            str *s = (str *)(void *)((char *)ret_ps + OFFSETS[id]);
            *s = str_dup(mem, *s);
        }
    pthread_mutex_unlock(&live->lock);
}

bool provider_rule(const struct provider_settings *ps, str rule)
{
    return str_eq(rule, S("on")) ||
           (str_eq(rule, S("profile")) && str_eq(ps->regulatory_profile, S("2017+")));
}

int64_t review_span(const struct provider_settings *ps, int64_t now)
{
    return clock_add_workdays(now, (int)ps->review_due_days) - now;
}
