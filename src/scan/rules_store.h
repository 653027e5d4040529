/* SQL of rules, passes and hits: for scan/ only. */
#pragma once
#include "scan/rules.h"

err store_scan_rule_insert(struct tx *t, const struct scan_entry *e);
/* Changed rows: 0 when the newest version is not e->r.version - 1. */
err store_scan_rule_next(struct tx *t, const struct scan_entry *e, int64_t *ret_changed);
err store_scan_version_insert(struct tx *t, const struct scan_entry *e, const struct scan_size *s);
struct scan_place { /* where the newest version and the rule stand now */
    int64_t id, by, young_until, hour_max, day_max;
    str state;
    int live, trial, before, share;
};
err store_scan_place(struct tx *t, const struct scan_place *p);
err store_scan_tested(struct tx *t, int64_t id, int version);
err store_scan_hits_up(struct tx *t, int64_t id, int64_t more, int64_t in_shadow);
struct scan_young { /* until 0: that version is none that acts */
    int64_t until, since, hour_max, day_max;
};
err store_scan_young(struct tx *t, int64_t rule_id, int version, struct scan_young *ret_y);
/* Hits at submission that acted, since then. */
err store_scan_acted(struct tx *t, int64_t rule_id, int version, int64_t since, int64_t *ret_n);
err store_scan_epoch(struct tx *t, struct scan_epoch *ret_e);
err store_scan_epoch_up(struct tx *t, int small, int big);
err store_scan_live(struct tx *t, arena *mem, bool small, struct scan_rule **ret_v, size_t *ret_n);
err store_scan_class(struct tx *t, arena *mem, int64_t account_id, str *ret_class);

err store_pass_insert(struct tx *t, const struct scan_pass *p);
err store_pass_load(struct tx *t, arena *mem, int64_t id, struct scan_pass *ret_p);
err store_pass_step(struct tx *t, const struct scan_pass *p);
err store_pass_end(struct tx *t, int64_t id, str state);
/* A back-test also looks at what officers removed: only so its precision can be told. */
err store_public_count(struct tx *t, bool trial, int64_t *ret_n);
enum scan_label { SCAN_LABEL_NONE, SCAN_LABEL_RIGHT, SCAN_LABEL_WRONG };
/* The last ruling on the thing in the finding's family, as appeals left it. */
err store_label(struct tx *t, const struct scan_found *f, enum scan_label *ret_label);
/* Ranks below *ret_limit belong to the sample so far. */
err store_sample_limit(struct tx *t, int64_t run_id, int64_t *ret_limit);
err store_sample_insert(struct tx *t, int64_t run_id, const struct scan_found *f);
err store_sample_trim(struct tx *t, int64_t run_id);
err store_sample_judge(struct tx *t, const struct scan_judgement *j, int64_t *ret_changed);

struct scan_piece {                       /* a public or planned version */
    int64_t account_id, no, published_at; /* 0 = not public now */
    int version;
    str title, digest, category, doc, account_class, declared;
};
enum { SCAN_BATCH = 100 };
/* The next articles behind (account, no). */
err store_public_after(struct tx *t, arena *mem, const struct scan_pass *p,
                       struct scan_piece ret_v[SCAN_BATCH], size_t *ret_n);
err store_hit_insert(struct tx *t, const struct scan_found *f, int64_t run_id);
