/* Leaving: an owner closes an account (A9.3). Asked for, the account is paused while its closing
 * cools and can be taken back; then a job closes it for good. Its name stays taken, its content
 * goes to restricted storage: out of everybody's sight but that of compliance and security
 * officers, who give the number of a case or an inspection and leave a row for each look
 * (obligations 3.11, 3.12). States: cooling -> taken_back | closed | void (a measure closed the
 * account first). */
#pragma once
#include "account/account.h"
#include "job/job.h"
#include "settings/provider.h"

/* What stands against closing; nothing else does. All counts. */
struct closing_blocks {
    int64_t findings, appeals; /* open cases about the account or its articles */
    int64_t measures;          /* in force on the account: restrict, suspend, close */
};
bool closing_blocked(const struct closing_blocks *b);
err closing_blocks(struct tx *t, arena *mem, int64_t account_id, struct closing_blocks *ret_b);
/* Days of cooling for an account with so many subscribers. */
int64_t closing_days(const struct provider_settings *ps, int64_t subscribers);

struct closing {
    int64_t account_id, id, asked_by, asked_at, due_at, ended_at;
    str state, handle, name; /* handle and name are the account's */
    bool held;               /* due, but a block stands */
};
/* ERR_CONFLICT "closing_blocked", "closing_asked", "account_not_active" (neither active nor
 * paused). What waits for review or for its time is a draft again. Record, notice to the members.
 */
struct closing_wish {
    int64_t account_id, user_id, days;
};
err closing_ask(struct tx *t, arena *mem, const struct closing_wish *w, int64_t *ret_id);
/* The account is active again, unless a measure took hold of it. ERR_CONFLICT "not_closing". */
err closing_take_back(struct tx *t, arena *mem, int64_t account_id, int64_t user_id);
/* Closes one that is due: true in *ret_done; false while a block holds it (told once). */
err closing_finish(struct tx *t, arena *mem, int64_t id, bool *ret_done);
#define CLOSING_JOB "account_closing"
err closing_job(void *ctx, const struct job *job);

/* The one that cools; ERR_NOT_FOUND. */
err closing_of(struct tx *t, arena *mem, int64_t account_id, struct closing *ret_c);
/* Only for a member of its account or who asked; else ERR_NOT_FOUND. */
err closing_load(struct tx *t, arena *mem, int64_t id, int64_t user_id, struct closing *ret_c);
/* Of this person, newest first, at most 100. */
err closing_list(struct tx *t, arena *mem, int64_t user_id, struct closing **ret_v, size_t *ret_n);
/* Closed ones of all accounts, newest first; before 0 = from the newest; limit at most 100. */
err closing_closed(struct tx *t, arena *mem, int64_t before, int limit, struct closing **ret_v,
                   size_t *ret_n);

/* ---- restricted storage ---- */
struct restricted_look {
    int64_t account_id, id, reader_id, no /* 0 = the titles */, at;
    str basis; /* case, inspection */
    str number, reason, reader_name;
};
/* Writes the row and its record, before anything is shown. ERR_NOT_FOUND: no account that left;
 * ERR_INVALID "case_unknown" on field number. */
err restricted_note(struct tx *t, arena *mem, struct restricted_look *l);
/* Newest first, at most 100. */
err restricted_looks(struct tx *t, arena *mem, int64_t account_id, struct restricted_look **ret_v,
                     size_t *ret_n);
