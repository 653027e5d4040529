/* Tags: the topics that an article says it is about, part of what it declares, so that they go the
 * way of every other field of a version (scan, gate, review, record). Tags that look alike are one
 * topic, /t/<tag>, whatever the spelling. Rows of article_tag are a projection of the version that
 * is public, made anew by every publication. */
#pragma once
#include "base/str.h"
#include "db/db.h"

enum { TAGS_MAX = 5, TAG_MAX = 20 /* code points */ };

/* "水利，#河流 #鸟" becomes "水利,河流,鸟": divided at commas, semicolons, ideographic commas and
 * before each #; what looks like an earlier one is left out. ERR_INVALID on field tags:
 * tags_too_many, tag_too_long, tag_characters (controls, slashes, nothing but signs). */
err tags_check(arena *mem, str written, str *ret_tags);

struct tags {
    str v[TAGS_MAX];
    size_t n;
};
/* Of the stored form, "a,b"; borrows. */
struct tags tags_split(str stored);
/* Of an article's declarations. */
struct tags tags_of(arena *mem, str declared);
/* Equal for tags that look alike: width, case, white space, confusable letters. Never has a space;
 * empty for what can be no tag. */
str tag_fold(arena *mem, str tag);
/* Tags of the page cache, " t:1f2e3d t:…" or "": what the public pages of these topics hang on. */
str tag_pages(arena *mem, str declared);
str tag_page(arena *mem, str fold); /* "t:1f2e3d" */

/* The article has these tags in public from now on (at: when it was first published). */
struct tagging {
    int64_t account_id, no, at;
    str declared;
};
err tags_put(struct tx *t, arena *mem, const struct tagging *x);
/* For the demo only, beside store_backdate. */
err tags_backdate(struct tx *t, int64_t account_id, int64_t no, int64_t at);
