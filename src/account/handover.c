/* An account in other hands. */
#include "account/handover.h"

#include "account/account_store.h"
#include "account/handover_store.h"
#include "settings/provider.h"

err account_room(struct tx *t, arena *mem, int64_t registrant_id, int64_t user_id)
{
    struct registrant_facts f;
    struct provider_settings ps;
    TRY(store_registrant_facts(t, mem, registrant_id, &f));
    if (f.user_id != user_id)
        return fault(ERR_NOT_FOUND, "not_found", "not this user's registrant");
    TRY(provider_settings_load(t, mem, &ps));
    bool person = str_eq(f.class, S("individual"));
    return application_check(&f, (int)(person ? ps.cap_individual : ps.cap_organisation), 0,
                             tx_now(t));
}

err account_hand_over(struct tx *t, arena *mem, const struct handover_act *act)
{
    struct registrant_facts f;
    struct account a;
    struct member owner = {.user_id = act->user_id, .role = MEMBER_OWNER};
    TRY(account_load(t, mem, act->account_id, &a));
    TRY(store_registrant_facts(t, mem, act->registrant_id, &f));
    a.registrant_id = act->registrant_id;
    a.identity_key = f.identity_key;
    a.class = f.class;
    TRY(store_hand_over(t, &a));
    TRY(member_put(t, a.id, &owner, act->actor));
    for (str rest = a.categories; rest.n;) {
        str one = str_split(rest, ',', &rest);
        TRY(page_touch(t, str_cat(mem, S("c:"), one)));
    }
    return account_touch(t, mem, a.handle);
}
