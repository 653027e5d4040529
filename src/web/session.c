/* The life of a session. */
#include "web/session.h"

#include "base/id.h"
#include "base/rand.h"
#include "settings/settings.h"
#include "web/session_store.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43, AGENT_MAX = 300 };

static str cookie_name(const struct request *r)
{
    return r->site->https ? S("__Host-gongqi") : S("gongqi");
}

/* The cookie's token; no value when it can't be one. */
static str cookie_token(const struct request *r)
{
    str token = request_cookie(r, cookie_name(r).p);
    return token.n == TOKEN_CHARS ? token : STR_NONE;
}

static void session_fill(struct request *r, str token, const struct session_found *found)
{
    struct sha256 csrf = hmac_sha256(str_bytes(token), str_bytes(S("csrf")));
    r->session = (struct session){
        .user_id = found->user_id,
        .id = found->row.id,
        .user_name = found->user_name,
        .roles = found->roles,
        .second_factor = found->row.second_factor,
        .totp_on = found->totp_on,
        .passkey_on = found->passkey_on,
        .minor = found->minor,
        .two_factor = found->totp_on || found->passkey_on,
        .csrf = base64url(r->mem, (struct bytes){csrf.b, sizeof csrf.b}),
    };
}

struct lifetime {
    int64_t idle, whole; /* ms */
};

static struct lifetime lifetime_of(const struct site *site, unsigned roles)
{
    const struct settings *s = site->settings;
    if (!s)
        return roles ? (struct lifetime){SESSION_ROLE_IDLE_MS, SESSION_ROLE_LIFE_MS}
                     : (struct lifetime){SESSION_IDLE_MS, SESSION_LIFE_MS};
    return roles ? (struct lifetime){s->staff_session_idle * SECOND_MS,
                                     s->staff_session_absolute * SECOND_MS}
                 : (struct lifetime){s->session_idle * SECOND_MS, s->session_absolute * SECOND_MS};
}

static bool is_over(const struct site *site, const struct session_found *s, int64_t now)
{
    struct lifetime l = lifetime_of(site, s->roles);
    return now >= s->row.expires_at || now >= s->row.created_at + l.whole ||
           now >= s->row.seen_at + l.idle;
}

struct finding {
    struct request *r;
    struct sha256 token;
    struct session_found found;
};

static err find(struct tx *t, void *ctx)
{
    struct finding *f = ctx;
    return session_store_find(t, f->r->mem, f->token, &f->found);
}

static err seen(struct tx *t, void *ctx)
{
    struct finding *f = ctx;
    return session_store_seen(t, f->token);
}

err session_load(struct request *r)
{
    r->session = (struct session){0};
    str token = cookie_token(r);
    if (!token.p)
        return OK;
    struct finding f = {.r = r, .token = sha256(str_bytes(token))};
    err e = db_read(r->site->db, find, &f);
    if (e == ERR_NOT_FOUND || (e == OK && is_over(r->site, &f.found, r->now)))
        return OK;
    TRY(e);
    session_fill(r, token, &f.found);
    /* With a full disk reading goes on, so that this may fail. */
    if (r->now - f.found.row.seen_at > MINUTE_MS)
        (void)!db_tx(r->site->db, seen, &f);
    return OK;
}

static err revoke_current(struct request *r, struct tx *t)
{
    str token = cookie_token(r);
    return token.p ? session_store_end(t, sha256(str_bytes(token))) : OK;
}

err session_start(struct request *r, struct tx *t, int64_t user_id, bool second_factor)
{
    struct session_found found = {0};
    TRY(session_store_user(t, r->mem, user_id, &found));
    TRY(revoke_current(r, t));
    int64_t now = tx_now(t);
    int64_t life = lifetime_of(r->site, found.roles).whole;
    str agent = r->user_agent.p ? str_ellipsis(r->mem, r->user_agent, AGENT_MAX) : S("");
    found.row = (struct session_row){
        .id = id_new(),
        .created_at = now,
        .seen_at = now,
        .expires_at = now + life,
        .ip = r->ip,
        .user_agent = agent,
        .second_factor = second_factor,
    };
    str token = rand_token(r->mem, TOKEN_BYTES);
    TRY(session_store_add(t, sha256(str_bytes(token)), user_id, &found.row));
    session_fill(r, token, &found);
    reply_cookie(r, cookie_name(r), token, life / SECOND_MS);
    return OK;
}

err session_list(const struct request *r, struct tx *t, struct session_row **ret_v, size_t *ret_n)
{
    int64_t idle = lifetime_of(r->site, r->session.roles).idle;
    return session_store_list(
        t, r->mem, &(struct session_asked){r->session.user_id, tx_now(t) - idle}, ret_v, ret_n);
}

err session_end(struct request *r, struct tx *t)
{
    TRY(revoke_current(r, t));
    reply_cookie(r, cookie_name(r), S(""), 0);
    return OK;
}
