/* Events for programs: their bodies. */
#include "event/event.h"

#include "base/clock.h"
#include "base/json.h"
#include "event/event_store.h"

enum { BODY_MAX = 64 * 1024 };

const char *const EVENT_NAMES[EVENT_KINDS] = {
#define EVENT(name, type) #name,
#include "event/events.def"
#undef EVENT
};
const char *const EVENT_TYPES[EVENT_KINDS] = {
#define EVENT(name, type) type,
#include "event/events.def"
#undef EVENT
};

bool event_of_record(enum record_kind kind, enum event_kind *ret_kind)
{
    for (int i = 0; i < EVENT_KINDS; i++)
        if (strcmp(EVENT_NAMES[i], record_kind_name(kind)) == 0) {
            *ret_kind = (enum event_kind)i;
            return true;
        }
    return false;
}

static bool listens(str events, const char *name)
{
    while (events.n)
        if (str_eq(str_split(events, ',', &events), str_from(name)))
            return true;
    return false;
}

static err body_of(struct tx *t, arena *mem, const char *type, const struct listener *to,
                   const struct event_in *in, str *ret_body)
{
    struct jw j;
    jw_init(&j, mem, BODY_MAX);
    jw_object(&j);
    jw_key_str(&j, "type", str_from(type));
    jw_key_str(&j, "timestamp", clock_rfc3339(mem, tx_now(t)));
    jw_key(&j, "data");
    jw_object(&j);
    jw_key_str(&j, "account", to->handle);
    for (size_t i = 0; i < in->n_fields; i++) {
        const struct record_field *f = &in->fields[i];
        if (f->is_text)
            jw_key_str(&j, f->key, f->text.p ? f->text : S(""));
        else
            jw_key_int(&j, f->key, f->number);
    }
    jw_end(&j);
    jw_end(&j);
    return buf_take(&j.out, ret_body);
}

err event_add(struct tx *t, const struct event_in *in)
{
    AUTO_ARENA(mem);
    struct listener *v;
    size_t n = 0;
    str body;
    TRY(store_listeners(t, mem, in->account_id, &v, &n));
    for (size_t i = 0; i < n; i++) {
        if (!listens(v[i].events, EVENT_NAMES[in->kind]))
            continue;
        TRY(body_of(t, mem, EVENT_TYPES[in->kind], &v[i], in, &body));
        TRY(store_call(t, mem, &v[i], EVENT_TYPES[in->kind], body));
    }
    return OK;
}

err event_ping(struct tx *t, int64_t account_id, int64_t webhook_id)
{
    AUTO_ARENA(mem);
    struct listener *v;
    size_t n = 0;
    str body;
    TRY(store_listeners(t, mem, account_id, &v, &n));
    for (size_t i = 0; i < n; i++) {
        if (v[i].id != webhook_id)
            continue;
        TRY(body_of(t, mem, "ping", &v[i], &(struct event_in){.account_id = account_id}, &body));
        return store_call(t, mem, &v[i], "ping", body);
    }
    return fault(ERR_CONFLICT, "webhook_off", "webhook %lld is off", (long long)webhook_id);
}
