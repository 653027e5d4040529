/* One try to tell a program: read, sign, call, note what came back. */
#include "webhook/webhook_store.h"

#include "base/clock.h"
#include "base/json.h"
#include "mail/fetch.h"
#include "notice/notice.h"
#include "settings/provider.h"
#include "web/site.h"

enum { GONE = 410, ANSWER_BYTES = 64 * 1024 };

struct delivery {
    struct site *site;
    arena *mem;
    int64_t webhook_id, call_id, off_ms;
    struct webhook w;
    struct webhook_call c;
    str secret, old_secret;
    bool again; /* out: another try follows */
};

static err read_delivery(struct tx *t, void *ctx)
{
    struct delivery *d = ctx;
    struct vault_ctx v = VAULT_CTX(d->site->vault, t, d->mem);
    struct vault_ref ref = VAULT_REF("webhook", "secret", 0);
    TRY(webhook_call_load(t, d->mem, d->webhook_id, d->call_id, &d->c));
    TRY(store_webhook_of_call(t, d->mem, d->webhook_id, &d->w));
    if (!str_eq(d->w.state, S("on")))
        return OK;
    TRY(vault_open_text(v, ref, d->w.sealed, &d->secret));
    if (d->w.old_until > tx_now(t))
        TRY(vault_open_text(v, ref, d->w.old_sealed, &d->old_secret));
    return OK;
}

static str header(arena *mem, const char *name, str value)
{
    return str_fmt(mem, "%s: %.*s", name, FMT(value));
}

static err call_out(struct delivery *d, struct fetch_out *ret_out)
{
    arena *mem = d->mem;
    const struct settings *set = d->site->settings;
    struct webhook_signing s = {.id = str_fmt(mem, "msg_%lld", (long long)d->c.id),
                                .timestamp =
                                    str_fmt(mem, "%lld", (long long)(clock_ms() / SECOND_MS)),
                                .body = d->c.body,
                                .secret = d->secret,
                                .old_secret = d->old_secret};
    str signature = STR_NONE;
    TRY(webhook_url_check(d->w.url, set->webhook_allow));
    TRY(webhook_sign(mem, &s, &signature));
    const char *headers[] = {str_z(mem, header(mem, "webhook-id", s.id)),
                             str_z(mem, header(mem, "webhook-timestamp", s.timestamp)),
                             str_z(mem, header(mem, "webhook-signature", signature)), NULL};
    return fetch(mem,
                 &(struct fetch_in){.method = "POST",
                                    .url = d->w.url,
                                    .body = d->c.body,
                                    .content_type = S("application/json"),
                                    .headers = headers,
                                    .allow = set->webhook_allow,
                                    .timeout_ms = set->fetch_timeout * SECOND_MS,
                                    .max = ANSWER_BYTES},
                 ret_out);
}

/* Bytes of others: shown as text only when they are text. */
static str answer_text(arena *mem, str body)
{
    return str_valid(body) ? str_ellipsis(mem, str_trim(body), WEBHOOK_ANSWER) : S("");
}

static err switch_off(struct tx *t, struct delivery *d)
{
    bool changed = false;
    TRY(store_webhook_fail(t, &d->w, &changed));
    if (!changed)
        return OK; /* another call did it */
    TRY(store_calls_drop(t, d->w.id));
    TRY(record_add(
        t, &(struct record_in){.kind = RECORD_webhook_changed,
                               .account_id = d->w.account_id,
                               .subject = str_fmt(d->mem, "webhook/%lld", (long long)d->w.id),
                               RECORD_FIELDS(RECORD_TEXT("act", S("failed")))}));
    str link = str_fmt(d->mem, "/console/%.*s/webhooks/%lld", FMT(d->w.handle), (long long)d->w.id);
    return notice_send_account(t, d->w.account_id, "webhook_failed", link, 1, &d->w.url);
}

/* Run again after a serialization failure: what it changes of d it works out anew. */
static err note_tried(struct tx *t, void *ctx)
{
    struct delivery *d = ctx;
    struct webhook_call c = d->c;
    bool fine = c.status >= 200 && c.status < 300;
    c.tries++;
    d->again = !fine && c.tries < WEBHOOK_TRIES;
    c.state = fine ? S("done") : d->again ? S("waiting") : S("failed");
    TRY(store_call_tried(t, &c));
    int64_t since = d->w.failing_since ? d->w.failing_since : tx_now(t);
    TRY(store_webhook_failing(t, &d->w, fine ? 0 : since));
    if (fine || (c.status != GONE && tx_now(t) - since < d->off_ms))
        return OK;
    d->again = false;
    return switch_off(t, d);
}

static err drop(struct tx *t, void *ctx)
{
    const struct delivery *d = ctx;
    return store_calls_drop(t, d->webhook_id);
}

static err args_read(const struct job *job, struct delivery *d)
{
    JSON_AUTO *args = NULL;
    TRY(json_read(job->args, &args));
    d->webhook_id = json_number(args, "webhook", 0);
    d->call_id = json_number(args, "call", 0);
    return OK;
}

err webhook_deliver(struct site *s, const struct job *job)
{
    struct provider_settings ps;
    struct delivery d = {.site = s, .mem = job->mem};
    provider_live_get(s->provider, job->mem, &ps);
    d.off_ms = ps.webhook_off_days * (int64_t)DAY_MS;
    TRY(args_read(job, &d));
    err e = db_read(s->db, read_delivery, &d);
    if (e == ERR_NOT_FOUND)
        return OK; /* swept meanwhile */
    TRY(e);
    if (!str_eq(d.c.state, S("waiting")))
        return OK;
    if (!str_eq(d.w.state, S("on")))
        return db_tx(s->db, drop, &d);
    struct fetch_out out = {0};
    e = call_out(&d, &out);
    d.c.status = e == OK ? out.status : 0;
    d.c.answer =
        e == OK ? answer_text(job->mem, out.body) : str_dup(job->mem, str_from(fault_of(e).reason));
    TRY(db_tx(s->db, note_tried, &d));
    return d.again ? fault(ERR_IO, "webhook_failed", "status %d", d.c.status) : OK;
}
