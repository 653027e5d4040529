/* Devices known to a login, and what is told about new ones. */
#include "user/device_store.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/rand.h"
#include "notice/notice.h"
#include "record/record.h"
#include "user/passkey.h"
#include "user/user_store.h"
#include "user/user_view.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43, AGENT_MAX = 300, COOKIE_DAYS = 400 };

static str cookie_name(const struct request *r)
{
    return r->site->https ? S("__Host-device") : S("device");
}

/* The cookie's token; no value when it can't be one. */
static str cookie_token(const struct request *r)
{
    str token = request_cookie(r, cookie_name(r).p);
    struct bytes raw;
    bool fits = token.n == TOKEN_CHARS && base64url_parse(r->mem, token, &raw) == OK;
    return fits ? token : STR_NONE;
}

static str agent_of(const struct request *r)
{
    return r->user_agent.p ? str_ellipsis(r->mem, r->user_agent, AGENT_MAX) : S("");
}

str login_event_name(enum login_event_kind kind)
{
    static const str NAMES[] = {
#define X(kind, failed) S_INIT(#kind),
#include "user/login_event.def"
#undef X
    };
    return NAMES[kind];
}

err login_event_add(const struct request *r, struct tx *t, enum login_event_kind kind,
                    int64_t user_id)
{
    return store_event_insert(t, &(struct event_row){.id = id_new(),
                                                     .kind = login_event_name(kind),
                                                     .user_id = user_id,
                                                     .ip = r->ip.p ? r->ip : S(""),
                                                     .port = r->port,
                                                     .user_agent = agent_of(r),
                                                     .note = S("")});
}

/* ---- telling ---- */

static err sms(struct request *r, struct tx *t, const struct user *u, str device)
{
    const struct mailer *m = r->site->mail;
    str mobile;
    if (!m)
        return OK;
    TRY(user_mobile(t, r->mem, r->site->vault, u->id, &mobile));
    enum lang lang = str_eq(u->lang, S("en")) ? LANG_EN : LANG_ZH;
    str args[] = {device, clock_china_text(r->mem, tx_now(t))};
    struct mail_in in = {.channel = MAIL_SMS,
                         .recipient = mobile,
                         .body = msg_format(r->mem, lang, MSG_user_alert_sms, args, LEN(args))};
    return mail_send(m, t, &in);
}

static err tell(struct request *r, struct tx *t, int64_t user_id)
{
    struct user u;
    struct watcher *w = NULL;
    size_t n = 0;
    str device = device_name(r->mem, agent_of(r));
    TRY(user_load(t, r->mem, user_id, &u));
    TRY(notice_send(t, user_id, "login_new_device", S("/me/security"), 3,
                    (const str[]){device, r->ip, clock_china_text(r->mem, tx_now(t))}));
    TRY(sms(r, t, &u, device));
    TRY(store_watchers(t, r->mem, user_id, &w, &n));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(
            t, w[i].owner_id, "member_new_device",
            str_fmt(r->mem, "/console/%.*s/members/%lld", FMT(w[i].handle), (long long)user_id), 3,
            (const str[]){u.name, w[i].account, device}));
    return login_event_add(r, t, LOGIN_new_device, user_id);
}

/* ---- entering ---- */

static err enter_known(struct request *r, struct tx *t, int64_t user_id, struct bytes token,
                       bool *ret_known)
{
    struct device d = {.ip = r->ip, .user_agent = agent_of(r)};
    bool known = false;
    *ret_known = false;
    err e = store_device_find(t, user_id, token, &d.id, &known);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    TRY(store_device_seen(t, user_id, &d));
    *ret_known = true;
    return known ? OK : tell(r, t, user_id);
}

err device_enter(struct request *r, struct tx *t, int64_t user_id)
{
    str token = cookie_token(r);
    bool known = false;
    int64_t before = 0;
    if (token.p) {
        struct sha256 h = sha256(str_bytes(token));
        TRY(enter_known(r, t, user_id, (struct bytes){h.b, sizeof h.b}, &known));
    } else {
        token = rand_token(r->mem, TOKEN_BYTES);
    }
    reply_cookie(r, cookie_name(r), token, (int64_t)COOKIE_DAYS * DAY_MS / SECOND_MS);
    if (known)
        return OK;
    struct sha256 h = sha256(str_bytes(token));
    struct device d = {.id = id_new(), .ip = r->ip, .user_agent = agent_of(r)};
    TRY(store_device_any(t, user_id, &before));
    TRY(store_device_insert(t, user_id, (struct bytes){h.b, sizeof h.b}, &d));
    return before ? tell(r, t, user_id) : OK;
}

err device_list(const struct request *r, struct tx *t, struct device **ret_v, size_t *ret_n)
{
    str token = cookie_token(r);
    struct sha256 h = sha256(str_bytes(token.p ? token : S("")));
    return store_device_list(t, r->mem, r->session.user_id, (struct bytes){h.b, sizeof h.b}, ret_v,
                             ret_n);
}

err device_disown(struct request *r, struct tx *t, int64_t id)
{
    int64_t user_id = r->session.user_id, since = 0, dropped = 0;
    TRY(store_device_load(t, user_id, id, &since));
    TRY(user_set_password(t, user_id, S("")));
    TRY(passkey_drop(t, user_id, since));
    TRY(store_totp_since(t, user_id, since, &dropped));
    if (dropped)
        TRY(store_recovery_clear(t, user_id));
    TRY(store_devices_forget(t, user_id));
    TRY(store_tokens_revoke(t, user_id));
    TRY(login_event_add(r, t, LOGIN_disowned, user_id));
    TRY(record_add(t, &(struct record_in){
                          .kind = RECORD_login_disowned,
                          .actor = user_id,
                          .subject = str_fmt(r->mem, "user/%lld", (long long)user_id),
                      }));
    TRY(notice_send(t, user_id, "login_disowned", S("/me/security"), 0, NULL));
    TRY(session_revoke_all(t, user_id, 0));
    return session_end(r, t);
}
