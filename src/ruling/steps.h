/* What the parts of ruling/ ask each other: for ruling/ only. */
#pragma once
#include "ruling/ruling_store.h"

/* Writes the ruling of a decision with its statement, measure, notice, record and report. */
err ruling_write(struct tx *t, arena *mem, struct ruling *r);
/* Starts the measure of a ruling and carries it out. */
err effect_begin(struct tx *t, arena *mem, const struct ruling *r);
/* Ends all measures of a ruling that stand. */
err effect_undo(struct tx *t, arena *mem, int64_t ruling_id, int64_t officer);
err statement_make(arena *mem, const struct ruling *r, str *ret_json);
/* A draft for the authority when the ruling asks for one; a correction when one was drafted. */
err report_draft(struct tx *t, const struct ruling *r);
err report_correct(struct tx *t, int64_t ruling_id);
str ruling_link(arena *mem, int64_t id);
/* Opens the case of an appeal against r and writes it: a->ruling_id, user_id, text, media. */
err appeal_begin(struct tx *t, struct appeal *a, const struct ruling *r, int64_t opened_by);
/* Tells the editors-in-chief when a reversal leaves others to look at again. */
err sweep_tell(struct tx *t, arena *mem, const struct ruling *r);
