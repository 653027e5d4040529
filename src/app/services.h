/* What a serving process keeps open besides the database: vault, blobs, provider settings, mail
 * and jobs; and the answers of departments to the dispatcher's questions (web/site.h). */
#pragma once
#include "app/boot.h"

/* Fills b->site; services_close frees what was opened, also after an error. threads 0: no job runs
 * by itself (commands). */
err services_open(struct boot *b, int job_threads);
void services_close(struct boot *b);
/* An S3 store by the settings s3_*; place: s3://BUCKET/PREFIX. Nothing is sent yet. */
struct s3;
err place_open(struct boot *b, str place, struct s3 **ret_s3);
/* Where media lie, by the settings. */
struct blob_store;
err blobs_open(struct boot *b, struct blob_store **ret_store);
/* The transparency log of this site, for `serve` and for commands about it. */
struct record_log;
err log_open(struct boot *b, struct record_log **ret_log);
