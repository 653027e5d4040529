/* SQL of departures: for leaving/ only. */
#pragma once
#include "leaving/departure.h"

enum { DEPARTURE_MAX = 100 };

err store_departure_insert(struct tx *t, const struct departure *d);
err store_departure_end(struct tx *t, int64_t id, str state);
err store_departure_held(struct tx *t, int64_t id);
err store_departures_due(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n);

/* Accounts that a departure is about: those of its registrants, and those whose only owner the
 * person is. */
struct departing_account {
    int64_t id;
    str handle, name, state;
    bool own, cools; /* own: of its registrants */
    int64_t findings, appeals;
};
err store_departing_accounts(struct tx *t, arena *mem, const struct departure_wish *w,
                             struct departing_account **ret_v, size_t *ret_n);
err store_has_post(struct tx *t, int64_t user_id, bool *ret_yes);
/* Open accounts that the user is a member of, at most 100; subscriptions the same. */
err store_memberships(struct tx *t, arena *mem, int64_t user_id, int64_t **ret_v, size_t *ret_n);
err store_subscriptions(struct tx *t, arena *mem, int64_t user_id, int64_t **ret_v, size_t *ret_n);
/* Reading list, history, choices, notices, passkeys, devices: erased. Tokens: revoked. Requests for
 * help: closed. Exports: over. */
err store_private_erase(struct tx *t, int64_t user_id);
