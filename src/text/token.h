/* Tokens for full-text search: what is stored and what is asked goes through the same function. */
#pragma once
#include "base/str.h"

/* Space-separated tokens of s in order, case and width folded: each pair of neighbouring CJK
 * characters (a lone one by itself), and each word or number of other scripts, cut at 32 code
 * points. Nothing else is kept. At most about 3 times as long as s. */
str text_tokens(arena *mem, str s);
