/* Secret links to a draft, for people who have no login: a client, an expert, a lawyer. A link ends
 * after its term, after so many views, when it is revoked, and with the account's being public; it
 * shows the draft as it is at that moment. It is a look before publication and no publication:
 * never indexed, counted, and too small to reach an audience. Only the hash of the token is stored.
 */
#pragma once
#include "article/article.h"

enum {
    DRAFT_LINK_DAYS_MAX = 14,
    DRAFT_LINK_VIEWS_MAX = 100,
    DRAFT_LINKS_MAX = 5 /* that work at once, of one article */
};

struct draft_link {
    int64_t account_id, id, no, made_by, made_at, expires_at, revoked_at, views, seen_at;
    str made_name;
};
/* Reads account_id, no, made_by, expires_at. ERR_LIMIT draft_links_many; ERR_CONFLICT
 * draft_link_closed: the article is removed or put away; ERR_INVALID draft_link_days. */
err draft_link_make(struct tx *t, arena *mem, const struct draft_link *in, str *ret_token);
err draft_link_revoke(struct tx *t, arena *mem, int64_t account_id, int64_t id, int64_t by);
/* Newest first, at most 50, ended ones too. */
err draft_link_list(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                    struct draft_link **ret_v, size_t *ret_n);
bool draft_link_works(const struct draft_link *l, int64_t now);

struct draft_shown {
    struct draft_link link;
    struct article a;
    struct article_text text;
};
/* What a link shows now; counts the view. ERR_NOT_FOUND draft_link_over: there is no such link, or
 * it shows nothing any more; which of these is not said. */
err draft_link_open(struct tx *t, arena *mem, str token, struct draft_shown *ret_s);
