/* Notes of an account's members to each other about an article, while it is written: a thread is a
 * first note and its answers, open until somebody says that it is settled. Seen in the console
 * only, never by readers or by the desk; part of no version. */
#pragma once
#include "article/article.h"

enum { REMARK_MAX = 500 /* code points */, REMARKS_MAX = 200 /* of an article */ };

struct remark {
    int64_t account_id, no, id;
    int64_t thread;  /* id of its first note, which has its own */
    int64_t done_at; /* of a first note: settled since; 0 = open */
    int64_t author, made_at;
    str body, author_name;
};
/* Reads account_id, no, thread (0: a new one), author, body; tells the other members. ERR_INVALID
 * note_empty, note_too_long; ERR_LIMIT notes_many; ERR_NOT_FOUND: no such article or thread. */
err remark_write(struct tx *t, arena *mem, const struct remark *in, int64_t *ret_id);
/* Settles a thread, or opens it again. */
err remark_settle(struct tx *t, const struct remark *first, bool done);
/* Threads in the order in which they began, each with its answers behind it. */
err remark_list(struct tx *t, arena *mem, int64_t account_id, int64_t no, struct remark **ret_v,
                size_t *ret_n);
err remark_open_count(struct tx *t, int64_t account_id, int64_t no, int64_t *ret_n);
