/* What the pages of an account's console share: for account/ only. */
#pragma once
#include "account/account_store.h"
#include "account/account_view.h"
#include "media/media.h"
#include "partials.html.h"
#include "settings/provider.h"
#include "web/form.h"

struct console {
    struct request *r;
    struct account a;
    struct profile_change_row *changes;
    struct member *members;
    struct member_invite *invites;
    struct api_token_row *tokens;
    size_t change_n, member_n, invite_n, token_n;
    struct provider_settings ps;
    struct form *form;
    struct media_stored *picture; /* the avatar of this request; NULL: none was sent */
    struct media_in picture_in;
    struct member_invite invite;
    str token, act;
    int64_t revoke, user;
    struct member one; /* whom a page about one member is about */
};
err console_load(struct tx *t, void *ctx); /* ctx: struct console */
/* Loads all of it for the request's account. */
err console_read(struct request *r, struct console *c);
/* "/console/<handle>" + rest. */
str console_here(const struct request *r, const char *rest);
err console_show_form(struct request *r, struct console_form_view *v, const struct form *f);

/* The avatar sent with a form (field "avatar"): decoded and stored, its rows left to
 * media_store_add. *ret_m stays NULL when none was sent; a bad picture marks the field. */
err avatar_take(struct request *r, struct form *f, struct media_in *ret_in,
                struct media_stored **ret_m);
html avatar_shown(struct request *r, str hash, str name);
str category_names(struct request *r, str codes); /* in words */
/* "2 of 2, and 1 more by exemption". */
str cap_text(struct request *r, const struct registrant_facts *f);
int account_cap(const struct provider_settings *ps, str class);
