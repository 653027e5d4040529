/* Rules of users: numbers and codes, locks, roles, invitations. */
#include "user/user_store.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "record/record.h"
#include "web/msg.h"
#include "web/session.h"

/* ---- mobile numbers and their codes ---- */

err mobile_check(arena *mem, str input, str *ret_mobile)
{
    struct buf b;
    buf_init(&b, mem, 32);
    str s = str_trim(input);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '-')
            buf_add_char(&b, s.p[i]);
    str n = buf_str(&b);
    static const str PREFIXES[] = {{"+86", 3}, {"0086", 4}, {"86", 2}};
    for (size_t i = 0; i < LEN(PREFIXES); i++)
        if (n.n >= 13 && str_starts(n, PREFIXES[i])) {
            n = str_sub(n, PREFIXES[i].n, n.n);
            break;
        }
    bool fits = n.n == 11 && n.p[0] == '1' && n.p[1] >= '3' && n.p[1] <= '9';
    for (size_t i = 0; fits && i < n.n; i++)
        fits = n.p[i] >= '0' && n.p[i] <= '9';
    if (!fits)
        return fault_field(ERR_INVALID, "bad_mobile", "mobile", "not a mainland mobile number");
    *ret_mobile = n;
    return OK;
}

static struct bytes mobile_key(const struct vault *v, arena *mem, str mobile)
{
    return vault_key_of(v, mem, "mobile", mobile);
}

static struct sha256 code_hash(struct bytes key, const char *purpose, str code)
{
    AUTO_ARENA(mem);
    return hmac_sha256(key, str_bytes(str_fmt(mem, "%s/%.*s", purpose, FMT(code))));
}

err code_make(struct tx *t, struct bytes key, const char *purpose, str code)
{
    int64_t n = 0, last = 0;
    TRY(store_code_since(t, key, tx_now(t) - DAY_MS, &n, &last));
    const struct user_limits *l = user_limits();
    if (last > tx_now(t) - l->code_interval_ms)
        return fault_field(ERR_LIMIT, "code_too_soon", "mobile", "one code in %lld ms",
                           (long long)l->code_interval_ms);
    if (n >= l->code_daily)
        return fault_field(ERR_LIMIT, "code_daily", "mobile", "%d codes a day", l->code_daily);
    struct sha256 hash = code_hash(key, purpose, code);
    return store_code_insert(t, &(struct code_row){.mobile_key = key,
                                                   .id = id_new(),
                                                   .purpose = str_from(purpose),
                                                   .code_hash = {hash.b, sizeof hash.b},
                                                   .expires_at = tx_now(t) + l->code_ttl_ms});
}

int code_minutes(void)
{
    return (int)((user_limits()->code_ttl_ms + MINUTE_MS - 1) / MINUTE_MS);
}

err mobile_code_pretend(struct tx *t, struct vault *v, str mobile, const char *purpose)
{
    AUTO_ARENA(mem);
    return code_make(t, mobile_key(v, mem, mobile), purpose, rand_digits(mem, 6));
}

err mobile_code_send(struct tx *t, const struct mailer *m, str mobile, const char *purpose)
{
    AUTO_ARENA(mem);
    str code = rand_digits(mem, 6);
    TRY(code_make(t, mobile_key(m->vault, mem, mobile), purpose, code));
    str body = str_fmt(mem, "[gongqi] %.*s (%d min)", FMT(code), code_minutes());
    if (str_eq(str_from(purpose), S("guardian"))) { /* who gets it must know what it means */
        str args[] = {code, str_fmt(mem, "%d", code_minutes())};
        body = msg_format(mem, LANG_ZH, MSG_minors_sms, args, LEN(args));
    }
    return mail_send(m, t,
                     &(struct mail_in){.channel = MAIL_SMS, .recipient = mobile, .body = body});
}

err code_check(struct tx *t, struct bytes key, const char *purpose, str code,
               const char **ret_reason)
{
    AUTO_ARENA(mem);
    struct code_row c;
    err e = store_code_last(t, mem, key, str_from(purpose), &c);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    const char *reason = NULL;
    if (e == ERR_NOT_FOUND || c.expires_at <= tx_now(t)) {
        reason = "code_expired";
    } else if (c.tries >= user_limits()->code_tries) {
        reason = "code_locked";
    } else {
        struct sha256 hash = code_hash(key, purpose, code);
        bool right = same_bytes((struct bytes){hash.b, sizeof hash.b}, c.code_hash);
        TRY(store_code_try(t, &c, right));
        reason = right ? NULL : "code_wrong";
    }
    *ret_reason = reason;
    return OK;
}

err mobile_code_check(struct tx *t, struct vault *v, str mobile, const char *purpose, str code,
                      const char **ret_reason)
{
    AUTO_ARENA(mem);
    return code_check(t, mobile_key(v, mem, mobile), purpose, code, ret_reason);
}

/* ---- people ---- */

err user_record(struct tx *t, enum record_kind kind, int64_t user_id, int64_t by, str role)
{
    AUTO_ARENA(mem);
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .actor = by,
                             .subject = str_fmt(mem, "user/%lld", (long long)user_id),
                             RECORD_FIELDS(RECORD_TEXT("role", role)),
                         });
}

/* Who has the number of a closed login proved that it is theirs now. */
static err number_free(struct tx *t, arena *mem, struct bytes key)
{
    int64_t holder = 0;
    struct user u;
    err e = store_user_of_mobile(t, key, &holder);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    TRY(user_load(t, mem, holder, &u));
    return str_eq(u.state, S("closed")) ? store_mobile_drop(t, key) : OK;
}

err user_close(struct tx *t, int64_t id)
{
    AUTO_ARENA(mem);
    /* The last digits tell such people apart where their acts are listed. */
    TRY(store_user_close(t, id, str_fmt(mem, "#%lld", (long long)(id % 1000000))));
    TRY(store_recovery_clear(t, id));
    TRY(session_revoke_all(t, id, 0));
    return user_record(t, RECORD_user_closed, id, id, S(""));
}

err user_set_mobile(struct tx *t, struct vault *v, int64_t id, str mobile)
{
    AUTO_ARENA(mem);
    struct user_row row = {.id = id, .mobile_key = mobile_key(v, mem, mobile)};
    int64_t holder = 0;
    TRY(number_free(t, mem, row.mobile_key));
    err e = store_user_of_mobile(t, row.mobile_key, &holder);
    if (e == OK)
        return fault_field(ERR_CONFLICT, "mobile_taken", "mobile", "number has a login");
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(vault_seal_text(VAULT_CTX(v, t, mem), VAULT_REF("users", "mobile_sealed", id), mobile,
                        &row.mobile_sealed));
    TRY(store_mobile_change(t, &row));
    return user_record(t, RECORD_mobile_changed, id, id, S(""));
}

err user_tell(struct tx *t, arena *mem, const struct mailer *m, int64_t id, str body)
{
    struct bytes sealed;
    str mobile;
    TRY(store_user_mobile_sealed(t, mem, id, &sealed));
    TRY(vault_open_text(VAULT_CTX(m->vault, t, mem), VAULT_REF("users", "mobile_sealed", id),
                        sealed, &mobile));
    return mail_send(m, t, &(struct mail_in){.recipient = mobile, .body = body});
}

err user_create(struct tx *t, struct vault *v, const struct user_new *n, int64_t *ret_id)
{
    AUTO_ARENA(mem);
    struct user_row row = {.id = id_new(),
                           .name = n->name,
                           .password = n->password_hash,
                           .lang = n->lang,
                           .mobile_key = mobile_key(v, mem, n->mobile)};
    TRY(number_free(t, mem, row.mobile_key));
    err e = store_mobile_insert(t, &row);
    if (e == ERR_CONFLICT)
        return fault_field(ERR_CONFLICT, "mobile_taken", "mobile", "number has a login");
    TRY(e);
    TRY(vault_seal_text(VAULT_CTX(v, t, mem), VAULT_REF("users", "mobile_sealed", row.id),
                        n->mobile, &row.mobile_sealed));
    TRY(store_user_insert(t, &row));
    TRY(user_record(t, RECORD_user_signed_up, row.id, row.id, S("")));
    *ret_id = row.id;
    return OK;
}

err user_find_mobile(struct tx *t, arena *mem, struct vault *v, str mobile, struct user *ret_u)
{
    int64_t id = 0;
    TRY(store_user_of_mobile(t, mobile_key(v, mem, mobile), &id));
    return user_load(t, mem, id, ret_u);
}

struct bytes user_mobile_key(const struct vault *v, arena *mem, str mobile)
{
    return mobile_key(v, mem, mobile);
}

err user_of_mobile_key(struct tx *t, struct bytes key, int64_t *ret_id)
{
    return store_user_of_mobile(t, key, ret_id);
}

err user_mobile(struct tx *t, arena *mem, struct vault *v, int64_t id, str *ret_mobile)
{
    struct bytes sealed;
    TRY(store_user_mobile_sealed(t, mem, id, &sealed));
    return vault_open_text(VAULT_CTX(v, t, mem), VAULT_REF("users", "mobile_sealed", id), sealed,
                           ret_mobile);
}

err user_masked_mobile(struct tx *t, arena *mem, struct vault *v, int64_t id, str *ret_mobile)
{
    str mobile;
    TRY(user_mobile(t, mem, v, id, &mobile));
    *ret_mobile = mask_text(mem, MASK_MOBILE, mobile);
    return OK;
}

/* When a login that failed so often in a row opens again; 0 = it is open. */
static int64_t lock_end(int failed, int64_t now)
{
    const struct user_limits *l = user_limits();
    int over = failed - l->login_tries;
    if (over < 0)
        return 0;
    int64_t lock = over > 10 ? DAY_MS : l->login_lock_ms << over;
    return now + (lock < DAY_MS ? lock : DAY_MS);
}

bool user_two_factor(const struct user *u)
{
    return u->totp_on || u->passkeys > 0;
}

err user_failed(struct tx *t, int64_t id)
{
    int failed = 0;
    TRY(store_failures(t, id, &failed));
    return store_failure_set(t, id, failed + 1, lock_end(failed + 1, tx_now(t)));
}

err user_succeeded(struct tx *t, int64_t id)
{
    return store_failure_set(t, id, 0, 0);
}

err login_find(struct tx *t, arena *mem, struct vault *v, str mobile, struct login *ret_l)
{
    struct login l = {0};
    int failed = 0;
    err e = user_find_mobile(t, mem, v, mobile, &l.user);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == OK && str_eq(l.user.state, S("active"))) {
        l.locked_until = l.user.locked_until;
    } else {
        l.left = l.user;
        l.user = (struct user){0};
        TRY(store_miss(t, mobile_key(v, mem, mobile), &failed, &l.locked_until));
    }
    *ret_l = l;
    return OK;
}

err login_failed(struct tx *t, struct vault *v, str mobile, int64_t user_id,
                 int64_t *ret_locked_until)
{
    AUTO_ARENA(mem);
    int failed = 0;
    int64_t until = 0;
    if (user_id) {
        TRY(user_failed(t, user_id));
        TRY(store_failures(t, user_id, &failed));
        until = lock_end(failed, tx_now(t));
    } else {
        struct bytes key = mobile_key(v, mem, mobile);
        TRY(store_miss_sweep(t, tx_now(t) - 2 * DAY_MS));
        TRY(store_miss(t, key, &failed, &until));
        until = lock_end(failed + 1, tx_now(t));
        TRY(store_miss_set(t, key, failed + 1, until));
    }
    *ret_locked_until = until;
    return OK;
}

/* ---- roles and invitations ---- */

err user_roles_set(struct tx *t, int64_t user_id, unsigned roles, int64_t by)
{
    AUTO_ARENA(mem);
    if (by == user_id)
        return fault(ERR_DENIED, "own_roles", "nobody changes their own roles");
    TRY(roles_check(roles));
    unsigned now = 0;
    TRY(user_roles(t, user_id, &now));
    for (unsigned bit = 1; bit <= ROLE_ALL; bit <<= 1) {
        if ((now & bit) == (roles & bit))
            continue;
        str role = roles_text(mem, bit);
        bool grant = roles & bit;
        TRY(grant ? store_role_add(t, user_id, role, by) : store_role_drop(t, user_id, role));
        TRY(user_record(t, grant ? RECORD_role_granted : RECORD_role_revoked, user_id, by, role));
    }
    return OK;
}

static struct sha256 invite_hash(str token)
{
    return sha256(str_bytes(token));
}

err user_invite(struct tx *t, arena *mem, const struct invite *i, str *ret_token)
{
    TRY(roles_check(i->roles));
    str token = rand_token(mem, 32);
    struct sha256 h = invite_hash(token);
    struct invite row = *i;
    row.expires_at = tx_now(t) + user_limits()->invite_ttl_ms;
    TRY(store_invite_insert(t, (struct bytes){h.b, sizeof h.b}, roles_text(mem, i->roles), &row));
    *ret_token = token;
    return OK;
}

err invite_find(struct tx *t, arena *mem, str token, struct invite *ret_i)
{
    struct sha256 h = invite_hash(token);
    struct invite i;
    str roles;
    TRY(store_invite_find(t, mem, (struct bytes){h.b, sizeof h.b}, &roles, &i));
    TRY(roles_parse(roles, &i.roles));
    *ret_i = i;
    return OK;
}

err invite_accept(struct tx *t, arena *mem, str token, int64_t user_id)
{
    struct sha256 h = invite_hash(token);
    struct invite i;
    TRY(invite_find(t, mem, token, &i));
    int64_t changed = 0;
    TRY(store_invite_use(t, (struct bytes){h.b, sizeof h.b}, user_id, &changed));
    if (!changed)
        return fault(ERR_CONFLICT, "invite_used", "invitation is used or expired");
    unsigned now = 0;
    TRY(user_roles(t, user_id, &now));
    return user_roles_set(t, user_id, now | i.roles, i.created_by);
}
