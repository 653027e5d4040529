/* Who may do what: the roles of people, and what a route asks for. Enforced by the dispatcher from
 * the columns of routes.def, before a handler runs; handlers hold no permission checks. */
#pragma once
#include "base/str.h"

#define ROLE_TABLE(X)                                                                              \
    X(reviewer, ROLE_REVIEWER, 1U << 0)                                                            \
    X(editor_in_chief, ROLE_EIC, 1U << 1)                                                          \
    X(compliance, ROLE_COMPLIANCE, 1U << 2)                                                        \
    X(privacy_officer, ROLE_PRIVACY, 1U << 3)                                                      \
    X(security_admin, ROLE_SECURITY, 1U << 4)                                                      \
    X(sysadmin, ROLE_SYSADMIN, 1U << 5)                                                            \
    X(regulator_national, ROLE_REGULATOR_N, 1U << 6)                                               \
    X(regulator_local, ROLE_REGULATOR_L, 1U << 7)                                                  \
    X(industry, ROLE_INDUSTRY, 1U << 8)
enum role {
#define X(name, id, bit) id = bit,
    ROLE_TABLE(X)
#undef X
        ROLE_STAFF = ROLE_REVIEWER | ROLE_EIC | ROLE_COMPLIANCE | ROLE_PRIVACY | ROLE_SECURITY |
                     ROLE_SYSADMIN,
    ROLE_REGULATOR = ROLE_REGULATOR_N | ROLE_REGULATOR_L,
    ROLE_ALL = (1U << 9) - 1,
};
/* Roles of a comma-separated list; ERR_INVALID "unknown_role". */
err roles_parse(str list, unsigned *ret_roles);
str roles_text(arena *a, unsigned roles);
/* Separation of duties (domain.md): nobody is both sysadmin and security_admin, and a regulator or
 * industry role goes with no staff role. ERR_CONFLICT "duties_conflict". */
err roles_check(unsigned roles);

/* Roles in an account; each includes the ones before it. */
enum member_role { MEMBER_NONE, MEMBER_COMMENTS, MEMBER_AUTHOR, MEMBER_EDITOR, MEMBER_OWNER };
str member_role_name(enum member_role role); /* as stored: owner, editor … */
err member_role_parse(str name, enum member_role *ret_role);

/* Scopes of API tokens (scope.def): bits above the member role in the column need of WHO_TOKEN. */
enum scope_index {
#define SCOPE(name) SCOPE_INDEX_##name,
#include "web/scope.def"
#undef SCOPE
    SCOPES
};
enum scope {
#define SCOPE(name) SCOPE_##name = 1U << (8 + SCOPE_INDEX_##name),
#include "web/scope.def"
#undef SCOPE
    SCOPE_ALL = ((1U << SCOPES) - 1) << 8,
    NEED_ROLE = 0xFF, /* the rest of need */
};
const char *scope_name(unsigned bit); /* of one bit of SCOPE_ALL */
/* Of a list with commas; names that are no scopes (any more) count for nothing. */
unsigned scopes_parse(str list);

/* Column "who" of routes.def. */
enum who {
    WHO_ANY,    /* also without login */
    WHO_USER,   /* logged in */
    WHO_STAFF,  /* holds one of the route's roles, second factor done in this session */
    WHO_MEMBER, /* member of the account named by :handle, with at least the route's member role */
    WHO_TOKEN,  /* API token of the account named by :handle (bearer); no cookie, no CSRF */
};
