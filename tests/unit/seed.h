/* Rows that tests of the upper floors begin with, written by SQL where the way through the
 * program's own functions would need the whole house. Times are 1 (one millisecond after 1970),
 * hashes and sealed values one byte. Errors as of db_exec. */
#pragma once
#include "db/db.h"

err seed_user(struct tx *t, int64_t id, str name);
err seed_staff(struct tx *t, int64_t id, str name, str role);
err seed_member(struct tx *t, int64_t account_id, int64_t user_id, str role);
/* Verified. */
err seed_registrant(struct tx *t, int64_t id, str class, int64_t user_id);

struct seed_account {
    int64_t id;
    str handle, name;
    int64_t registrant_id;
    str class, categories;
};
/* Active and verified, with its handle. */
err seed_account(struct tx *t, const struct seed_account *a);
/* A text in the category "life": title "T", version 1 with one paragraph "a", written by user 5;
 * state 'published' (since 1, read 100 times) or 'draft'. */
err seed_article(struct tx *t, int64_t account_id, int64_t no, str state);

/* What it takes to publish: users 11 ("w") and 12 ("o", editor-in-chief), individual 5 of user 11,
 * who signed version 1 of the agreement, account 7 "river" (culture, life). */
enum { SEED_WRITER = 11, SEED_OFFICER = 12, SEED_REGISTRANT = 5, SEED_RIVER = 7 };
err seed_publisher(struct tx *t, void *ctx);
