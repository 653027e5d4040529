/* The table of case kinds. */
#include "account/account.h"
#include "account/exemption.h"
#include "article/article.h"
#include "article/console.h"
#include "desk/desk_view.h"
#include "licence/licence.h"
#include "menu/menu.h"
#include "policy/policy.h"
#include "registrant/registrant.h"
#include "rights/rights.h"
#include "ruling/ruling.h"
#include "transfer/transfer.h"

const struct desk_kind DESK_KINDS[CASE_KINDS] = {
#define KIND(kind, need, evidence, done)                                                           \
    [kind] = {.roles = (need), .view = evidence, .decided = done},
#define RULED(kind, need, evidence, act) [kind] = {.roles = (need), .view = evidence, .acts = act},
#include "desk/kinds.def"
#undef KIND
#undef RULED
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
    static const enum msg LABELS[CASE_KINDS] = {
        MSG_case_kind_registrant,   MSG_case_kind_account, MSG_case_kind_profile,
        MSG_case_kind_article,      MSG_case_kind_policy,  MSG_case_kind_licence,
        MSG_case_kind_news_licence, MSG_case_kind_finding, MSG_case_kind_appeal,
        MSG_case_kind_exemption,    MSG_case_kind_transfer};
    return msg(lang, LABELS[kind]);
}

str desk_verdict_label(enum lang lang, enum verdict v)
{
    static const enum msg LABELS[] = {MSG_verdict_approve, MSG_verdict_return, MSG_verdict_reject};
    return msg(lang, LABELS[v]);
}

#define IS(kind) (1U << (kind))
static const struct {
    const char *key;
    unsigned kinds;
    enum msg label, words;
} REASONS[] = {
#define REASON(name, mask, title, text)                                                            \
    {.key = #name, .kinds = (mask), .label = title, .words = text},
#include "desk/reasons.def"
#undef REASON
};

size_t desk_reasons(enum lang lang, enum case_kind kind, struct desk_reason ret_v[DESK_REASONS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < LEN(REASONS) && n < DESK_REASONS_MAX; i++)
        if (REASONS[i].kinds & IS(kind))
            ret_v[n++] = (struct desk_reason){
                .key = str_from(REASONS[i].key),
                .label = msg(lang, REASONS[i].label),
                .words = REASONS[i].words ? msg(lang, REASONS[i].words) : S("")};
    return n;
}

err desk_reason_find(enum lang lang, enum case_kind kind, str key, struct desk_reason *ret_reason)
{
    struct desk_reason v[DESK_REASONS_MAX];
    size_t n = desk_reasons(lang, kind, v);
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].key, key)) {
            *ret_reason = v[i];
            return OK;
        }
    return fault_field(ERR_INVALID, "unknown_reason", "reason_key", "reason %.*s", FMT(key));
}
