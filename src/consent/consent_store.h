/* SQL of consents: for consent.c only. */
#pragma once
#include "consent/consent.h"

err store_consent_insert(struct tx *t, int64_t user_id, int64_t id, const struct consent *c);
/* The newest of a purpose; ERR_NOT_FOUND. */
err store_consent_last(struct tx *t, int64_t user_id, str purpose, struct consent *ret_c);
err store_privacy_version(struct tx *t, int *ret_version); /* in force; 0 = none */
