/* What staff see when they decide about an account or a changed profile. */
#include "account/account_store.h"
#include "account_case.html.h"

#include "account/account_view.h"
#include "registrant/registrant.h"

static str category_names(struct request *r, str codes)
{
    str names = S("");
    for (str rest = codes; rest.n;) {
        str code = str_split(rest, ',', &rest);
        str name = msg_lookup(r->lang, "category.", str_z(r->mem, code), MSG_word_none);
        names = names.n ? str_fmt(r->mem, "%.*s, %.*s", FMT(names), FMT(name)) : name;
    }
    return names;
}

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

err account_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct evidence_load x = {.r = r, .c = c};
    TRY(request_read(r, load_account, &x));
    str class = msg_lookup(r->lang, "class.", str_z(r->mem, x.a.class), MSG_word_none);
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_name), .text = x.a.name},
        {.label = msg(r->lang, MSG_account_handle), .text = x.a.handle},
        {.label = msg(r->lang, MSG_account_intro), .text = x.a.intro},
        {.label = msg(r->lang, MSG_account_categories), .text = category_names(r, x.a.categories)},
        {.label = msg(r->lang, MSG_account_class), .text = class},
        {.label = msg(r->lang, MSG_account_registrant), .text = x.holder},
        {.label = msg(r->lang, MSG_account_used),
         .text = str_fmt(r->mem, "%lld", (long long)x.f.used)},
    };
    struct out *o = request_out(r);
    view_account_case(o, &(struct facts_view){facts, LEN(facts)});
    *ret_view = out_take(o);
    return OK;
}

static err load_change(struct tx *t, void *ctx)
{
    struct evidence_load *x = ctx;
    return store_change_load(t, x->r->mem, x->c->account_id, x->c->subject, &x->change);
}

err profile_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct evidence_load x = {.r = r, .c = c};
    TRY(request_read(r, load_change, &x));
    bool codes = str_eq(x.change.field, S("categories"));
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_account_old),
         .text = codes ? category_names(r, x.change.old_value) : x.change.old_value},
        {.label = msg(r->lang, MSG_account_new_value),
         .text = codes ? category_names(r, x.change.new_value) : x.change.new_value},
    };
    struct out *o = request_out(r);
    view_account_case(o, &(struct facts_view){facts, LEN(facts)});
    *ret_view = out_take(o);
    return OK;
}
