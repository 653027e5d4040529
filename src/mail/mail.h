/* SMS and e-mail. Everything goes through the outbox table: recipient and body sealed by the vault,
 * recipient masked for staff. Without a gateway (sms_url, smtp_url) the row just stays there, where
 * staff can read it; with one, a job sends it, trying again when the gateway fails. */
#pragma once
#include "job/job.h"
#include "settings/settings.h"
#include "vault/vault.h"

struct mailer {
    struct db *db;
    struct vault *vault;
    const struct settings *settings;
};

enum mail_channel { MAIL_SMS, MAIL_EMAIL };
struct mail_in {
    enum mail_channel channel;
    str recipient; /* a normalised mobile number, or an address */
    str subject;   /* e-mail only; holds no secret (staff see it) */
    str body;      /* plain text, at most 8,000 code points */
};
/* One ASCII local@domain of at most 254 bytes, which mail_send takes. */
bool mail_address_valid(str s);
/* Inside the act's transaction; poke the job runner after the commit. ERR_INVALID "recipient". */
err mail_send(const struct mailer *m, struct tx *t, const struct mail_in *in);

/* Job kind "mail": delivers one outbox row. The app's table calls it from its job function. */
#define MAIL_JOB "mail"
enum { MAIL_TRIES = 8 }; /* .max_tries of that kind: after these the row is failed */
err mail_deliver(const struct mailer *m, const struct job *job);

struct mail_row {
    int64_t id, created_at, sent_at;
    str channel, recipient_masked, subject, state, error;
    str body; /* opened; only by mail_read */
};
struct mail_query {
    str state;         /* queued, sent, failed; STR_NONE or "" = any */
    int64_t before_id; /* 0 = from the newest */
    int limit;         /* 1 to 200 */
};
/* Newest first, without bodies. */
err mail_list(struct tx *t, arena *mem, const struct mail_query *q, struct mail_row **ret_v,
              size_t *ret_n);
err mail_load(struct tx *t, arena *mem, int64_t id, struct mail_row *ret_row); /* without body */
struct mail_counts {
    int64_t queued, failed;
};
err mail_count(struct tx *t, struct mail_counts *ret_c);
/* A failed message is queued and sent again; poke the job runner after the commit. ERR_CONFLICT
 * "mail_not_failed", ERR_CONFLICT "gateway_missing" when its channel has no gateway. */
err mail_retry(const struct mailer *m, struct tx *t, int64_t id);
/* One message with its body. The dispatcher logs the read (the route is marked so). */
err mail_read(struct vault_ctx c, int64_t id, struct mail_row *ret_row);
/* The same for a person, noted in the vault's access log. */
err mail_read_by(struct vault_ctx c, int64_t id, struct vault_reader who, struct mail_row *ret_row);
