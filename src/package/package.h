/* Evidence packages: everything that the platform kept about an article or an account, as one file
 * that its recipient checks without us (A11.5, A16.1): contents with their versions, media,
 * references to account and registrant, times, operations with address and port, findings,
 * decisions, notices, and receipts of the public log, under a manifest of hashes that is a leaf of
 * that log itself. docs/regulator.md says what stands where.
 *
 * A package is asked for with the number of a case or an order and a reason, and made by a job that
 * shows how far it is and can be cancelled. States: (asked ->) waiting -> working -> done ->
 * expired; failed, refused, cancelled. The file goes when its time is over (record/retention.def);
 * the row and its records stay, and nobody can delete either before.
 *
 * The sealed identity is in it only when asked for with a reason of its own and allowed by a second
 * person, and only encrypted to the recipient's key. */
#pragma once
#include "job/job.h"
#include "web/request.h"

enum {
    PACKAGE_NUMBER_MAX = 100, /* code points */
    PACKAGE_REASON_MAX = 500,
    PACKAGE_LIST_MAX = 100,
};
#define PACKAGE_JOB "evidence_package"
#define PACKAGE_MIME "application/zip"
/* Who asks for packages and has them. */
#define PACKAGE_ROLES (ROLE_COMPLIANCE | ROLE_SECURITY | ROLE_EIC)

struct package {
    int64_t id, account_id, no, asked_by, asked_at, second_by, second_at, parts, parts_done;
    int64_t missing, files, size, record_id, made_at;
    str basis, number, reason, recipient, identity_reason, state, fail, blob, manifest;
    str handle, title, asked_name, second_name; /* out; title: of the article or the account */
};

/* Reads basis, number, reason, account_id, no, asked_by, recipient, identity_reason; sets id.
 * ERR_INVALID by field: case_unknown (number: no case about this thing), reason_required,
 * recipient_key, identity_reason_required; ERR_NOT_FOUND: no such thing. Of an account that left it
 * notes a look into restricted storage. Record package_asked. */
err package_ask(struct tx *t, arena *mem, struct package *p);
/* Has a job make it. Commands make theirs themselves (package_make). */
err package_queue(struct tx *t, arena *mem, int64_t id);
/* The second person allows the identity, or not. ERR_DENIED "second_person_required" for who asked;
 * ERR_CONFLICT "already_decided". */
struct package_answer {
    int64_t id, by;
    bool allow;
};
err package_second(struct tx *t, arena *mem, const struct package_answer *a);
/* While it is asked, waiting or working; else ERR_CONFLICT "package_over". */
err package_cancel(struct tx *t, arena *mem, int64_t id, int64_t by);

err package_load(struct tx *t, arena *mem, int64_t id, struct package *ret_p);
/* Newest first; before 0 = from the newest; state "" = all; limit at most PACKAGE_LIST_MAX. */
struct package_query {
    int64_t before;
    str state;
    int limit;
};
err package_list(struct tx *t, arena *mem, const struct package_query *q, struct package **ret_v,
                 size_t *ret_n);
/* Its file; the caller closes *ret_fd. ERR_NOT_FOUND "package_gone" when there is none (any more).
 */
err package_open(struct site *site, const struct package *p, int *ret_fd, int64_t *ret_size);

/* Makes the package of {"id": …}. Leaves nothing behind when it fails. */
err package_job(void *site, const struct job *job);
/* The same at once, for commands: told now and then how far it is. log: as site->log is NULL
 * there. */
struct record_log;
struct package_run {
    struct site *site;
    struct record_log *log;
    const struct job *job; /* NULL in commands */
    void (*tell)(int64_t done, int64_t all);
};
err package_make(const struct package_run *run, int64_t id);
/* Every hour: removes the files of packages whose time is over. */
err package_sweep_job(void *site, const struct job *job);

/* ---- the part with the identity (seal.c) ---- */
/* A recipient's key: "gongqi-x25519-" and the 32 bytes in base64url. ERR_INVALID "recipient_key".
 */
err package_key_parse(arena *mem, str text, struct bytes *ret_key);
/* libsodium's sealed box (X25519, XSalsa20-Poly1305). */
err package_seal(arena *mem, struct bytes key, str plain, struct bytes *ret_sealed);

/* The button on a case's and a ruling's page: where a package about this thing is asked for. */
str package_href(arena *mem, int64_t account_id, int64_t no, int64_t case_id);
