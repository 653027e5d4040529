/* URL-encoded forms: what is taken is clean text, encodes again to a form that reads the same, and
 * is bounded. */
#include "base/buf.h"
#include "web/urlencoded.h"

enum { TEXT_MAX = 4 << 20 };

static void encode(struct buf *out, str s)
{
    static const char HEX[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char three[3] = {'%', HEX[c >> 4], HEX[c & 15]};
        buf_add(out, (str){three, 3});
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    struct params p = {NULL, 0}, again = {NULL, 0};
    err e = urlencoded_parse(mem, (str){(const char *)data, n}, &p);
    ASSERT(e == OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
    ASSERT(e == OK || (!p.v && !p.n));
    if (e != OK)
        return 0;
    ASSERT(p.n <= FIELDS_MAX);
    struct buf out;
    buf_init(&out, mem, TEXT_MAX);
    for (size_t i = 0; i < p.n; i++) {
        ASSERT(field_text_valid(p.v[i].name) && field_text_valid(p.v[i].value));
        buf_add(&out, i ? S("&") : S(""));
        encode(&out, p.v[i].name);
        buf_add(&out, S("="));
        encode(&out, p.v[i].value);
    }
    ASSERT(urlencoded_parse(mem, buf_str(&out), &again) == OK && again.n == p.n);
    for (size_t i = 0; i < p.n; i++)
        ASSERT(str_eq(p.v[i].name, again.v[i].name) && str_eq(p.v[i].value, again.v[i].value));
    return 0;
}
