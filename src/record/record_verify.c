/* Recomputing every hash of the record and the operation log. */
#include "base/json.h"
#include "record/record_impl.h"

#include <stdio.h>

struct verify {
    arena *mem;
    int64_t after;
    size_t n;
    struct record_check check;
};

static void found(struct verify *v, int64_t id, const char *what)
{
    if (v->check.bad++ == 0) {
        v->check.first_bad = id;
        snprintf(v->check.first_what, sizeof v->check.first_what, "%s", what);
    }
}

static bool hash_matches(const struct record_stored *r)
{
    struct sha256_ctx c;
    sha256_start(&c);
    sha256_add(&c, r->salt);
    sha256_add(&c, str_bytes(r->row.body));
    struct sha256 h = sha256_end(&c);
    return same_bytes((struct bytes){h.b, sizeof h.b}, r->row.hash);
}

static bool columns_match(const struct record_row *row)
{
    JSON_AUTO *root = NULL;
    if (json_read(row->body, &root) != OK)
        return false;
    return json_number(root, "account", -1) == row->account_id &&
           json_number(root, "actor", -1) == row->actor && json_number(root, "at", -1) == row->at &&
           str_eq(json_text(root, "kind"), row->kind) &&
           str_eq(json_text(root, "subject"), row->subject);
}

static err verify_records(struct tx *t, void *ctx)
{
    struct verify *v = ctx;
    struct record_stored *rows;
    TRY(record_store_batch(t, v->mem, v->after, &rows, &v->n));
    for (size_t i = 0; i < v->n; i++) {
        const struct record_stored *r = &rows[i];
        if (!hash_matches(r))
            found(v, r->row.id, "record hash");
        else if (!columns_match(&r->row))
            found(v, r->row.id, "record columns");
        else if (r->prev.p && !r->linked)
            found(v, r->row.id, "record prev");
        v->after = r->row.id;
    }
    v->check.records += (int64_t)v->n;
    return OK;
}

static err verify_oplog(struct tx *t, void *ctx)
{
    struct verify *v = ctx;
    struct oplog_stored *rows;
    TRY(oplog_store_batch(t, v->mem, v->after, &rows, &v->n));
    for (size_t i = 0; i < v->n; i++) {
        struct sha256 h = oplog_hash(v->mem, &rows[i].row);
        if (!same_bytes((struct bytes){h.b, sizeof h.b}, rows[i].hash))
            found(v, rows[i].row.id, "oplog hash");
        v->after = rows[i].row.id;
    }
    v->check.oplog += (int64_t)v->n;
    return OK;
}

static err run_batches(struct db *db, tx_fn *fn, struct verify *v)
{
    v->after = INT64_MIN;
    do {
        arena_reset(v->mem);
        /* A read transaction that is run again must not count twice. */
        struct verify one = *v;
        TRY(db_read(db, fn, &one));
        *v = one;
    } while (v->n == VERIFY_BATCH);
    return OK;
}

err record_verify(struct db *db, struct record_check *ret_check)
{
    AUTO_ARENA(mem);
    struct verify v = {.mem = mem};
    TRY(run_batches(db, verify_records, &v));
    TRY(run_batches(db, verify_oplog, &v));
    *ret_check = v.check;
    return OK;
}
