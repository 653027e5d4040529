/* What several public pages are made of: labels, rows of articles, addresses of the next page, and
 * how an article is described to machines. Nothing here says more than the public pages do:
 * accounts by their names, never the people behind them. */
#pragma once
#include "reader/reader_view.h"
#include "web/request.h"

enum { PER_PAGE = 20, COVER_WIDTH = 270, LEAD_WIDTH = 1080 };

struct page;
struct mark_view mark_of(const struct request *r, str class, bool verified);
str category_label(const struct request *r, str code);
/* "?before=<time>.<account>.<no>": the key of the last row; what is not such a key means page one.
 */
void page_key(const struct request *r, struct article_page *p);
/* Rows, with the address of the next page when the page is full. */
struct feed_view feed_of(const struct request *r, const struct article *v, size_t n);
/* In minors' mode what carries a prompt for minors is left out, of lists and of pages (2.10). */
bool hidden_from(const struct request *r, const struct declaration *d);
/* The front page and each category open with their newest story, large where it has a cover. */
struct feed_view front_of(const struct request *r, const struct article *v, size_t n);
/* The path that "/atom.xml" follows: of the home page the empty one. */
str feed_path(const struct request *r, str path);
/* When its public text changed last: publication, or the version that replaced it. */
int64_t article_updated(const struct article *a, const struct article_version *v);
/* schema.org article, with what it declares, for <script type="application/ld+json">. */
str article_json_ld(const struct request *r, const struct article *a,
                    const struct article_version *v, const struct page *page);
/* True for a value of the cookie "reading": size s m l x, face n (sans) or s (serif). */
bool reading_choice(str v);
/* ---- topics ---- */
/* As this article, which has it, writes the tag. */
str topic_name(const struct request *r, const struct article *a, str fold);
str topic_path(const struct request *r, str name); /* "/t/…", encoded */
/* What a topic's page hangs on: its articles, and the state of any account. */
void topic_tags(struct request *r, str fold);
/* As the head of every page shows it. */
str site_name(const struct request *r);
