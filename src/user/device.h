/* Devices from which a user logged in: a random token in the cookie "device" (its SHA-256 in the
 * table), kept by the browser for 400 days. A login from a device that is not known is told to the
 * user, in the app and by SMS, and to the owners of the accounts that the user works for (A10.1).
 * The first device of a login is known silently: nobody is there to be warned.
 * An address alone makes no device new: those of phones change by the hour. It is shown. */
#pragma once
#include "user/user.h"
#include "web/request.h"

enum { DEVICES_SHOWN = 50 };
struct device {
    int64_t id, created_at, seen_at;
    str ip, user_agent;
    bool here; /* this request's */
};
/* After a complete login, inside its transaction. Poke the jobs after. */
err device_enter(struct request *r, struct tx *t, int64_t user_id);
/* Known ones, last used first. */
err device_list(const struct request *r, struct tx *t, struct device **ret_v, size_t *ret_n);
/* "It was not me": ends all sessions and this request's, forgets all devices, voids the password
 * (only a code to the mobile number sets a new one), and drops what was added to the login since
 * that device came: passkeys, authenticator. Records and tells. */
err device_disown(struct request *r, struct tx *t, int64_t id);

/* ---- what happened at the door, for the security officer ---- */
enum login_event_kind {
#define X(kind, failed) LOGIN_##kind,
#include "user/login_event.def"
#undef X
    LOGIN_EVENTS
};
str login_event_name(enum login_event_kind kind);
/* With the request's address, port and agent. user_id 0: nobody has that number. */
err login_event_add(const struct request *r, struct tx *t, enum login_event_kind kind,
                    int64_t user_id);
