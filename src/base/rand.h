/* Randomness from the operating system (libsodium). */
#pragma once
#include "base/str.h"

void rand_init(void); /* once, before any other call of libsodium */
void rand_bytes(void *out, size_t n);
uint32_t rand_below(uint32_t limit);    /* uniform in [0, limit) */
str rand_token(arena *a, size_t bytes); /* base64url without padding */
str rand_digits(arena *a, size_t n);    /* one-time codes */
