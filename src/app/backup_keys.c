/* The keys of a site in a backup: Argon2id over a passphrase, then XSalsa20-Poly1305 (libsodium's
 * secretbox): 16 bytes of salt, 24 of nonce, the sealed JSON. */
#include "app/backup.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/rand.h"
#include "base/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

enum { SALT = crypto_pwhash_SALTBYTES, NONCE = crypto_secretbox_NONCEBYTES };
enum { HEAD = SALT + NONCE, BOX_MAX = 64 * 1024, TEXT_MAX = 16 * 1024 };

static str first_line(str text)
{
    str rest;
    return str_trim(str_split(text, '\n', &rest));
}

str backup_mark(arena *mem, str key_text)
{
    if (!key_text.n)
        return S("");
    str said = str_cat(mem, S("gongqi backup mark of a key v1\n"), first_line(key_text));
    return sha256_hex(mem, sha256(str_bytes(said)));
}

bool backup_marked(arena *mem, str key_text, str mark)
{
    for (str rest = key_text; rest.n;) {
        str line = str_split(rest, '\n', &rest);
        if (str_eq(backup_mark(mem, line), mark))
            return true;
    }
    return false;
}

err backup_text(arena *mem, const char *path, str *ret_text)
{
    char buf[TEXT_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? fault(ERR_NOT_FOUND, "not_found", "no %s", path)
                               : fault(ERR_IO, "unreadable", "%s: errno %d", path, errno);
    ssize_t n = read(fd, buf, sizeof buf);
    close(fd);
    if (n < 0)
        return fault(ERR_IO, "unreadable", "%s: errno %d", path, errno);
    *ret_text = str_dup(mem, (str){buf, (size_t)n});
    sodium_memzero(buf, sizeof buf);
    return str_valid(*ret_text) ? OK : fault(ERR_INVALID, "invalid", "%s is no text", path);
}

static err key_of(str passphrase, const uint8_t salt[SALT], uint8_t key[crypto_secretbox_KEYBYTES])
{
    if (crypto_pwhash(key, crypto_secretbox_KEYBYTES, passphrase.p, passphrase.n, salt,
                      crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return fault(ERR_IO, "no_memory", "not enough memory for Argon2id (256 MiB)");
    return OK;
}

err backup_keys_seal(arena *mem, const struct backup_keys *k, str passphrase, struct bytes *ret_box)
{
    struct jw j;
    jw_init(&j, mem, BOX_MAX);
    jw_object(&j);
    jw_key_str(&j, "vault", k->vault);
    jw_key_str(&j, "log", k->log);
    jw_end(&j);
    str plain = buf_str(&j.out);
    size_t n = HEAD + crypto_secretbox_MACBYTES + plain.n;
    uint8_t *box = arena_alloc(mem, n), key[crypto_secretbox_KEYBYTES];
    rand_bytes(box, HEAD);
    TRY(key_of(passphrase, box, key));
    (void)crypto_secretbox_easy(box + HEAD, (const uint8_t *)plain.p, plain.n, box + SALT, key);
    sodium_memzero(key, sizeof key);
    *ret_box = (struct bytes){box, n};
    return OK;
}

static err box_open(arena *mem, struct bytes box, str passphrase, str *ret_plain)
{
    uint8_t key[crypto_secretbox_KEYBYTES];
    size_t n = box.n - HEAD - crypto_secretbox_MACBYTES;
    uint8_t *plain = arena_alloc(mem, n + 1);
    TRY(key_of(passphrase, box.p, key));
    int bad = crypto_secretbox_open_easy(plain, box.p + HEAD, box.n - HEAD, box.p + SALT, key);
    sodium_memzero(key, sizeof key);
    *ret_plain = (str){(const char *)plain, n};
    return bad ? fault(ERR_DENIED, "wrong_passphrase", "this passphrase does not open the keys")
               : OK;
}

static err box_read(arena *mem, int fd, struct bytes *ret_box)
{
    struct tar t = {.fd = fd};
    struct tar_entry entry;
    for (;;) {
        TRY(tar_next(&t, &entry));
        if (strcmp(entry.path, "keys.box") != 0)
            continue;
        uint8_t *box = arena_alloc(mem, BOX_MAX);
        TRY(tar_read(&t, box, BOX_MAX, &ret_box->n));
        ret_box->p = box;
        return ret_box->n > HEAD + crypto_secretbox_MACBYTES
                   ? OK
                   : fault(ERR_INVALID, "bad_archive", "keys.box is too short");
    }
}

err backup_keys_open(arena *mem, const char *file, str passphrase, struct backup_keys *ret_k)
{
    struct bytes box;
    str plain;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault(ERR_IO, "unreadable", "%s: errno %d", file, errno);
    err e = box_read(mem, fd, &box);
    close(fd);
    TRY(e);
    TRY(box_open(mem, box, passphrase, &plain));
    JSON_AUTO *root = NULL;
    TRY(json_read(plain, &root));
    *ret_k = (struct backup_keys){str_dup(mem, json_text(root, "vault")),
                                  str_dup(mem, json_text(root, "log"))};
    return OK;
}
