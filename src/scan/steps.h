/* What the parts of the life of rules ask each other: for scan/ only. */
#pragma once
#include "record/record.h"
#include "scan/rules_store.h"

struct rule_act {
    enum record_kind kind;
    int64_t rule_id, by; /* by 0: the machine */
    int version;
    str reason;
};
err rule_act_record(struct tx *t, const struct rule_act *a);
/* Sizes (small, big) of an entry's list in scan_epoch: what has to be compiled again. */
err rule_touch(struct tx *t, const struct scan_entry *e);
/* Writes the pass and queues its job; sets id and total. */
err pass_start(struct tx *t, arena *mem, struct scan_pass *p);
/* The newest finished back-test of the newest version; id 0: none. */
err pass_trial_of(struct tx *t, arena *mem, const struct scan_entry *e, struct scan_pass *ret_p);
/* After a hit that acted: throttles the rule when it is young and hits more than it should. */
err rule_watch(struct tx *t, arena *mem, int64_t rule_id, int version);
