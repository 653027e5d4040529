/* Emphasis beside Chinese: which characters decide, shared by Markdown's reader and writer
 * (internal to text/). CommonMark's rule is made for languages with spaces (commonmark-spec issue
 * 650). */
#pragma once
#include "base/str.h"

bool md_space(uint32_t c); /* as CommonMark: Zs, tab, newline ...; 0 (the text's edge) counts too */
bool md_punct(uint32_t c); /* ASCII punctuation and the Unicode categories P */
bool md_cjk(uint32_t c);   /* ideographs, kana, hangul, their punctuation and full-width forms */
/* Whether a run of * or ~~ between p and n can open, or close, emphasis: CommonMark's rule, except
 * that beside CJK punctuation counts as a letter does. */
bool md_opens(uint32_t p, uint32_t n);
bool md_closes(uint32_t p, uint32_t n);
