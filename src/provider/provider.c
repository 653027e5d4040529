/* Posts: appointing and ending, with their records. */
#include "provider/provider_store.h"

#include "record/record.h"
#include "settings/provider.h"
#include "user/user.h"

const struct post_kind POSTS[POST_COUNT] = {
#define POST(name, roles) [POST_##name] = {{#name, sizeof #name - 1}, (roles)},
#include "provider/posts.def"
#undef POST
};

bool post_current(const struct post *p, int64_t now)
{
    return p->from_at <= now && !p->ended_at && (!p->until_at || p->until_at > now);
}

static err post_record(struct tx *t, enum record_kind kind, const struct post *p, int64_t by)
{
    AUTO_ARENA(mem);
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .actor = by,
               .subject = str_fmt(mem, "post/%.*s", FMT(p->post)),
               RECORD_FIELDS(RECORD_TEXT("post", p->post), RECORD_INT("user", p->user_id),
                             RECORD_TEXT("letter", p->letter.p ? p->letter : S("")),
                             RECORD_INT("from", p->from_at), RECORD_INT("until", p->until_at)),
           });
}

err post_appoint(struct tx *t, struct post *p, int64_t by)
{
    unsigned held = 0;
    size_t i = 0;
    while (i < POST_COUNT && !str_eq(p->post, POSTS[i].name))
        i++;
    if (i == POST_COUNT)
        return fault_field(ERR_INVALID, "post_unknown", "post", "%.*s", FMT(p->post));
    TRY(user_roles(t, p->user_id, &held));
    if (!(held & POSTS[i].roles))
        return fault_field(ERR_INVALID, "post_role", "user", "lacks the role");
    TRY(store_post_insert(t, p, by));
    return post_record(t, RECORD_post_appointed, p, by);
}

err post_end(struct tx *t, str post, int64_t id, int64_t by)
{
    int64_t changed = 0;
    TRY(store_post_end(t, post, id, &changed));
    if (!changed)
        return fault(ERR_NOT_FOUND, "not_found", "no such appointment in force");
    return post_record(t, RECORD_post_ended, &(struct post){.post = post, .id = id}, by);
}

err provider_profile(struct site *s, arena *mem, struct site_profile *ret_profile)
{
    struct provider_settings ps;
    provider_live_get(s->provider, mem, &ps);
    *ret_profile = (struct site_profile){
        .name = ps.site_name.n ? ps.site_name : ps.provider_name,
        .icp = ps.icp,
        .psb = ps.psb,
        .contact = ps.contact_email,
        .demo = ps.demo,
    };
    return OK;
}
