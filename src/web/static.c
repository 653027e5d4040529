/* What needs no worker: health, robots.txt. Assets come with web/assets.h. */
#include "web/server_impl.h"

static enum MHD_Result send_text(struct server *s, struct exchange *x, int status, str body)
{
    struct MHD_Response *resp = answer_bytes(str_bytes(body), true, "text/plain; charset=utf-8");
    answer_secure(s, resp);
    answer_header(resp, "Cache-Control", S("no-store"));
    stats_answer(&s->stats, status);
    x->state = EX_ANSWERED;
    enum MHD_Result ok = MHD_queue_response(x->conn, (unsigned)status, resp);
    MHD_destroy_response(resp);
    return ok;
}

static const char ROBOTS[] = "User-agent: *\n"
                             "Disallow: /console\n"
                             "Disallow: /desk\n"
                             "Disallow: /oversight\n"
                             "Disallow: /industry\n"
                             "Disallow: /login\n"
                             "Disallow: /signup\n";

bool static_answer(struct server *s, struct exchange *x, enum MHD_Result *ret_result)
{
    str path = str_split((str){x->target, x->target_n}, '?', &(str){0});
    if (str_eq(path, S("/healthz"))) {
        *ret_result = send_text(s, x, 200, S("ok\n"));
        return true;
    }
    if (str_eq(path, S("/robots.txt"))) {
        *ret_result = send_text(s, x, 200, str_from(ROBOTS));
        return true;
    }
    return false;
}
