/* The record: one immutable row for every accountable act, written in the act's own transaction
 * (regulation 2017 art. 16). Each row becomes one leaf of the transparency log (record/log.h).
 *
 * The body is canonical JSON (keys sorted, no spaces):
 *   {"account":1,"actor":2,"at":3,"data":{…},"kind":"article_published","subject":"article/1/7/2"}
 * hash = SHA-256(salt || body) with 32 random bytes of salt; prev = hash of the previous record of
 * the same subject. Never put personal data in: references and hashes of sealed things only. */
#pragma once
#include "db/db.h"

enum record_kind {
#define X(name, ...) RECORD_##name,
#include "record/kinds.def"
#undef X
    RECORD_KIND_COUNT
};
const char *record_kind_name(enum record_kind kind);
const char *record_kind_public(enum record_kind kind);     /* public fields of the leaf */
const char *record_kind_obligation(enum record_kind kind); /* "A7.1" */

struct record_field {
    const char *key;
    str text; /* used when is_text */
    int64_t number;
    bool is_text;
};
#define RECORD_TEXT(k, s) ((struct record_field){.key = (k), .text = (s), .is_text = true})
#define RECORD_INT(k, i) ((struct record_field){.key = (k), .number = (i)})

struct record_in {
    enum record_kind kind;
    int64_t account_id; /* 0 = none */
    int64_t actor;      /* user, 0 = system */
    str subject; /* "article/<account>/<no>/<version>", "registrant/<id>" …, 1 to 200 bytes */
    const struct record_field *fields; /* any order, at most 24, no key twice */
    size_t n_fields;
};
/* record_add(t, &(struct record_in){.kind = RECORD_article_published, .subject = …,
 *     RECORD_FIELDS(RECORD_INT("version", 2), RECORD_TEXT("sha256", h))}) */
#define RECORD_FIELDS(...)                                                                         \
    .fields = (const struct record_field[]){__VA_ARGS__},                                          \
    .n_fields = sizeof((const struct record_field[]){__VA_ARGS__}) / sizeof(struct record_field)

/* Two statements. ERR_TOO_LARGE when the body passes 60 KB (a leaf's limit is 65,535 bytes). */
err record_add(struct tx *t, const struct record_in *in);

struct record_row {
    int64_t id, account_id, actor, at;
    str kind, subject, body;
    struct bytes hash;
};
/* A subject's records, oldest first, at most 200. */
err record_list(struct tx *t, arena *mem, str subject, struct record_row **ret_v, size_t *ret_n);

struct record_check {
    int64_t records, oplog; /* rows looked at */
    int64_t bad;            /* rows that do not match their hash, columns or predecessor */
    int64_t first_bad;      /* id of the first of them */
    char first_what[64];    /* "record hash", "record columns", "record prev", "oplog hash" */
};
/* Recomputes everything, in batches (`gongqi check`). OK also when rows are bad. */
err record_verify(struct db *db, struct record_check *ret_check);
