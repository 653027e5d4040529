/* What readers keep for themselves: a reading list, and, only when they asked for it, a history of
 * what they opened with how far they came. Nobody else sees it; it can be cleared at any time, and
 * switching the history off clears it (PIPL art. 6, 47). */
#pragma once
#include "article/article.h"

enum { SHELF_PAGE = 20, SHELF_MAX = 2000 /* articles kept; the oldest of a history make room */ };

/* Whose, and which article. */
struct shelf_ref {
    int64_t user_id, account_id, no;
};
struct shelf_state {
    bool saved, history; /* history: this reader keeps one */
    int place;           /* per mille of the text, 0 = from the beginning */
};
err shelf_load(struct tx *t, const struct shelf_ref *ref, struct shelf_state *ret_s);
/* ERR_LIMIT "shelf_full" at SHELF_MAX. Saving twice is saving once. */
err shelf_save(struct tx *t, const struct shelf_ref *ref);
err shelf_unsave(struct tx *t, const struct shelf_ref *ref);

err history_switch(struct tx *t, int64_t user_id, bool on);
err history_is_on(struct tx *t, int64_t user_id, bool *ret_on);
err history_clear(struct tx *t, int64_t user_id);
/* Notes that the article was opened, and how far; nothing when no history is kept. */
err history_note(struct tx *t, const struct shelf_ref *ref, int place);

struct shelf_item {
    int64_t at, account_id, no;
    int place;
    struct article a;
    bool gone; /* withdrawn or removed since; a has its title no more than the public has */
};
/* Newest first, behind the key of the last row shown (0 = first page). */
struct shelf_page {
    int64_t user_id, before_at, before_account, before_no;
};
err shelf_saved(struct tx *t, arena *mem, const struct shelf_page *p, struct shelf_item **ret_v,
                size_t *ret_n);
err shelf_history(struct tx *t, arena *mem, const struct shelf_page *p, struct shelf_item **ret_v,
                  size_t *ret_n);

/* What a device may keep of the reading list to read without a network: public now, newest first,
 * KEPT_MAX at most. version and updated_at
 * change with the text or what is said of it. */
enum { KEPT_MAX = 100 };
struct kept_item {
    str handle, title, account_name, declared, label;
    int64_t no, version, updated_at;
};
err shelf_kept(struct tx *t, arena *mem, int64_t user_id, struct kept_item **ret_v, size_t *ret_n);
