/* What a serving process keeps open besides the database: vault, blobs, provider settings, mail
 * and jobs; and the answers of departments to the dispatcher's questions (web/site.h). */
#pragma once
#include "app/boot.h"

/* Fills b->site; services_close frees what was opened, also after an error. threads 0: no job runs
 * by itself (commands). */
err services_open(struct boot *b, int job_threads);
void services_close(struct boot *b);
/* The transparency log of this site, for `serve` and for commands about it. */
struct record_log;
err log_open(struct boot *b, struct record_log **ret_log);
