/* SQL of provider settings; only for settings/. */
#pragma once
#include "settings/provider.h"

/* Number of versions of all settings: rises with every change, since rows are only added. */
err setting_store_version(struct tx *t, arena *mem, int64_t *ret_version);
/* The newest row of each name (name and value only). */
err setting_store_current(struct tx *t, arena *mem, struct provider_version **ret_v, size_t *ret_n);
err setting_store_add(struct tx *t, arena *mem, const struct provider_change *c);
/* Ends with a row without a name. */
err setting_store_history(struct tx *t, arena *mem, str name, int limit,
                          struct provider_version **ret_v);
