/* The transparency log (../shared/spec/records.md): every record becomes one leaf of an
 * append-only Merkle tree in the public formats of C2SP, that anyone can check with programs that
 * nobody here wrote.
 *
 * A record and its row in record_pending are committed with the act. The sealer (one of all nodes,
 * by the lease "sealer") gives pending records their index in the database, writes tiles and entry
 * bundles, and signs a checkpoint, within a second of the commit. Order and content stand in the
 * database (record_leaf), so what is written is the same whichever node writes it.
 *
 * What was signed last stands in a small file of its own, outside the database and its backups. A
 * server whose database has fewer leaves than that, or others, stops signing ("log_restored")
 * instead of showing two histories. */
#pragma once
#include "db/db.h"
#include "record/note.h"
#include "record/tile.h"
#include "record/witness.h"

struct record_log;

struct record_log_opts {
    struct db *db;
    const char *dir;        /* tiles, bundles, checkpoint; shared by the nodes of one database */
    const char *key_file;   /* 0600, made when missing and the log is empty */
    const char *state_file; /* what was signed last; never restore it from a backup */
    const char *origin;     /* name of a new log and of its key; without scheme */
    const char *witnesses;  /* policy file (witness.h); NULL or "": none */
    witness_post *post;     /* how witnesses are asked; with post_ctx */
    void *post_ctx;
    bool private_entries; /* bundles are not public */
    struct s3 *s3; /* NULL: everything in dir; else tiles, bundles and checkpoint lie there, and the
                      log closes it (also when it does not open) */
    /* Called by the sealer's thread when what it says changes; OK: works again. NULL: nobody. */
    void (*report)(err e);
};
/* Before the first transaction of db. ERR_INVALID "log_key_mode" when others may read the key;
 * ERR_IO "log_key_unreadable". */
err record_log_open(const struct record_log_opts *opts, struct record_log **ret_log);
/* The sealer's thread, and the one that asks witnesses. */
void record_log_start(struct record_log *l);
void record_log_close(struct record_log *l); /* accepts NULL */

/* One pass, on this thread (tests, commands). *ret_more: leaves are left for the next. Does
 * nothing while another node has the lease. ERR_CONFLICT "log_restored" (database older than what
 * was signed), "log_state_missing" (leaves exist, the state file does not), "log_forked" (tiles or
 * leaves differ from what was signed). ERR_INVALID "s3_conditions": the store would let an older
 * checkpoint replace a newer one. */
err record_log_seal(struct record_log *l, bool *ret_more);
/* Takes the checkpoint in dir as the last one signed, after a move to a new machine without the
 * state file; tiles that are missing are made again. The caller has made sure that no newer
 * checkpoint was ever published, and that nobody else signs now. */
err record_log_adopt(struct record_log *l, int64_t *ret_size);

bool record_log_private(const struct record_log *l);
const struct note_key *record_log_key(const struct record_log *l);

struct record_log_status {
    int64_t size, signed_at; /* of the newest checkpoint; ms, 0 = none yet */
    struct sha256 root;
    int64_t witnessed_size; /* of the newest checkpoint that the policy's quorum cosigned */
    err state;              /* of the last pass */
    char reason[48], text[256];
};
void record_log_status(struct record_log *l, struct record_log_status *ret_s);

/* The newest checkpoint; ERR_NOT_FOUND when there is none. */
err record_log_checkpoint(struct record_log *l, arena *mem, str *ret_text);
/* The newest that the quorum of witnesses cosigned. */
err record_log_witnessed(struct record_log *l, arena *mem, str *ret_text);
/* A tile or bundle; a partial one also when only the full one is left. ERR_NOT_FOUND. */
err record_log_tile(struct record_log *l, arena *mem, struct tile_id id, struct bytes *ret_data);

/* The receipt of a record (.tlog-proof with the entry as its extra): against the newest witnessed
 * checkpoint that has it, else against the newest. ERR_NOT_FOUND "not_sealed_yet". */
err record_log_receipt(struct record_log *l, struct tx *t, arena *mem, int64_t record_id,
                       str *ret_text);
/* Of the last record of a subject ("closing/7"). l may be NULL: ERR_NOT_FOUND "not_sealed_yet". */
err record_log_receipt_last(struct record_log *l, struct tx *t, arena *mem, str subject,
                            str *ret_text);
/* Against one checkpoint of this log, so that many receipts fit together. */
err record_log_receipt_at(struct record_log *l, struct tx *t, arena *mem, int64_t record_id,
                          str checkpoint, str *ret_text);
/* Makes the tree again from the leaves in the database and compares it with the newest checkpoint:
 * *ret_differs = -1 when they agree, else the number of leaves where they do not. */
err record_log_compare(struct record_log *l, int64_t *ret_differs);

/* -1 while it has none. */
err record_leaf_index(struct tx *t, arena *mem, int64_t record_id, int64_t *ret_idx);
/* Leaves sealed and waiting, and per day for the picture of growth. */
struct record_log_day {
    int64_t day, leaves; /* days since 1970 in China */
};
struct record_log_growth {
    int64_t sealed, pending;
    struct record_log_day days[30]; /* the last 30, oldest first */
};
err record_log_growth(struct tx *t, struct record_log_growth *ret_g);
