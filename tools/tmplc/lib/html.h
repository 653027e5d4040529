/* Where in an HTML page are we? A walk over the bytes of a template, after the tokenizer of the
 * HTML standard (13.2.5), but stricter: what a browser would repair is an error here. */
#pragma once
#include "base/str.h"

enum html_state {
    HTML_TEXT,
    HTML_DECLARATION, /* <!doctype ...> */
    HTML_TAG_NAME,
    HTML_IN_TAG, /* where an attribute may begin */
    HTML_ATTR_NAME,
    HTML_AFTER_ATTR_NAME,
    HTML_BEFORE_VALUE,
    HTML_VALUE_DOUBLE,
    HTML_VALUE_SINGLE,
    HTML_VALUE_BARE,
    HTML_AFTER_VALUE,
};

enum { HTML_NAME_MAX = 48, HTML_VALUE_PREFIX = 64 };

struct html_name {
    char p[HTML_NAME_MAX]; /* lower case */
    size_t n;
};

struct html_walk {
    enum html_state state;
    bool closing;          /* in an end tag */
    struct html_name tag;  /* the current tag */
    struct html_name attr; /* the current attribute */
    struct html_name raw;  /* the element whose content is no markup: script style textarea title */
    int pre;               /* depth of pre */
    char value[HTML_VALUE_PREFIX]; /* beginning of the current attribute's literal value */
    size_t value_n;
    bool value_dynamic; /* the value has an expression already */
    bool json;          /* the current script element is a data block (type application/ld+json) */
};

/* What an expression becomes at a place. */
enum html_place { PLACE_TEXT, PLACE_ATTR, PLACE_URL, PLACE_URLPART, PLACE_JSON };

/* These return NULL, or what is wrong. */

/* Takes the first byte of rest, looking at what follows. Comments are not for it. */
const char *html_step(struct html_walk *w, str rest);
const char *html_place(const struct html_walk *w, enum html_place *ret_place);

/* True where white space is content and must stay as it is. */
bool html_verbatim(const struct html_walk *w);
bool html_in_value(const struct html_walk *w); /* in a quoted attribute value */
/* Both walks stand in the same kind of content. */
bool html_same(const struct html_walk *a, const struct html_walk *b);
bool html_space(char c);
