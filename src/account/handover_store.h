/* SQL of handing an account over: for handover.c only. */
#pragma once
#include "account/account.h"

/* Registrant, identity key and class of a; no member, invitation, token or responsible person of
 * before is left. */
err store_hand_over(struct tx *t, const struct account *a);
