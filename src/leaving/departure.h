/* Departure: a person ends the service, as a registrant or with the whole login (A9.3). Told first
 * what happens and what stands against it, it cools like the closing of an account and can be taken
 * back; then a job ends it: sessions are over, subscriptions and private lists erased, what the law
 * wants kept stays sealed in restricted storage until the retention engine (class identity) erases
 * it. States: cooling -> taken_back | done. */
#pragma once
#include "job/job.h"
#include "leaving/leaving.h"
#include "mail/mail.h"

/* What stands against it; nothing else does. Each names the thing and where to settle it. */
#define DEPARTURE_BLOCKS(X)                                                                        \
    X(account)    /* an account of the registrant that is not closed */                            \
    X(cooling)    /* the same, but its closing cools already */                                    \
    X(sole_owner) /* an account of somebody else's registrant with no other owner */               \
    X(finding)    /* an open case about an account, also a closed one */                           \
    X(appeal)     /* an open appeal about one */                                                   \
    X(measure)    /* a measure in force on an open one */                                          \
    X(staff)      /* roles or a post of the platform */
enum departure_block_kind {
#define X(name) BLOCK_##name,
    DEPARTURE_BLOCKS(X)
#undef X
};
const char *departure_block_name(enum departure_block_kind k);
struct departure_block {
    enum departure_block_kind kind;
    str name, href; /* of the account; "" without one */
};

struct departure {
    int64_t user_id, id, registrant_id /* 0: the login, with all its registrants */;
    int64_t asked_at, due_at, ended_at, erased_at;
    str state;
    bool held; /* due, but something stands against it */
};
struct departure_wish {
    int64_t user_id, registrant_id, days;
};
/* At most 100. */
err departure_blocks(struct tx *t, arena *mem, const struct departure_wish *w,
                     struct departure_block **ret_v, size_t *ret_n);
/* ERR_NOT_FOUND: not this user's registrant; ERR_CONFLICT "departure_blocked", "departure_asked",
 * "registrant_left". Record, notice. */
err departure_ask(struct tx *t, arena *mem, const struct departure_wish *w, int64_t *ret_id);
/* ERR_CONFLICT "not_departing". */
err departure_take_back(struct tx *t, arena *mem, int64_t user_id, int64_t id);
/* Ends one that is due; *ret_done false while something stands against it (told once). The number
 * gets a short message with the address of the receipt, which needs no login. */
struct departure_end {
    const struct mailer *mail;
    str origin; /* "https://example.cn" */
    int64_t id;
};
err departure_finish(struct tx *t, arena *mem, const struct departure_end *e, bool *ret_done);
#define DEPARTURE_JOB "departure"
err departure_job(void *ctx, const struct job *job);

/* The one of this user and registrant (0: the login) that cools; ERR_NOT_FOUND. */
err departure_of(struct tx *t, arena *mem, int64_t user_id, int64_t registrant_id,
                 struct departure *ret_d);
err departure_load(struct tx *t, arena *mem, int64_t id, struct departure *ret_d);
/* Newest first, at most 100. */
err departure_list(struct tx *t, arena *mem, int64_t user_id, struct departure **ret_v,
                   size_t *ret_n);
/* "/left/<id>/<key>": shows what became of it, without login; the key can't be guessed. */
str departure_path(const struct vault *v, arena *mem, int64_t id);
bool departure_key_right(const struct vault *v, arena *mem, int64_t id, str key);
