/* Seeing a document number in full: asked with a reason, allowed by a second person, shown once to
 * the one who asked, and told to its owner. */
#include "registrant/registrant_view.h"
#include "registrant_vault.html.h"
#include "settings/provider.h"
#include "user/user.h"

struct vault_desk {
    struct request *r;
    struct vault_view v;
    struct vault_request q;
    str full;
};

static bool field_of(str name, enum identity_field *ret_f)
{
    for (int f = 0; f < IDENTITY_FIELDS; f++)
        if (str_eq(name, str_from(identity_field_name((enum identity_field)f)))) {
            *ret_f = (enum identity_field)f;
            return true;
        }
    return false;
}

static err lines_of(struct tx *t, struct vault_desk *d, const struct vault_request *q, size_t n,
                    struct vault_line **ret_v)
{
    struct request *r = d->r;
    struct vault_line *v = NEW_N(r->mem, struct vault_line, n);
    for (size_t i = 0; i < n; i++) {
        struct user u = {0};
        enum identity_field f = IDENTITY_NAME;
        err e = user_load(t, r->mem, q[i].asked_by, &u);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        v[i] = (struct vault_line){.q = q[i],
                                   .asker = u.name,
                                   .mine = q[i].asked_by == r->session.user_id,
                                   .full = q[i].id == d->q.id ? d->full : STR_NONE};
        v[i].field_label = field_of(q[i].field, &f) ? identity_label(r->lang, f) : q[i].field;
    }
    *ret_v = v;
    return OK;
}

static err desk_load(struct tx *t, void *ctx)
{
    struct vault_desk *d = ctx;
    struct vault_request *open = NULL, *granted = NULL;
    struct vault_line *lines = NULL;
    TRY(vault_request_open(t, d->r->mem, &open, &d->v.waiting_n));
    TRY(vault_request_granted(t, d->r->mem, d->r->session.user_id, &granted, &d->v.granted_n));
    TRY(lines_of(t, d, open, d->v.waiting_n, &lines));
    d->v.waiting = lines;
    TRY(lines_of(t, d, granted, d->v.granted_n, &lines));
    d->v.granted = lines;
    return OK;
}

static err desk_show(struct vault_desk *d)
{
    d->v.csrf = d->r->session.csrf;
    TRY(request_read(d->r, desk_load, d));
    struct page page = {.place = PLACE_DESK, .title = msg(d->r->lang, MSG_vault_title)};
    return REPLY_PAGE(d->r, &page, view_registrant_vault, &d->v);
}

err page_vault(struct request *r)
{
    struct vault_desk d = {.r = r};
    return desk_show(&d);
}

static err ask(struct tx *t, void *ctx)
{
    struct vault_desk *d = ctx;
    struct vault_item item;
    enum identity_field f = IDENTITY_NAME;
    if (!field_of(d->q.field, &f))
        return fault_field(ERR_INVALID, "bad_choice", "field", "no such field");
    TRY(registrant_stays(t, d->r->mem, d->q.owner_id));
    TRY(identity_item(t, d->r->mem, d->q.owner_id, f, &item));
    return vault_request_ask(t, &d->q);
}

err do_vault_ask(struct request *r)
{
    struct provider_settings ps;
    struct vault_desk d = {.r = r};
    provider_live_get(r->site->provider, r->mem, &ps);
    str reason = request_field(r, "reason"), field = request_field(r, "field");
    d.q = (struct vault_request){.field = field.p ? field : S(""),
                                 .reason = reason.p ? reason : S(""),
                                 .asked_by = r->session.user_id,
                                 .expires_at = r->now + ps.vault_request_hours * HOUR_MS};
    TRY(str_int(request_field(r, "owner"), &d.q.owner_id));
    TRY(request_tx(r, ask, &d));
    reply_flash(r, MSG_vault_asked);
    return reply_redirect(r, S("/desk/vault"));
}

static err approve(struct tx *t, void *ctx)
{
    struct vault_desk *d = ctx;
    return vault_request_approve(t, d->q.owner_id, d->q.id, d->r->session.user_id);
}

err do_vault_approve(struct request *r)
{
    struct vault_desk d = {.r = r};
    TRY(request_arg_int(r, "owner", &d.q.owner_id));
    TRY(request_arg_int(r, "id", &d.q.id));
    TRY(request_tx(r, approve, &d));
    reply_flash(r, MSG_vault_approved);
    return reply_redirect(r, S("/desk/vault"));
}

static err read_full(struct tx *t, void *ctx)
{
    struct vault_desk *d = ctx;
    struct request *r = d->r;
    struct vault_request *v = NULL;
    struct vault_item item;
    enum identity_field f = IDENTITY_NAME;
    size_t n = 0;
    TRY(vault_request_granted(t, r->mem, r->session.user_id, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (v[i].id == d->q.id && v[i].owner_id == d->q.owner_id && field_of(v[i].field, &f)) {
            struct vault_reader who = {r->session.user_id, v[i].reason, v[i].id};
            TRY(registrant_stays(t, r->mem, v[i].owner_id));
            TRY(identity_item(t, r->mem, v[i].owner_id, f, &item));
            return vault_read_full(VAULT_CTX(r->site->vault, t, r->mem), &item, who, &d->full);
        }
    return fault(ERR_DENIED, "vault_approval_required", "no such request of this person");
}

err do_vault_read(struct request *r)
{
    struct vault_desk d = {.r = r};
    TRY(request_arg_int(r, "owner", &d.q.owner_id));
    TRY(request_arg_int(r, "id", &d.q.id));
    TRY(request_tx(r, read_full, &d));
    return desk_show(&d);
}
