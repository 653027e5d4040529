/* Scanning an article with a set of rules (regulation 2017 art. 11; A11.1, A11.2). A rule is a list
 * of words with exceptions and a condition (scan/rule.h); its hits say which word, where, by which
 * rule, exactly as it stands in the text. Knows no database; who may change rules and how they
 * become live: scan/rules.h. */
#pragma once
#include "scan/match.h"
#include "scan/rule.h"

enum scan_action { SCAN_MARK, SCAN_HOLD, SCAN_REFUSE, SCAN_ACTIONS }; /* the later the stronger */
str scan_action_name(enum scan_action a);
err scan_action_parse(str name, enum scan_action *ret_a);

enum {
    SCAN_WORDS_MAX = 1000000, /* lines of a list */
    SCAN_WORD_MAX = 60,       /* code points of a word */
    SCAN_LIST_BYTES = 24 * 1024 * 1024,
    SCAN_SHORT_LIST = 1000, /* by sound, words of two symbols count in lists up to here */
    SCAN_HITS_MAX = 20000,  /* of one article, all rules together; more are counted only */
    SCAN_SHOWN_MAX = 50,    /* hits kept of one finding */
};

/* How far a version has come. A canary acts on a share of the accounts, in shadow it only notes. */
enum scan_stage { SCAN_LIVE, SCAN_CANARY, SCAN_SHADOW };

struct scan_rule {
    int64_t id;
    int version;
    enum scan_stage stage;
    int share; /* of a rule in canary, all its versions: ten-thousandths of the accounts; else 0 */
    str name, family;
    enum scan_action action;
    str words, exceptions; /* one a line */
    str condition;
    bool sound; /* words of the list count by their sound too */
};
/* What a rule comes to: for the page, and to refuse what is too much. */
struct scan_size {
    int64_t words, doubles, exceptions;
    int cost;
};
/* ERR_INVALID naming the field (words, exceptions, condition): word_too_short, word_too_long (both
 * with the line at the beginning of fault.text), too_many_words, no_words, rule_… of rule.h,
 * rule_matches_all, rule_too_expensive. */
err scan_rule_check(const struct scan_rule *rule, struct scan_size *ret_size);
/* Lines of a file as a list: a byte order mark and empty lines go, ends of lines become LF.
 * ERR_INVALID "file_utf16" (its byte order mark says so), "file_not_utf8" with the line at the
 * beginning of fault.text, "list_too_large". */
err scan_list_read(arena *mem, struct bytes file, str *ret_words);

/* ---- a set of rules, compiled ---- */
struct scan_set;
/* Copies the rules. Rules that scan_rule_check refuses are left out. */
struct scan_set *scan_set_new(const struct scan_rule *v, size_t n);
void scan_set_free(struct scan_set *s); /* accepts NULL */
size_t scan_set_bytes(const struct scan_set *s);

struct scan_article {
    str text[RULE_FIELDS]; /* title, digest, body, addresses one a line */
    str account_class, category;
};
struct scan_hit {
    enum rule_field field;
    enum scan_view view;
    bool altered; /* not written as the list has it */
    size_t from, to;
    str word; /* as the list has it */
};
struct scan_finding {
    int64_t rule;
    int version;
    str name, family;
    enum scan_action action;
    enum scan_stage stage;
    int share;                   /* as in the rule */
    const struct scan_hit *hits; /* the first SCAN_SHOWN_MAX by field and place; may be none */
    size_t n, total;
};
/* Findings in the order of the rules; everything lives in mem. */
void scan_run(const struct scan_set *s, arena *mem, const struct scan_article *a,
              struct scan_finding **ret_v, size_t *ret_n);
