/* The recipient's side of the sealed identity: a key pair, and opening with it. */
#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#define PUBLIC S("gongqi-x25519-")
#define SECRET S("gongqi-x25519-secret-")
enum { KEY_FILE_MAX = 4096, SEALED_MAX = 1024 * 1024 };

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define AUTO_FD __attribute__((cleanup(fd_close))) int

err identity_new(arena *mem, const char *path, str *ret_public)
{
    uint8_t public[crypto_box_PUBLICKEYBYTES], secret[crypto_box_SECRETKEYBYTES];
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault(errno == EEXIST ? ERR_CONFLICT : ERR_IO, "key_file", "can't make %s: errno %d",
                     path, errno);
    crypto_box_keypair(public, secret);
    str line = str_fmt(mem, "%.*s%.*s\n", FMT(SECRET),
                       FMT(base64url(mem, (struct bytes){secret, sizeof secret})));
    if (write(fd, line.p, line.n) != (ssize_t)line.n || fsync(fd) != 0)
        return fault(ERR_IO, "key_file", "can't write %s", path);
    *ret_public = str_cat(mem, PUBLIC, base64url(mem, (struct bytes){public, sizeof public}));
    return OK;
}

static err secret_get(arena *mem, const char *path, struct bytes *ret_key)
{
    struct bytes b;
    str text;
    TRY(file_get(mem, path, KEY_FILE_MAX, &b));
    TRY(text_of(b, path, &text));
    text = str_trim(text);
    if (!str_starts(text, SECRET) ||
        base64url_parse(mem, str_sub(text, SECRET.n, text.n), ret_key) != OK ||
        ret_key->n != crypto_box_SECRETKEYBYTES)
        return fault(ERR_INVALID, "bad_key", "%s holds no secret key of a recipient", path);
    return OK;
}

static err sealed_get(arena *mem, const char *path, struct bytes *ret_sealed)
{
    struct findings f = {.quiet = true};
    struct archive a;
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault(ERR_NOT_FOUND, "not_found", "no file %s", path);
    TRY(archive_open(mem, fd, &f, &a));
    for (size_t i = 0; i < a.n; i++)
        if (str_eq(a.v[i].name, S("identity.sealed")))
            return archive_get(&a, mem, &a.v[i], SEALED_MAX, ret_sealed);
    return fault(ERR_NOT_FOUND, "no_identity", "there is no identity in this package");
}

err identity_open(arena *mem, const char *secret, const char *package, str *ret_json)
{
    struct bytes key, sealed;
    uint8_t public[crypto_box_PUBLICKEYBYTES];
    TRY(secret_get(mem, secret, &key));
    TRY(sealed_get(mem, package, &sealed));
    uint8_t *plain = arena_alloc(mem, sealed.n + 1);
    if (sealed.n < crypto_box_SEALBYTES || crypto_scalarmult_base(public, key.p) != 0 ||
        crypto_box_seal_open(plain, sealed.p, sealed.n, public, key.p) != 0)
        return fault(ERR_INVALID, "other_key", "it is not sealed to this key, or was changed");
    return text_of((struct bytes){plain, sealed.n - crypto_box_SEALBYTES}, "the identity",
                   ret_json);
}
