/* SQL of menus: for menu.c only. */
#pragma once
#include "menu/menu.h"

err store_menu_draft(struct tx *t, arena *mem, int64_t account_id, str *ret_entries,
                     int64_t *ret_rev); /* ERR_NOT_FOUND */
/* Changed rows: 0 when the revision is another one. rev 0: a first one. */
err store_menu_draft_save(struct tx *t, const struct menu_save *s, str entries,
                          int64_t *ret_changed);
err store_menu_insert(struct tx *t, const struct menu_version *v, int64_t *ret_version);
err store_menu_state(struct tx *t, int64_t account_id, str from, str to); /* of all in that state */
err store_menu_decide(struct tx *t, int64_t account_id, int64_t version, str state, str reason);
