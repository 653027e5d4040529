/* SQL of findings: for finding.c only. */
#pragma once
#include "finding/finding.h"

/* The thing a finding is about. */
struct finding_thing {
    str title, handle;
    int version;   /* the one to judge */
    int64_t reach; /* reads of the article, subscribers of the account */
};
err store_finding_thing(struct tx *t, arena *mem, const struct finding *f,
                        struct finding_thing *ret_thing);
/* How many findings of this rule and version the text has already. */
err store_finding_again(struct tx *t, const struct finding *f, int64_t *ret_case, int64_t *ret_n);
err store_finding_count(struct tx *t, int64_t case_id, int64_t *ret_n);
err store_finding_insert(struct tx *t, const struct finding *f);
