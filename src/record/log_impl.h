/* Inside of the log; only for record/. */
#pragma once
#include "blob/s3.h"
#include "record/log.h"
#include "record/record_impl.h"

#include <pthread.h>

/* ---- leaf.c: what of a record becomes public ---- */
struct leaf_key {
    uint8_t b[32]; /* makes pseudonyms; derived from the log's key */
};
/* {"actor":…,"hash":…,"kind":…,"prev":…,"public":{…},"subject":…,"time":…,"v":1} */
err leaf_entry(arena *mem, const struct leaf_key *key, const struct record_stored *r,
               str *ret_entry);

/* ---- log_store.c ---- */
struct leaf_row {
    int64_t idx, record_id, at;
    str entry;
};
err log_store_next(struct tx *t, arena *mem, int64_t *ret_idx);
err log_store_pending(struct tx *t, arena *mem, struct record_stored **ret_v, size_t *ret_n);
/* With places one after the other. */
err log_store_leaves_add(struct tx *t, const struct leaf_row *v, size_t n);
/* Forgets the pending rows that log_store_pending gave: all from the first id to the last. */
err log_store_sealed(struct tx *t, int64_t first_id, int64_t last_id);
/* Leaves from idx on, at most LOG_CHUNK. */
enum { LOG_CHUNK = 1024, LOG_BATCH = 1024 };
err log_store_leaves(struct tx *t, arena *mem, int64_t idx, struct leaf_row **ret_v, size_t *ret_n);
err log_store_leaf_of(struct tx *t, arena *mem, int64_t record_id, struct leaf_row *ret_row);

/* ---- log_files.c: durable files, each there completely or not at all ---- */
struct log_files {
    int dir;       /* everything is done relative to it */
    struct s3 *s3; /* NULL: files; else objects, but for the lock of this machine's processes */
    bool s3_tried;
    char unsynced[16][64];
    int n_unsynced;
    struct {
        int fd;
        char path[64], temp[80];
    } waiting[64]; /* written beside, not yet in place */
    int n_waiting;
};
err log_files_open(const char *dir, struct s3 *s3, struct log_files *ret_f);
void log_files_close(struct log_files *f);
/* Held by nobody else of all nodes until log_files_unlock (or the end of the process), for the
 * moment between the look at what was signed and the new checkpoint. Waits two seconds at most:
 * ERR_RETRY "log_locked". */
err log_files_lock(const struct log_files *f, int *ret_fd);
void log_files_unlock(int *fd); /* a cleanup function; accepts -1 */
#define LOG_LOCK(var) __attribute__((cleanup(log_files_unlock))) int var = -1
/* Durable, and there under its name, after log_files_sync; beside a full tile the partial ones then
 * go. After an error: log_files_abandon. */
err log_files_put(struct log_files *f, const char *path, struct bytes data);
err log_files_sync(struct log_files *f);
void log_files_abandon(struct log_files *f);
/* For files that are replaced (checkpoints): what log_files_look saw is what log_files_replace
 * takes the place of, else ERR_CONFLICT "s3_changed". Files are under the lock instead. An empty
 * tag: it was not there. */
struct log_tag {
    char text[S3_TAG_N];
};
err log_files_look(const struct log_files *f, arena *mem, const char *path, struct bytes *ret_data,
                   struct log_tag *ret_tag);
err log_files_replace(const struct log_files *f, const char *path, struct bytes data,
                      const struct log_tag *seen);
/* ERR_INVALID "s3_conditions" when the store does not keep to that. */
err log_files_try(struct log_files *f);
int64_t log_files_time(const struct log_files *f,
                       const char *path); /* written, ms; 0 = not there */
err log_files_get(const struct log_files *f, arena *mem, const char *path, struct bytes *ret_data);
/* log_files_s3.c */
err log_object_put(struct s3 *s3, const char *path, struct bytes data);
/* A small file anywhere, replaced at once and durable; mode 0600. */
err small_file_put(const char *path, struct bytes data);
err small_file_get(arena *mem, const char *path, bool private, str *ret_text);

/* ---- log_state.c: what was signed last ---- */
struct log_state {
    struct tree_head head;
    struct sha256 last; /* hash of the last leaf; zero in an empty log */
};
/* ERR_NOT_FOUND when the file is not there. */
err log_state_read(const char *path, str origin, struct log_state *ret_state);
err log_state_write(const char *path, str origin, const struct log_state *state);

/* ---- log_write.c: the growing edge of the tree, and its tiles on disk ---- */
struct edge {
    struct tree tree;
    struct sha256 last;
    struct {
        int n;
        struct sha256 v[TILE_WIDTH];
        bool changed;
    } level[TILE_LEVELS]; /* of each level the tile that is not full */
    uint8_t *bundle;      /* of the entries of level 0's tile */
    size_t bundle_n, bundle_cap;
};
void edge_done(struct edge *e);
err edge_add(struct edge *e, struct log_files *f, str entry);
/* Writes the partial tiles; then everything up to the edge is durable. */
err edge_flush(struct edge *e, struct log_files *f);
/* From the tiles of a log of that size. ERR_INVALID "log_damaged" or ERR_NOT_FOUND. */
err edge_load(struct edge *e, const struct log_files *f, int64_t size);
err log_files_tile(const struct log_files *f, arena *mem, struct tile_id id,
                   struct bytes *ret_data);

/* ---- the service ---- */
enum { LOG_PATH_MAX = 4096 };
struct witnesses;
struct record_log {
    struct db *db;
    arena *mem;
    const char *key_file, *state_file;
    bool private_entries;
    void (*report)(err e);
    struct note_signer signer;
    struct leaf_key pseudonyms;
    struct log_files files;
    struct s3 *s3; /* of files; owned */
    char holder[96];

    pthread_mutex_t pass; /* one pass at a time */
    struct edge edge;
    bool loaded, sealed;    /* sealed: has or had the lease */
    struct log_state state; /* as the file has it; valid when loaded */

    pthread_mutex_t lock; /* below: read by everybody */
    pthread_cond_t wake;
    bool stop, running;
    int64_t signals;
    struct record_log_status status;
    struct witnesses *witnesses; /* NULL: none */
    pthread_t sealer;
};
/* log.c. The edge as it stands at that head: from the tiles, or, where they are missing or damaged,
 * made again (with them) from the leaves in the database. ERR_CONFLICT "log_forked". */
err log_edge_at(struct record_log *l, const struct tree_head *head);
/* log_publish.c. Puts cosignature lines behind the checkpoint of that size while it is the newest;
 * quorum: also as the newest witnessed one. */
err log_publish_cosigned(struct record_log *l, str checkpoint, str lines, bool quorum);
err log_publish(struct record_log *l);
/* The newest checkpoint that is shown and that this log's key signed; size 0 when there is none. */
err log_shown(const struct record_log *l, struct tree_head *ret_head);
/* What the checkpoints on disk say, at the start. */
void status_load(struct record_log *l);
struct log_proof_of {
    int64_t from, size; /* from: the leaf's index, or the older size */
    bool consistency;
};
err log_prove(struct record_log *l, arena *mem, struct log_proof_of what, struct proof *ret_path);
