/* An account in other hands: what is public of it, and the act itself (transfer/ says when). The
 * articles stay; each was published by the registrant that had the account then. */
#pragma once
#include "account/account.h"

enum { HANDOVERS_MAX = 20 };
struct handover {
    int64_t at;
    str from_class, to_class;
    str from_name; /* only if it was shown then by its wish (A6.1); else "" */
};
/* Newest first. */
err handover_list(struct tx *t, arena *mem, int64_t account_id, struct handover **ret_v,
                  size_t *ret_n);
/* Who had the account at a time before the last handover; ERR_NOT_FOUND: who has it now. */
err handover_before(struct tx *t, arena *mem, int64_t account_id, int64_t at,
                    struct handover *ret_h);
/* Another registrant has the account from now on: its class and mark, its user as the only member;
 * invitations and tokens end. Nothing is asked here. */
struct handover_act {
    int64_t account_id, registrant_id, user_id, actor;
};
err account_hand_over(struct tx *t, arena *mem, const struct handover_act *act);
/* May this registrant have one account more? ERR_NOT_FOUND: not this user's; ERR_DENIED
 * identity_required, agreement_required; ERR_LIMIT subject_limit (exemptions count). */
err account_room(struct tx *t, arena *mem, int64_t registrant_id, int64_t user_id);
