/* What the security officer sees of the door (A5.7): failed logins, locks, anomalies. */
#pragma once
#include "user/device.h"

enum {
    WATCH_LIMIT_MAX = 5000,
    WATCH_ROWS = 50,
    WATCH_IP_TRIES = 20,    /* failed tries from one address in the time looked at, or … */
    WATCH_IP_LOGINS = 5,    /* … at so many different logins */
    WATCH_LOGIN_TRIES = 10, /* failed tries at one login */
    UNLOCK_REASON_MAX = 200,
};
struct watch_filter {
    int64_t from, until; /* ms */
    int64_t before;      /* id; 0 = from the newest */
    int64_t user_id;     /* 0 = any */
    str kind, ip;        /* "" = any; kind "failed" = those that are tries */
    int limit;
};
struct watch_event {
    int64_t id, at, user_id, actor;
    str kind, user, ip, user_agent, officer, note; /* user "": nobody has that number */
    int port;
};
/* Newest first. */
err watch_events(struct tx *t, arena *mem, const struct watch_filter *f, struct watch_event **ret_v,
                 size_t *ret_n);
struct watch_sum {
    str ip, user; /* the one that is summed up; the other is empty */
    int64_t user_id, tries, others /* logins, or addresses */, last_at;
};
/* Addresses and logins with more failures than honest people have; at most WATCH_ROWS each. */
err watch_addresses(struct tx *t, arena *mem, const struct watch_filter *f,
                    struct watch_sum **ret_v, size_t *ret_n);
err watch_logins(struct tx *t, arena *mem, const struct watch_filter *f, struct watch_sum **ret_v,
                 size_t *ret_n);
struct watch_lock {
    int64_t user_id, locked_until;
    int failed;
    str name;
};
err watch_locks(struct tx *t, arena *mem, struct watch_lock **ret_v, size_t *ret_n);
/* Opens a locked login; with the officer's reason, recorded and told. ERR_CONFLICT "not_locked". */
err watch_unlock(const struct request *r, struct tx *t, int64_t user_id, str reason);
/* Events older than that go; the operation log keeps its own time. */
err watch_sweep(struct tx *t, int64_t before);
