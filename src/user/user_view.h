/* What the templates of users show. For user/ only. */
#pragma once
#include "user/user.h"
#include "web/layout.h"
#include "web/session.h"

/* Log in, second factor, new password …: a form with a lead above and links below. */
struct door_view {
    const struct form *form;
    str lead;  /* may be empty */
    bool card; /* in consoles; the plain layout is one itself */
    struct page_link links[2];
};
/* Sign up and reset: with the button that sends a code. */
struct code_view {
    const struct form *form;
    str lead;
    str sent; /* after "send": to which number; empty before */
    struct page_link link;
    bool card; /* in consoles */
};
struct invite_view {
    const struct request *r;
    str roles, note;
    int64_t expires_at;
    str login, signup; /* addresses; empty when logged in */
    str error;
};

struct security_view {
    const struct request *r;
    str mobile;
    bool totp_on, forced;
    struct table_view sessions, log;
    size_t session_n;
};
/* Set-up of the second factor. */
struct totp_view {
    const struct request *r;
    const struct form *form; /* password (when one is on) or code */
    bool on, begun;
    str qr, secret;
    int qr_n;
};
struct codes_view {
    const struct request *r;
    const str *codes;
    str all; /* one a line */
    str next;
};
struct link_view {
    str link, roles;
    int hours;
};
struct person_view {
    const struct form *form; /* NULL: may not be changed by this person */
    str why;
    struct facts_view facts;
    struct timeline_view history;
};

/* A path of this site from ?next=, or otherwise. */
str next_path(const struct request *r, str otherwise);
/* Where people with these roles begin. */
str home_of(unsigned roles);
/* Staff that has not set up the second factor. */
bool second_factor_needed(const struct request *r);
/* Role names in the reader's language, separated by commas. */
str roles_shown(const struct request *r, unsigned roles);
const struct form_option *role_options(size_t *ret_n);
/* Chrome on Windows, in few words; "" when unknown. */
str device_name(arena *mem, str user_agent);
/* Fills the form with what was sent, unchecked, but for passwords: for buttons that save nothing.
 */
void form_keep(struct form *f);
/* Puts on the form until when it is locked. */
void form_locked(struct form *f, int64_t until);
