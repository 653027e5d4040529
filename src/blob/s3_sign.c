/* AWS Signature Version 4 (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 */
#include "base/buf.h"
#include "base/clock.h"
#include "blob/s3.h"

enum { CANONICAL_MAX = 64 * 1024 };

str s3_time(arena *mem, int64_t at_ms)
{
    struct moment m = clock_utc(at_ms);
    return str_fmt(mem, "%04d%02d%02dT%02d%02d%02dZ", m.date.year, m.date.month, m.date.day, m.hour,
                   m.minute, m.second);
}

str s3_encoded(arena *mem, str s)
{
    struct buf b;
    buf_init(&b, mem, s.n * 3 + 1);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buf_add_char(&b, c);
        else
            buf_fmt(&b, "%%%02X", (unsigned)(unsigned char)c);
    }
    return buf_str(&b);
}

static str names_of(arena *mem, const struct s3_request *r)
{
    str names = S("");
    for (size_t i = 0; i < r->header_n; i++)
        names = str_fmt(mem, "%.*s%s%.*s", FMT(names), i ? ";" : "", FMT(r->headers[i].name));
    return names;
}

static struct sha256 canonical_hash(arena *mem, const struct s3_request *r, str names)
{
    struct buf b;
    buf_init(&b, mem, CANONICAL_MAX);
    buf_fmt(&b, "%s\n%.*s\n", r->method, FMT(r->path));
    for (size_t i = 0; i < r->query_n; i++)
        buf_fmt(&b, "%s%.*s=%.*s", i ? "&" : "", FMT(r->query[i].name), FMT(r->query[i].value));
    buf_add(&b, S("\n"));
    for (size_t i = 0; i < r->header_n; i++)
        buf_fmt(&b, "%.*s:%.*s\n", FMT(r->headers[i].name), FMT(str_trim(r->headers[i].value)));
    buf_fmt(&b, "\n%.*s\n%.*s", FMT(names), FMT(sha256_hex(mem, r->payload)));
    ASSERT(!b.full);
    return sha256(str_bytes(buf_str(&b)));
}

static struct sha256 chained(struct sha256 key, str data)
{
    return hmac_sha256((struct bytes){key.b, sizeof key.b}, str_bytes(data));
}

str s3_authorization(arena *mem, const struct s3_request *r)
{
    str time = s3_time(mem, r->at_ms), day = str_sub(time, 0, 8), names = names_of(mem, r);
    str scope = str_fmt(mem, "%.*s/%.*s/s3/aws4_request", FMT(day), FMT(r->region));
    str text = str_fmt(mem, "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%.*s", FMT(time), FMT(scope),
                       FMT(sha256_hex(mem, canonical_hash(mem, r, names))));
    struct sha256 k = hmac_sha256(str_bytes(str_cat(mem, S("AWS4"), r->secret)), str_bytes(day));
    k = chained(chained(chained(k, r->region), S("s3")), S("aws4_request"));
    return str_fmt(mem, "AWS4-HMAC-SHA256 Credential=%.*s/%.*s,SignedHeaders=%.*s,Signature=%.*s",
                   FMT(r->key), FMT(scope), FMT(names), FMT(sha256_hex(mem, chained(k, text))));
}
