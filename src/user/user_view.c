/* What several pages of users need. */
#include "user/user_view.h"

str next_path(const struct request *r, str otherwise)
{
    str next = request_query(r, "next");
    bool local =
        next.n && next.p[0] == '/' && (next.n == 1 || (next.p[1] != '/' && next.p[1] != '\\'));
    return local ? next : otherwise;
}

str home_of(unsigned roles)
{
    if (roles & ROLE_STAFF)
        return S("/desk");
    return roles & ROLE_REGULATOR  ? S("/oversight")
           : roles & ROLE_INDUSTRY ? S("/industry")
                                   : S("/me");
}

bool second_factor_needed(const struct request *r)
{
    return (r->session.roles & ROLE_STAFF) && !r->session.two_factor;
}

static const struct form_option ROLES[] = {
    {{"reviewer", 8}, MSG_role_reviewer, {NULL, 0}},
    {{"editor_in_chief", 15}, MSG_role_editor_in_chief, {NULL, 0}},
    {{"compliance", 10}, MSG_role_compliance, {NULL, 0}},
    {{"privacy_officer", 15}, MSG_role_privacy_officer, {NULL, 0}},
    {{"security_admin", 14}, MSG_role_security_admin, {NULL, 0}},
    {{"sysadmin", 8}, MSG_role_sysadmin, {NULL, 0}},
    {{"regulator_national", 18}, MSG_role_regulator_national, {NULL, 0}},
    {{"regulator_local", 15}, MSG_role_regulator_local, {NULL, 0}},
    {{"industry", 8}, MSG_role_industry, {NULL, 0}},
};

const struct form_option *role_options(size_t *ret_n)
{
    *ret_n = LEN(ROLES);
    return ROLES;
}

str roles_shown(const struct request *r, unsigned roles)
{
    str text = S("");
    for (size_t i = 0; i < LEN(ROLES); i++) {
        if (!(roles & 1U << i))
            continue;
        str comma = r->lang == LANG_EN ? S(", ") : msg(r->lang, MSG_user_comma);
        str between = text.n ? comma : S("");
        text = str_cat(r->mem, str_cat(r->mem, text, between), msg(r->lang, ROLES[i].label));
    }
    return text;
}

/* The first of names that the text has. */
static const char *first_of(str text, const char *const *pairs, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        if (str_has(text, str_from(pairs[i])))
            return pairs[i + 1];
    return "";
}

str device_name(arena *mem, str user_agent)
{
    static const char *const PROGRAMS[] = {
        "MicroMessenger", "WeChat", "Edg",    "Edge",   "Firefox", "Firefox",
        "Chrome",         "Chrome", "Safari", "Safari", "curl",    "curl",
    };
    static const char *const SYSTEMS[] = {
        "Harmony", "HarmonyOS", "Android", "Android", "iPhone", "iPhone", "iPad",
        "iPad",    "Windows",   "Windows", "Mac OS",  "macOS",  "Linux",  "Linux",
    };
    const char *program = first_of(user_agent, PROGRAMS, LEN(PROGRAMS));
    const char *system = first_of(user_agent, SYSTEMS, LEN(SYSTEMS));
    if (!*program && !*system)
        return str_ellipsis(mem, user_agent, 30);
    return str_fmt(mem, "%s%s%s", program, *program && *system ? " · " : "", system);
}

void form_keep(struct form *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->fields[i].kind != FIELD_PASSWORD)
            form_set(f, f->fields[i].name, str_trim(request_field(f->r, f->fields[i].name)));
}

str site_called(struct request *r)
{
    struct site_profile p = {0};
    if (!r->site->profile || r->site->profile(r->site, r->mem, &p) != OK || !p.name.n)
        return msg(r->lang, MSG_site_name);
    return p.name;
}

struct password_about password_about(struct request *r, str mobile, str name)
{
    return (struct password_about){mobile, name, site_called(r), webauthn_rp_id(request_origin(r))};
}

void form_locked(struct form *f, int64_t until)
{
    int64_t left = (until - f->r->now + MINUTE_MS - 1) / MINUTE_MS;
    str args[] = {clock_china_text(f->r->mem, until + MINUTE_MS - 1),
                  str_fmt(f->r->mem, "%lld", (long long)(left > 0 ? left : 1))};
    f->error = msg_format(f->r->mem, f->r->lang, MSG_reason_login_locked, args, LEN(args));
    f->bad = true;
}
