/* A whole site in one file (docs/sysadmin.md, "Backup"): a tar archive that any tar opens, with
 *
 *   checkpoint                       the public record's newest checkpoint, older than the database
 *   database.sqlite | database.dump  db/snapshot.h
 *   blobs/ab/cd/<sha256>             each named by the hash of its bytes
 *   keys.box                         vault.key and log.key, sealed with a passphrase; may be absent
 *   manifest.json                    last: hashes of the others, marks of the keys
 *
 * The tiles of the record are not in it: they are made again from the database. What was signed
 * last (log.state) never is: see record/log.h. */
#pragma once
#include "app/boot.h"

enum { BACKUP_FILES = 4, BACKUP_DAMAGED_MAX = 100 };

struct backup_manifest {
    str engine, vault_mark, log_mark; /* marks: of the keys (backup_mark); "" = no such key file */
    int64_t made_at, blobs, blob_bytes,
        damaged; /* damaged: blobs that are not what they are called */
    struct {
        str name, sha256;
    } files[BACKUP_FILES];
    size_t n;
    bool keys; /* keys.box is in it */
};

/* Writes file, which must not exist, and reads it back; while the site runs. passphrase "" leaves
 * the keys out. ERR_CONFLICT "exists", ERR_IO; nothing is left behind then. */
err backup_write(struct boot *b, const char *file, str passphrase,
                 struct backup_manifest *ret_manifest);
/* Reads the whole file. ERR_INVALID "bad_archive" names what is missing, foreign or changed. */
err backup_check(arena *mem, const char *file, struct backup_manifest *ret_manifest);
/* Fills the folder `to`, which is made, with all but the keys and the manifest; the database as
 * to/database.*. The file has been checked. */
err backup_extract(arena *mem, const char *file, const char *to);

/* ---- keys (backup_keys.c) ---- */
struct backup_keys {
    str vault, log; /* texts of the key files; "" = none */
};
/* A short text that tells keys apart and nothing about them: of the first line, the key in force.
 */
str backup_mark(arena *mem, str key_text);
/* Whether one of the key text's lines has that mark. */
bool backup_marked(arena *mem, str key_text, str mark);
err backup_keys_seal(arena *mem, const struct backup_keys *k, str passphrase,
                     struct bytes *ret_box);
/* ERR_DENIED "wrong_passphrase". */
err backup_keys_open(arena *mem, const char *file, str passphrase, struct backup_keys *ret_k);
/* The text of a small file; ERR_NOT_FOUND, ERR_IO, ERR_INVALID when it is no text. */
err backup_text(arena *mem, const char *path, str *ret_text);
