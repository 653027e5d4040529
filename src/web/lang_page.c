/* Switching the language: a cookie for a year, and back to where the reader was. */
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
