/* Inside of the vault; only for vault/. */
#pragma once
#include "vault/vault.h"

#include <pthread.h>
#include <sodium.h>

enum {
    KEY_N = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_N = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_N = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    MASTERS_MAX = 8,
    CACHE_MAX = 1024,  /* power of two */
    OWNER_LOOKUP = -1, /* the row of the key of vault_key_of; its master is the one in force */
};

struct master {
    uint8_t key[KEY_N];
    char id[17];
};
struct masters {
    struct master v[MASTERS_MAX]; /* the first is in force */
    size_t n;
};
struct cached {
    int64_t owner;
    bool used;
    uint8_t key[KEY_N];
};
struct vault {
    struct db *db;
    char *key_file, *key_command;
    bool read_only;
    uint8_t lookup[KEY_N];
    pthread_mutex_t lock; /* guards what follows */
    struct masters masters;
    struct cached cache[CACHE_MAX];
};

/* master.c: *ret_m is empty when there is no file. */
err masters_read(const struct vault *v, struct masters *ret_m);
/* Replaces the file atomically; ERR_CONFLICT when `fresh` and somebody else made it meanwhile. */
err masters_write(const struct vault *v, const struct masters *m, bool fresh);
void master_make(struct master *ret_m);

/* vault.c: the owner's data key; made when missing and `make`. The caller wipes it. */
err vault_data_key(struct vault_ctx c, int64_t owner, bool make, uint8_t ret_key[KEY_N]);
struct bytes vault_aad(arena *mem, struct vault_ref ref);

/* vault_store.c */
struct vault_key_row {
    int64_t owner;
    struct bytes wrapped;
    str master_id;
};
err vault_store_key(struct tx *t, arena *mem, int64_t owner, struct vault_key_row *ret_row);
err vault_store_key_add(struct tx *t, const struct vault_key_row *row);
/* The next rows after `after` that another master wrapped; at most 200. */
enum { VAULT_BATCH = 200 };
err vault_store_stale(struct tx *t, arena *mem, str master_id, struct vault_key_row **ret_v,
                      size_t *ret_n);
err vault_store_rewrap(struct tx *t, const struct vault_key_row *row, str old_master);
err vault_store_access_add(struct tx *t, const struct vault_item *item, struct vault_reader who,
                           int64_t approver);
err vault_store_approver(struct tx *t, arena *mem, struct vault_ref ref, struct vault_reader who,
                         int64_t *ret_approver);
err vault_store_request_add(struct tx *t, const struct vault_request *r);
err vault_store_request(struct tx *t, arena *mem, struct vault_request *r);
err vault_store_approve(struct tx *t, int64_t owner_id, int64_t id, int64_t by, int64_t *ret_n);
