/* E-mail addresses, and notices that go out of the site. */
#include "user/email.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/rand.h"
#include "notice/choice.h"
#include "notice/notice.h"
#include "user/email_store.h"
#include "user/user_store.h"

#define ADDRESS_REF(user) VAULT_REF("user_email", "address_sealed", user)
static const char PURPOSE[] = "email";
enum { SMS_TEXT = 120 }; /* characters of the notice itself: two or three parts with the address */

err email_check(arena *mem, str input, str *ret_address)
{
    if (!mail_address_valid(input))
        return fault_field(ERR_INVALID, "bad_email", "email", "no such address");
    size_t at = str_find(input, '@');
    *ret_address =
        str_cat(mem, str_sub(input, 0, at), str_lower_ascii(mem, str_sub(input, at, input.n)));
    return OK;
}

static struct bytes address_key(const struct vault *v, arena *mem, str address)
{
    return vault_key_of(v, mem, "email", str_lower_ascii(mem, address));
}

err email_code_send(struct tx *t, const struct mailer *m, const struct email_code *c)
{
    AUTO_ARENA(mem);
    str code = rand_digits(mem, 6);
    str args[] = {code, str_fmt(mem, "%d", code_minutes())};
    TRY(code_make(t, address_key(m->vault, mem, c->address), PURPOSE, code));
    return mail_send(
        m, t,
        &(struct mail_in){.channel = MAIL_EMAIL,
                          .recipient = c->address,
                          .subject = msg(c->lang, MSG_user_email_code_subject),
                          .body = msg_format(mem, c->lang, MSG_user_email_code_body, args, 2)});
}

err email_code_check(struct tx *t, struct vault *v, str address, str code, const char **ret_reason)
{
    AUTO_ARENA(mem);
    return code_check(t, address_key(v, mem, address), PURPOSE, code, ret_reason);
}

err email_old_told(struct tx *t, const struct mailer *m, int64_t user_id, enum lang lang)
{
    AUTO_ARENA(mem);
    struct mail_in in = {.channel = MAIL_EMAIL,
                         .subject = msg(lang, MSG_user_email_old_subject),
                         .body = msg(lang, MSG_user_email_old_body)};
    err e = email_of(t, mem, m->vault, user_id, &in.recipient);
    if (e == ERR_NOT_FOUND)
        return OK;
    return e == OK ? mail_send(m, t, &in) : e;
}

static err changed(struct tx *t, int64_t user_id)
{
    return user_record(t, RECORD_email_changed, user_id, user_id, S(""));
}

err email_set(struct tx *t, struct vault *v, int64_t user_id, str address)
{
    AUTO_ARENA(mem);
    struct bytes sealed;
    TRY(vault_seal_text(VAULT_CTX(v, t, mem), ADDRESS_REF(user_id), address, &sealed));
    TRY(store_email_set(t, user_id, sealed));
    return changed(t, user_id);
}

err email_drop(struct tx *t, int64_t user_id)
{
    TRY(store_email_drop(t, user_id));
    TRY(notice_email_off(t, user_id));
    return changed(t, user_id);
}

err email_of(struct tx *t, arena *mem, struct vault *v, int64_t user_id, str *ret_address)
{
    struct bytes sealed;
    TRY(store_email_sealed(t, mem, user_id, &sealed));
    return vault_open_text(VAULT_CTX(v, t, mem), ADDRESS_REF(user_id), sealed, ret_address);
}

err email_masked(struct tx *t, arena *mem, struct vault *v, int64_t user_id, str *ret_address)
{
    str address;
    err e = email_of(t, mem, v, user_id, &address);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_address = e == OK ? mask_text(mem, MASK_EMAIL, address) : S("");
    return OK;
}

/* ---- notices out of the site ---- */

struct telling {
    const struct mailer *m;
    arena *mem;
    int64_t id;
};

static err put(struct tx *t, const struct telling *x, const struct notice_going *g,
               const struct user *u)
{
    enum lang lang = str_eq(u->lang, S("en")) ? LANG_EN : LANG_ZH;
    str origin = x->m->settings->public_url;
    str args[] = {S(""), str_cat(x->mem, origin, g->link),
                  str_cat(x->mem, origin, S("/me/notices/settings"))};
    TRY(notice_text(x->mem, lang, g->kind, g->args, &args[0]));
    if (str_eq(g->channel, S("sms"))) {
        args[0] = str_ellipsis(x->mem, args[0], SMS_TEXT);
        return user_tell(t, x->mem, x->m, u->id,
                         msg_format(x->mem, lang, MSG_notices_sms, args, LEN(args)));
    }
    str why = msg_format(x->mem, lang, MSG_notices_mail_why, &args[2], 1);
    struct mail_in in = {
        .channel = MAIL_EMAIL,
        .body = str_fmt(x->mem, "%.*s\n\n%.*s\n\n%.*s\n", FMT(args[0]), FMT(args[1]), FMT(why))};
    enum notice_group group = notice_group_of(g->kind);
    str name =
        msg_lookup(lang, "notices.group_", group == NOTICE_GROUPS ? "" : NOTICE_GROUP[group].name,
                   MSG_notices_other);
    in.subject = msg_format(x->mem, lang, MSG_notices_mail_subject, &name, 1);
    err e = email_of(t, x->mem, x->m->vault, u->id, &in.recipient);
    if (e == ERR_NOT_FOUND)
        return OK; /* removed since */
    return e == OK ? mail_send(x->m, t, &in) : e;
}

static err tell(struct tx *t, void *ctx)
{
    const struct telling *x = ctx;
    struct notice_going g;
    struct user u;
    err e = notice_out_load(t, x->mem, x->id, &g);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e; /* told by an earlier run */
    TRY(user_load(t, x->mem, g.user_id, &u));
    if (str_eq(u.state, S("active")))
        TRY(put(t, x, &g, &u));
    return notice_out_done(t, g.id);
}

err tell_job(const struct mailer *m, const struct job *job)
{
    struct telling x = {.m = m, .mem = job->mem};
    JSON_AUTO *root = NULL;
    TRY(json_read(job->args, &root));
    x.id = json_number(root, "id", 0);
    return db_tx(m->db, tell, &x);
}
