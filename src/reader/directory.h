/* The directory of government and public-service accounts (A4.2): those that staff confirmed, by
 * kind, region and field. Who proposes: nobody; staff see the accounts of public bodies that are
 * not in it yet. Every confirmation and removal is recorded with its reason. */
#pragma once
#include "account/account.h"
#include "article/article.h"

enum { DIRECTORY_REASON_MAX = 200, DIRECTORY_PAGE = 30, DIRECTORY_HOME = 8 };

struct directory_entry {
    int64_t account_id, confirmed_by, confirmed_at, subscribers;
    str kind /* government, public_service */, field, province, reason;
    str handle, name, intro, avatar, class, state, confirmed_name; /* out */
    bool verified;                                                 /* out */
};
/* Puts it in, or changes how it is listed. ERR_CONFLICT directory_account (not a public account);
 * ERR_INVALID bad_choice naming kind, field or province. */
err directory_confirm(struct tx *t, const struct directory_entry *d);
/* ERR_NOT_FOUND when it is not in the directory. */
err directory_remove(struct tx *t, int64_t account_id, str reason, int64_t by);

struct directory_filter {
    str kind, field, province, q;   /* "" = any; q: part of the name or the introduction */
    int64_t before_subs, before_id; /* key of the last row shown; 0 = first page */
    int limit;                      /* at most 100 */
};
/* Accounts that the public may see, most subscribers first. */
err directory_list(struct tx *t, arena *mem, const struct directory_filter *f,
                   struct directory_entry **ret_v, size_t *ret_n);
err directory_load(struct tx *t, arena *mem, int64_t account_id, struct directory_entry *ret_d);
/* Active accounts of public bodies that are not in it, newest first, at most 50; kind and province
 * as their registrant suggests. */
err directory_candidates(struct tx *t, arena *mem, struct directory_entry **ret_v, size_t *ret_n);
/* The newest articles of listed accounts in the categories government and public service. */
err directory_news(struct tx *t, arena *mem, int limit, struct article **ret_v, size_t *ret_n);
