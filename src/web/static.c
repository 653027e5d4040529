/* What needs no worker: assets, the icon, health. */
#include "web/assets.h"
#include "web/server_impl.h"

struct fixed {
    int status;
    struct bytes body;
    str mime, cache, coding, etag;
};

static enum MHD_Result send_fixed(struct server *s, struct exchange *x, const struct fixed *f)
{
    str given = str_from(MHD_lookup_connection_value(x->conn, MHD_HEADER_KIND, "If-None-Match"));
    bool same = f->etag.n && etag_matches(given, f->etag);
    int status = same ? 304 : f->status;
    struct MHD_Response *resp = answer_bytes(same ? (struct bytes){0} : f->body, false, NULL);
    answer_header(resp, "Content-Type", f->mime);
    answer_header(resp, "Cache-Control", f->cache);
    if (f->coding.n)
        answer_header(resp, "Content-Encoding", f->coding);
    if (f->etag.n)
        answer_header(resp, "ETag", f->etag);
    answer_header(resp, "Vary", S("Accept-Encoding"));
    answer_secure(s, resp);
    stats_answer(&s->stats, status);
    exchange_deadline(x, (int64_t)f->body.n);
    x->state = EX_ANSWERED;
    enum MHD_Result ok = MHD_queue_response(x->conn, (unsigned)status, resp);
    MHD_destroy_response(resp);
    return ok;
}

static enum MHD_Result send_text(struct server *s, struct exchange *x, str text, str cache)
{
    struct fixed f = {200, str_bytes(text), S("text/plain; charset=utf-8"), cache, S(""), S("")};
    return send_fixed(s, x, &f);
}

static enum MHD_Result send_asset(struct server *s, struct exchange *x, const struct asset *a,
                                  str cache)
{
    AUTO_ARENA(mem);
    str accept = str_from(MHD_lookup_connection_value(x->conn, MHD_HEADER_KIND, "Accept-Encoding"));
    enum encoding e = answer_encoding(accept);
    str etag = str_fmt(mem, "\"%.*s\"", FMT(a->hash));
    struct fixed f = {200, a->plain, a->type, cache, S(""), etag};
    if (e == ENCODING_BR && a->br.p) {
        f.body = a->br;
        f.coding = S("br");
        f.etag = str_fmt(mem, "\"%.*s-b\"", FMT(a->hash));
    } else if (e != ENCODING_PLAIN && a->gz.p) {
        f.body = a->gz;
        f.coding = S("gzip");
        f.etag = str_fmt(mem, "\"%.*s-g\"", FMT(a->hash));
    }
    return send_fixed(s, x, &f);
}

bool static_answer(struct server *s, struct exchange *x, enum MHD_Result *ret_result)
{
    str path = str_split((str){x->target, x->target_n}, '?', &(str){0});
    const struct asset *a = NULL;
    if (str_eq(path, S("/healthz")))
        *ret_result = send_text(s, x, S("ok\n"), S("no-store"));
    else if (str_starts(path, S("/static/")) && (a = asset_find(path)) != NULL)
        /* The address holds the content's hash, so that it never changes. */
        *ret_result = send_asset(s, x, a, S("public, max-age=31536000, immutable"));
    else if (str_eq(path, S("/favicon.ico")) &&
             (a = asset_find(asset_url(S("favicon.svg")))) != NULL)
        *ret_result = send_asset(s, x, a, S("public, max-age=3600"));
    else if (str_eq(path, S("/sw.js")) && (a = asset_find(asset_url(S("sw.js")))) != NULL)
        *ret_result = send_asset(s, x, a, S("no-cache"));
    else
        return false;
    return true;
}
