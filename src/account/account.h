/* Public accounts: application, review, label, profile, members (regulation 2017 art. 7).
 * States (obligations 3.1): applied, returned, rejected, active, paused, suspended, closed. A
 * changed profile shows the old value until the new one has passed (A7.1). The cap counts accounts
 * of the same identity key that are applied, returned, active, paused or suspended (A7.8). */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
#include "web/request.h"

enum {
    ACCOUNT_NAME_MIN = 2,
    ACCOUNT_NAME_MAX = 30,
    ACCOUNT_INTRO_MAX = 120,
    HANDLE_MIN = 3,
    HANDLE_MAX = 30
};

struct account {
    int64_t id, registrant_id, created_at, activated_at, updated_at, subscribers, articles;
    str handle, class, state, name, intro, avatar, categories, real_name, reason;
    struct bytes identity_key;
    bool verified;
    int rev;
};
struct category {
    const char *code;
    bool licensed;
};
extern const struct category CATEGORIES[]; /* account/category.def; message category.<code> */
extern const size_t CATEGORY_COUNT;

/* Seen by the public: active, paused, suspended. */
bool account_public(const struct account *a);
err account_load(struct tx *t, arena *mem, int64_t id, struct account *ret_a);
err account_find(struct tx *t, arena *mem, str handle, struct account *ret_a);
err account_list_registrant(struct tx *t, arena *mem, int64_t registrant_id, struct account **ret_v,
                            size_t *ret_n);
/* Active ones in a category ("" = all), most subscribers first; key = (subscribers, id). */
err account_directory(struct tx *t, arena *mem, str category, int64_t before_subs,
                      int64_t before_id, int limit, struct account **ret_v, size_t *ret_n);

struct account_application {
    int64_t registrant_id, user_id;
    str handle, name, intro, avatar, categories;
    int cap;           /* for the registrant's class */
    int64_t review_ms; /* clock of the review */
};
/* ERR_DENIED identity_required, agreement_required; ERR_LIMIT subject_limit; ERR_CONFLICT
 * handle_taken, name_taken; ERR_INVALID by field. Opens a case, writes a record. The applicant
 * becomes owner. */
err account_apply(struct tx *t, arena *mem, const struct account_application *a, int64_t *ret_id);
/* Once more after it was returned (the handle stays). */
err account_reapply(struct tx *t, arena *mem, const struct account_application *a,
                    int64_t account_id);
/* For form fields: normalise or refuse. */
err account_handle_check(arena *mem, str value, str *ret_value);
err account_name_check(arena *mem, str value, str *ret_value);
err account_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d);
err account_case_view(struct request *r, const struct casefile *c, html *ret_view);
/* A wish to change one field (name, intro, avatar, categories); a pending one for the same field is
 * replaced. */
struct profile_wish {
    int64_t account_id, user_id, review_ms;
    str field, value;
};
err profile_change(struct tx *t, arena *mem, const struct profile_wish *w);
err profile_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d);
err profile_case_view(struct request *r, const struct casefile *c, html *ret_view);

/* ---- members (A10.1) ---- */
struct member {
    int64_t user_id, added_at;
    enum member_role role;
    str name;
};
err member_list(struct tx *t, arena *mem, int64_t account_id, struct member **ret_v, size_t *ret_n);
/* ERR_CONFLICT "last_owner" when it would leave the account without owner. */
err member_set(struct tx *t, int64_t account_id, const struct member *m, int64_t by);
err member_remove(struct tx *t, int64_t account_id, int64_t user_id, int64_t by);
/* For site->membership and site->memberships. */
err account_membership(struct tx *t, arena *mem, str handle, int64_t user_id,
                       struct membership *ret_m);
err account_memberships(struct tx *t, arena *mem, int64_t user_id, struct membership **ret_v,
                        size_t *ret_n);

/* ---- subscriptions ---- */
err subscribe(struct tx *t, int64_t user_id, int64_t account_id);
err unsubscribe(struct tx *t, int64_t user_id, int64_t account_id);
err account_subscriptions(struct tx *t, arena *mem, int64_t user_id, struct account **ret_v,
                          size_t *ret_n); /* newest first, at most 200 */
err is_subscribed(struct tx *t, int64_t user_id, int64_t account_id, bool *ret_yes);

/* ---- API tokens of operators ---- */
/* The token itself is returned once; its SHA-256 is stored. */
struct api_token_new {
    int64_t account_id, user_id, expires_at;
    str name;
};
err api_token_make(struct tx *t, arena *mem, const struct api_token_new *n, str *ret_token);
