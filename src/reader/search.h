/* Full-text search over titles, account names and texts of public articles, on our own inverted
 * index in ordinary tables, the same on both engines. Words are the tokens of text/token.h (pairs
 * of neighbouring Chinese characters, words and numbers of other scripts). An article's number in
 * the index is the time of its publication in milliseconds, made unique: so numbers rise with time,
 * and "since" is a bound on numbers.
 *
 * What is found is asked for again from the articles themselves before it is shown, so a removed or
 * withdrawn article is gone at once, before the index has heard of it. An article that was changed
 * gets a new number; its old postings lead nowhere until the index is rebuilt. */
#pragma once
#include "article/article.h"
#include "web/out.h"

enum {
    SEARCH_WORDS_MAX = 100, /* code points of a question */
    SEARCH_TOKENS_MAX = 12, /* of one question; further ones are left out */
    SEARCH_BODY_MAX = 3000, /* bytes of a text kept for excerpts */
    SEARCH_PAGE = 20,
};
#define SEARCH_JOB "search_index"

/* ---- asking ---- */
struct search_query {
    str words;                  /* what the reader typed; any characters, no syntax */
    str category, kind;         /* or "" */
    int64_t account_id;         /* or 0 */
    int64_t since;              /* published at or after, ms; 0 = ever */
    int64_t after_score, after; /* key of the last row shown: score and number; 0 = first page */
    int64_t now;
};
struct search_hit {
    int64_t score, doc;
    struct article a;
    str body; /* beginning of the text */
};
struct search_answer {
    struct search_hit *v;
    size_t n;
    int64_t found;            /* articles that have all words; old postings included */
    int64_t next_score, next; /* key of the next page; next 0 = there is none */
    bool short_word;          /* the question has no word that can be looked up */
};
/* Articles that have all words and fit the filters, best first. A word counts more in the title and
 * the account's name than in the text, a rare word more than a frequent one, and a score halves
 * with a year of age. */
err search_find(struct tx *t, arena *mem, const struct search_query *q,
                struct search_answer *ret_a);
/* The parts of text that show why it was found, at most max code points long, matches apart. */
struct marked search_excerpt(arena *mem, str text, str words, size_t max);

/* ---- the index ---- */
struct search_ref {
    int64_t id, account_id, no;
};
/* Brings what these articles have in the index up to their present state. */
err search_index(struct tx *t, arena *mem, const struct search_ref *v, size_t n);
/* The job: works through article_change until it is empty; a batch a turn while others write. */
struct job;
err search_job(void *ctx, const struct job *job);
err search_wanted(struct tx *t, bool *ret_wanted); /* is anything in article_change? */
/* Forgets the index and makes it anew, a batch a transaction; the site may run meanwhile. Told
 * after each batch how many are done. */
struct db;
err search_rebuild(struct db *db, void (*told)(int64_t done), int64_t *ret_n);
