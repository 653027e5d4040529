/* Asking for the password once more before an act that matters. */
#pragma once
#include "web/form.h"

/* Field "password" of f against the person's own. *ret_right false: the form says why; wrong ones
 * count and lock as at the door. Outside transactions. */
err password_confirm(struct request *r, struct form *f, bool *ret_right);
