/* What the pages of webhooks show. */
#pragma once
#include "web/layout.h"

struct webhooks_view {
    struct table_view table;
    const struct form *form; /* NULL: there are as many as there may be */
};
struct webhook_view {
    str secret, secret_note; /* a fresh secret, shown once */
    str warning;             /* it fails, or was switched off */
    struct facts_view facts;
    const struct confirm_view *acts;
    size_t act_n;
    const struct form *form; /* which events */
    struct table_view calls;
};
struct webhook_call_view {
    struct facts_view facts;
    const struct confirm_view *again; /* NULL: it waits, or the webhook is off */
    str body, answer;
};
