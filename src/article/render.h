/* Rendered articles, kept in memory by the hash of the version: the renderer is a pure function of
 * the document. Bounded; thread-safe. */
#pragma once
#include "article/article.h"
#include "text/diff.h"
#include "web/out.h"

/* HTML of a version's body and its reading minutes; in mem. */
err article_render(arena *mem, const struct article_version *v, html *ret_body, int *ret_minutes);
/* The same for a file outside this site, whose media lie at this address; not kept. */
err article_render_apart(arena *mem, const struct article_version *v, str media, html *ret_body);
/* Path of a picture in about this width (270, 540, 1080), "" for none. */
str media_path(arena *mem, str hash, int width);
/* What changed between two texts: title, digest and body. */
err article_diff(arena *mem, const struct article_text *old, const struct article_text *new,
                 struct diff *ret_diff);
