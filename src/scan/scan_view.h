/* What the templates of the scan show, and the parts that other departments show too. */
#pragma once
#include "scan/rules.h"
#include "web/layout.h"

struct scan_quote {
    str before, text, after; /* the passage: text is the word as it stands there */
    str label;               /* field, the word of the list, how it was found */
};
struct scan_card { /* what one rule found in one text */
    str title, href, note;
    bool refuses;
    const struct scan_quote *v;
    size_t n;
};
struct scan_cards_view {
    const struct scan_card *v;
    size_t n;
};
/* One card of a stored hit. */
err scan_card_of(struct request *r, const struct scan_found *f, struct scan_card *ret_c);
/* Cards of findings in a version of an article, for staff; none when nothing was found. */
err scan_cards(struct request *r, int64_t account_id, int64_t no, int version, html *ret_cards);

struct scan_list_view {
    struct table_view table;
};
struct scan_edit_view {
    struct form *form;
    bool tried;
    struct scan_cards_view found; /* in the text that was tried */
    str kept;                     /* the long list that stays, in words; "" */
    str cost;
};
/* A rule's passes and the one that is looked at. */
struct scan_shown {
    str base;                           /* the rule's page */
    const struct scan_pass *v, *chosen; /* chosen: NULL when there is none */
    size_t n;
    const struct scan_found *found;
    size_t found_n;
    int64_t right, wrong; /* judged of its sample */
};
struct table_view scan_passes(struct request *r, const struct scan_shown *x);
err scan_sample(struct request *r, const struct scan_shown *x, struct table_view *ret_v);
/* Of a back-test. */
struct facts_view scan_report(struct request *r, const struct scan_shown *x);
struct scan_judge_view {
    str csrf, action;
    int64_t rank;
    bool right, wrong;
};
struct scan_rule_view {
    str csrf, base, words_href;
    struct facts_view facts, report;
    bool reported;
    str condition;
    bool can_try, can_approve, can_retire, can_edit, running;
    str own; /* why this person can't approve; "" */
    struct confirm_view approve;
    struct form *retire;
    struct table_view passes, sample;
    str cancel_href, progress;
    int64_t done, total;
};
