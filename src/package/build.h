/* A package in the making; only for package/. Its parts are read in small transactions and written
 * at once: what is in memory is the list of files and the ids of records, never a file. */
#pragma once
#include "account/account.h"
#include "article/article.h"
#include "base/json.h"
#include "base/zip.h"
#include "package/package_store.h"
#include "web/out.h"

struct packed {
    struct packed *next;
    str path, type, hash;
    int64_t size;
};
struct lost {
    struct lost *next;
    str path, why; /* why: vanished, changed */
};
enum {
    SHOWN_OPERATIONS = 200,
    SHOWN_FILES = 2000,
    PACKAGE_RECORDS_MAX = 100000,
    PACKAGE_JSON_MAX = 16 * 1024 * 1024,
};

struct build {
    const struct package_run *run;
    arena *mem; /* of the whole build */
    struct package p;
    struct account account;
    struct article article; /* when p.no is not 0 */
    struct zip zip;
    int dir_fd;
    struct packed *files, *last_file;
    struct lost *lost, *last_lost;
    str *media; /* hashes, each once */
    size_t media_n, media_cap;
    int64_t *cases, *measures, *records; /* records: those whose receipts go in */
    size_t case_n, measure_n, record_n, record_cap;
    struct article_event *events; /* of the article, newest first */
    size_t event_n;
    struct oplog_row *shown; /* the first operations, for the index */
    size_t shown_n;
    int64_t operations, log_size, told_us;
    str checkpoint, origin;
};

/* ---- build.c ---- */
err build_text(struct build *b, str path, const char *type, str text);
err build_fd(struct build *b, str path, const char *type, int fd, str *ret_hash);
void build_lost(struct build *b, str path, const char *why);
/* A file without a name in the data directory. */
err build_unnamed(const struct build *b, int *ret_fd);
/* One more part is done: tells it and renews the lease, at most once a second. ERR_CONFLICT
 * "package_over" when somebody cancelled. */
err build_part(struct build *b);
void build_fd_close(int *fd);
#define AUTO_FD __attribute__((cleanup(build_fd_close))) int

/* ---- content.c: the subject, its versions and media; dossier.c: what was decided about it ---- */
err content_subject(struct build *b);
err content_versions(struct build *b);
err content_media(struct build *b);
err content_identity(struct build *b);
err dossier_cases(struct build *b);
err dossier_notices(struct build *b);
err dossier_operations(struct build *b);
/* ---- receipts.c ---- */
/* Waits until the records are sealed; ERR_IO "not_sealed_yet" when that does not happen. */
err receipts_records(struct build *b);
/* The record of the finished manifest, and its receipt as the last member. */
err receipts_package(struct build *b, str manifest_hash);

/* ---- in JSON: ids as texts (they have more digits than JavaScript keeps), times as RFC 3339 ----
 */
void key_id(struct jw *j, const char *key, int64_t id);
void key_time(struct jw *j, const char *key, int64_t ms);

/* The index page, zh and en. */
struct index_view {
    const struct build *b;
    str made;
    const char *lang;
};
struct version_page_view {
    const struct article_version *v;
    html body;
};
