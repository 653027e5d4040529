/* Sealed files: secretstream in chunks, through memory files only. */
#include "base/file.h"
#include "blob/blob.h"
#include "vault/vault_impl.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define STREAM(x) crypto_secretstream_xchacha20poly1305_##x

enum {
    FILE_VERSION = 2,
    CHUNK = 64 * 1024,
    SEALED_CHUNK = CHUNK + STREAM(ABYTES),
    HEADER_N = 1 + STREAM(HEADERBYTES),
};

static void fd_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define AUTO_FD __attribute__((cleanup(fd_close))) int

struct stream {
    STREAM(state) state;
    struct bytes aad;
    uint8_t *in, *out; /* SEALED_CHUNK bytes each */
};

/* n bytes unless the file ends before. */
static err read_at(int fd, uint8_t *p, size_t n, int64_t at, size_t *ret_n)
{
    size_t got = 0;
    while (got < n) {
        ssize_t k = pread(fd, p + got, n - got, at + (int64_t)got);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return file_fault("read", "a file of the vault");
        if (k == 0)
            break;
        got += (size_t)k;
    }
    *ret_n = got;
    return OK;
}

/* A chunk shorter than CHUNK, perhaps empty, is the last. */
static err seal_stream(struct stream *s, int from, int to)
{
    for (int64_t at = 0;; at += CHUNK) {
        size_t n = 0;
        TRY(read_at(from, s->in, CHUNK, at, &n));
        unsigned char tag = n < CHUNK ? STREAM(TAG_FINAL) : STREAM(TAG_MESSAGE);
        unsigned long long out_n = 0;
        ASSERT(STREAM(push)(&s->state, s->out, &out_n, s->in, n, s->aad.p, s->aad.n, tag) == 0);
        TRY(file_write(to, (struct bytes){s->out, (size_t)out_n}, "a file of the vault"));
        if (n < CHUNK)
            return OK;
    }
}

static err open_stream(struct stream *s, int from, int to)
{
    for (int64_t at = HEADER_N;; at += SEALED_CHUNK) {
        size_t n = 0;
        TRY(read_at(from, s->in, SEALED_CHUNK, at, &n));
        unsigned char tag = 0;
        unsigned long long out_n = 0;
        if (n < STREAM(ABYTES) ||
            STREAM(pull)(&s->state, s->out, &out_n, &tag, s->in, n, s->aad.p, s->aad.n) != 0 ||
            (tag == STREAM(TAG_FINAL)) != (n < SEALED_CHUNK))
            return fault(ERR_BUG, "vault_tampered", "a sealed file does not open");
        TRY(file_write(to, (struct bytes){s->out, (size_t)out_n}, "a file of the vault"));
        if (tag == STREAM(TAG_FINAL))
            return OK;
    }
}

/* ---- the key: in its own transaction, so that no transaction waits for a file ---- */

struct key_get {
    const struct vault_files *f;
    int64_t owner;
    bool make;
    uint8_t key[KEY_N];
};
static err key_get(struct tx *t, void *ctx)
{
    struct key_get *g = ctx;
    return vault_data_key(VAULT_CTX(g->f->vault, t, g->f->mem), g->owner, g->make, g->key);
}

static struct stream stream_new(struct vault_files f, struct vault_ref ref)
{
    return (struct stream){.aad = vault_aad(f.mem, ref),
                           .in = arena_alloc(f.mem, SEALED_CHUNK),
                           .out = arena_alloc(f.mem, SEALED_CHUNK)};
}

err vault_seal_file(struct vault_files f, struct vault_ref ref, int fd, str *ret_hash)
{
    struct key_get g = {.f = &f, .owner = ref.owner, .make = true};
    TRY(db_tx(f.vault->db, key_get, &g));
    AUTO_FD to = memfd_create("gongqi-sealed", MFD_CLOEXEC);
    if (to < 0)
        return file_fault("make", "a file of the vault");
    struct stream s = stream_new(f, ref);
    uint8_t header[HEADER_N] = {FILE_VERSION};
    ASSERT(STREAM(init_push)(&s.state, header + 1, g.key) == 0);
    sodium_memzero(g.key, sizeof g.key);
    TRY(file_write(to, (struct bytes){header, sizeof header}, "a file of the vault"));
    TRY(seal_stream(&s, fd, to));
    sodium_memzero(&s.state, sizeof s.state);
    int64_t size = 0;
    return blob_put_fd(f.blobs, f.mem, to, ret_hash, &size);
}

static err open_to(struct vault_files f, struct vault_ref ref, int from, int to)
{
    struct key_get g = {.f = &f, .owner = ref.owner};
    TRY(db_read(f.vault->db, key_get, &g));
    uint8_t header[HEADER_N];
    size_t n = 0;
    TRY(read_at(from, header, sizeof header, 0, &n));
    struct stream s = stream_new(f, ref);
    if (n != HEADER_N || header[0] != FILE_VERSION ||
        STREAM(init_pull)(&s.state, header + 1, g.key) != 0)
        return fault(ERR_BUG, "vault_tampered", "no sealed file");
    sodium_memzero(g.key, sizeof g.key);
    TRY(open_stream(&s, from, to));
    sodium_memzero(&s.state, sizeof s.state);
    return lseek(to, 0, SEEK_SET) == 0 ? OK : file_fault("read", "a file of the vault");
}

err vault_open_file(struct vault_files f, struct vault_ref ref, str hash, int *ret_fd)
{
    AUTO_FD from = -1;
    int64_t size = 0;
    TRY(blob_open(f.blobs, hash, &from, &size));
    int to = memfd_create("gongqi-plain", MFD_CLOEXEC);
    if (to < 0)
        return file_fault("make", "a file of the vault");
    err e = open_to(f, ref, from, to);
    if (e != OK) {
        (void)close(to);
        return e;
    }
    *ret_fd = to;
    return OK;
}
