/* Comparable forms of names (ICU), and what may stand in fields. All inputs are valid UTF-8. */
#pragma once
#include "base/str.h"

/* Unicode's NFKC_Casefold: compatibility forms, case and invisible characters made equal;
 * separators stay. */
str text_casefold(arena *mem, str s);
/* Equal for names that differ only in width, case, compatibility forms, separators, or invisible
 * characters: NFKC, full case folding, then letters, marks, digits and symbols only. May be empty.
 */
str text_fold(arena *mem, str s);
/* Equal for names that look alike (UTS 39 confusables) after folding. Store both, compare both. */
str text_skeleton(arena *mem, str s);

/* True when s has no control, bidi-override, unassigned-plane noncharacter or private characters;
 * the block form allows newline and tab. A lone zero-width character is not clean in a line; those
 * that join emoji or letters (U+200C, U+200D between others) are. */
bool text_clean_line(str s);
bool text_clean_block(str s);
