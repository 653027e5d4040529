/* Fields that prove somebody: a number with the code that was sent to it, the password once more.
 */
#pragma once
#include "user/user.h"
#include "web/form.h"

#define FIELD_MOBILE(label_, autocomplete_)                                                        \
    {                                                                                              \
        .name = "mobile", .kind = FIELD_TEL, .label = (label_), .required = true, .max = 20,       \
        .autocomplete = (autocomplete_), .check = mobile_check                                     \
    }
#define FIELD_SMS_CODE                                                                             \
    {                                                                                              \
        .name = "code", .kind = FIELD_CODE, .label = MSG_user_code, .help = MSG_user_code_help,    \
        .required = true, .min = 6, .max = 6                                                       \
    }
#define FIELD_OWN_PASSWORD                                                                         \
    {                                                                                              \
        .name = "password", .kind = FIELD_PASSWORD, .label = MSG_user_password, .required = true,  \
        .max = PASSWORD_MAX, .autocomplete = "current-password"                                    \
    }

/* Field "password" of f against the person's own. *ret_right false: the form says why; wrong ones
 * count and lock as at the door. Outside transactions. */
err password_confirm(struct request *r, struct form *f, bool *ret_right);
