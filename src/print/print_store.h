/* SQL of fingerprints: for print/ only. */
#pragma once
#include "db/db.h"
#include "print/print.h"

struct print_epochs {
    int64_t blocks, lists;
};
err store_print_epochs(struct tx *t, struct print_epochs *ret_e);
/* Raises one of them by one; hands it back. */
err store_print_blocks_up(struct tx *t, int64_t *ret_epoch);
err store_print_lists_up(struct tx *t);

struct print_row { /* of print_block */
    int64_t id, epoch, measure_id, case_id, account_id, no, ended_at;
    int severity;
    enum print_kind kind;
    str family;
    struct bytes value;
};
enum { PRINT_ROWS = 500 };
err store_block_insert(struct tx *t, const struct print_row *b);
/* Changed after that epoch, in order of epoch and id; the next after (epoch, id). */
err store_blocks_after(struct tx *t, arena *mem, int64_t epoch, int64_t id,
                       struct print_row ret_v[PRINT_ROWS], size_t *ret_n);
err store_blocks_end(struct tx *t, int64_t measure_id, int64_t epoch, int64_t *ret_n);
err store_block_file(struct tx *t, arena *mem, struct bytes value, struct print_row *ret_b);

struct print_media {
    str hash, sent;
    struct bytes pdq;
    int quality;
};
enum { PRINT_MEDIA_MAX = 4 }; /* files from which the same picture came */
err store_media_prints(struct tx *t, arena *mem, str hash,
                       struct print_media ret_v[PRINT_MEDIA_MAX], size_t *ret_n);
err store_blocked_media(struct tx *t, arena *mem, int64_t measure_id, str **ret_v, size_t *ret_n);
struct print_piece {
    int64_t account_id, no;
    int version;
    str title, digest, category, declared, doc, cover;
};
err store_piece(struct tx *t, arena *mem, const struct print_ref *at, struct print_piece *ret_p);
enum { PRINT_BATCH = 100 };
err store_pieces_after(struct tx *t, arena *mem, const struct print_sweep *s,
                       struct print_piece ret_v[PRINT_BATCH], size_t *ret_n);

err store_sweep_insert(struct tx *t, const struct print_sweep *s);
err store_sweep_load(struct tx *t, int64_t id, struct print_sweep *ret_s);
err store_sweep_step(struct tx *t, const struct print_sweep *s, bool over);

err store_match_insert(struct tx *t, const struct print_place *p, const struct print_hit *h,
                       int64_t case_id);
/* The same print in the same version was noted before. */
err store_match_again(struct tx *t, const struct print_place *p, const struct print_hit *h,
                      bool *ret_again);
err store_released(struct tx *t, arena *mem, int64_t measure_id, struct print_ref **ret_v,
                   size_t *ret_n);
/* Open cases after `after` that rest on what this measure blocks alone, in order, at most
 * PRINT_BATCH. */
err store_cases_alone(struct tx *t, int64_t measure_id, int64_t after, int64_t *v, size_t *ret_n);

err store_list_insert(struct tx *t, const struct print_list *l);
err store_chunk_insert(struct tx *t, int64_t list_id, int no, struct bytes data);
err store_chunk(struct tx *t, arena *mem, int64_t list_id, int no, struct bytes *ret_data);
err store_list_retire(struct tx *t, int64_t id, int64_t by, str why, int64_t *ret_n);
err store_list_hit(struct tx *t, int64_t id);
