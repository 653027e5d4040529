/* A request's body while it comes in. */
#include "web/body.h"

#include "web/multipart.h"
#include "web/urlencoded.h"

struct body {
    arena *mem;
    enum { BODY_RAW, BODY_FORM, BODY_PARTS } kind;
    struct buf raw;
    struct multipart *parts;
    struct sha256_ctx hashing;
    struct sha256 hash;
    int64_t size, max;
    err failed;
    struct fault why;
};

err body_new(const struct body_opts *opts, str content_type, struct body **ret_body)
{
    arena *mem = arena_new();
    struct body *b = NEW(mem, struct body);
    str type = str_trim(str_split(content_type, ';', &(str){0}));
    b->mem = mem;
    b->max = opts->max;
    sha256_start(&b->hashing);
    buf_init(&b->raw, mem, (size_t)opts->max);
    if (str_eq_ci(type, S("application/x-www-form-urlencoded")))
        b->kind = BODY_FORM;
    if (str_eq_ci(type, S("multipart/form-data"))) {
        b->kind = BODY_PARTS;
        err e = multipart_new(mem, multipart_boundary(content_type), opts->dir, opts->file_max,
                              &b->parts);
        if (e != OK) {
            arena_free(mem);
            return e;
        }
    }
    *ret_body = b;
    return OK;
}

void body_free(struct body *b)
{
    if (!b)
        return;
    multipart_close(b->parts);
    arena_free(b->mem);
}

static err add(struct body *b, struct bytes data)
{
    b->size += (int64_t)data.n;
    if (b->size > b->max)
        return fault(ERR_TOO_LARGE, "too_large", "body of more than %lld bytes", (long long)b->max);
    if (b->kind == BODY_PARTS) {
        sha256_add(&b->hashing, data);
        return multipart_add(b->parts, data);
    }
    buf_add(&b->raw, bytes_str(data));
    return OK;
}

void body_add(struct body *b, struct bytes data)
{
    if (b->failed != OK)
        return;
    b->failed = add(b, data);
    if (b->failed != OK)
        b->why = fault_of(b->failed);
}

err body_end(struct body *b, struct request *r)
{
    if (b->failed != OK) {
        fault_copy(&b->why);
        return b->failed;
    }
    str raw = buf_str(&b->raw);
    b->hash = b->kind == BODY_PARTS ? sha256_end(&b->hashing) : sha256(str_bytes(raw));
    r->body_hash = &b->hash;
    if (b->kind == BODY_PARTS)
        return multipart_end(b->parts, &r->fields, &r->uploads, &r->upload_n);
    if (b->kind == BODY_FORM)
        return urlencoded_parse(b->mem, raw, &r->fields);
    if (!str_valid(raw))
        return fault(ERR_INVALID, "bad_encoding", "the body is not UTF-8 text");
    r->body = raw;
    return OK;
}
