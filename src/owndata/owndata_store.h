/* SQL of own data: for owndata/ only. */
#pragma once
#include "media/media.h"
#include "owndata/owndata.h"

err store_own_rows(struct tx *t, arena *mem, int64_t user_id, enum own_class c, int limit,
                   struct own_row **ret_v, size_t *ret_n);

err store_export_insert(struct tx *t, const struct own_export *e);
err store_exports_since(struct tx *t, const struct own_export *e, int64_t since, int64_t *ret_n,
                        int64_t *ret_waiting);
err store_export_progress(struct tx *t, int64_t user_id, int64_t id, int thousandths);
err store_export_end(struct tx *t, const struct own_export *e);
/* Done and over; at most 100. */
err store_exports_over(struct tx *t, arena *mem, struct own_export **ret_v, size_t *ret_n);

/* Accounts that the person owns and that are not closed; at most 100. */
struct own_account {
    int64_t id;
    str handle;
};
err store_own_accounts(struct tx *t, arena *mem, int64_t user_id, struct own_account **ret_v,
                       size_t *ret_n);
err store_last_no(struct tx *t, int64_t account_id, int64_t *ret_no);
/* Everything in the library and beside it (captions, posters), oldest first, with the blob. */
struct out_media {
    struct media m;
    str blob;
};
err store_media_all(struct tx *t, arena *mem, int64_t account_id, struct out_media **ret_v,
                    size_t *ret_n);

/* A file that this site has under that hash is there for the account too. *ret_known false: the
 * site has it not. */
struct media_again {
    int64_t account_id, user_id;
    str hash, alt, name;
};
err store_media_again(struct tx *t, const struct media_again *m, bool *ret_known);
/* Does the account have this text, as a version or a draft? */
struct article_text;
err store_has_text(struct tx *t, int64_t account_id, const struct article_text *x, bool *ret_yes);
