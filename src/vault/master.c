/* The master keys: a file that only we may read, or what a command prints. */
#include "base/hash.h"
#include "base/rand.h"
#include "vault/vault_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 4096 };

static void master_name(struct master *m)
{
    static const uint8_t CONTEXT[] = "gongqi master key id";
    uint8_t h[16];
    ASSERT(crypto_generichash(h, sizeof h, CONTEXT, sizeof CONTEXT, m->key, KEY_N) == 0);
    sodium_bin2hex(m->id, sizeof m->id, h, 8);
}

void master_make(struct master *ret_m)
{
    rand_bytes(ret_m->key, KEY_N);
    master_name(ret_m);
}

static err masters_parse(str text, struct masters *ret_m)
{
    struct masters m = {0};
    for (str rest = text; rest.p;) {
        str line = str_trim(str_split(rest, '\n', &rest));
        if (!line.n)
            continue;
        size_t n = 0;
        bool bad = m.n == MASTERS_MAX || line.n != 2 * KEY_N ||
                   sodium_hex2bin(m.v[m.n].key, KEY_N, line.p, line.n, NULL, &n, NULL) != 0 ||
                   n != KEY_N;
        if (bad)
            return fault(ERR_IO, "vault_key_unreadable",
                         "the master key must be 1 to %d lines of 64 hex digits", MASTERS_MAX);
        master_name(&m.v[m.n++]);
    }
    if (!m.n)
        return fault(ERR_IO, "vault_key_unreadable", "no master key");
    *ret_m = m;
    sodium_memzero(&m, sizeof m);
    return OK;
}

static err command_read(const char *command, struct masters *ret_m)
{
    char text[TEXT_MAX];
    FILE *f = popen(command, "re");
    if (!f)
        return fault(ERR_IO, "vault_key_unreadable", "cannot run the key command");
    size_t n = fread(text, 1, sizeof text, f);
    err e = pclose(f) == 0 ? masters_parse((str){text, n}, ret_m)
                           : fault(ERR_IO, "vault_key_unreadable", "the key command failed");
    sodium_memzero(text, sizeof text);
    return e;
}

static err file_check(int fd, const char *path)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fault(ERR_IO, "vault_key_unreadable", "%s is no file", path);
    if (st.st_mode & 077)
        return fault(ERR_INVALID, "vault_key_mode", "%s: others may read it; chmod 600", path);
    return OK;
}

static err file_read(const char *path, struct masters *ret_m)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        *ret_m = (struct masters){0};
        return OK;
    }
    if (fd < 0)
        return fault(ERR_IO, "vault_key_unreadable", "%s: %s", path, strerrordesc_np(errno));
    char text[TEXT_MAX];
    err e = file_check(fd, path);
    ssize_t n = e == OK ? read(fd, text, sizeof text) : 0;
    (void)close(fd);
    if (e == OK)
        e = n >= 0 ? masters_parse((str){text, (size_t)n}, ret_m)
                   : fault(ERR_IO, "vault_key_unreadable", "%s cannot be read", path);
    sodium_memzero(text, sizeof text);
    return e;
}

err masters_read(const struct vault *v, struct masters *ret_m)
{
    return *v->key_command ? command_read(v->key_command, ret_m) : file_read(v->key_file, ret_m);
}

static void directory_sync(arena *mem, const char *path)
{
    size_t n = strlen(path);
    while (n && path[n - 1] != '/')
        n--;
    int fd = open(n ? str_z(mem, (str){path, n}) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

static bool text_write(int fd, const struct masters *m)
{
    char line[2 * KEY_N + 1];
    bool ok = true;
    for (size_t i = 0; i < m->n && ok; i++) {
        sodium_bin2hex(line, sizeof line, m->v[i].key, KEY_N);
        line[2 * KEY_N] = '\n';
        ok = write(fd, line, sizeof line) == (ssize_t)sizeof line;
    }
    sodium_memzero(line, sizeof line);
    return ok && fsync(fd) == 0;
}

err masters_write(const struct vault *v, const struct masters *m, bool fresh)
{
    AUTO_ARENA(mem);
    str rand = rand_token(mem, 6);
    const char *path = v->key_file;
    const char *temp = str_z(mem, str_fmt(mem, "%s.%.*s", path, FMT(rand)));
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault(ERR_IO, "vault_key_unwritable", "%s: %s", temp, strerrordesc_np(errno));
    bool ok = text_write(fd, m);
    (void)close(fd);
    /* link() refuses to replace: of two first starts, one key wins. */
    bool taken = false;
    if (ok && fresh) {
        ok = link(temp, path) == 0;
        taken = !ok && errno == EEXIST;
        (void)unlink(temp);
    } else if (ok) {
        ok = rename(temp, path) == 0;
    }
    if (taken)
        return fault(ERR_CONFLICT, "exists", "%s exists", path);
    if (!ok) {
        (void)unlink(temp);
        return fault(ERR_IO, "vault_key_unwritable", "%s cannot be written", path);
    }
    directory_sync(mem, path);
    return OK;
}
