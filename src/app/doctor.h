/* `gongqi doctor` and `gongqi check`: one table of looks (doctor.def). Each looks and changes
 * nothing, beside a running server or without one. */
#pragma once
#include "app/boot.h"
#include "record/log.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_BAD };

struct doctor {
    struct boot *b;
    arena *mem;
    bool schema;            /* the database is up to date: its tables can be asked */
    bool tried;             /* to open what follows */
    bool services;          /* vault, blobs, provider settings are open */
    bool serving;           /* a server answers at `listen` */
    struct record_log *log; /* NULL: no key yet, or it does not open */
    str log_trouble;        /* why it does not open */
};
/* What a look found; advice: what to do, empty when all is well. The worst of several counts, all
 * details are shown. */
struct finding_of {
    enum doctor_level level;
    str detail, advice;
};
typedef void doctor_fn(struct doctor *d, struct finding_of *f);
/* Adds to what was found. */
void doctor_say(struct doctor *d, struct finding_of *f, enum doctor_level level, str detail,
                const char *advice);

#define X(name, fn, needs, in_check) doctor_fn fn;
#include "app/doctor.def"
#undef X

/* SQL of the looks (doctor_store.c). */
struct doctor_counts {
    int64_t waiting, oldest_due, dead;   /* jobs; oldest_due: ms of the one that is due longest */
    int64_t queued, failed, oldest_mail; /* messages; failed: of the last 7 days */
    int64_t newest_record;               /* ms */
};
err store_doctor_counts(struct tx *t, struct doctor_counts *ret_c);
struct doctor_blob {
    str blob;
    int64_t size;
};
/* Some of the blobs of media, from a name on: at most n. */
err store_doctor_blobs(struct tx *t, arena *mem, str from, int limit, struct doctor_blob **ret_v,
                       size_t *ret_n);
