/* Webhooks: making them, changing them. */
#include "webhook/webhook_store.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"

enum { SECRET_BYTES = 24 };

/* ---- addresses ---- */

/* The host as it is written, without port; no value for an address that names a user. */
static str host_of(str rest)
{
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#')
        n++;
    str at = str_sub(rest, 0, n);
    if (str_find(at, '@') < at.n || !at.n)
        return STR_NONE;
    if (at.p[0] == '[')
        return str_sub(at, 1, str_find(at, ']') - 1);
    return str_sub(at, 0, str_find(at, ':'));
}

static bool loopback_listed(str host, str allow)
{
    bool here =
        str_eq(host, S("127.0.0.1")) || str_eq(host, S("::1")) || str_eq_ci(host, S("localhost"));
    while (here && allow.n)
        if (str_eq_ci(str_trim(str_split(allow, ',', &allow)), host))
            return true;
    return false;
}

err webhook_url_check(str url, str allow)
{
    bool secure = str_starts(url, S("https://")), plain = str_starts(url, S("http://"));
    bool clean = url.n <= WEBHOOK_URL_MAX;
    for (size_t i = 0; i < url.n; i++)
        clean = clean && (unsigned char)url.p[i] > ' ' && (unsigned char)url.p[i] < 127;
    str host = secure  ? host_of(str_sub(url, 8, url.n))
               : plain ? host_of(str_sub(url, 7, url.n))
                       : STR_NONE;
    if (!clean || !host.n || (plain && !loopback_listed(host, allow)))
        return fault_field(ERR_INVALID, "webhook_url", "url", "not an address to call");
    return OK;
}

/* ---- secrets ---- */

static str secret_new(arena *mem)
{
    uint8_t raw[SECRET_BYTES];
    rand_bytes(raw, sizeof raw);
    return str_cat(mem, S("whsec_"), base64(mem, (struct bytes){raw, sizeof raw}));
}

static err signature(arena *mem, const struct webhook_signing *s, str secret, str *ret_text)
{
    struct bytes key;
    if (!str_starts(secret, S("whsec_")))
        return fault(ERR_BUG, "internal", "not a secret of a webhook");
    TRY(base64_parse(mem, str_sub(secret, 6, secret.n), &key));
    str text = str_fmt(mem, "%.*s.%.*s.%.*s", FMT(s->id), FMT(s->timestamp), FMT(s->body));
    struct sha256 h = hmac_sha256(key, str_bytes(text));
    *ret_text = str_cat(mem, S("v1,"), base64(mem, (struct bytes){h.b, sizeof h.b}));
    return OK;
}

err webhook_sign(arena *mem, const struct webhook_signing *s, str *ret_header)
{
    str now = STR_NONE, old = STR_NONE;
    TRY(signature(mem, s, s->secret, &now));
    if (s->old_secret.n)
        TRY(signature(mem, s, s->old_secret, &old));
    *ret_header = old.n ? str_fmt(mem, "%.*s %.*s", FMT(now), FMT(old)) : now;
    return OK;
}

/* ---- acts ---- */

static err webhook_record(struct tx *t, enum record_kind kind, const struct webhook *w, int64_t by,
                          const char *act)
{
    AUTO_ARENA(mem);
    return record_add(t,
                      &(struct record_in){.kind = kind,
                                          .account_id = w->account_id,
                                          .actor = by,
                                          .subject = str_fmt(mem, "webhook/%lld", (long long)w->id),
                                          RECORD_FIELDS(RECORD_TEXT("act", str_from(act)))});
}

err webhook_add(struct vault_ctx c, const struct webhook *in, str *ret_secret)
{
    int64_t n = 0;
    struct webhook w = *in;
    str secret = secret_new(c.mem);
    TRY(store_webhook_count(c.tx, w.account_id, &n));
    if (n >= WEBHOOKS_MAX)
        return fault(ERR_LIMIT, "too_many_webhooks", "%d already", WEBHOOKS_MAX);
    w.id = id_new();
    TRY(vault_seal_text(c, VAULT_REF("webhook", "secret", 0), secret, &w.sealed));
    TRY(store_webhook_insert(c.tx, &w));
    TRY(webhook_record(c.tx, RECORD_webhook_added, &w, w.created_by, ""));
    *ret_secret = secret;
    return OK;
}

err webhook_events(struct tx *t, const struct webhook *w, str events, int64_t by)
{
    TRY(store_webhook_events(t, w, events));
    return webhook_record(t, RECORD_webhook_changed, w, by, "events");
}

err webhook_switch(struct tx *t, const struct webhook *w, bool on, int64_t by)
{
    TRY(store_webhook_state(t, w, on ? S("on") : S("off")));
    if (!on)
        TRY(store_calls_drop(t, w->id));
    return webhook_record(t, RECORD_webhook_changed, w, by, on ? "on" : "off");
}

err webhook_rotate(struct vault_ctx c, const struct webhook *w, int64_t by, str *ret_secret)
{
    struct webhook next = *w;
    str secret = secret_new(c.mem);
    next.old_sealed = w->sealed;
    next.old_until = tx_now(c.tx) + (int64_t)WEBHOOK_OVERLAP_H * HOUR_MS;
    TRY(vault_seal_text(c, VAULT_REF("webhook", "secret", 0), secret, &next.sealed));
    TRY(store_webhook_secret(c.tx, &next));
    TRY(webhook_record(c.tx, RECORD_webhook_changed, w, by, "secret"));
    *ret_secret = secret;
    return OK;
}

err webhook_remove(struct tx *t, const struct webhook *w, int64_t by)
{
    TRY(store_webhook_remove(t, w));
    TRY(store_calls_drop(t, w->id));
    return webhook_record(t, RECORD_webhook_removed, w, by, "");
}

err webhook_again(struct tx *t, const struct webhook *w, const struct webhook_call *c)
{
    AUTO_ARENA(mem);
    if (!str_eq(w->state, S("on")))
        return fault(ERR_CONFLICT, "webhook_off", "webhook %lld is off", (long long)w->id);
    if (str_eq(c->state, S("waiting")))
        return fault(ERR_CONFLICT, "webhook_waits", "call %lld waits", (long long)c->id);
    TRY(store_call_again(t, c));
    return job_add(t,
                   &(struct job_in){.kind = EVENT_JOB,
                                    .args = str_fmt(mem, "{\"webhook\":%lld,\"call\":%lld}",
                                                    (long long)c->webhook_id, (long long)c->id)});
}
