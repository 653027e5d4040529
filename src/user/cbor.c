/* Reading CBOR. */
#include "user/cbor.h"

enum major { MAJOR_UINT, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY, MAJOR_MAP };
enum { MAJOR_SIMPLE = 7, SIMPLE_FALSE = 20, SIMPLE_NULL = 22, ONE_BYTE = 24, EIGHT_BYTES = 27 };

static err malformed(const char *what)
{
    return fault(ERR_INVALID, "passkey_malformed", "CBOR: %s", what);
}

struct head {
    unsigned major;
    uint64_t n; /* value, length or count */
};

static err head_read(struct cbor *c, struct head *ret_h)
{
    /* the least number that needs 1, 2, 4, 8 further bytes */
    static const uint64_t LEAST[] = {ONE_BYTE, 0x100, 0x10000, 0x100000000};
    if (!c->left.n)
        return malformed("ends early");
    unsigned low = c->left.p[0] & 31;
    struct head h = {.major = c->left.p[0] >> 5, .n = low};
    size_t more = low < ONE_BYTE ? 0 : (size_t)1 << (low - ONE_BYTE);
    if (low > EIGHT_BYTES)
        return malformed("indefinite or reserved length");
    if (c->left.n < 1 + more)
        return malformed("ends early");
    if (more)
        h.n = 0;
    for (size_t i = 1; i <= more; i++)
        h.n = h.n << 8 | c->left.p[i];
    if (more && h.n < LEAST[low - ONE_BYTE])
        return malformed("not in its shortest form");
    c->left = (struct bytes){c->left.p + 1 + more, c->left.n - 1 - more};
    *ret_h = h;
    return OK;
}

static err head_of(struct cbor *c, unsigned major, uint64_t *ret_n)
{
    struct head h = {0};
    TRY(head_read(c, &h));
    if (h.major != major)
        return malformed("another type");
    *ret_n = h.n;
    return OK;
}

static err take(struct cbor *c, uint64_t n, struct bytes *ret_b)
{
    if (n > c->left.n)
        return malformed("ends early");
    *ret_b = (struct bytes){c->left.p, (size_t)n};
    c->left = (struct bytes){c->left.p + n, c->left.n - (size_t)n};
    return OK;
}

err cbor_int(struct cbor *c, int64_t *ret_n)
{
    struct head h = {0};
    TRY(head_read(c, &h));
    if (h.major > MAJOR_NEGATIVE || h.n > INT64_MAX)
        return malformed("not a whole number of 64 bits");
    *ret_n = h.major == MAJOR_UINT ? (int64_t)h.n : -1 - (int64_t)h.n;
    return OK;
}

err cbor_bytes(struct cbor *c, struct bytes *ret_b)
{
    uint64_t n = 0;
    TRY(head_of(c, MAJOR_BYTES, &n));
    return take(c, n, ret_b);
}

err cbor_text(struct cbor *c, str *ret_s)
{
    uint64_t n = 0;
    struct bytes b = {0};
    TRY(head_of(c, MAJOR_TEXT, &n));
    TRY(take(c, n, &b));
    if (!str_valid(bytes_str(b)))
        return malformed("not UTF-8");
    *ret_s = bytes_str(b);
    return OK;
}

err cbor_map(struct cbor *c, size_t *ret_pairs)
{
    uint64_t n = 0;
    TRY(head_of(c, MAJOR_MAP, &n));
    if (n > CBOR_ITEMS_MAX)
        return malformed("too many entries");
    *ret_pairs = (size_t)n;
    return OK;
}

/* *todo: further values that belong to this one. */
static err skip_one(struct cbor *c, uint64_t *todo)
{
    struct head h = {0};
    struct bytes b = {0};
    struct cbor text = *c;
    str s = STR_NONE;
    TRY(head_read(c, &h));
    switch (h.major) {
    case MAJOR_UINT:
    case MAJOR_NEGATIVE:
        return OK;
    case MAJOR_BYTES:
        return take(c, h.n, &b);
    case MAJOR_TEXT:
        TRY(cbor_text(&text, &s));
        *c = text;
        return OK;
    case MAJOR_ARRAY:
    case MAJOR_MAP:
        if (h.n > CBOR_ITEMS_MAX)
            return malformed("too many entries");
        *todo += h.major == MAJOR_MAP ? 2 * h.n : h.n;
        return OK;
    case MAJOR_SIMPLE:
        if (h.n >= SIMPLE_FALSE && h.n <= SIMPLE_NULL)
            return OK;
        return malformed("float or simple value");
    default:
        return malformed("tag");
    }
}

err cbor_skip(struct cbor *c)
{
    uint64_t todo = 1;
    for (int items = 0; todo > 0; items++, todo--) {
        if (items == CBOR_ITEMS_MAX)
            return malformed("too many values");
        TRY(skip_one(c, &todo));
    }
    return OK;
}
