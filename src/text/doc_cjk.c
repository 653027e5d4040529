/* Emphasis beside Chinese. */
#include "text/doc_cjk.h"

#include "text/ranges.h"

#include <unicode/uchar.h>

bool md_space(uint32_t c)
{
    return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' ||
           u_charType((UChar32)c) == U_SPACE_SEPARATOR;
}

bool md_punct(uint32_t c)
{
    if (c < 0x80)
        return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
               (c >= '{' && c <= '~');
    return (U_GET_GC_MASK((UChar32)c) & U_GC_P_MASK) != 0;
}

bool md_cjk(uint32_t c)
{
    /* The first five: a dot, the dash, quotes and the ellipsis, which Chinese shares. */
    static const struct cp_range ranges[] = {
        {0xB7, 0xB7},     {0x2014, 0x2014}, {0x2018, 0x2019}, {0x201C, 0x201D},
        {0x2026, 0x2026}, {0x2E80, 0x2FFF}, {0x3001, 0xA4CF}, {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF}, {0xFE30, 0xFE4F}, {0xFF01, 0xFFEF}, {0x20000, 0x3FFFF}};
    return cp_in(c, ranges, LEN(ranges));
}

bool md_opens(uint32_t p, uint32_t n)
{
    return !md_space(n) && (!md_punct(n) || md_space(p) || md_punct(p) || md_cjk(p) || md_cjk(n));
}

bool md_closes(uint32_t p, uint32_t n)
{
    return !md_space(p) && (!md_punct(p) || md_space(n) || md_punct(n) || md_cjk(p) || md_cjk(n));
}
