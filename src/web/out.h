/* HTML on its way out. Templates (tools/tmplc) are compiled to calls of this header, with the
 * escape that the place in the page needs; nobody else writes HTML.
 *
 * In a template: {{ x }} takes str, const char *, all integers, struct when,
 * struct date and (in text only) html, struct ago. Any other type is a compile error. */
#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "web/msg.h"

/* Collects one page or one piece of it. Past the maximum the rest is dropped and the page fails
 * with ERR_TOO_LARGE when finished. */
struct out {
    struct buf b;
    enum lang lang;
    int64_t now_ms; /* for struct ago */
};

/* Finished markup. Only out_take and the block document's renderer make it. */
typedef struct html {
    str markup;
    bool cut; /* something was dropped: whoever includes it is cut too */
} html;

struct when {
    int64_t ms; /* shown as <time datetime="2026-11-23T08:15:00.000Z">2026-11-23 16:15</time> */
};
struct ago {
    int64_t ms; /* the same, shown as "3 hours ago" with the exact time as title; a time to come as
                   "in 3 hours" */
};
/* Text with matches marked: parts behind one another, hits as <mark>. In text only. */
struct marked_part {
    str text;
    bool hit;
};
struct marked {
    struct marked_part *v;
    size_t n;
};
#define WHEN(t) ((struct when){t})
#define AGO(t) ((struct ago){t})

enum { OUT_MAX = 8 * 1024 * 1024 };

void out_init(struct out *o, arena *mem, enum lang lang);
/* A piece in o's language, for use as {{ piece }} in another template. Borrowed from the arena of
 * o; o must not be written afterwards. */
html out_take(const struct out *o);
/* The page. ERR_TOO_LARGE when it passed OUT_MAX. */
err out_finish(const struct out *o, str *ret_page);
/* For the block document's renderer (text/) and web/ only, whose output is safe by construction;
 * the lint refuses it elsewhere. Never for anything that a user wrote. */
html html_trusted_by_renderer(str markup);
/* True when there is something to show. */
static inline bool html_any(html h)
{
    return h.markup.n > 0;
}

/* 12,345 in en and 12345 in zh; from 10,000 on 1.2万 and 3.4亿 in zh, 12.3K and 4.5M in en.
 * In o's arena. For counters that people glance at, not for figures that must be exact. */
str out_short_number(struct out *o, int64_t n);

/* Markup of templates as it stands. For compiled templates only. */
static inline void out_raw(struct out *o, str s)
{
    buf_add(&o->b, s);
}

void out_str(struct out *o, str s); /* & < > " ' escaped: safe in text and in quoted attributes */
void out_z(struct out *o, const char *z);
void out_int(struct out *o, int64_t n);
void out_uint(struct out *o, uint64_t n);
void out_bool(struct out *o, bool b); /* true, false: in attributes only */
void out_html(struct out *o, html h);
void out_when(struct out *o, struct when w);
void out_when_attr(struct out *o, struct when w); /* 2026-11-23T08:15:00.000Z */
void out_ago(struct out *o, struct ago a);
void out_marked(struct out *o, struct marked m);
void out_date(struct out *o, struct date d);
void out_date_attr(struct out *o, struct date d); /* 2026-11-23 */
/* A whole address: http, https, mailto or relative, else "#"; control characters encoded. */
void out_url_str(struct out *o, str s);
void out_url_z(struct out *o, const char *z);
/* A piece of an address: all but letters, digits and - . _ ~ percent-encoded. */
void out_urlpart_str(struct out *o, str s);
void out_urlpart_z(struct out *o, const char *z);

/* A JSON text made by struct jw, inside <script type="application/ld+json">: < > & become \u003c …,
 * which stand inside strings only, so that nothing can end the element. */
void out_json(struct out *o, str json);

#define OUT_INTEGERS                                                                               \
    signed char : out_int,                                                                         \
                  short : out_int,                                                                 \
                          int : out_int,                                                           \
                                long : out_int,                                                    \
                                       long long : out_int,                                        \
                                                   unsigned char : out_uint,                       \
                                                                   unsigned short : out_uint,      \
                                                                                    unsigned       \
        : out_uint,                                                                                \
          unsigned long : out_uint,                                                                \
                          unsigned long long : out_uint

#define out_text(o, x)                                                                             \
    _Generic((x), str: out_str, const char *: out_z, char *: out_z, html: out_html,                \
             struct when: out_when, struct ago: out_ago, struct marked: out_marked,                \
             struct date: out_date,                                                                \
             OUT_INTEGERS)((o), (x))
#define out_attr(o, x)                                                                             \
    _Generic((x), str: out_str, const char *: out_z, char *: out_z, bool: out_bool,                \
             struct when: out_when_attr, struct date: out_date_attr, OUT_INTEGERS)((o), (x))
#define out_url(o, x)                                                                              \
    _Generic((x), str : out_url_str, const char * : out_url_z, char * : out_url_z)((o), (x))
#define out_urlpart(o, x)                                                                          \
    _Generic((x), str: out_urlpart_str, const char *: out_urlpart_z, char *: out_urlpart_z,        \
             struct date: out_date_attr, OUT_INTEGERS)((o), (x))

/* @{key}: a message, escaped. */
void out_msg(struct out *o, enum msg m);
/* @{key(x, y)}: the arguments are written behind one another at the end of the page, each in the
 * escape of its place, and out_args_msg then puts them where the message wants them. */
struct out_args {
    size_t start, end[10], n;
};
void out_args_start(const struct out *o, struct out_args *a);
void out_args_next(const struct out *o, struct out_args *a);
void out_args_msg(struct out *o, const struct out_args *a, enum msg m);
