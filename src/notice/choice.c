/* Groups of notices, and what a person chose for them. */
#include "notice/choice.h"

const struct notice_group_spec NOTICE_GROUP[NOTICE_GROUPS] = {
#define everybody false
#define staff true
#define X(group, who, optional_) [NOTICE_##group] = {#group, who, optional_},
#include "notice/groups.def"
#undef X
#undef everybody
#undef staff
};

static const struct {
    const char *kind;
    enum notice_group group;
    bool own_sms;
} KINDS[] = {
#define chosen false
#define own true
#define X(kind, group, sms) {#kind, NOTICE_##group, sms},
#include "notice/kinds.def"
#undef X
#undef chosen
#undef own
};

enum notice_group notice_group_of(str kind)
{
    for (size_t i = 0; i < LEN(KINDS); i++)
        if (str_eq(kind, str_from(KINDS[i].kind)))
            return KINDS[i].group;
    return NOTICE_GROUPS;
}

bool notice_own_sms(str kind)
{
    for (size_t i = 0; i < LEN(KINDS); i++)
        if (KINDS[i].own_sms && str_eq(kind, str_from(KINDS[i].kind)))
            return true;
    return false;
}
