/* SQL of learning: for learning/ only. */
#pragma once
#include "learning/learning.h"

/* Rules beyond a draft with the version that counts, without figures. */
err store_learning_subjects(struct tx *t, arena *mem, struct learning_rule **ret_v, size_t *ret_n);
/* Fills the figures of one. */
err store_learning_figures(struct tx *t, struct learning_rule *x);
err store_learning_rules_put(struct tx *t, const struct learning_rule *v, size_t n);
err store_learning_people(struct tx *t, arena *mem, struct learning_officer **ret_v, size_t *ret_n);
err store_learning_people_put(struct tx *t, const struct learning_officer *v, size_t n);
