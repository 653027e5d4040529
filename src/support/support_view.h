/* What the pages of support show. */
#pragma once
#include "registrant/evidence.h"
#include "support/support.h"
#include "web/layout.h"

struct ticket_line {
    const struct ticket_message *m;
    str file; /* address of the attachment, or "" */
    bool own; /* written by the side that reads */
};
struct ticket_view {
    const struct ticket *k;
    const struct ticket_line *lines;
    size_t n;
    struct facts_view facts;
    struct form *form;
    str base, csrf; /* base: "/me/tickets/7" or "/desk/tickets/7" */
    bool staff, mine, closed;
};
struct tickets_view {
    struct table_view table;
    const struct ticket_counts *counts; /* staff only; NULL for the asker */
    str stars;                          /* "4.6" */
};
struct contact_view {
    struct facts_view facts;
    int days, priority_days;
};
struct about_view {
    struct facts_view facts;
    str site;
};

/* What both sides need (support_page.c). */
struct ticket_terms support_terms(const struct request *r);
str support_state(enum lang lang, str state, enum tone *ret_tone);
str support_category(const struct request *r, str category);
/* One thread with its form; base and staff say for whom. Status 200 or 422. */
err support_show(struct request *r, const struct ticket *k, bool staff, struct form *f, int status);
/* The reply of form f with its attachment sealed: m is filled but for ticket and author. */
err support_message(struct request *r, struct form *f, int64_t owner, struct ticket_message *ret_m);
void support_form(struct request *r, struct form *ret_f);
err support_form_read(struct request *r, struct form *ret_f);
/* Sends the attachment of message :message. */
err support_file(struct request *r, int64_t owner, const struct ticket_message *v, size_t n);
