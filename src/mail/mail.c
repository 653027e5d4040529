/* The outbox and its gateways. */
#include "mail/mail.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "mail/fetch_impl.h"
#include "mail/mail_store.h"
#include "mail/mime.h"

enum { BODY_MAX = 8000, SUBJECT_MAX = 200, JSON_MAX = 256 * 1024 };

#define RECIPIENT_REF VAULT_REF("outbox", "recipient", 0)
#define BODY_REF VAULT_REF("outbox", "body", 0)

/* ---- into the outbox ---- */

static bool mobile_valid(str s)
{
    if (s.n && s.p[0] == '+')
        s = str_sub(s, 1, s.n);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n >= 5 && s.n <= 20;
}

static err mail_check(const struct mail_in *in)
{
    bool ok =
        in->channel == MAIL_SMS ? mobile_valid(in->recipient) : mime_address_valid(in->recipient);
    if (!ok)
        return fault_field(ERR_INVALID, "recipient", "recipient", "no such address");
    if (!in->body.n || str_count(in->body) > BODY_MAX || str_count(in->subject) > SUBJECT_MAX)
        return fault_field(ERR_INVALID, "mail_length", "body", "1 to %d code points", BODY_MAX);
    return OK;
}

bool mail_address_valid(str s)
{
    return mime_address_valid(s);
}

static bool has_gateway(const struct settings *s, enum mail_channel channel)
{
    return channel == MAIL_SMS ? s->sms_url.n > 0 : s->smtp_url.n > 0;
}

static err job_send(struct tx *t, int64_t id)
{
    AUTO_ARENA(mem);
    struct job_in job = {.kind = MAIL_JOB, .args = str_fmt(mem, "{\"id\":%lld}", (long long)id)};
    return job_add(t, &job);
}

err mail_send(const struct mailer *m, struct tx *t, const struct mail_in *in)
{
    TRY(mail_check(in));
    AUTO_ARENA(mem);
    bool sms = in->channel == MAIL_SMS;
    struct mail_stored row = {
        .row = {.id = id_new(),
                .channel = sms ? S("sms") : S("email"),
                .recipient_masked = mask_text(mem, sms ? MASK_MOBILE : MASK_EMAIL, in->recipient),
                .subject = in->subject.p ? in->subject : S("")}};
    struct vault_ctx c = VAULT_CTX(m->vault, t, mem);
    TRY(vault_seal_text(c, RECIPIENT_REF, in->recipient, &row.recipient_sealed));
    TRY(vault_seal_text(c, BODY_REF, in->body, &row.body_sealed));
    TRY(mail_store_add(t, &row));
    return has_gateway(m->settings, in->channel) ? job_send(t, row.row.id) : OK;
}

err mail_retry(const struct mailer *m, struct tx *t, int64_t id)
{
    AUTO_ARENA(mem);
    struct mail_row row;
    TRY(mail_load(t, mem, id, &row));
    bool sms = str_eq(row.channel, S("sms"));
    if (!has_gateway(m->settings, sms ? MAIL_SMS : MAIL_EMAIL))
        return fault(ERR_CONFLICT, "gateway_missing", "no gateway for %.*s", FMT(row.channel));
    TRY(mail_store_requeue(t, id));
    return job_send(t, id);
}

err mail_read_by(struct vault_ctx c, int64_t id, struct vault_reader who, struct mail_row *ret_row)
{
    TRY(mail_read(c, id, ret_row));
    return vault_note_read(c.tx, BODY_REF, who);
}

err mail_read(struct vault_ctx c, int64_t id, struct mail_row *ret_row)
{
    struct mail_stored m;
    TRY(mail_store_get(c.tx, c.mem, id, &m));
    TRY(vault_open_text(c, BODY_REF, m.body_sealed, &m.row.body));
    *ret_row = m.row;
    return OK;
}

/* ---- out of it ---- */

struct delivery {
    const struct mailer *m;
    arena *mem;
    int64_t id;
    struct mail_stored mail;
    str recipient;
    str state, error;
};

static err delivery_load(struct tx *t, void *ctx)
{
    struct delivery *d = ctx;
    struct vault_ctx c = VAULT_CTX(d->m->vault, t, d->mem);
    TRY(mail_store_get(t, d->mem, d->id, &d->mail));
    TRY(vault_open_text(c, RECIPIENT_REF, d->mail.recipient_sealed, &d->recipient));
    return vault_open_text(c, BODY_REF, d->mail.body_sealed, &d->mail.row.body);
}

static err delivery_save(struct tx *t, void *ctx)
{
    const struct delivery *d = ctx;
    return mail_store_outcome(t, d->id, d->state, d->error);
}

static err sms_post(struct delivery *d)
{
    const struct settings *s = d->m->settings;
    struct jw j;
    jw_init(&j, d->mem, JSON_MAX);
    jw_object(&j);
    jw_key_str(&j, "id", str_fmt(d->mem, "%lld", (long long)d->id));
    jw_key_str(&j, "recipient", d->recipient);
    jw_key_str(&j, "text", d->mail.row.body);
    jw_end(&j);
    struct fetch_in in = {
        .url = s->sms_url, .allow = s->fetch_allow, .timeout_ms = s->fetch_timeout * SECOND_MS};
    TRY(buf_take(&j.out, &in.body));
    struct fetch_out out;
    TRY(fetch_signed(d->mem, &in, s->sms_secret, &out));
    if (out.status >= 200 && out.status < 300)
        return OK;
    bool final = out.status >= 400 && out.status < 500 && out.status != 408 && out.status != 429;
    return fault(final ? ERR_INVALID : ERR_IO, "gateway_refused", "status %d", out.status);
}

static size_t message_read(char *to, size_t size, size_t n, void *ctx)
{
    str *left = ctx;
    size_t k = size * n < left->n ? size * n : left->n;
    memcpy(to, left->p, k);
    *left = str_sub(*left, k, left->n);
    return k;
}

static void slist_cleanup(struct curl_slist **l)
{
    curl_slist_free_all(*l);
}

static err smtp_refusal(struct call *c, err e)
{
    long status = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    /* 5xx answers are final (RFC 5321 4.2.1); 530 to 538 are about our login, which can be mended.
     */
    if (e == ERR_IO && status >= 550 && status < 560)
        return fault(ERR_INVALID, "gateway_refused", "status %ld", status);
    return e;
}

static err smtp_send(struct delivery *d)
{
    const struct settings *s = d->m->settings;
    struct call_in ci = {s->smtp_url, s->fetch_allow, "smtp,smtps", s->fetch_timeout * SECOND_MS};
    __attribute__((cleanup(call_close))) struct call c = {0};
    if (!mime_address_valid(s->smtp_from))
        return fault(ERR_IO, "smtp_from", "setting smtp_from holds no address");
    TRY(call_open(d->mem, &ci, &c));
    struct mime_in mime = {.from = s->smtp_from,
                           .to = d->recipient,
                           .subject = d->mail.row.subject,
                           .body = d->mail.row.body,
                           .id = d->id,
                           .at = d->mail.row.created_at};
    str message = mime_make(d->mem, &mime);
    const char *to = str_z(d->mem, str_fmt(d->mem, "<%.*s>", FMT(d->recipient)));
    __attribute__((cleanup(slist_cleanup))) struct curl_slist *rcpt = curl_slist_append(NULL, to);
    ASSERT(rcpt);
    CURL_SET(c.curl, CURLOPT_MAIL_FROM,
             str_z(d->mem, str_fmt(d->mem, "<%.*s>", FMT(s->smtp_from))));
    CURL_SET(c.curl, CURLOPT_MAIL_RCPT, rcpt);
    CURL_SET(c.curl, CURLOPT_UPLOAD, 1L);
    CURL_SET(c.curl, CURLOPT_READFUNCTION, message_read);
    CURL_SET(c.curl, CURLOPT_READDATA, &message);
    /* A password never crosses a plain connection. */
    CURL_SET(c.curl, CURLOPT_USE_SSL, s->smtp_user.n ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    if (s->smtp_user.n) {
        CURL_SET(c.curl, CURLOPT_USERNAME, str_z(d->mem, s->smtp_user));
        CURL_SET(c.curl, CURLOPT_PASSWORD, str_z(d->mem, s->smtp_password));
    }
    err e = call_run(&c);
    return e == OK ? OK : smtp_refusal(&c, e);
}

static err deliver(struct delivery *d)
{
    bool sms = str_eq(d->mail.row.channel, S("sms"));
    if (!has_gateway(d->m->settings, sms ? MAIL_SMS : MAIL_EMAIL))
        return fault(ERR_INVALID, "gateway_missing", "no gateway any more");
    return sms ? sms_post(d) : smtp_send(d);
}

static err job_id(str args, int64_t *ret_id)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(args, &root));
    *ret_id = json_number(root, "id", 0);
    return OK;
}

err mail_deliver(const struct mailer *m, const struct job *job)
{
    struct delivery d = {.m = m, .mem = job->mem, .state = S("sent"), .error = S("")};
    TRY(job_id(job->args, &d.id));
    TRY(db_read(m->db, delivery_load, &d));
    if (str_eq(d.mail.row.state, S("sent")))
        return OK;
    err e = deliver(&d);
    struct fault f = fault_of(e);
    if (e != OK) {
        d.state = e == ERR_INVALID || job->tries >= MAIL_TRIES ? S("failed") : S("queued");
        d.error = str_fmt(d.mem, "%s: %s", f.reason, f.text);
    }
    TRY(db_tx(m->db, delivery_save, &d));
    fault_copy(&f);
    return e;
}
