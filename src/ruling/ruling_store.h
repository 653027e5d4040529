/* SQL of rulings, proposals, appeals and reports: for ruling/ only. */
#pragma once
#include "ruling/ruling.h"

err store_ruling_insert(struct tx *t, const struct ruling *r);
err store_statement_insert(struct tx *t, int64_t ruling_id, str json);
/* Version in force of a kind of our rules, 0 = none. */
err store_policy_version(struct tx *t, str kind, int64_t at, int *ret_version);
struct proposal_put {
    int64_t case_id, officer;
    str wish;
};
err store_second_insert(struct tx *t, const struct proposal_put *p);
err store_second_end(struct tx *t, const struct proposal *p, str state, int64_t by, str reason);
err store_is_manager(struct tx *t, int64_t account_id, int64_t user_id, bool *ret_yes);
err store_has_role(struct tx *t, int64_t user_id, str role, bool *ret_yes);
/* Users with one of both roles, at most 100. */
err store_role_holders(struct tx *t, arena *mem, str role, str other, int64_t **ret_v,
                       size_t *ret_n);
err store_appeal_insert(struct tx *t, const struct appeal *a);
err store_outcome_insert(struct tx *t, const struct appeal *a, int64_t officer);
err store_report_insert(struct tx *t, int64_t ruling_id, str kind, int64_t due_at);
err store_report_had(struct tx *t, int64_t ruling_id, bool *ret_had);
err store_report_open(struct tx *t, arena *mem, struct authority_report **ret_v, size_t *ret_n);
err store_report_warned(struct tx *t, int64_t id, int percent);
err store_report_submitted(struct tx *t, const struct authority_report *r, int64_t by,
                           int64_t *ret_changed);
err store_notice_read(struct tx *t, int64_t user_id, str link);
