/* Emphasis beside Chinese. */
#include "text/doc_cjk.h"

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
    bool quote = c == 0x2018 || c == 0x2019 || c == 0x201C || c == 0x201D || c == 0x2014 ||
                 c == 0x2026 || c == 0xB7;
    return quote || (c >= 0x2E80 && c <= 0xA4CF && c != 0x3000) || (c >= 0xAC00 && c <= 0xD7A3) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) ||
           (c >= 0xFF01 && c <= 0xFFEF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool md_opens(uint32_t p, uint32_t n)
{
    return !md_space(n) && (!md_punct(n) || md_space(p) || md_punct(p) || md_cjk(p) || md_cjk(n));
}

bool md_closes(uint32_t p, uint32_t n)
{
    return !md_space(p) && (!md_punct(p) || md_space(n) || md_punct(n) || md_cjk(p) || md_cjk(n));
}
