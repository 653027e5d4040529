/* Notices: what was told to whom, when. Stored as a kind (message key "notice.<kind>") and its
 * arguments, so that each reader sees them in their own language. */
#pragma once
#include "db/db.h"
#include "web/msg.h"

enum { NOTICE_MAX_ARGS = 4 };
struct notice {
    int64_t id, at, read_at; /* read_at 0 = unread */
    str kind, link;
    str args[NOTICE_MAX_ARGS];
    size_t arg_n;
};

/* Tells user by the ways that they chose for the kind's group (notice/choice.h); link is a path of
 * this site. Inside the transaction of the act it tells about. notice_send(t, user,
 * "article_returned", link, 2, (str[]){title, reason}) */
err notice_send(struct tx *t, int64_t user_id, const char *kind, str link, size_t arg_n,
                const str *args);
/* The same to every member of an account who is at least editor (the people who must act). */
err notice_send_account(struct tx *t, int64_t account_id, const char *kind, str link, size_t arg_n,
                        const str *args);

/* Newest first; before 0 = from the newest; limit ≤ 100. */
err notice_list(struct tx *t, arena *mem, int64_t user_id, int64_t before, int limit,
                struct notice **ret_v, size_t *ret_n);
err notice_unread(struct tx *t, int64_t user_id, int64_t *ret_n);
/* Marks all up to id as read (id INT64_MAX: all). */
err notice_mark_read(struct tx *t, int64_t user_id, int64_t id);
/* The words of a notice; args as stored. */
err notice_text(arena *mem, enum lang lang, str kind, str args, str *ret_text);
