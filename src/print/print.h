/* Fingerprints: what was removed does not come back, and what lists from elsewhere name is found
 * (regulation 2017 art. 11; A11.1, A11.4). Three kinds: the SHA-256 of a file as it was sent or is
 * stored, the PDQ of a picture (image/pdq.h; all eight ways of turning it), the sketch of a text
 * (print/sketch.h). A removal puts those of the article on the block list in its own transaction;
 * while its measure stands, an article in which one is found is held at the gate or, when it is
 * there already, found by a sweep; both open a finding about it and stand beside the removal's
 * case.
 *
 * Every submission asks an index in memory. Each change of block list or lists raises an epoch,
 * which the gate reads within the submission's transaction: an index that is behind is brought up
 * to date, and asked again. Comments do not exist here; audio and video are known by their file. */
#pragma once
#include "image/pdq.h"
#include "print/sketch.h"
#include "scan/scan.h"

struct db;
struct tx;
struct job;

enum print_kind { PRINT_FILE, PRINT_PICTURE, PRINT_TEXT, PRINT_KINDS };
str print_kind_name(enum print_kind k);
err print_kind_parse(str name, enum print_kind *ret_k);

/* ---- what is looked for, in memory ---- */
struct print_live;
struct print_live *print_live_new(struct db *db);
void print_live_free(struct print_live *l); /* accepts NULL */

enum { PRINT_HITS_MAX = 40 }; /* of one article */
struct print_hit {
    enum print_kind kind;
    int64_t block_id, list_id, measure_id, case_id; /* list_id 0: of a removal, else the rest 0 */
    int severity, distance;                         /* bits, or percent that differ */
    str family, name, media;                        /* name of the list; hash of the picture */
    enum scan_action action;
};
struct print_result {
    int64_t epoch;
    struct print_hit v[PRINT_HITS_MAX];
    size_t n;
    bool hold, refuse;
};
struct print_thing {
    const struct scan_article *text; /* title and body */
    const str *media;                /* hashes of what it shows */
    size_t media_n;
    int64_t account_id, no; /* an article is not its own near copy */
};
/* Outside of any transaction. fresh: reads the epoch first; without, what is known may be behind,
 * which print_still tells. */
err print_check(struct print_live *l, arena *mem, const struct print_thing *x, bool fresh,
                struct print_result *ret_r);
/* ERR_CONFLICT "prints_stale" when something changed since; epoch: what the gate read. */
err print_still(const struct print_result *r, int64_t epoch);
/* Writes what was found in a version, with a finding for each case (no, version 0: refused; none
 * then). alone: nothing else held it, so that the end of the measure lets it go. */
struct print_place {
    int64_t account_id, no;
    int version;
    bool alone;
    str action; /* "" = what each hit says */
};
err print_keep(struct tx *t, arena *mem, const struct print_place *p, const struct print_result *r);

/* ---- removal ---- */
struct print_removal {
    int64_t measure_id, case_id, account_id, no, officer;
    int version, severity;
    str family;
};
/* Puts the text of that version and the media that the measure blocks on the block list, and starts
 * the sweep. */
err print_block(struct tx *t, arena *mem, const struct print_removal *r);
/* The measure has ended: its prints go. *ret_v: versions that were held for them alone and may go
 * on; the cases that only they had opened are cancelled. */
struct print_ref {
    int64_t account_id, no;
    int version;
};
err print_unblock(struct tx *t, arena *mem, int64_t measure_id, int64_t officer,
                  struct print_ref **ret_v, size_t *ret_n);

/* Hashes of what a document shows, and its cover. */
struct node;
size_t print_pictures(arena *mem, const struct node *doc, str cover, const str **ret_v);

#define PRINT_JOB "print_sweep"

/* Looks for the prints of {"sweep": id} in all articles that are public, planned or held. */
err print_sweep_job(struct db *db, struct print_live *l, const struct job *job);
struct print_sweep {
    int64_t id, measure_id, list_id, case_id, done, hits, at_account, at_no, started_at, ended_at;
};

/* ---- lists ---- */
enum {
    PRINT_NAME_MAX = 60,
    PRINT_NOTE_MAX = 300,
    PRINT_LINES_MAX = 1000000,
    PRINT_FILE_BYTES = 80 * 1024 * 1024,
    PRINT_CHUNK = 4096, /* prints of a row */
    PRINT_ODD_MAX = 10, /* odd lines that are named */
};
struct print_list {
    int64_t id, n, hits, by, at, retired_by, retired_at;
    enum print_kind kind; /* file or picture */
    enum scan_action action;
    int severity;
    str name, source, note, family, state, retired_why, by_name, retired_name;
};
struct print_lines {
    uint8_t (*v)[PDQ_BYTES]; /* in order, without doubles */
    size_t n;
    int64_t lines, doubles, odd; /* odd: lines that are no hash; the first are in odd_line */
    int64_t odd_line[PRINT_ODD_MAX];
};
/* One hash a line, 64 hexadecimal digits; what follows a comma, semicolon or space, lines that
 * begin with # and empty ones do not count. ERR_LIMIT "too_many_prints"; ERR_INVALID "no_prints".
 */
err print_lines_read(arena *mem, str file, struct print_lines *ret_l);
/* Writes the list, active, and starts its sweep. ERR_CONFLICT "list_name_taken"; sets id. */
err print_list_add(struct tx *t, arena *mem, struct print_list *l, const struct print_lines *lines);
/* ERR_INVALID "reason_required", ERR_CONFLICT "list_retired". */
err print_list_retire(struct tx *t, int64_t id, int64_t by, str why);
err print_list_all(struct tx *t, arena *mem, struct print_list **ret_v, size_t *ret_n);
err print_list_load(struct tx *t, arena *mem, int64_t id, struct print_list *ret_l);

/* ---- what was found, for staff ---- */
struct print_match {
    int64_t account_id, no, id, block_id, list_id, measure_id, origin_case, case_id, at;
    int version, distance;
    enum print_kind kind;
    str media, action, title, handle, state, list_name, origin_title;
};
/* Copies of what this case removed, newest first, at most 200. */
err print_copies(struct tx *t, arena *mem, int64_t case_id, struct print_match **ret_v,
                 size_t *ret_n);
/* What this article was found to be a copy of. */
err print_found(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                struct print_match **ret_v, size_t *ret_n);
err print_found_list(struct tx *t, arena *mem, int64_t list_id, struct print_match **ret_v,
                     size_t *ret_n);
/* The last sweep of a case's measures, or of a list; ERR_NOT_FOUND. */
err print_sweep_of(struct tx *t, int64_t case_id, int64_t list_id, struct print_sweep *ret_s);
