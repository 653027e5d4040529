/* What the templates of users show. For user/ only. */
#pragma once
#include "user/passkey.h"
#include "web/layout.h"
#include "web/session.h"

/* A form that a passkey fills in (assets/js/passkey.js); says what to do where it can't. */
struct passkey_ask_view {
    const struct request *r; /* NULL: nothing is shown */
    str origin;              /* where it works */
    str action, options, button;
    bool second;
};
/* Log in, second factor, new password …: a form with a lead above and links below. */
struct door_view {
    const struct form *form;
    str lead;  /* may be empty */
    bool card; /* in consoles; the plain layout is one itself */
    struct page_link links[2];
    struct passkey_ask_view passkey;
    bool passkey_first; /* above the form */
};
/* Sign up and reset: with the button that sends a code. */
struct code_view {
    const struct form *form;
    str lead;
    str sent;                    /* after "send": to which number; empty before */
    struct page_link link, note; /* note: what signing up means */
    bool card;                   /* in consoles */
};
/* The address for notices. */
struct email_view {
    struct code_view code;
    str masked; /* the one in force; "" = none */
    struct confirm_view remove;
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
    str mobile, email, passkeys; /* email: masked, "" = none */
    bool totp_on, forced;
    struct table_view sessions, devices, log;
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

struct passkeys_view {
    const struct request *r;
    struct table_view table;
    const struct form *form; /* name and password */
    struct passkey_ask_view ask;
};
struct passkey_view {
    struct facts_view facts;
    const struct form *rename, *remove;
    bool kept; /* staff's last second factor */
};

struct watch_view {
    const struct request *r;
    str error, kind, ip, user, from, until;
    struct table_view events, addresses, logins, locks;
};
struct lock_view {
    struct facts_view facts;
    const struct form *form; /* NULL: not locked */
};

/* What an authenticator sent, decoded; what is no base64url stays empty. Sets the site, too. */
void passkey_fields(struct request *r, struct passkey_answer *ret_a);
/* Options of navigator.credentials.get(), bytes as base64url; v empty: any discoverable one. */
str passkey_request_json(struct request *r, str challenge, const struct passkey *v, size_t n);
/* The page with fresh recovery codes. */
err show_recovery_codes(struct request *r, const str codes[RECOVERY_CODES]);
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
/* The name of the site, as people see it. */
str site_called(struct request *r);
struct password_about password_about(struct request *r, str mobile, str name);
/* Puts on the form until when it is locked. */
void form_locked(struct form *f, int64_t until);
