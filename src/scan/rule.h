/* The language of rules: a condition over what a list of words finds in an article. Typed, without
 * loops or names, so that every rule ends: the work is bounded by the rule's length times the hits.
 *
 *   condition = and { "or" and }        and = not { "and" not }        not = "not" not | test
 *   test      = "(" condition ")" | "in" "(" field "," condition ")" | number op number
 *             | "any" "(" words ")" | "all" "(" text {"," text} ")"
 *             | "near" "(" n "," set "," set {"," set} ")"       sets within n characters
 *             | "class" "(" text ")" | "category" "(" text ")"   of the account, of the article
 *             | "domain" "(" text ")"                            a link leads there or below it
 *   number    = n | "count" "(" words ")" | "distinct" "(" words ")" | "links" | "length"
 *             | "repeats"                                        the same line so many times
 *   words     = set {"," set}      set = "words" | text | "[" text {"," text} "]"
 *   field     = title | digest | body | link      op = < <= = >= >      text = "…"
 *
 * `words` is the rule's own list. An empty condition is any(words). */
#pragma once
#include "base/str.h"

enum {
    RULE_TEXT_MAX = 4000, /* bytes of a condition */
    RULE_TEXTS_MAX = 63,  /* different texts in it */
    RULE_NODES_MAX = 256,
    RULE_DEPTH_MAX = 32,
    RULE_SETS_MAX = 8, /* of one near */
    RULE_COST_MAX = 2000,
};
enum rule_field { RULE_TITLE, RULE_DIGEST, RULE_BODY, RULE_LINK, RULE_FIELDS };
const char *rule_field_name(enum rule_field f);

struct rule_program;
/* ERR_INVALID with a reason "rule_…" (message reason.rule_…) and the column, from 1, at the
 * beginning of fault.text. The program lives in mem and borrows nothing. */
err rule_parse(arena *mem, str condition, struct rule_program **ret_p);
/* The texts in it; text i has slot i + 1. */
const str *rule_texts(const struct rule_program *p, size_t *ret_n);
bool rule_uses_words(const struct rule_program *p);
/* True when it may match without a hit (rules about links, class, category …), so that it must be
 * asked of every article. */
bool rule_asks_always(const struct rule_program *p);
/* Steps that one article costs at most beside the search for words. */
int rule_cost(const struct rule_program *p);

struct rule_hit {
    uint32_t from, to; /* bytes of the field's text */
    uint32_t word;     /* the caller's */
    uint8_t slot;      /* 0 = the list */
    uint8_t field, view;
};
struct rule_facts {
    str text[RULE_FIELDS]; /* RULE_LINK: addresses, one a line */
    str account_class, category;
    const struct rule_hit *hits; /* by field, then by place */
    size_t n;
};
/* Depends on the facts and the program alone. */
bool rule_holds(const struct rule_program *p, const struct rule_facts *facts);
/* What a rule must not match: an article without any hit or link, of no class and no category. */
bool rule_matches_all(const struct rule_program *p);
