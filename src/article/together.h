/* Publishing several planned articles at one moment: all of them or none (issue/). */
#pragma once
#include "article/article.h"

/* Asks the gate about each, as at the moment of publication. When one may not be public now nothing
 * is changed: ret_which names it, ret_why says what the gate said ("emergency_hold": an emergency
 * asks for its review first). Else all are published; ret_why has no value. ERR_CONFLICT
 * not_planned when one is not scheduled. */
err article_together(struct tx *t, arena *mem, const struct article_ref *v, size_t n,
                     int64_t *ret_which, str *ret_why);
