/* SQL of rules, passes and hits: for scan/ only. */
#pragma once
#include "scan/rules.h"

err store_scan_rule_insert(struct tx *t, const struct scan_entry *e);
/* Changed rows: 0 when the newest version is not e->r.version - 1. */
err store_scan_rule_next(struct tx *t, const struct scan_entry *e, int64_t *ret_changed);
err store_scan_version_insert(struct tx *t, const struct scan_entry *e, const struct scan_size *s);
err store_scan_state(struct tx *t, int64_t id, str state, int live_version, bool small);
err store_scan_tested(struct tx *t, int64_t id, int version);
err store_scan_hits_up(struct tx *t, int64_t id, int64_t more);
err store_scan_epoch(struct tx *t, struct scan_epoch *ret_e);
err store_scan_epoch_up(struct tx *t, int small, int big);
err store_scan_live(struct tx *t, arena *mem, bool small, struct scan_rule **ret_v, size_t *ret_n);
err store_scan_class(struct tx *t, arena *mem, int64_t account_id, str *ret_class);

err store_pass_insert(struct tx *t, const struct scan_pass *p);
err store_pass_load(struct tx *t, arena *mem, int64_t id, struct scan_pass *ret_p);
err store_pass_step(struct tx *t, const struct scan_pass *p);
err store_pass_end(struct tx *t, int64_t id, str state);
err store_public_count(struct tx *t, int64_t *ret_n);

struct scan_piece { /* a public or planned version */
    int64_t account_id, no;
    int version;
    str title, digest, category, doc, account_class, declared;
};
enum { SCAN_BATCH = 100 };
/* The next articles behind (account, no). */
err store_public_after(struct tx *t, arena *mem, const struct scan_pass *p,
                       struct scan_piece ret_v[SCAN_BATCH], size_t *ret_n);
err store_hit_insert(struct tx *t, const struct scan_found *f, int64_t run_id);
