/* My passkeys: list, add, rename, remove; and what both ends of the talk with an authenticator
 * need (Web Authentication level 3, 5.1 and 5.4). */
#include "user/confirm.h"
#include "user/user_view.h"

#include "base/hash.h"
#include "base/json.h"
#include "user_passkey.html.h"

enum { OPTIONS_MAX = 65536, COLUMNS = 4 };

static const struct form_field ADD[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .label = MSG_user_passkey_name,
     .help = MSG_user_passkey_name_help,
     .required = true,
     .max = PASSKEY_NAME_MAX},
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_user_password_now,
     .required = true,
     .max = PASSWORD_MAX,
     .autocomplete = "current-password"},
};
#define RENAME ADD
#define REMOVE (ADD + 1)

static struct page_link back_link(const struct request *r, const char *path, enum msg label)
{
    return (struct page_link){str_from(path), msg(r->lang, label), S("")};
}

struct mine {
    struct request *r;
    struct passkey_answer answer;
    struct passkey *v;
    size_t n;
    struct passkey p;
    struct user u;
    str challenge, name, mobile;
    str codes[RECOVERY_CODES];
    const char *reason;
    bool first;
};

/* ---- what authenticators are told and say ---- */

static struct bytes decoded(struct request *r, const char *field)
{
    struct bytes b = {0};
    str sent = request_field(r, field);
    if (!sent.n || base64url_parse(r->mem, sent, &b) != OK)
        return (struct bytes){0};
    return b;
}

static struct webauthn_site site_of(const struct request *r)
{
    str origin = request_origin(r);
    return (struct webauthn_site){origin, webauthn_rp_id(origin)};
}

void passkey_fields(struct request *r, struct passkey_answer *ret_a)
{
    struct bytes client = decoded(r, "client_data");
    *ret_a = (struct passkey_answer){
        .site = site_of(r),
        .made = {client, decoded(r, "attestation")},
        .credential = decoded(r, "credential"),
        .handle = decoded(r, "handle"),
        .signed_ = {client, decoded(r, "auth_data"), decoded(r, "signature")},
    };
    if (!ret_a->credential.p)
        ret_a->credential = str_bytes(S(""));
}

static void json_start(struct jw *j, const struct request *r, str challenge)
{
    jw_init(j, r->mem, OPTIONS_MAX);
    jw_object(j);
    jw_key_str(j, "challenge", challenge);
    jw_key_int(j, "timeout", PASSKEY_TTL_MS);
}

static void json_keys(struct jw *j, const struct request *r, const struct passkey *v, size_t n)
{
    jw_array(j);
    for (size_t i = 0; i < n; i++) {
        jw_object(j);
        jw_key_str(j, "type", S("public-key"));
        jw_key_str(j, "id", base64url(r->mem, v[i].key.id));
        jw_end(j);
    }
    jw_end(j);
}

str passkey_request_json(struct request *r, str challenge, const struct passkey *v, size_t n)
{
    struct jw j;
    json_start(&j, r, challenge);
    jw_key_str(&j, "rpId", site_of(r).rp_id);
    jw_key_str(&j, "userVerification", S("required"));
    jw_key(&j, "allowCredentials");
    json_keys(&j, r, v, n);
    jw_end(&j);
    return buf_str(&j.out);
}

static void json_algorithms(struct jw *j)
{
    static const int ALGORITHMS[] = {COSE_ES256, COSE_EDDSA};
    jw_array(j);
    for (size_t i = 0; i < LEN(ALGORITHMS); i++) {
        jw_object(j);
        jw_key_str(j, "type", S("public-key"));
        jw_key_int(j, "alg", ALGORITHMS[i]);
        jw_end(j);
    }
    jw_end(j);
}

static str creation_json(const struct mine *m)
{
    struct request *r = m->r;
    struct jw j;
    json_start(&j, r, m->challenge);
    jw_key_str(&j, "attestation", S("none"));
    jw_key(&j, "rp");
    jw_object(&j);
    jw_key_str(&j, "id", site_of(r).rp_id);
    jw_key_str(&j, "name", site_called(r));
    jw_end(&j);
    jw_key(&j, "user");
    jw_object(&j);
    jw_key_str(&j, "id", base64url(r->mem, passkey_handle(r->mem, m->u.id)));
    jw_key_str(&j, "name", m->mobile);
    jw_key_str(&j, "displayName", m->u.name);
    jw_end(&j);
    jw_key(&j, "pubKeyCredParams");
    json_algorithms(&j);
    jw_key(&j, "excludeCredentials");
    json_keys(&j, r, m->v, m->n);
    jw_key(&j, "authenticatorSelection");
    jw_object(&j);
    jw_key_str(&j, "residentKey", S("required"));
    jw_key_bool(&j, "requireResidentKey", true);
    jw_key_str(&j, "userVerification", S("required"));
    jw_end(&j);
    jw_end(&j);
    return buf_str(&j.out);
}

/* ---- list ---- */

static err tx_list(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    return passkey_list(t, m->r->mem, m->r->session.user_id, &m->v, &m->n);
}

static struct table_view table_of(const struct mine *m)
{
    struct request *r = m->r;
    static const enum msg HEADS[COLUMNS] = {MSG_user_passkey_name, MSG_user_passkey_kind,
                                            MSG_user_passkey_made, MSG_user_passkey_used};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, m->n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    for (size_t i = 0; i < m->n; i++) {
        const struct passkey *p = &m->v[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = p->name;
        c[1].text = msg(r->lang, p->key.synced ? MSG_user_passkey_synced : MSG_user_passkey_bound);
        c[2].at_ms = p->created_at;
        if (p->used_at)
            c[3].at_ms = p->used_at;
        else
            c[3].text = msg(r->lang, MSG_user_passkey_never);
        rows[i] =
            (struct table_row){str_fmt(r->mem, "/me/security/passkeys/%lld", (long long)p->id), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_user_passkeys),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = m->n,
                               .empty = {.icon = S("key"),
                                         .title = msg(r->lang, MSG_user_passkeys_none),
                                         .text = msg(r->lang, MSG_user_passkeys_none_text)}};
}

static err show_list(struct request *r, int status, struct form *f)
{
    struct mine m = {.r = r};
    TRY(request_read(r, tx_list, &m));
    struct passkeys_view v = {.r = r,
                              .table = table_of(&m),
                              .form = f,
                              .ask = {.origin = request_origin(r),
                                      .options = S("/me/security/passkeys/options"),
                                      .button = msg(r->lang, MSG_user_passkey_add_go)}};
    struct page page = {.place = PLACE_ME,
                        .back = back_link(r, "/me/security", MSG_nav_security),
                        .script = "passkey.js"};
    return REPLY_PAGE_STATUS(r, status, &page, view_passkeys, &v);
}

err page_passkeys(struct request *r)
{
    struct form f;
    form_init(r, ADD, LEN(ADD), &f);
    form_set(&f, "name", device_name(r->mem, r->user_agent.p ? r->user_agent : S("")));
    return show_list(r, 200, &f);
}

/* ---- add: the password first, then the authenticator ---- */

static err tx_begin(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    struct request *r = m->r;
    int64_t id = r->session.user_id;
    struct passkey_ask ask = {PASSKEY_REGISTER, id, r->session.id};
    TRY(user_load(t, r->mem, id, &m->u));
    TRY(user_masked_mobile(t, r->mem, r->site->vault, id, &m->mobile));
    TRY(passkey_list(t, r->mem, id, &m->v, &m->n));
    return passkey_ask(t, r->mem, &ask, &m->challenge);
}

/* Why the form was refused, as the house's other JSON errors. */
static err refuse_json(struct request *r, const struct form *f)
{
    str text = f->error;
    for (size_t i = 0; i < f->n && !text.n; i++)
        text = f->values[i].error;
    struct jw j;
    jw_init(&j, r->mem, OPTIONS_MAX);
    jw_object(&j);
    jw_key(&j, "error");
    jw_object(&j);
    jw_key_str(&j, "message", text);
    jw_end(&j);
    jw_end(&j);
    return reply_json(r, 422, buf_str(&j.out));
}

err do_passkey_options(struct request *r)
{
    struct form f;
    struct mine m = {.r = r};
    bool right = false;
    if (form_read(r, ADD, LEN(ADD), &f) == OK)
        TRY(password_confirm(r, &f, &right));
    if (!right)
        return refuse_json(r, &f);
    TRY(request_tx(r, tx_begin, &m));
    return reply_json(r, 200, creation_json(&m));
}

/* The first second factor comes with recovery codes, and with a session that has it. */
static err tx_add(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    struct request *r = m->r;
    int64_t id = r->session.user_id;
    TRY(user_load(t, r->mem, id, &m->u));
    m->first = !user_two_factor(&m->u);
    TRY(passkey_add(t, r->mem, &m->answer, &m->p, &m->reason));
    if (m->reason || !m->first)
        return OK;
    TRY(recovery_codes_make(t, r->mem, id, m->codes));
    return session_start(r, t, id, true);
}

err do_passkey_add(struct request *r)
{
    struct form f;
    struct mine m = {.r = r};
    form_init(r, ADD, LEN(ADD), &f);
    form_keep(&f);
    passkey_fields(r, &m.answer);
    m.answer.name = str_ellipsis(r->mem, form_get(&f, "name"), PASSKEY_NAME_MAX);
    m.answer.to = (struct passkey_ask){PASSKEY_REGISTER, r->session.user_id, r->session.id};
    if (!m.answer.name.n)
        m.answer.name = msg(r->lang, MSG_user_passkey);
    TRY(request_tx(r, tx_add, &m));
    if (m.reason) {
        (void)!form_refuse(&f, "", m.reason);
        return show_list(r, 422, &f);
    }
    if (m.first)
        return show_recovery_codes(r, m.codes);
    reply_flash(r, MSG_user_passkey_added);
    return reply_redirect(r, S("/me/security/passkeys"));
}

/* ---- one ---- */

static err tx_one(struct tx *t, void *ctx)
{
    struct mine *m = ctx;
    struct request *r = m->r;
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    TRY(user_load(t, r->mem, r->session.user_id, &m->u));
    return passkey_load(t, r->mem, r->session.user_id, id, &m->p);
}

static err show_one(struct mine *m, int status, struct form *rename, struct form *remove)
{
    struct request *r = m->r;
    const struct passkey *p = &m->p;
    str base = str_fmt(r->mem, "/me/security/passkeys/%lld", (long long)p->id);
    const struct fact facts[] = {
        {.label = msg(r->lang, MSG_user_passkey_kind),
         .text = msg(r->lang, p->key.synced ? MSG_user_passkey_synced : MSG_user_passkey_bound)},
        {.label = msg(r->lang, MSG_user_passkey_made),
         .text = clock_china_text(r->mem, p->created_at)},
        {.label = msg(r->lang, MSG_user_passkey_used),
         .text = p->used_at ? clock_china_text(r->mem, p->used_at)
                            : msg(r->lang, MSG_user_passkey_never)},
    };
    rename->action = base;
    remove->action = str_cat(r->mem, base, S("/remove"));
    remove->submit = MSG_user_passkey_remove;
    struct passkey_view v = {.facts = {facts, LEN(facts)},
                             .rename = rename,
                             .remove = remove,
                             .kept =
                                 (m->u.roles & ROLE_STAFF) && !m->u.totp_on && m->u.passkeys == 1};
    struct page page = {.place = PLACE_ME,
                        .title = p->name,
                        .back = back_link(r, "/me/security/passkeys", MSG_user_passkeys)};
    return REPLY_PAGE_STATUS(r, status, &page, view_passkey, &v);
}

err page_passkey(struct request *r)
{
    struct mine m = {.r = r};
    struct form rename, remove;
    TRY(request_read(r, tx_one, &m));
    form_init(r, RENAME, 1, &rename);
    form_init(r, REMOVE, 1, &remove);
    form_set(&rename, "name", m.p.name);
    return show_one(&m, 200, &rename, &remove);
}

static err tx_rename(struct tx *t, void *ctx)
{
    const struct mine *m = ctx;
    return passkey_rename(t, m->r->session.user_id, m->p.id, m->name);
}

err do_passkey_rename(struct request *r)
{
    struct mine m = {.r = r};
    struct form rename, remove;
    TRY(request_read(r, tx_one, &m));
    form_init(r, REMOVE, 1, &remove);
    if (form_read(r, RENAME, 1, &rename) != OK)
        return show_one(&m, 422, &rename, &remove);
    m.name = form_get(&rename, "name");
    TRY(request_tx(r, tx_rename, &m));
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, S("/me/security/passkeys"));
}

static err tx_remove(struct tx *t, void *ctx)
{
    const struct mine *m = ctx;
    return passkey_remove(t, m->r->session.user_id, m->p.id);
}

err do_passkey_remove(struct request *r)
{
    struct mine m = {.r = r};
    struct form rename, remove;
    bool right = false;
    TRY(request_read(r, tx_one, &m));
    form_init(r, RENAME, 1, &rename);
    form_set(&rename, "name", m.p.name);
    if (form_read(r, REMOVE, 1, &remove) == OK)
        TRY(password_confirm(r, &remove, &right));
    err e = right ? request_tx(r, tx_remove, &m) : ERR_INVALID;
    if (e != OK) {
        if (remove.bad || form_take_fault(&remove, e))
            return show_one(&m, 422, &rename, &remove);
        return e;
    }
    reply_flash(r, MSG_user_passkey_removed);
    return reply_redirect(r, S("/me/security/passkeys"));
}
