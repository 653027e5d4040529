/* Sealed personal data (regulation 2017 art. 6; identity never leaves here unsealed unlogged).
 *
 * XChaCha20-Poly1305 under one random data key per owner, wrapped by the master key. A sealed
 * value is `version byte 1 | 24-byte nonce | ciphertext | 16-byte tag`; table, field and owner are
 * authenticated with it, so that it opens in its own place only. Lookups (unique numbers, caps,
 * blacklist) go by keyed BLAKE2b whose key survives rotation of the master key.
 *
 * Owners are ids of users and registrants; 0 is the site itself. A value that does not open is
 * ERR_BUG "vault_tampered". Forgetting an owner is left to the retention engine. */
#pragma once
#include "db/db.h"

struct vault;
struct blob_store;

/* ---- the master key ---- */
struct vault_opts {
    const char *key_file;    /* 0600; lines of 64 hex digits: the key in force, then older ones */
    const char *key_command; /* when not NULL or "": run by sh, prints the same lines instead */
    bool read_only;          /* never make a new key file (commands that only look) */
};
/* When the database has no keys yet, the file is made if missing. ERR_CONFLICT "vault_wrong_key":
 * this master key did not wrap this database's keys, or the file is missing though keys exist;
 * ERR_IO "vault_key_unreadable"; ERR_INVALID "vault_key_mode" when others may read the file. */
err vault_start(struct db *db, const struct vault_opts *opts, struct vault **ret_vault);
void vault_stop(struct vault *v); /* wipes all keys; accepts NULL */
/* Puts a new master key in force and rewraps all data keys, in batches, while others work: the
 * file then holds the new key and the one before (other processes may still be using it; it goes
 * with the next rotation), and a rotation that was cut off is finished by the next. With a command,
 * the first key it prints is put in force. */
err vault_rotate(struct vault *v, int64_t *ret_rewrapped);

/* ---- sealing and opening ---- */
struct vault_ctx {
    struct vault *vault;
    struct tx *tx; /* a writing one for sealing and for logged reads */
    arena *mem;
};
#define VAULT_CTX(vault, tx, mem) ((struct vault_ctx){(vault), (tx), (mem)})
/* The place of a value; part of what is authenticated. */
struct vault_ref {
    const char *table, *field;
    int64_t owner;
};
#define VAULT_REF(table, field, owner) ((struct vault_ref){(table), (field), (owner)})

/* The owner's data key is made in this transaction when it has none. At most 1 MiB. */
err vault_seal(struct vault_ctx c, struct vault_ref ref, struct bytes plain,
               struct bytes *ret_sealed);
/* Unlogged: for the system's own use (sending a code, checking a second factor). Staff's eyes go
 * through vault_read_masked and vault_read_full. */
err vault_open(struct vault_ctx c, struct vault_ref ref, struct bytes sealed,
               struct bytes *ret_plain);
err vault_seal_text(struct vault_ctx c, struct vault_ref ref, str plain, struct bytes *ret_sealed);
err vault_open_text(struct vault_ctx c, struct vault_ref ref, struct bytes sealed, str *ret_plain);
/* 32-byte lookup key of a normalised value; kind separates uses ("mobile", "identity"). */
struct bytes vault_key_of(const struct vault *v, arena *mem, const char *kind, str value);

/* ---- sealed files (evidence): outside transactions, streaming ---- */
struct vault_files {
    struct vault *vault;
    struct blob_store *blobs;
    arena *mem;
};
/* Seals what fd holds, from its beginning, into the blob store; *ret_hash names the sealed bytes.
 */
err vault_seal_file(struct vault_files f, struct vault_ref ref, int fd, str *ret_hash);
/* The plain bytes in memory only (a memfd at offset 0, closed by the caller). */
err vault_open_file(struct vault_files f, struct vault_ref ref, str hash, int *ret_fd);

/* ---- reading by people: every read is a row that its owner can see ---- */
enum mask {
    MASK_NAME,   /* the first character, then * */
    MASK_ID,     /* 110199********0010 */
    MASK_MOBILE, /* 154****0001 */
    MASK_USCC,   /* 914403********000X */
    MASK_EMAIL,  /* a***@example.cn */
    MASK_ALL,    /* ****** */
};
str mask_text(arena *mem, enum mask mask, str plain);

struct vault_item {
    struct vault_ref ref;
    struct bytes sealed;
    enum mask mask;
};
struct vault_reader {
    int64_t user_id;
    str reason;         /* not empty */
    int64_t request_id; /* for full reads */
};
err vault_read_masked(struct vault_ctx c, const struct vault_item *item, struct vault_reader who,
                      str *ret_text);
/* Needs a request by who for this owner and field that somebody else approved and that has not
 * expired: ERR_DENIED "vault_approval_required" otherwise. */
err vault_read_full(struct vault_ctx c, const struct vault_item *item, struct vault_reader who,
                    str *ret_text);

/* A look at a sealed thing that is no field (a file): the row that its owner sees. */
err vault_note_read(struct tx *t, struct vault_ref ref, struct vault_reader who);
/* A full value that leaves the house encrypted to somebody, as a second person allowed. */
err vault_note_full(struct tx *t, struct vault_ref ref, struct vault_reader who, int64_t approver);

struct vault_request {
    int64_t owner_id, id, asked_by, asked_at, approved_by, approved_at, expires_at;
    str field, reason;
};
/* owner_id, field, reason, asked_by and expires_at are given; id and asked_at are set here. */
err vault_request_ask(struct tx *t, struct vault_request *r);
/* ERR_DENIED "second_person_required" when by asked; ERR_CONFLICT "already_decided". */
err vault_request_approve(struct tx *t, int64_t owner_id, int64_t id, int64_t by);
/* Not approved and not expired, oldest first, at most 200. */
err vault_request_open(struct tx *t, arena *mem, struct vault_request **ret_v, size_t *ret_n);

/* Approved, not expired, asked by this person, newest first, at most 200. */
err vault_request_granted(struct tx *t, arena *mem, int64_t asked_by, struct vault_request **ret_v,
                          size_t *ret_n);

struct vault_access {
    int64_t id, reader_id, approver_id, at;
    str field, reason;
    bool full;
};
/* What its owner is shown, newest first, at most 200. */
err vault_access_list(struct tx *t, arena *mem, int64_t owner_id, struct vault_access **ret_v,
                      size_t *ret_n);
