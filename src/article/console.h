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
