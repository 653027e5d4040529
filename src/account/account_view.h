/* What the templates of accounts show. */
#pragma once
#include "account/account.h"
#include "web/layout.h"

/* The content categories as choices of forms (account/category.def). */
enum {
#define CATEGORY(code, licence) CATEGORY_##code,
#include "account/category.def"
#undef CATEGORY
    CATEGORY_TOTAL
};
extern const struct form_option CATEGORY_OPTIONS[CATEGORY_TOTAL];
/* The rest of a profile below its name, in an application as in a change. */
#define ACCOUNT_PROFILE_FIELDS                                                                     \
    {.name = "intro",                                                                              \
     .kind = FIELD_TEXTAREA,                                                                       \
     .label = MSG_account_intro,                                                                   \
     .required = true,                                                                             \
     .max = ACCOUNT_INTRO_MAX},                                                                    \
        {.name = "avatar",                                                                         \
         .kind = FIELD_FILE,                                                                       \
         .label = MSG_account_avatar,                                                              \
         .help = MSG_account_avatar_help,                                                          \
         .max = IMAGE_MAX_BYTES,                                                                   \
         .accept = "image/jpeg,image/png,image/webp,image/gif"},                                   \
    {                                                                                              \
        .name = "categories", .kind = FIELD_MULTI, .label = MSG_account_categories,                \
        .help = MSG_account_categories_help, .required = true, .min = 1, .max = 5,                 \
        .options = CATEGORY_OPTIONS, .option_n = LEN(CATEGORY_OPTIONS)                             \
    }

struct account_list_view {
    struct table_view table;
};
struct account_case_view {
    str title, note; /* note: what to look at in the name; may be empty */
    struct facts_view facts;
    bool beside; /* old and new in two columns */
};
struct account_new_view {
    const struct form *form; /* NULL: no verified registrant yet */
    struct empty_view missing;
};

struct console_view {
    const struct account *a;
    struct avatar_view avatar;
    struct facts_view facts;
    struct table_view changes;
    struct page_link next; /* what to do first, when something is missing */
    str note;
};
/* One thing that can be done, and what it means. */
struct act_view {
    str title, text, state;         /* state: how it stands, may be empty */
    const struct confirm_view *act; /* NULL: nothing to do now */
};
struct manage_view {
    const struct act_view *v;
    size_t n;
    str close, take; /* addresses of the pages that close it, that export it; "" = not now */
};
struct members_view {
    struct table_view members, invites;
    const struct confirm_view *acts; /* revoking invitations */
    size_t act_n;
    const struct form *form;
    str link, link_for; /* a fresh invitation, shown once */
};
struct member_view {
    struct facts_view facts;
    const struct form *form;
    const struct confirm_view *acts;
    size_t act_n;
};
struct join_view {
    const struct request *r;
    str account, by, role, may; /* may: what the role may do */
    int64_t expires_at;
    str error;
};
struct console_form_view {
    const struct form *form;
    struct table_view table; /* above the form; no columns: none */
    str secret;              /* a fresh token, shown once */
    const struct confirm_view *acts;
    size_t act_n;
};
