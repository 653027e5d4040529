/* What an article declares of itself when it is published: taken over or one's own, made with AI,
 * advertising, fiction, news with place and time, a prompt for minors (regulation 2017 art. 8, 10;
 * obligations A8.1, A10.2, 2.10, 2.11), and its topics. One table: the form, the JSON API, the
 * front matter of imports, the page and the stored JSON all go through it. Stored with each
 * version, and part of its hash when there is something to declare. */
#pragma once
#include "base/json.h"

/* X(name, kind, most code points, choices): "none" and "" are the same, nothing declared. */
#define DECLARATION_TABLE(X)                                                                       \
    X(tags, TAGS, 0, "") /* topics: article/tag.h */                                               \
    X(origin, CHOICE, 0, "none|original|reprint")                                                  \
    X(source, TEXT, 60, "")        /* of a reprint: who published it first */                      \
    X(source_url, URL, 500, "")    /* http(s), or "/a/<handle>/<no>" of this platform */           \
    X(source_title, TEXT, 100, "") /* as it was titled there */                                    \
    X(source_author, TEXT, 60, "")                                                                 \
    X(source_licence, TEXT, 200, "") /* by which permission */                                     \
    X(ai, CHOICE, 0, "none|assisted|generated")                                                    \
    X(ad, FLAG, 0, "")                                                                             \
    X(fiction, FLAG, 0, "")                                                                        \
    X(news, FLAG, 0, "")             /* news information in the sense of A8.1 */                   \
    X(place, TEXT, 60, "")           /* where it happened */                                       \
    X(happened, TIME, 16, "")        /* 2026-11-24, or 2026-11-24 08:30, in China */               \
    X(first_published, TIME, 16, "") /* elsewhere, before it came here */                          \
    X(minors, CHOICE, 0, "none|conduct|values|image|data")

enum declare {
#define X(name, ...) DECLARE_##name,
    DECLARATION_TABLE(X)
#undef X
        DECLARATIONS
};
enum declare_kind {
    DECLARE_CHOICE,
    DECLARE_TEXT,
    DECLARE_URL,
    DECLARE_FLAG,
    DECLARE_TIME,
    DECLARE_TAGS
};
struct declare_spec {
    const char *name;
    enum declare_kind kind;
    size_t max;
    const char *choices;
};
extern const struct declare_spec DECLARE_SPEC[DECLARATIONS];

/* Values as text; flags are "1". No value and "" are the same. */
struct declaration {
    str v[DECLARATIONS];
};
enum { DECLARED_MAX = 8192 }; /* bytes of the JSON */

struct declaration_rules {
    str origin;  /* of this site, "https://example.cn": its own articles are stored as paths */
    str host;    /* by which this request reached it; may have no value */
    bool minors; /* the prompt is on; otherwise nothing of it is kept */
};

bool declares(const struct declaration *d, enum declare what, const char *value);
/* By name, from text (front matter, forms). False: no such member. */
bool declaration_put(struct declaration *d, str name, str value);
/* From the JSON object that the API takes: texts, true and false. ERR_INVALID "unknown_member". */
err declaration_take(arena *mem, const json_t *object, struct declaration *ret_d);
/* Checks every value by its kind and writes it in the stored form; '' when nothing is declared. May
 * be incomplete, as drafts are. ERR_INVALID by field: unknown_choice, declaration_too_long,
 * declaration_url, declaration_time. */
err declaration_json(arena *mem, const struct declaration *d, const struct declaration_rules *rules,
                     str *ret_declared);
/* Back from the stored form; flags as true. */
err declaration_parse(arena *mem, str declared, struct declaration *ret_d);
/* What must be there before it is submitted: a reprint names its source; news its place and time,
 * and when taken over also author, title and address. The category "news" is news by itself.
 * ERR_INVALID by field. */
err declaration_complete(arena *mem, str category, str *declared);
/* As members of an object that the caller has opened: what is declared, nothing else; tags are
 * shown elsewhere. */
void declaration_members(struct jw *j, const struct declaration *d);
/* Account and number of an article of this platform that is reprinted; false: another place. */
bool declaration_here(const struct declaration *d, str *ret_handle, int64_t *ret_no);
