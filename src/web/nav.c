/* The navigation of every place, as tables. */
#include "web/layout.h"

static const struct nav_item ME[] = {
    {"", MSG_nav_feed, "newspaper", 0, 'f'},
    {"/notices", MSG_layout_notices, "bell", 0, 'n'},
    {"/registrants", MSG_nav_registrant, "identification", 0, 'i'},
    {"/accounts", MSG_nav_accounts, "square-2-stack", 0, 'a'},
    {"/tickets", MSG_support_tickets, "lifebuoy", 0, 'h'},
    {"/security", MSG_nav_security, "key", 0, 's'},
    {"/data", MSG_owndata_title, "shield-check", 0, 'd'},
    {"/consents", MSG_consent_page, "check-circle", 0, 'c'},
};
static const struct nav_item CONSOLE[] = {
    {"", MSG_nav_overview, "squares-2x2", 0, 'o'},
    {"/articles", MSG_nav_articles, "document-text", MEMBER_AUTHOR, 'a'},
    {"/releases", MSG_release_title, "check-circle", MEMBER_EDITOR, '2'},
    {"/series", MSG_series_list, "queue-list", MEMBER_EDITOR, 's'},
    {"/issues", MSG_issue_title, "square-2-stack", MEMBER_EDITOR, 0},
    {"/menu", MSG_menu_title, "bars-3", MEMBER_EDITOR, 0},
    {"/media", MSG_media_library, "film", MEMBER_AUTHOR, 'd'},
    {"/figures", MSG_figures_title, "chart-bar", MEMBER_AUTHOR, 'f'},
    {"/profile", MSG_nav_profile, "identification", MEMBER_EDITOR, 'p'},
    {"/members", MSG_nav_members, "users", MEMBER_OWNER, 'm'},
    {"/licences", MSG_nav_licences, "check-badge", MEMBER_AUTHOR, 'l'},
    {"/rights", MSG_rights_against, "hand-raised", MEMBER_EDITOR, 'x'},
    {"/reprints", MSG_nav_reprints, "document-duplicate", MEMBER_EDITOR, 'r'},
    {"/tokens", MSG_nav_tokens, "code-bracket", MEMBER_OWNER, 't'},
    {"/webhooks", MSG_webhook_title, "bolt", MEMBER_EDITOR, '7'},
    {"/manage", MSG_nav_manage, "cog-6-tooth", MEMBER_OWNER, 'g'},
};
static const struct nav_item DESK[] = {
    {"", MSG_nav_overview, "squares-2x2", 0, 'd'},
    {"/cases", MSG_nav_queue, "queue-list", 0, 'q'},
    {"/home", MSG_nav_home_page, "sparkles", ROLE_EIC | ROLE_REVIEWER, 'h'},
    {"/directory", MSG_nav_directory, "building-office-2", ROLE_EIC | ROLE_REVIEWER, 'i'},
    {"/tickets", MSG_support_tickets, "lifebuoy", ROLE_STAFF, 't'},
    {"/figures", MSG_figures_title, "chart-bar", ROLE_STAFF, 'f'},
    {"/patrol", MSG_nav_patrol, "eye", ROLE_REVIEWER | ROLE_EIC, 'g'},
    {"/rights", MSG_nav_rights, "hand-raised", ROLE_REVIEWER | ROLE_EIC | ROLE_COMPLIANCE, 'x'},
    {"/emergency", MSG_nav_emergency, "exclamation-triangle", ROLE_STAFF, 'y'},
    {"/reports", MSG_nav_reports, "paper-airplane", ROLE_COMPLIANCE | ROLE_EIC, 'a'},
    {"/scan", MSG_nav_scan, "funnel", ROLE_REVIEWER | ROLE_EIC | ROLE_COMPLIANCE, 'w'},
    {"/prints", MSG_nav_prints, "document-duplicate", ROLE_REVIEWER | ROLE_EIC | ROLE_COMPLIANCE,
     '6'},
    {"/learning", MSG_nav_learning, "light-bulb", ROLE_REVIEWER | ROLE_EIC | ROLE_COMPLIANCE, '2'},
    {"/agreement", MSG_nav_qa, "scale", ROLE_EIC, 0},
    {"/staffing", MSG_nav_staffing, "users", ROLE_REVIEWER | ROLE_EIC | ROLE_COMPLIANCE, '8'},
    {"/duties", MSG_nav_duties, "clipboard-document-check", ROLE_STAFF, 'r'},
    {"/policies", MSG_nav_policies, "scale", ROLE_COMPLIANCE | ROLE_EIC, 'p'},
    {"/licences", MSG_nav_licences, "check-badge", ROLE_REVIEWER | ROLE_EIC | ROLE_COMPLIANCE, 'c'},
    {"/news-sources", MSG_nav_sources, "newspaper", ROLE_EIC | ROLE_COMPLIANCE, 's'},
    {"/provider", MSG_nav_provider, "building-library", ROLE_COMPLIANCE | ROLE_SYSADMIN, 'o'},
    {"/staff", MSG_nav_users, "users", ROLE_SYSADMIN, 'u'},
    {"/posts", MSG_nav_posts, "user-circle", ROLE_SYSADMIN, 'e'},
    {"/vault", MSG_nav_vault, "lock-closed", ROLE_REVIEWER | ROLE_PRIVACY, 'v'},
    {"/provisions", MSG_nav_provisions, "arrow-up-tray", ROLE_PRIVACY | ROLE_COMPLIANCE, '3'},
    {"/outbox", MSG_nav_outbox, "envelope", ROLE_SYSADMIN | ROLE_PRIVACY, 'm'},
    {"/jobs", MSG_nav_jobs, "cog-6-tooth", ROLE_SYSADMIN, 'j'},
    {"/log", MSG_nav_log, "document-magnifying-glass", ROLE_SECURITY, 'l'},
    {"/logins", MSG_user_watch, "shield-exclamation", ROLE_SECURITY, 'n'},
    {"/retention", MSG_retention_title, "archive-box",
     ROLE_COMPLIANCE | ROLE_SECURITY | ROLE_PRIVACY, 'k'},
    {"/packages", MSG_package_list, "folder",
     ROLE_COMPLIANCE | ROLE_SECURITY | ROLE_EIC | ROLE_PRIVACY, '1'},
    {"/restricted", MSG_leaving_restricted, "lock-closed", ROLE_COMPLIANCE | ROLE_SECURITY, 'z'},
    {"/record", MSG_layout_log, "link", ROLE_SYSADMIN | ROLE_SECURITY | ROLE_COMPLIANCE, 'b'},
};
static const struct nav_item OVERSIGHT[] = {
    {"", MSG_nav_overview, "squares-2x2", 0, 'o'},
};
static const struct nav_item INDUSTRY[] = {
    {"", MSG_nav_overview, "squares-2x2", 0, 'o'},
};

const struct nav_item *nav_items(enum place place, size_t *ret_n)
{
    static const struct {
        const struct nav_item *v;
        size_t n;
    } places[PLACE_COUNT] = {
        [PLACE_ME] = {ME, LEN(ME)},
        [PLACE_CONSOLE] = {CONSOLE, LEN(CONSOLE)},
        [PLACE_DESK] = {DESK, LEN(DESK)},
        [PLACE_OVERSIGHT] = {OVERSIGHT, LEN(OVERSIGHT)},
        [PLACE_INDUSTRY] = {INDUSTRY, LEN(INDUSTRY)},
    };
    *ret_n = places[place].n;
    return places[place].v;
}

bool nav_allowed(const struct chrome *c, enum place place, const struct nav_item *item)
{
    if (!item->need)
        return true;
    if (place == PLACE_CONSOLE)
        return (unsigned)c->r->member.role >= item->need;
    return (c->r->session.roles & item->need) != 0;
}

str nav_href(const struct chrome *c, enum place place, const struct nav_item *item)
{
    static const char *const bases[PLACE_COUNT] = {
        [PLACE_READER] = "",           [PLACE_PLAIN] = "",     [PLACE_ME] = "/me",
        [PLACE_CONSOLE] = "/console/", [PLACE_DESK] = "/desk", [PLACE_OVERSIGHT] = "/oversight",
        [PLACE_INDUSTRY] = "/industry"};
    str handle = place == PLACE_CONSOLE ? c->r->member.handle : STR_NONE;
    return str_fmt(c->r->mem, "%s%.*s%s", bases[place], FMT(handle), item->href);
}

bool nav_is_here(const struct chrome *c, enum place place, const struct nav_item *item)
{
    str path = c->r->path;
    str full = nav_href(c, place, item);
    bool below = str_starts(path, full) && path.n > full.n && path.p[full.n] == '/';
    return str_eq(path, full) || (*item->href && below);
}
