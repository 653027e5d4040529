/* Measures: what a decision does to an article or an account, from when until when (A13.1). This
 * department knows which are in force and answers those who must ask (the gate and whoever carries
 * out a function that can be taken away); ruling/ starts and ends them and carries them out. */
#pragma once
#include "db/db.h"

enum measure_kind {
#define MEASURE(name, ...) MEASURE_##name,
#include "measure/kinds.def"
#undef MEASURE
    MEASURE_KINDS
};
struct measure_rule {
    const char *name, *dsa;
    unsigned things; /* 1 article, 2 account */
    int level;
    bool ends, is_read_back;
};
extern const struct measure_rule MEASURES[MEASURE_KINDS];
err measure_kind_parse(str name, enum measure_kind *ret_kind);

/* Functions that "restrict" can name; each is asked where it is carried out. */
#define FUNCTION_TABLE(X) X(publish) X(profile) X(invite) X(api) X(menu)
enum measure_function {
#define X(name) FUNCTION_##name,
    FUNCTION_TABLE(X)
#undef X
        MEASURE_FUNCTIONS
};
str measure_function_name(enum measure_function f);
/* ERR_INVALID "unknown_function", "function_required". */
err measure_functions_check(str list);

struct measure {
    int64_t id, account_id, no /* 0 = the account */, decision_id, start_at;
    int64_t end_at;               /* 0 = without end */
    int64_t lifted_at, lifted_by; /* lifted_at 0 = stands; lifted_by 0 = it ran out */
    int64_t checked_at, gone_ms;  /* when the public surfaces were read back; ms since start */
    enum measure_kind kind;
    str functions, reason, family, before_state, before_reason;
    str left_on; /* surfaces that still showed it when they were read back; "" = none */
};
/* Writes the row and its record; sets id and start_at. */
err measure_start(struct tx *t, arena *mem, struct measure *m, int64_t officer);
/* Ends it, with its record; media that it blocked are served again. */
err measure_lift(struct tx *t, arena *mem, const struct measure *m, int64_t officer);
err measure_load(struct tx *t, arena *mem, int64_t account_id, int64_t id, struct measure *ret_m);
/* Of one decision, oldest first, at most 20. */
err measure_of(struct tx *t, arena *mem, int64_t decision_id, struct measure **ret_v,
               size_t *ret_n);
/* In force on exactly this thing, oldest first, at most 100. */
err measure_standing(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                     struct measure **ret_v, size_t *ret_n);
/* Those whose end has come, at most 100. */
err measure_due(struct tx *t, arena *mem, struct measure **ret_v, size_t *ret_n);
/* The state that a later measure found becomes the one before this measure. */
err measure_before(struct tx *t, const struct measure *m, str state, str reason);
/* What reading back found; left_on "" = gone everywhere. */
err measure_checked(struct tx *t, const struct measure *m, str left_on, int64_t gone_ms);

/* ERR_DENIED "measure_in_force" when a measure takes this function away from the account (restrict
 * naming it, suspend, close). */
err measure_pass(struct tx *t, int64_t account_id, enum measure_function f);

/* While a measure blocks a hash it is neither served nor taken again (A11.4). */
err measure_block_media(struct tx *t, int64_t measure_id, str hash);
