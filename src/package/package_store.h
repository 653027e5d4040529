/* SQL of packages; only for package/. */
#pragma once
#include "package/package.h"
#include "record/oplog.h"

err store_package_insert(struct tx *t, const struct package *p);
/* From one of two states (or only the first, when from2 is "") to another; ERR_CONFLICT
 * "package_over" when it is in neither. */
struct package_step {
    int64_t id;
    str from, from2, to;
};
err store_package_step(struct tx *t, const struct package_step *s);
err store_package_second(struct tx *t, const struct package_answer *a);
/* While it is working: how far it is. *ret_working: it still is (nobody cancelled). */
err store_package_progress(struct tx *t, const struct package *p, bool *ret_working);
err store_package_failed(struct tx *t, int64_t id, str reason);
/* Reads files, size, missing, blob, manifest, record_id. */
err store_package_done(struct tx *t, const struct package *p);
/* Expired ones whose file is still there, at most 100; forgotten. */
err store_package_over(struct tx *t, arena *mem, struct package **ret_v, size_t *ret_n);
err store_package_forgotten(struct tx *t, int64_t id);
/* Cases about the thing of p (findings, appeals, review, application), at most 500. */
err store_package_cases(struct tx *t, arena *mem, const struct package *p, int64_t **ret_v,
                        size_t *ret_n);
err store_case_rulings(struct tx *t, arena *mem, int64_t case_id, int64_t **ret_v, size_t *ret_n);

struct package_notice {
    int64_t user_id, at, read_at;
    str kind, args, link;
};
/* What the members were told about it, from the oldest, at most 1,000. */
err store_package_notices(struct tx *t, arena *mem, const struct package *p,
                          struct package_notice **ret_v, size_t *ret_n);
/* The file behind a media hash, also of one that was taken out of the library. */
struct package_media {
    str hash, blob, mime;
};
err store_package_media(struct tx *t, arena *mem, str hash, struct package_media *ret_m);

enum { PACKAGE_BATCH = 200 };
/* Operations of the account's people on the thing, after id, oldest first. */
err store_operations(struct tx *t, arena *mem, const struct package *p, int64_t after,
                     struct oplog_row **ret_v, size_t *ret_n);
/* Operations of staff on a case, by those who decided about it. */
struct case_operations {
    int64_t case_id, after;
};
err store_case_operations(struct tx *t, arena *mem, const struct case_operations *q,
                          struct oplog_row **ret_v, size_t *ret_n);
struct package_record {
    int64_t id;
    struct bytes salt;
    str body;
};
struct record_after {
    str subject;
    int64_t id;
};
err store_records(struct tx *t, arena *mem, const struct record_after *q,
                  struct package_record **ret_v, size_t *ret_n);
