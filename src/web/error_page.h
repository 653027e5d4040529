/* What people see when something stopped them: what happened, what to do, a reference number, and
 * nothing lost: what they sent comes back with a button to send it again. For web/ only. */
#pragma once
#include "web/request.h"

struct error_view {
    str title, text, id;
    str login;             /* address of the login page; empty: no such link */
    bool resend;           /* show the form with the fields below and a fresh token */
    str action, csrf;      /* of that form */
    struct params *fields; /* never passwords or codes */
};
/* Answers with the error e: HTML in the layout, or JSON for programs and scripts. Whatever the
 * handler had answered is forgotten. resend: offer the sent fields again. */
void error_answer(struct request *r, err e, bool resend);
