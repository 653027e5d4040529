/* Public accounts: application, review, label, profile, members (regulation 2017 art. 7).
 * States (obligations 3.1): applied, returned, rejected, active, paused, suspended, closed. A
 * changed profile shows the old value until the new one has passed (A7.1). The cap counts accounts
 * of the same identity key that are applied, returned, active, paused or suspended (A7.8). */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
#include "vault/vault.h"
#include "web/msg.h"
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
    const char *licence; /* what publishing in it needs (A7.2, A8.1); "" = nothing */
};
extern const struct category CATEGORIES[]; /* account/category.def; message category.<code> */
extern const size_t CATEGORY_COUNT;

/* Seen by the public: active, paused, suspended. */
bool account_public(const struct account *a);
/* What its own page shows changed: cached copies of it are outdated on every node. */
err account_page_touch(struct tx *t, arena *mem, str handle);
/* Closed by its owner (leaving/): its content is in restricted storage. */
#define ACCOUNT_LEFT S("left") /* account.reason then */
bool account_left(const struct account *a);
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
/* Once more after it was returned (the handle stays): identity, agreement and cap are asked again.
 */
err account_reapply(struct tx *t, arena *mem, const struct account_application *a,
                    int64_t account_id);
/* For form fields: normalise or refuse. */
err account_handle_check(arena *mem, str value, str *ret_value);
err account_name_check(arena *mem, str value, str *ret_value);
/* Protected words in a name (state organs, state, news, regions, platform, the provider's own
 * comma-separated list): never refused by machine, always shown to the reviewer (A7.1). */
enum { NAME_NOTES = 6 };
struct name_note {
    enum msg kind;
    str word;
};
size_t name_notes(arena *mem, str name, str own_words, struct name_note v[NAME_NOTES]);
/* "/media/…" of an avatar, "" without one. */
str account_avatar(arena *mem, str hash, bool large);
err account_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d);
err account_case_view(struct request *r, const struct casefile *c, html *ret_view);
/* ---- what its owner may do ---- */
/* active <-> paused: readers go on reading, the gate is closed. ERR_CONFLICT account_not_active;
 * closing_asked: it stays paused while its closing cools (leaving/). */
err account_pause(struct tx *t, arena *mem, int64_t account_id, int64_t user_id, bool pause);
/* Takes back an application that waits or was returned: closed, the name is free again, the handle
 * is not. ERR_CONFLICT not_waiting. */
err account_withdraw(struct tx *t, arena *mem, int64_t account_id, int64_t user_id);
/* A measure begins or ends (ruling/): suspended, closed, or what it was before. */
err account_measured(struct tx *t, arena *mem, int64_t account_id, str state, str reason,
                     int64_t actor);
/* Shows the registrant's real name on the public page, or hides it again (A6.1: off until asked
 * for; individuals only, ERR_CONFLICT real_name_individual). */
struct real_name_wish {
    int64_t account_id, user_id;
    struct vault *vault;
    bool show;
};
err account_real_name(struct tx *t, arena *mem, const struct real_name_wish *w);

/* A wish to change one field (name, intro, avatar, categories); a pending one for the same field is
 * replaced, its case with it. Names: ERR_LIMIT name_changes_used, name_rest; ERR_CONFLICT
 * name_taken, name_alike; ERR_CONFLICT account_not_active before the first approval and after the
 * end. */
struct profile_wish {
    int64_t account_id, user_id, review_ms;
    int64_t series; /* field intro: of this series (series.h), whose value is a series_text */
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
    bool responsible;
    str name;
};
err member_list(struct tx *t, arena *mem, int64_t account_id, struct member **ret_v, size_t *ret_n);
/* Another role. ERR_CONFLICT "last_owner" when it would leave the account without owner;
 * ERR_NOT_FOUND when nobody there is a member: people join by invitation only. */
err member_set(struct tx *t, int64_t account_id, const struct member *m, int64_t by);
err member_remove(struct tx *t, int64_t account_id, int64_t user_id, int64_t by);
/* Names the member who answers for the account. */
err member_responsible(struct tx *t, int64_t account_id, int64_t user_id, int64_t by);

enum { MEMBER_INVITES_MAX = 50 }; /* waiting at once */
struct member_invite {
    int64_t id, account_id, created_by, created_at, expires_at, used_by, used_at, revoked_at;
    enum member_role role;
    str mobile; /* in: bound to the login of this number, "" = anybody with the link */
    struct bytes mobile_key;
    str mobile_mask, handle, name, by_name; /* out */
};
/* A one-time link for settings invite_ttl; only the token's hash is stored. ERR_LIMIT
 * too_many_invites. Reads account_id, role, mobile, created_by. */
err member_invite(struct tx *t, arena *mem, struct vault *v, const struct member_invite *in,
                  str *ret_token);
err member_invite_find(struct tx *t, arena *mem, str token, struct member_invite *ret_i);
/* Why it can't be used: invite_spent, invite_revoked, invite_over; NULL while it can. */
const char *member_invite_dead(const struct member_invite *i, int64_t now);
/* ERR_CONFLICT with such a reason or already_member; ERR_DENIED invite_other_mobile. */
err member_invite_accept(struct tx *t, arena *mem, str token, int64_t user_id);
err member_invite_revoke(struct tx *t, int64_t account_id, int64_t id, int64_t by);
/* For site->membership and site->memberships. Nobody is a member of one that left any more. */
err account_membership(struct tx *t, arena *mem, str handle, int64_t user_id,
                       struct membership *ret_m);
err account_memberships(struct tx *t, arena *mem, int64_t user_id, struct membership **ret_v,
                        size_t *ret_n);

/* ---- subscriptions ---- */
err subscribe(struct tx *t, int64_t user_id, int64_t account_id);
err unsubscribe(struct tx *t, int64_t user_id, int64_t account_id);
enum { SUBSCRIPTION_PAGE = 50 };
struct subscription {
    struct account a;
    int64_t at;
};
/* The newest first, those before the key (at, account), at most SUBSCRIPTION_PAGE. */
struct subscription_page {
    int64_t user_id, before_at, before_account;
};
err account_subscriptions(struct tx *t, arena *mem, const struct subscription_page *p,
                          struct subscription **ret_v, size_t *ret_n);
err is_subscribed(struct tx *t, int64_t user_id, int64_t account_id, bool *ret_yes);

/* ---- API tokens of operators ---- */
struct api_token_row {
    int64_t id, account_id, user_id, created_at;
    int64_t expires_at, used_at, revoked_at; /* expires_at 0 = never; the others 0 = not */
    str name, user_name;
    str scopes; /* names of web/scope.def with commas between */
};
/* Makes one of account_id, user_id, name, scopes and expires_at. The token itself is returned once;
 * its SHA-256 is stored. ERR_INVALID "scope_required". */
err api_token_make(struct tx *t, arena *mem, const struct api_token_row *in, str *ret_token);
err api_token_list(struct tx *t, arena *mem, int64_t account_id, struct api_token_row **ret_v,
                   size_t *ret_n); /* newest first, at most 200 */
err api_token_load(struct tx *t, arena *mem, int64_t account_id, int64_t id,
                   struct api_token_row *ret_k);
err api_token_revoke(struct tx *t, int64_t account_id, int64_t id, int64_t by);
struct api_use {
    int64_t id, at;
    str method, route, ip, result;
    int status, port;
};
enum { API_USES = 50 };
/* A page of a token's log, newest first; before 0 = from the newest. */
err api_token_uses(struct tx *t, arena *mem, int64_t token_id, int64_t before,
                   struct api_use **ret_v, size_t *ret_n);
