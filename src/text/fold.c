/* Comparable forms of names, by ICU. */
#include "text/fold.h"

#include "base/buf.h"

#include <pthread.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

static USpoofChecker *spoof;

static void open_spoof(void)
{
    UErrorCode e = U_ZERO_ERROR;
    spoof = uspoof_open(&e);
    ASSERT(U_SUCCESS(e));
}

static UChar *to_utf16(arena *mem, str s, int32_t *ret_n)
{
    UErrorCode e = U_ZERO_ERROR;
    ASSERT(s.n <= INT32_MAX / 2);
    UChar *u = arena_alloc_n(mem, sizeof *u, s.n + 1);
    u_strFromUTF8(u, (int32_t)s.n + 1, ret_n, s.p ? s.p : "", (int32_t)s.n, &e);
    ASSERT(U_SUCCESS(e));
    return u;
}

static str to_utf8(arena *mem, const UChar *u, int32_t n)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t len = 0;
    char *p = arena_alloc(mem, 3 * (size_t)n + 1);
    u_strToUTF8(p, 3 * n + 1, &len, u, n, &e);
    ASSERT(U_SUCCESS(e));
    return (str){p, (size_t)len};
}

str text_casefold(arena *mem, str s)
{
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&e);
    int32_t n = 0;
    const UChar *from = to_utf16(mem, s, &n);
    int32_t need = unorm2_normalize(nfkc, from, n, NULL, 0, &e);
    ASSERT(U_SUCCESS(e) || e == U_BUFFER_OVERFLOW_ERROR);
    e = U_ZERO_ERROR;
    UChar *to = arena_alloc_n(mem, sizeof *to, (size_t)need + 1);
    need = unorm2_normalize(nfkc, from, n, to, need + 1, &e);
    ASSERT(U_SUCCESS(e));
    return to_utf8(mem, to, need);
}

static bool keeps(uint32_t c)
{
    uint32_t kinds = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK | U_GC_S_MASK;
    return (U_GET_GC_MASK((UChar32)c) & kinds) != 0;
}

str text_fold(arena *mem, str s)
{
    str folded = text_casefold(mem, s);
    struct buf b;
    buf_init(&b, mem, folded.n + 1);
    while (folded.n) {
        uint32_t c = str_next(&folded);
        if (keeps(c))
            buf_add_cp(&b, c);
    }
    return buf_str(&b);
}

str text_skeleton(arena *mem, str s)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_spoof);
    str folded = text_fold(mem, s);
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = uspoof_getSkeletonUTF8(spoof, 0, folded.p, (int32_t)folded.n, NULL, 0, &e);
    ASSERT(U_SUCCESS(e) || e == U_BUFFER_OVERFLOW_ERROR);
    e = U_ZERO_ERROR;
    char *p = arena_alloc(mem, (size_t)n + 1);
    uspoof_getSkeletonUTF8(spoof, 0, folded.p, (int32_t)folded.n, p, n + 1, &e);
    ASSERT(U_SUCCESS(e));
    /* The skeleton of a folded name may have capitals again. */
    return text_fold(mem, (str){p, (size_t)n});
}

static bool char_ok(uint32_t c)
{
    bool bidi = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    bool no_char = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
    int8_t kind = u_charType((UChar32)c);
    return !bidi && !no_char && kind != U_CONTROL_CHAR && kind != U_PRIVATE_USE_CHAR &&
           kind != U_LINE_SEPARATOR && kind != U_PARAGRAPH_SEPARATOR && kind != U_SURROGATE &&
           c != 0xFEFF;
}

/* A joiner joins only between two visible characters. */
bool text_clean_line(str s)
{
    bool visible = false, joiner = false;
    while (s.n) {
        uint32_t c = str_next(&s);
        bool joins = c == 0x200C || c == 0x200D;
        bool hidden = c == 0x200B || c == 0x2060 || c == 0x00AD;
        bool shows = !joins && !hidden && !u_isUWhiteSpace((UChar32)c);
        bool stray = (joins && !visible) || (joiner && !shows);
        if (!char_ok(c) || hidden || stray)
            return false;
        visible = shows;
        joiner = joins;
    }
    return !joiner;
}

bool text_clean_block(str s)
{
    while (s.n) {
        uint32_t c = str_next(&s);
        if (c != '\n' && c != '\t' && !char_ok(c))
            return false;
    }
    return true;
}
