/* What the templates of ruling/ show. */
#pragma once
#include "ruling/ruling.h"
#include "web/layout.h"
#include "web/partials.h"

struct finding_item {
    const struct finding *f;
    str source, severity, before, after; /* around the passage, in its text */
};
struct proposal_item {
    const struct proposal *p;
    str what, state;
    bool own;
};
struct evidence_view {
    const struct finding_item *items;
    size_t n;
    const struct proposal_item *proposals;
    size_t proposal_n;
    struct table_view earlier;
    str csrf, base, family, raise, ruling; /* addresses; ruling "" = none yet */
    bool has_earlier;
    html thing;
    str appeal_text; /* of an appeal */
    const str *media;
    size_t media_n;
    str statement;
};
struct acts_view {
    struct form *form;
    str csrf, base;
    bool second; /* a proposal of somebody else waits */
    str reason;
};
struct ruling_page_view {
    struct facts_view facts;
    str statement, json;
    str package; /* where an evidence package is asked for; "": not by this person */
    str sweep;   /* after a reversal; "": none, or not for this person */
    struct table_view measures, readers;
    struct form *form; /* of the appeal; NULL: cannot be appealed (any more) */
    str why_not;       /* said instead */
    str outcome, reasons, text;
    bool appealed;
};
struct sweep_view {
    str csrf, error;
    struct table_view table;
    bool any;
};
struct report_page_view {
    struct form *form;
    str intro, title;
    bool reader; /* and not staff */
};
struct receipt_view {
    str code, title, family, state, text;
    int64_t at, decided_at;
};
struct reports_view {
    struct table_view table;
    struct facts_view facts;
    struct form *form;
    str json, ruling;
};

/* ---- shared by the pages ---- */
/* Officers' form of a ruling (appeal: with outcome and reasons before it), filled from what was
 * posted as `posted` is not "" in the request, else from fill (NULL: empty). */
struct wish_form {
    const struct ruling_wish *fill;
    int64_t no; /* the article, 0 = an account */
    bool appeal;
};
void wish_form(struct request *r, const struct wish_form *w, struct form *ret_f);
void wish_of(struct request *r, struct ruling_wish *ret_w);
const struct form_option *family_options(struct request *r, unsigned things, size_t *ret_n);
