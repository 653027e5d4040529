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
