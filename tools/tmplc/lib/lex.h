/* As much of C's lexical structure as the template compiler needs: literals, comments, brackets. */
#pragma once
#include "base/str.h"

/* These return NULL, or what is wrong. */

/* Length of the C expression at the front of s that ends before a byte of stops (outside literals,
 * brackets and ?:). Comments and ';' are refused. */
const char *lex_expression(str s, const char *stops, size_t *ret_n);
/* Length of the string or character literal that s begins with. */
const char *lex_literal(str s, size_t *ret_n);
/* What s begins with, when it is no comment: 0; else the comment's length, at most s.n. A block
 * comment that does not end in s sets *ret_open. */
size_t lex_comment(str s, bool *ret_open);
