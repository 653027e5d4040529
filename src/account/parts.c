/* Pieces that several pages of accounts share: choices, avatars, caps. */
#include "account/console.h"

const struct form_option CATEGORY_OPTIONS[CATEGORY_TOTAL] = {
#define CATEGORY(code, licence) {.value = S_INIT(#code), .label = MSG_category_##code},
#include "account/category.def"
#undef CATEGORY
};

str category_names(struct request *r, str codes)
{
    str names = S("");
    for (str rest = codes; rest.n;) {
        str code = str_split(rest, ',', &rest);
        str name = msg_lookup(r->lang, "category.", str_z(r->mem, code), MSG_word_none);
        names = names.n ? str_fmt(r->mem, "%.*s%s%.*s", FMT(names),
                                  r->lang == LANG_ZH ? "\xe3\x80\x81" : ", ", FMT(name))
                        : name;
    }
    return names;
}

str account_avatar(arena *mem, str hash, bool large)
{
    return hash.n ? str_fmt(mem, "/media/%.*s.w%d.webp", FMT(hash), large ? 256 : 96) : S("");
}

html avatar_shown(struct request *r, str hash, str name)
{
    struct out *o = request_out(r);
    show_avatar(o, &(struct avatar_view){account_avatar(r->mem, hash, true), name, true});
    return out_take(o);
}

err avatar_take(struct request *r, struct form *f, struct media_in *ret_in,
                struct media_stored **ret_m)
{
    const struct upload *u = request_upload(r, "avatar");
    *ret_m = NULL;
    if (!u || !u->size)
        return OK;
    struct media_in in = {.user_id = r->session.user_id,
                          .fd = u->fd,
                          .mime = u->mime,
                          .alt = S(""),
                          .kind = IMAGE_AVATAR};
    struct media_stored *m = NEW(r->mem, struct media_stored);
    err e = media_take(r->site, r->mem, &in, m);
    if (e == ERR_INVALID || e == ERR_TOO_LARGE || e == ERR_LIMIT)
        return form_refuse(f, "avatar", fault_of(e).reason);
    TRY(e);
    *ret_in = in;
    *ret_m = m;
    return OK;
}

str cap_text(struct request *r, const struct registrant_facts *f)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    str args[] = {str_fmt(r->mem, "%lld", (long long)f->used),
                  str_fmt(r->mem, "%d", account_cap(&ps, f->class)),
                  str_fmt(r->mem, "%lld", (long long)f->extra)};
    return msg_format(r->mem, r->lang, f->extra ? MSG_exemption_count_over : MSG_exemption_count,
                      args, f->extra ? 3 : 2);
}

int account_cap(const struct provider_settings *ps, str class)
{
    bool person = str_eq(class, S("individual"));
    return (int)(person ? ps->cap_individual : ps->cap_organisation);
}
