/* The articles' side of the console, and what other departments show of them. */
#pragma once
#include "article/article.h"
#include "web/request.h"

/* The rules in force, from the provider's settings. */
void article_rules_now(struct site *site, arena *mem, struct article_rules *ret_rules);
/* What staff see when they decide a CASE_ARTICLE: the article as readers will see it, and what it
 * changes of the public version. */
err article_case_view(struct request *r, const struct casefile *c, html *ret_view);
/* Periodic job: publishes what is due. ctx is the site. */
struct job;
err article_due_job(void *ctx, const struct job *job);
/* Scans what is to be submitted, with the rules in force. */
err article_scan(struct site *site, arena *mem, int64_t account_id, const struct article_text *text,
                 struct scan_result *ret_scan);
/* Looks for known fingerprints in it; fresh: print_check. */
err article_prints(struct site *site, arena *mem, const struct article_ref *at,
                   const struct article_text *text, bool fresh, struct print_result *ret_p);
/* A submission by a request: scans text into *scan, then runs fn as request_tx does, which submits
 * with it; again when the rules changed in between. What a rule refused is kept all the same. */
struct article_sending {
    tx_fn *fn;
    void *ctx;
    int64_t no; /* 0: a new article */
    const struct article_text *text;
    struct scan_result *scan;
    struct print_result *prints;
};
err article_send(struct request *r, const struct article_sending *s);
