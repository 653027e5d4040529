/* SQL of qa: for qa/ only. */
#pragma once
#include "qa/qa.h"

struct qa_item {
    int64_t id, because, case_id, for_user, first_user, shift;
    str kind;
};
err store_qa_insert(struct tx *t, const struct qa_item *i);
/* Decided cases with a known answer that this user has nothing to do with and was never given,
 * newest first, at most QA_POOL. */
enum { QA_POOL = 50 };
err store_qa_pool(struct tx *t, int64_t user_id, int64_t *v, size_t *ret_n);
/* Has a rights holder complained of it? Then its page shows more than its evidence. */
err store_qa_complained(struct tx *t, int64_t case_id, bool *ret_is);
err store_qa_done(struct tx *t, const struct qa_answer *a, int64_t *ret_changed);
err store_qa_mark(struct tx *t, int64_t case_id, int64_t user_id, bool on);

struct qa_pair {
    str kind, case_kind, family, answer, expected, template, first_name, second_name;
    int64_t first, second, at;
};
/* Answered items beside the decision of their case, newest first. */
err store_qa_pairs(struct tx *t, arena *mem, struct qa_pair **ret_v, size_t *ret_n);
err store_qa_settlement(struct tx *t, const struct qa_settle *s, int64_t opened);
/* The ruling of a case's decision; 0: none, or one that has been appealed. */
err store_qa_ruling(struct tx *t, int64_t case_id, int64_t *ret_ruling);
