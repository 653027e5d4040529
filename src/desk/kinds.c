/* The table of case kinds. */
#include "account/account.h"
#include "article/article.h"
#include "desk/desk_view.h"
#include "policy/policy.h"
#include "registrant/registrant.h"

/* Weak: a department whose evidence page is not built yet shows title and facts only. */
err registrant_case_view(struct request *r, const struct casefile *c, html *ret_view)
    __attribute__((weak));
err article_case_view(struct request *r, const struct casefile *c, html *ret_view)
    __attribute__((weak));

const struct desk_kind DESK_KINDS[CASE_KINDS] = {
#define KIND(kind, need, evidence, done)                                                           \
    [kind] = {.roles = (need), .view = evidence, .decided = done},
#include "desk/kinds.def"
#undef KIND
};

unsigned desk_kinds_of(unsigned roles)
{
    unsigned kinds = 0;
    for (unsigned k = 0; k < CASE_KINDS; k++)
        if (DESK_KINDS[k].roles & roles)
            kinds |= 1U << k;
    return kinds;
}

str desk_kind_label(enum lang lang, enum case_kind kind)
{
    static const enum msg LABELS[CASE_KINDS] = {MSG_case_kind_registrant, MSG_case_kind_account,
                                                MSG_case_kind_profile, MSG_case_kind_article,
                                                MSG_case_kind_policy};
    return msg(lang, LABELS[kind]);
}

str desk_verdict_label(enum lang lang, enum verdict v)
{
    static const enum msg LABELS[] = {MSG_verdict_approve, MSG_verdict_return, MSG_verdict_reject};
    return msg(lang, LABELS[v]);
}
