/* Events for programs of an account (webhooks). Written in the transaction of the act, one row and
 * one job for each webhook that wants it, so that nothing is told that did not happen and nothing
 * that happened is forgotten; webhook/ sends them after the commit. What an event holds is public
 * or the account's own: never identities, readers or officers. */
#pragma once
#include "record/record.h"

enum event_kind {
#define EVENT(name, type) EVENT_##name,
#include "event/events.def"
#undef EVENT
    EVENT_KINDS
};
extern const char *const EVENT_NAMES[EVENT_KINDS];
extern const char *const EVENT_TYPES[EVENT_KINDS];

struct event_in {
    enum event_kind kind;
    int64_t account_id;
    const struct record_field *fields; /* of "data", in this order; RECORD_FIELDS */
    size_t n_fields;
};
/* An account without webhooks costs one look. */
err event_add(struct tx *t, const struct event_in *in);
/* The event that has the name of this record; false: there is none. */
bool event_of_record(enum record_kind kind, enum event_kind *ret_kind);
/* A try of one webhook, whatever it listens to: type "ping". */
err event_ping(struct tx *t, int64_t account_id, int64_t webhook_id);

#define EVENT_JOB "webhook" /* args {"webhook": id, "call": id} */
