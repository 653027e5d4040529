/* Roles by name, and which of them go together. */
#include "web/access.h"

#include "base/buf.h"

static const struct {
    const char *name;
    unsigned bit;
} ROLES[] = {
#define X(name, id, bit) {#name, bit},
    ROLE_TABLE(X)
#undef X
};

static const char *const MEMBERS[] = {
    [MEMBER_NONE] = "",         [MEMBER_COMMENTS] = "commenter_manager",
    [MEMBER_AUTHOR] = "author", [MEMBER_EDITOR] = "editor",
    [MEMBER_OWNER] = "owner",
};

static unsigned role_bit(str name)
{
    for (size_t i = 0; i < LEN(ROLES); i++)
        if (str_eq(str_from(ROLES[i].name), name))
            return ROLES[i].bit;
    return 0;
}

err roles_parse(str list, unsigned *ret_roles)
{
    unsigned roles = 0;
    for (str rest = str_trim(list); rest.p && (rest.n || roles);) {
        str name = str_trim(str_split(rest, ',', &rest));
        unsigned bit = role_bit(name);
        if (!bit)
            return fault(ERR_INVALID, "unknown_role", "%.*s", FMT(name));
        roles |= bit;
    }
    *ret_roles = roles;
    return OK;
}

str roles_text(arena *a, unsigned roles)
{
    struct buf b;
    buf_init(&b, a, 1024);
    for (size_t i = 0; i < LEN(ROLES); i++) {
        if (!(roles & ROLES[i].bit))
            continue;
        if (b.n)
            buf_add_char(&b, ',');
        buf_add(&b, str_from(ROLES[i].name));
    }
    return b.n ? buf_str(&b) : S("");
}

err roles_check(unsigned roles)
{
    if ((roles & ROLE_SYSADMIN) && (roles & ROLE_SECURITY))
        return fault(ERR_CONFLICT, "duties_conflict", "sysadmin with security_admin");
    if ((roles & (ROLE_REGULATOR | ROLE_INDUSTRY)) && (roles & ROLE_STAFF))
        return fault(ERR_CONFLICT, "duties_conflict", "staff with regulator or industry");
    if ((roles & ROLE_REGULATOR) && (roles & ROLE_INDUSTRY))
        return fault(ERR_CONFLICT, "duties_conflict", "regulator with industry");
    return OK;
}

str member_role_name(enum member_role role)
{
    ASSERT((unsigned)role < LEN(MEMBERS));
    return str_from(MEMBERS[role]);
}

err member_role_parse(str name, enum member_role *ret_role)
{
    for (unsigned i = MEMBER_COMMENTS; i < LEN(MEMBERS); i++) {
        if (str_eq(str_from(MEMBERS[i]), name)) {
            *ret_role = (enum member_role)i;
            return OK;
        }
    }
    return fault(ERR_INVALID, "unknown_role", "member role %.*s", FMT(name));
}

static const char *const SCOPE_NAMES[SCOPES] = {
#define SCOPE(name) [SCOPE_INDEX_##name] = #name,
#include "web/scope.def"
#undef SCOPE
};

const char *scope_name(unsigned bit)
{
    for (unsigned i = 0; i < SCOPES; i++)
        if (bit == 1U << (8 + i))
            return SCOPE_NAMES[i];
    return "";
}

unsigned scopes_parse(str list)
{
    unsigned scopes = 0;
    while (list.n) {
        str name = str_split(list, ',', &list);
        for (unsigned i = 0; i < SCOPES; i++)
            if (str_eq(name, str_from(SCOPE_NAMES[i])))
                scopes |= 1U << (8 + i);
    }
    return scopes;
}
