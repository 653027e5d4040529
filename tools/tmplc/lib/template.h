/* The template compiler: a template is C in which every line that does not start with '%' is HTML.
 *
 *   % #include "post/post_view.h"                    goes to the .c and to the .h
 *   % void view_post(struct out *o, const struct post_view *v) {      its prototype to the .h
 *     <a href="/a/{{ v->handle }}">{{ v->title }}</a>    escaped as the place in the page needs
 *     <p title="@{post.hint}">@{post.count(v->n)}</p>    messages, with arguments for {0} {1}
 *     <input type="checkbox" {? v->hidden : checked } class="box {? v->big : big }">
 *   % }
 *
 * Every function that writes has a `struct out *o`. The compiler follows the HTML state while it
 * copies; it refuses an expression in script, style, style=, on*=, srcset, srcdoc, unquoted values,
 * names and comments, a C line inside a tag, and a block that ends in another HTML state than it
 * began in. White space is collapsed, except in pre, textarea and attribute values. */
#pragma once
#include "base/str.h"

enum { TEMPLATE_MAX = 1024 * 1024 };

struct template
{
    const char *path;   /* for #line and for errors */
    const char *header; /* the name that the .c includes */
    str source;
};

struct template_c {
    str code, header;
};

/* ERR_INVALID with the fault text "path:line: error: what", ERR_TOO_LARGE. */
err template_compile(arena *mem, const struct template *t, struct template_c *ret_c);
