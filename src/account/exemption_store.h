/* SQL of exemptions from the cap: for exemption.c and its pages only. */
#pragma once
#include "account/exemption.h"

err store_exemption_insert(struct tx *t, const struct exemption *e, struct bytes identity_key);
err store_exemption_load(struct tx *t, arena *mem, int64_t id, struct exemption *ret_e);
err store_exemption_decide(struct tx *t, const struct exemption *e);
err store_exemption_waits(struct tx *t, struct bytes identity_key, int64_t *ret_n);
