/* Who may enter. */
#include "web/entry.h"

#include "base/buf.h"
#include "web/request_store.h"

enum { TOKEN_MAX = 200 };

struct lookup {
    struct request *r;
    struct sha256 hash;
    struct api_token token;
};

static err load_member(struct tx *t, void *ctx)
{
    struct lookup *l = ctx;
    struct request *r = l->r;
    return r->site->membership(t, r->mem, request_arg(r, "handle"), r->session.user_id, &r->member);
}

static err load_token(struct tx *t, void *ctx)
{
    struct lookup *l = ctx;
    struct request *r = l->r;
    TRY(request_store_token(t, r->mem, l->hash, &l->token));
    r->session = (struct session){
        .user_id = l->token.user_id,
        .user_name = l->token.user_name,
        .token_id = l->token.id,
        .scopes = l->token.scopes,
    };
    return load_member(t, ctx);
}

static err check_member(const struct request *r)
{
    unsigned role = r->route->need & NEED_ROLE;
    unsigned need = role ? role : MEMBER_COMMENTS;
    return r->member.role >= need ? OK : fault(ERR_DENIED, "not_member", "needs %u", need);
}

err entry_scope(const struct request *r, unsigned scope)
{
    if (!scope || r->session.scopes & scope)
        return OK;
    return fault_field(ERR_DENIED, SCOPE_MISSING, scope_name(scope), "the token lacks %s",
                       scope_name(scope));
}

static err who_token(struct request *r)
{
    str header = request_header(r, "authorization");
    bool bearer =
        header.n > 7 && header.n <= TOKEN_MAX && str_eq_ci(str_sub(header, 0, 7), S("Bearer "));
    if (!bearer)
        return fault(ERR_UNAUTHENTICATED, "token_required", "no bearer token");
    struct lookup l = {.r = r, .hash = sha256(str_bytes(str_trim(str_sub(header, 7, header.n))))};
    err e = request_read(r, load_token, &l);
    if (e == OK && r->member.account_id != l.token.account_id)
        e = fault(ERR_DENIED, "token_account", "the token belongs to another account");
    if (e == OK)
        e = check_member(r);
    if (e == OK)
        e = entry_scope(r, r->route->need & SCOPE_ALL);
    if (e != OK)
        r->member = (struct membership){0};
    return e;
}

static err who_member(struct request *r)
{
    struct lookup l = {.r = r};
    TRY(request_read(r, load_member, &l));
    return check_member(r);
}

static err login_required(void)
{
    return fault(ERR_UNAUTHENTICATED, "login_required", "nobody");
}

err entry_who(struct request *r)
{
    bool nobody = r->session.user_id == 0;
    switch (r->route->who) {
    case WHO_ANY:
        return OK;
    case WHO_USER:
        return nobody ? login_required() : OK;
    case WHO_STAFF:
        if (nobody)
            return login_required();
        return r->session.roles & r->route->need ? OK : fault(ERR_DENIED, "denied", "role");
    case WHO_MEMBER:
        return nobody ? login_required() : who_member(r);
    case WHO_TOKEN:
        return who_token(r);
    }
    return fault(ERR_BUG, "internal", "who");
}

static bool same_origin(const struct request *r)
{
    str site = request_header(r, "sec-fetch-site");
    if (site.p)
        return str_eq(site, S("same-origin")) || str_eq(site, S("none"));
    str origin = request_header(r, "origin");
    if (!origin.p)
        return true; /* no browser that could be misled */
    if (str_starts(origin, S("https://")))
        return str_eq_ci(str_sub(origin, 8, origin.n), r->host);
    return !r->site->https && str_starts(origin, S("http://")) &&
           str_eq_ci(str_sub(origin, 7, origin.n), r->host);
}

err entry_csrf(const struct request *r)
{
    if (r->method != METHOD_POST || r->route->who == WHO_TOKEN)
        return OK;
    if (!same_origin(r))
        return fault(ERR_DENIED, "cross_site", "sent by another site");
    if (!r->session.user_id)
        return OK;
    str sent = request_header(r, "x-csrf-token");
    if (!sent.p)
        sent = request_field(r, "_csrf");
    bool same = sent.n == r->session.csrf.n && sent.n > 0 &&
                same_bytes(str_bytes(sent), str_bytes(r->session.csrf));
    return same ? OK : fault(ERR_DENIED, "csrf", "stale or missing token");
}

static str with_next(const struct request *r, str to)
{
    struct buf b;
    buf_init(&b, r->mem, 8192);
    buf_add(&b, to);
    buf_add(&b, S("?next="));
    url_part_add(&b, request_here(r));
    return buf_str(&b);
}

str entry_detour(const struct request *r, err e)
{
    bool page = r->method == METHOD_GET && !request_wants_json(r) && r->route->who != WHO_TOKEN;
    if (e == ERR_UNAUTHENTICATED)
        return page ? with_next(r, S("/login")) : STR_NONE;
    bool forced = r->route->who == WHO_STAFF ||
                  (r->route->who != WHO_ANY && r->session.two_factor && r->route->who != WHO_TOKEN);
    bool second = forced && !(r->route->flags & ROUTE_ONE_FACTOR) && !r->session.second_factor;
    if (e != OK || !second)
        return STR_NONE;
    return r->session.two_factor ? with_next(r, S("/login/second-factor")) : S("/me/security");
}
