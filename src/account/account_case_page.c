/* What staff see when they decide about an account or a changed profile. */
#include "account/console.h"
#include "account_case.html.h"

#include "base/buf.h"
#include "registrant/registrant.h"

struct evidence_load {
    struct request *r;
    const struct casefile *c;
    struct account a;
    struct registrant_facts f;
    struct profile_change_row change;
    str holder;
};

static err load_account(struct tx *t, void *ctx)
{
    struct evidence_load *x = ctx;
    struct request *r = x->r;
    TRY(account_load(t, r->mem, x->c->account_id, &x->a));
    TRY(store_registrant_facts(t, r->mem, x->a.registrant_id, &x->f));
    return registrant_masked_name(t, r->mem, r->site->vault, x->a.registrant_id, &x->holder);
}

/* What a person must look at in a name, in the reviewer's words. */
static str notes_text(struct request *r, str name)
{
    struct provider_settings ps;
    struct name_note notes[NAME_NOTES];
    struct buf b;
    provider_live_get(r->site->provider, r->mem, &ps);
    size_t n = name_notes(r->mem, name, ps.name_words, notes);
    buf_init(&b, r->mem, 2048);
    for (size_t i = 0; i < n; i++) {
        str args[] = {notes[i].word, msg(r->lang, notes[i].kind)};
        if (i)
            buf_add(&b, r->lang == LANG_ZH ? S("") : S(" "));
        buf_add(&b, msg_format(r->mem, r->lang, MSG_account_name_note, args, LEN(args)));
    }
    return buf_str(&b);
}

err account_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct evidence_load x = {.r = r, .c = c};
    TRY(request_read(r, load_account, &x));
    str class = msg_lookup(r->lang, "class.", str_z(r->mem, x.a.class), MSG_word_none);
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_name), .text = x.a.name},
        {.label = msg(r->lang, MSG_account_avatar), .body = avatar_shown(r, x.a.avatar, x.a.name)},
        {.label = msg(r->lang, MSG_account_handle), .text = x.a.handle},
        {.label = msg(r->lang, MSG_account_intro), .text = x.a.intro},
        {.label = msg(r->lang, MSG_account_categories), .text = category_names(r, x.a.categories)},
        {.label = msg(r->lang, MSG_account_class), .text = class},
        {.label = msg(r->lang, MSG_account_registrant), .text = x.holder},
        {.label = msg(r->lang, MSG_account_used), .text = cap_text(r, &x.f)},
    };
    struct account_case_view v = {.note = notes_text(r, x.a.name), .facts = {facts, LEN(facts)}};
    struct out *o = request_out(r);
    view_account_case(o, &v);
    *ret_view = out_take(o);
    return OK;
}

static err load_change(struct tx *t, void *ctx)
{
    struct evidence_load *x = ctx;
    TRY(account_load(t, x->r->mem, x->c->account_id, &x->a));
    return store_change_load(t, x->r->mem, x->c->account_id, x->c->subject, &x->change);
}

static struct fact change_side(struct evidence_load *x, enum msg label, str value)
{
    struct request *r = x->r;
    struct fact f = {.label = msg(r->lang, label)};
    if (str_eq(x->change.field, S("avatar")))
        f.body = avatar_shown(r, value, x->a.name);
    else
        f.text = str_eq(x->change.field, S("categories")) ? category_names(r, value) : value;
    return f;
}

err profile_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct evidence_load x = {.r = r, .c = c};
    TRY(request_read(r, load_change, &x));
    bool name = str_eq(x.change.field, S("name"));
    struct fact facts[] = {change_side(&x, MSG_account_old, x.change.old_value),
                           change_side(&x, MSG_account_new_value, x.change.new_value)};
    struct account_case_view v = {
        .title = x.change.series ? msg(r->lang, MSG_series_one)
                                 : msg_lookup(r->lang, "account.", str_z(r->mem, x.change.field),
                                              MSG_account_name),
        .note = name ? notes_text(r, x.change.new_value) : S(""),
        .facts = {facts, LEN(facts)},
        .beside = true};
    struct out *o = request_out(r);
    view_account_case(o, &v);
    *ret_view = out_take(o);
    return OK;
}
