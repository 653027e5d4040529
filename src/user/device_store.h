/* SQL of devices and events at the door: for device.c only. */
#pragma once
#include "user/device.h"

/* ERR_NOT_FOUND; *ret_known false: forgotten. */
err store_device_find(struct tx *t, int64_t user_id, struct bytes token, int64_t *ret_id,
                      bool *ret_known);
err store_device_insert(struct tx *t, int64_t user_id, struct bytes token, const struct device *d);
/* Known again, or still. */
err store_device_seen(struct tx *t, int64_t user_id, const struct device *d);
err store_device_any(struct tx *t, int64_t user_id, int64_t *ret_n);
err store_device_load(struct tx *t, int64_t user_id, int64_t id, int64_t *ret_created_at);
err store_devices_forget(struct tx *t, int64_t user_id);
err store_tokens_revoke(struct tx *t, int64_t user_id); /* API tokens that the user made */
err store_device_list(struct tx *t, arena *mem, int64_t user_id, struct bytes here,
                      struct device **ret_v, size_t *ret_n);
/* Switches TOTP off that was switched on at since or later. */
err store_totp_since(struct tx *t, int64_t user_id, int64_t since, int64_t *ret_changed);

/* Owners of accounts that the user works for, other than the user; at most 100. */
struct watcher {
    int64_t owner_id;
    str handle, account;
};
err store_watchers(struct tx *t, arena *mem, int64_t user_id, struct watcher **ret_v,
                   size_t *ret_n);

struct event_row {
    int64_t id, user_id, actor;
    str kind, ip, user_agent, note;
    int port;
};
err store_event_insert(struct tx *t, const struct event_row *e);
