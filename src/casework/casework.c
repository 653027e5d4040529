/* Names of the case model. */
#include "casework/casework.h"

static const str KINDS[] = {
#define X(id, name) [id] = {#name, sizeof #name - 1},
    CASE_KIND_TABLE(X)
#undef X
};
static const str VERDICTS[] = {
    [VERDICT_APPROVE] = {"approve", 7},
    [VERDICT_RETURN] = {"return", 6},
    [VERDICT_REJECT] = {"reject", 6},
};

str case_kind_name(enum case_kind kind)
{
    return KINDS[kind];
}

err case_kind_parse(str name, enum case_kind *ret_kind)
{
    for (int i = 0; i < CASE_KINDS; i++)
        if (str_eq(KINDS[i], name)) {
            *ret_kind = (enum case_kind)i;
            return OK;
        }
    return fault(ERR_INVALID, "unknown_kind", "case kind %.*s", FMT(name));
}

str verdict_name(enum verdict v)
{
    return VERDICTS[v];
}

err verdict_parse(str name, enum verdict *ret_v)
{
    for (size_t i = 0; i < LEN(VERDICTS); i++)
        if (str_eq(VERDICTS[i], name)) {
            *ret_v = (enum verdict)i;
            return OK;
        }
    return fault_field(ERR_INVALID, "unknown_verdict", "verdict", "verdict %.*s", FMT(name));
}
