/* What the pages of complaints show. */
#pragma once
#include "registrant/evidence.h"
#include "rights/rights.h"
#include "web/layout.h"

struct file_link {
    str href, label;
};
struct side_word {
    const struct complaint_word *w; /* NULL: nothing was said */
    const struct file_link *files;
    size_t n;
};
struct side_item {
    const struct complaint_item *i;
    str state, href, outcome; /* href: of the article, or "" */
    enum tone tone;
    struct side_word counter, suit;
};
/* Both sides next to each other. */
struct sides_view {
    const struct complaint *c;
    str kind, wanted, capacity, name, address; /* name and address "": not for this reader */
    const struct file_link *files;
    size_t n;
    const struct side_item *items;
    size_t item_n;
};
struct sides_want {
    struct request *r;
    const struct complaint *c;
    const struct complaint_item *items;
    const struct complaint_word *words;
    const struct complaint_file *files;
    size_t item_n, word_n, file_n;
    str file_base;             /* "/desk/rights/7/file/" */
    bool name, address, proof; /* of the complainant: shown? */
};
void rights_sides(const struct sides_want *w, struct sides_view *ret_v);
str rights_item_state(struct request *r, const struct complaint_item *i, enum tone *ret_tone);
str rights_kind_label(enum lang lang, str kind);
/* The proof of form f, sealed for complaint `owner`; *ret_n 0 or 1. ERR_INVALID: the form says. */
err rights_upload(struct request *r, struct form *f, int64_t owner, struct evidence *ret_e,
                  size_t *ret_n);
/* Sends file `id` of these. ERR_NOT_FOUND. */
err rights_file(struct request *r, int64_t complaint_id, const struct complaint_file *v, size_t n);
#define RIGHTS_PROOF "proof"

struct rights_page_view {
    const struct rights_figures *v;
    size_t n;
    const struct facts_view *facts; /* of each */
    const str *kinds;
    int days;
};
struct rights_begin_view {
    const struct form *form; /* NULL: logged in, one button */
    const struct request *r;
    str sent, error;
};
struct complaint_view {
    const struct complaint *c;
    struct facts_view facts;
    const str *missing;
    size_t missing_n;
    const struct form *form, *suit; /* NULL: not now */
    struct sides_view sides;
    struct confirm_view withdraw;
    bool can_withdraw, accepted;
    str note; /* barred, lapsed */
};
struct against_view {
    struct sides_view sides;
    const struct form *form;
    str note;
};
struct desk_complaint_view {
    struct sides_view sides;
    struct facts_view facts, history;
    const struct form *form;
    const struct file_link *cases;
    size_t case_n;
};
struct complaints_view {
    struct table_view table;
    str intro;
};
/* In a case: what each complaint and its counter-notice say. */
struct case_complaints_view {
    const struct sides_view *v;
    const str *hrefs;
    size_t n;
    html rest;
};
