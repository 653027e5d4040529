/* A person's e-mail address, for notices: proved by a code, sealed, nobody logs in with it. */
#pragma once
#include "job/job.h"
#include "user/user.h"
#include "web/msg.h"

/* Normalises: the domain in lower case. ERR_INVALID "bad_email". Fits struct form_field.check. */
err email_check(arena *mem, str input, str *ret_address);
struct email_code {
    str address;
    enum lang lang;
};
/* Mails a 6-digit code, within the limits of codes to numbers. Poke the jobs after. */
err email_code_send(struct tx *t, const struct mailer *m, const struct email_code *c);
/* As mobile_code_check. */
err email_code_check(struct tx *t, struct vault *v, str address, str code, const char **ret_reason);
/* Before either of the next two: mails to the address that goes, if there is one. */
err email_old_told(struct tx *t, const struct mailer *m, int64_t user_id, enum lang lang);
/* The caller has proved it. */
err email_set(struct tx *t, struct vault *v, int64_t user_id, str address);
/* Also no notice goes by e-mail any more. */
err email_drop(struct tx *t, int64_t user_id);
/* ERR_NOT_FOUND when there is none. */
err email_of(struct tx *t, arena *mem, struct vault *v, int64_t user_id, str *ret_address);
/* "" when there is none. */
err email_masked(struct tx *t, arena *mem, struct vault *v, int64_t user_id, str *ret_address);

/* Job kind NOTICE_OUT_JOB: puts one notice into the outbox, once, however often it runs. */
err tell_job(const struct mailer *m, const struct job *job);
