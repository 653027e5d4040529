/* Form bodies: multipart read in one piece and in small pieces is the same, and so is urlencoded
 * text after being encoded again; paths that the guard takes decode to one meaning. */
#include "web/guard.h"
#include "web/multipart.h"
#include "web/urlencoded.h"

#include <unistd.h>

struct result {
    err e;
    struct params fields;
    struct upload *uploads;
    size_t upload_n;
    struct multipart *m;
};

static struct result parse(arena *mem, str text, size_t step)
{
    struct result r = {.e = multipart_new(mem, S("b"), "/tmp", 4096, &r.m)};
    ASSERT(r.e == OK);
    for (size_t at = 0; r.e == OK && at < text.n; at += step)
        r.e = multipart_add(r.m, str_bytes(str_sub(text, at, step)));
    if (r.e == OK)
        r.e = multipart_end(r.m, &r.fields, &r.uploads, &r.upload_n);
    return r;
}

static void check_multipart(arena *mem, str in, size_t step)
{
    struct result a = parse(mem, in, in.n + 1), b = parse(mem, in, step);
    ASSERT(a.e == b.e && (a.e == OK || a.e == ERR_INVALID || a.e == ERR_TOO_LARGE));
    if (a.e == OK) {
        ASSERT(a.fields.n == b.fields.n && a.upload_n == b.upload_n);
        for (size_t i = 0; i < a.fields.n; i++) {
            ASSERT(str_eq(a.fields.v[i].name, b.fields.v[i].name));
            ASSERT(str_eq(a.fields.v[i].value, b.fields.v[i].value));
            ASSERT(str_valid(a.fields.v[i].value) && str_valid(a.fields.v[i].name));
        }
        for (size_t i = 0; i < a.upload_n; i++) {
            ASSERT(a.uploads[i].size == b.uploads[i].size);
            ASSERT(str_valid(a.uploads[i].filename) && str_valid(a.uploads[i].mime));
            ASSERT(lseek(a.uploads[i].fd, 0, SEEK_END) == a.uploads[i].size);
        }
    }
    multipart_close(a.m);
    multipart_close(b.m);
}

static void check_form(arena *mem, str in)
{
    struct params p = {NULL, 0};
    err e = urlencoded_parse(mem, in, &p);
    ASSERT(e == OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
    for (size_t i = 0; i < p.n; i++)
        ASSERT(field_text_valid(p.v[i].name) && field_text_valid(p.v[i].value));
    if (!guard_path(in))
        return;
    char out[GUARD_TARGET_MAX];
    size_t n = 0;
    ASSERT(percent_decode(in, false, out, &n) && str_valid((str){out, n}));
    ASSERT(!str_has((str){out, n}, S("/../")) && !str_has((str){out, n}, S("//")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    AUTO_ARENA(mem);
    str in = {(const char *)data + 1, n - 1};
    check_multipart(mem, in, (size_t)data[0] % 7 + 1);
    check_form(mem, in);
    return 0;
}
