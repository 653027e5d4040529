/* A page around a body. */
#include "web/request.h"

err reply_page(struct request *r, int status, const struct page *page, html body)
{
    (void)page;
    struct out *o = request_out(r);
    out_html(o, body);
    str text = STR_NONE;
    TRY(out_finish(o, &text));
    return reply_text(r, status, S("text/html; charset=utf-8"), text);
}
