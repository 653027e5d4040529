/* What the pages of user/ show. */
#pragma once
#include "user/user.h"
#include "web/form.h"
#include "web/partials.h"
#include "web/session.h"

struct user_form_view {
    struct form *form;
    str intro;
    bool code_button; /* "send code" beside the form's own button */
    str link_href, link_label, link2_href, link2_label;
};
struct totp_view {
    struct form *form;
    str secret, path; /* path: of the QR code's dark squares */
    int size;         /* modules on a side */
};
struct codes_view {
    const str *codes;
    size_t n;
};
struct session_item {
    const struct session_row *row;
    bool current;
};
struct security_view {
    const struct session_item *sessions;
    size_t n;
    str csrf, mobile;
    bool totp_on, staff;
};
struct staff_view {
    struct table_view table;
    struct form *form;
    str link; /* a fresh invitation, shown once */
};
struct staff_one_view {
    struct form *form;
    str name;
};
