/* Several planned articles at one moment. */
#include "article/together.h"

#include "article/going.h"

static err ask(struct tx *t, arena *mem, const struct article_ref *ref, str *ret_why)
{
    struct article a;
    struct article_version v;
    struct gate_question q;
    struct gate_answer gate;
    bool waits = false;
    *ret_why = STR_NONE;
    TRY(article_load(t, mem, ref->account_id, ref->no, &a));
    if (!str_eq(a.state, S("scheduled")))
        return fault(ERR_CONFLICT, "not_planned", "article is %.*s", FMT(a.state));
    TRY(article_version_load(t, mem, a.account_id, a.no, a.version, &v));
    TRY(version_question(mem, &v, &q));
    TRY(gate_ask(t, mem, &q, &gate));
    if (gate.closed)
        *ret_why = gate_reasons_text(mem, gate.closed);
    else if (gate.emergency_hold)
        TRY(emergency_waits(t, mem, &a, &v, &waits));
    if (waits)
        *ret_why = S("emergency_hold");
    return OK;
}

err article_together(struct tx *t, arena *mem, const struct article_ref *v, size_t n,
                     int64_t *ret_which, str *ret_why)
{
    str why = STR_NONE;
    for (size_t i = 0; i < n; i++) {
        TRY(ask(t, mem, &v[i], &why));
        if (!why.n)
            continue;
        *ret_which = v[i].no;
        *ret_why = why;
        return OK;
    }
    for (size_t i = 0; i < n; i++)
        TRY(article_publish_planned(t, mem, &v[i]));
    *ret_which = 0;
    *ret_why = STR_NONE;
    return OK;
}
