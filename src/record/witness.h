/* Witnesses (c2sp.org/tlog-witness): others who sign that this log only grows. Each is asked by a
 * thread of its own, so that one that is down holds up nobody; after a failure again in 1 s, 2 s …
 * at most a minute. They never need the entries.
 *
 * The policy file has one line for each witness, and how many are enough:
 *
 *     # comment
 *     witness https://witness.example/ witness.example+0123abcd+BA…
 *     quorum 2
 */
#pragma once
#include "record/note.h"

enum { WITNESSES_MAX = 16 };

struct witness_answer {
    int status;
    str body;
};
typedef err witness_post(void *ctx, arena *mem, str url, str body, struct witness_answer *ret_a);

struct witness_line {
    str url;
    struct note_key key;
};
struct witness_policy {
    struct witness_line v[WITNESSES_MAX];
    int n, quorum;
};
/* ERR_INVALID "bad_policy" naming the line. */
err witness_policy_parse(arena *mem, str text, struct witness_policy *ret_p);

struct record_log;
struct witness_status {
    str name, url;
    int64_t size, at; /* of its newest cosignature; at in ms, 0: none yet */
    str problem;      /* of the last try; empty: none */
};
/* How each does; *ret_quorum 0: no witnesses are set. */
size_t record_log_witnesses(struct record_log *l, arena *mem, struct witness_status **ret_v,
                            int *ret_quorum);

/* The body of an add-checkpoint request, and back (for `gongqi witness`). */
struct witness_request {
    int64_t old;
    struct proof path;
    str checkpoint;
};
str witness_request_text(arena *mem, const struct witness_request *r);
err witness_request_parse(arena *mem, str text, struct witness_request *ret_r);

/* ---- being a witness (`gongqi witness`) ----
 * DIR holds its key (witness.key, 0600, made at the first start), the logs that it knows (logs:
 * one verifier key a line) and for each what it cosigned last. */
struct witness;
/* ERR_INVALID "log_key_mode", "bad_key"; ERR_IO. name is used for a new key only. */
err witness_open(const char *dir, str name, struct witness **ret_w);
void witness_close(struct witness *w); /* accepts NULL */
const struct note_key *witness_key(const struct witness *w);
/* One add-checkpoint request. 200 with a cosignature line after the state is durable; 400
 * malformed; 403 no valid signature of the log; 404 unknown log; 409 with the size that it has;
 * 422 the new tree does not contain the old one. Thread-safe. */
err witness_add(struct witness *w, arena *mem, str request, struct witness_answer *ret_a);
