/* Which notices come which way. */
#include "notice/notice_view.h"
#include "notice_settings.html.h"

struct choosing {
    struct request *r;
    struct notice_ways w[NOTICE_GROUPS];
    bool address;
};

static bool asked(const struct request *r, enum notice_group g)
{
    return !NOTICE_GROUP[g].staff || r->session.roles;
}

static err load(struct tx *t, void *ctx)
{
    struct choosing *c = ctx;
    int64_t me = c->r->session.user_id;
    for (int g = 0; g < NOTICE_GROUPS; g++)
        TRY(notice_ways_of(t, me, (enum notice_group)g, &c->w[g]));
    return notice_has_address(t, me, &c->address);
}

static str word(const struct request *r, const char *what, const char *group)
{
    return msg_lookup(r->lang, what, group, MSG_notices_other);
}

err page_notice_settings(struct request *r)
{
    struct choosing c = {.r = r};
    TRY(request_read(r, load, &c));
    struct notice_group_view *v = NEW_N(r->mem, struct notice_group_view, NOTICE_GROUPS);
    struct notice_settings_view s = {.groups = v, .csrf = r->session.csrf, .address = c.address};
    for (int g = 0; g < NOTICE_GROUPS; g++) {
        const struct notice_group_spec *spec = &NOTICE_GROUP[g];
        if (!asked(r, (enum notice_group)g))
            continue;
        v[s.n++] = (struct notice_group_view){
            .name = str_from(spec->name),
            .title = word(r, "notices.group_", spec->name),
            .what = word(r, "notices.what_", spec->name),
            .why = spec->optional ? S("") : word(r, "notices.why_", spec->name),
            .ways = c.w[g]};
    }
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/notices"), msg(r->lang, MSG_notices_title), S("")},
                        .noindex = true};
    return REPLY_PAGE(r, &page, view_notice_settings, &s);
}

static bool ticked(const struct request *r, enum notice_group g, const char *way)
{
    const char *name = NOTICE_GROUP[g].name;
    return str_eq(request_field(r, str_z(r->mem, str_fmt(r->mem, "%s.%s", name, way))), S("1"));
}

/* E-mail without an address would go nowhere, so it can't be chosen. */
static err set(struct tx *t, void *ctx)
{
    struct choosing *c = ctx;
    int64_t me = c->r->session.user_id;
    TRY(notice_has_address(t, me, &c->address));
    for (int i = 0; i < NOTICE_GROUPS; i++) {
        enum notice_group g = (enum notice_group)i;
        if (asked(c->r, g))
            TRY(notice_ways_set(
                t, me, g,
                (struct notice_ways){.site = ticked(c->r, g, "site"),
                                     .email = c->address && ticked(c->r, g, "email"),
                                     .sms = ticked(c->r, g, "sms")}));
    }
    return OK;
}

err do_notice_settings(struct request *r)
{
    struct choosing c = {.r = r};
    TRY(request_tx(r, set, &c));
    reply_flash(r, MSG_notices_settings_kept);
    return reply_redirect(r, S("/me/notices/settings"));
}
