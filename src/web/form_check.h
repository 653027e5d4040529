/* What the kinds of form fields accept. For form.c only. */
#pragma once
#include "web/form.h"

struct form_limit {
    int64_t min, max; /* see struct form_field */
    int64_t broken;   /* set to the limit that a value broke, for the message's {0} */
};
/* NULL when *value is fine (it is then normalised: trimmed, LF only, half-width digits …), else the
 * reason key. */
const char *form_check_text(enum field_kind kind, arena *mem, str *value, struct form_limit *limit);
/* The same for fields with options. */
const char *form_check_choice(enum field_kind kind, struct form_value *v, struct form_limit *limit);
