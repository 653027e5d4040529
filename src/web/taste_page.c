/* How a reader likes the site: language and theme, each a cookie for a year. */
#include "web/request.h"

enum { YEAR_S = 365 * 24 * 3600 };

err do_lang(struct request *r)
{
    str lang = request_field(r, "lang"), next = request_field(r, "next");
    if (!str_eq(lang, S("zh")) && !str_eq(lang, S("en")))
        return fault_field(ERR_INVALID, "bad_choice", "lang", "%.*s", FMT(lang));
    reply_cookie(r, S("lang"), lang, YEAR_S);
    return reply_redirect(r, next.n ? next : S("/"));
}

err do_theme(struct request *r)
{
    str theme = request_field(r, "theme"), next = request_field(r, "next");
    bool fixed = str_eq(theme, S("light")) || str_eq(theme, S("dark"));
    if (!fixed && !str_eq(theme, S("auto")))
        return fault_field(ERR_INVALID, "bad_choice", "theme", "%.*s", FMT(theme));
    reply_cookie(r, S("theme"), fixed ? theme : S(""), fixed ? YEAR_S : 0);
    return reply_redirect(r, next.n ? next : S("/"));
}
