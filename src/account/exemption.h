/* Accounts over the cap (A7.8): asked for with a reason once the cap is reached, granted by two
 * officers for a time, counted by identity key like the cap itself. When the time is over the
 * accounts stay, but no further one is accepted. */
#pragma once
#include "casework/casework.h"
#include "web/request.h"

enum { EXEMPTION_EXTRA_MAX = 20, EXEMPTION_MONTHS_MAX = 24, EXEMPTION_REASON_MAX = 500 };
struct exemption {
    int64_t id, registrant_id, asked_by, asked_at, decided_at, until_at;
    int extra, months;
    str state; /* asked, granted, refused */
    str reason, answer;
};
struct exemption_wish {
    int64_t registrant_id, user_id, review_ms;
    int cap, extra, months;
    str reason;
};
/* Opens a case for two officers. ERR_NOT_FOUND: not this user's; ERR_DENIED identity_required,
 * agreement_required; ERR_CONFLICT cap_not_reached, exemption_waits. */
err exemption_ask(struct tx *t, arena *mem, const struct exemption_wish *w, int64_t *ret_id);
/* Newest first, at most 20. */
err exemption_list(struct tx *t, arena *mem, int64_t registrant_id, struct exemption **ret_v,
                   size_t *ret_n);
err exemption_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                           const struct decision *d);
err exemption_case_view(struct request *r, const struct casefile *c, html *ret_view);
