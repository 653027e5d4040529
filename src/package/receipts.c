/* Records of the subject with the salt that opens them, their receipts, and the package's own. */
#include "package/build.h"
#include "record/log.h"
#include "record/record.h"

#include <time.h>

enum { WAITS = 100, WAIT_MS = 100, LINE_MAX_N = 128 * 1024 };

struct reading {
    struct build *b;
    arena *mem;
    struct record_after q;
    struct package_record *v;
    size_t n;
    struct jw j; /* of records.jsonl */
};

static err records_tx(struct tx *t, void *ctx)
{
    struct reading *r = ctx;
    return store_records(t, r->mem, &r->q, &r->v, &r->n);
}

static err record_note(struct build *b, int64_t id)
{
    if (b->record_n == PACKAGE_RECORDS_MAX)
        return fault(ERR_TOO_LARGE, "package_records", "over %d records", PACKAGE_RECORDS_MAX);
    if (b->record_n == b->record_cap) {
        size_t cap = b->record_cap ? 2 * b->record_cap : 256;
        int64_t *v = NEW_N(b->mem, int64_t, cap);
        if (b->record_n)
            memcpy(v, b->records, b->record_n * sizeof *v);
        b->records = v;
        b->record_cap = cap;
    }
    b->records[b->record_n++] = id;
    return OK;
}

static err record_line(arena *mem, const struct package_record *x, struct buf *lines)
{
    struct jw j;
    str line;
    jw_init(&j, mem, LINE_MAX_N);
    jw_object(&j);
    key_id(&j, "id", x->id);
    jw_key_str(&j, "salt", hex(mem, x->salt));
    jw_key_str(&j, "body", x->body);
    jw_end(&j);
    TRY(buf_take(&j.out, &line));
    buf_add(lines, line);
    buf_add_char(lines, '\n');
    return OK;
}

static err records_of(struct build *b, str subject, struct buf *lines)
{
    struct reading r = {.b = b, .q = {.subject = subject}};
    do {
        AUTO_ARENA(mem);
        r.mem = mem;
        TRY(db_read(b->run->site->db, records_tx, &r));
        for (size_t i = 0; i < r.n; i++) {
            TRY(record_note(b, r.v[i].id));
            TRY(record_line(mem, &r.v[i], lines));
            r.q.id = r.v[i].id;
        }
    } while (r.n == PACKAGE_BATCH);
    return OK;
}

static err subjects(struct build *b, struct buf *lines)
{
    arena *mem = b->mem;
    int64_t account = b->p.account_id;
    TRY(records_of(b, str_fmt(mem, "account/%lld", (long long)account), lines));
    TRY(records_of(b, str_fmt(mem, "registrant/%lld", (long long)b->account.registrant_id), lines));
    if (b->p.no)
        TRY(records_of(b, str_fmt(mem, "article/%lld/%lld", (long long)account, (long long)b->p.no),
                       lines));
    for (size_t i = 0; i < b->case_n; i++)
        TRY(records_of(b, str_fmt(mem, "case/%lld", (long long)b->cases[i]), lines));
    for (size_t i = 0; i < b->measure_n; i++)
        TRY(records_of(b, str_fmt(mem, "measure/%lld", (long long)b->measures[i]), lines));
    return OK;
}

/* ---- waiting for the log ---- */

struct sealing {
    struct build *b;
    arena *mem;
    const int64_t *ids;
    size_t n, i;
    int64_t highest; /* index of a leaf */
    bool all;
};

static err sealed_tx(struct tx *t, void *ctx)
{
    struct sealing *s = ctx;
    s->all = true;
    for (; s->i < s->n; s->i++) {
        int64_t idx = -1;
        TRY(record_leaf_index(t, s->mem, s->ids[s->i], &idx));
        if (idx < 0) {
            s->all = false;
            return OK;
        }
        s->highest = idx > s->highest ? idx : s->highest;
    }
    return OK;
}

static bool covers(arena *mem, str text, int64_t idx, int64_t *ret_size)
{
    struct note n;
    struct checkpoint c;
    if (note_parse(mem, text, &n) != OK || checkpoint_parse(mem, n.body, &c) != OK)
        return false;
    *ret_size = c.head.size;
    return c.head.size > idx;
}

/* A checkpoint over all of them; one that witnesses cosigned when there is one. */
static bool checkpoint_over(struct build *b, int64_t idx)
{
    str text;
    if ((record_log_witnessed(b->run->log, b->mem, &text) == OK &&
         covers(b->mem, text, idx, &b->log_size)) ||
        (record_log_checkpoint(b->run->log, b->mem, &text) == OK &&
         covers(b->mem, text, idx, &b->log_size))) {
        b->checkpoint = text;
        return true;
    }
    return false;
}

static err wait_sealed(struct build *b, const int64_t *ids, size_t n)
{
    struct sealing s = {.b = b, .ids = ids, .n = n, .highest = -1};
    for (int i = 0; i < WAITS; i++) {
        AUTO_ARENA(mem);
        bool more = false;
        s.mem = mem;
        TRY(record_log_seal(b->run->log, &more)); /* nothing while another node has the lease */
        TRY(db_read(b->run->site->db, sealed_tx, &s));
        if (s.all && checkpoint_over(b, s.highest))
            return OK;
        (void)nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000L}, NULL);
    }
    return fault(ERR_IO, "not_sealed_yet", "the log did not seal within %d s",
                 WAITS * WAIT_MS / 1000);
}

/* ---- receipts ---- */

struct proving {
    struct build *b;
    arena *mem;
    int64_t id;
    str text;
};

static err prove_tx(struct tx *t, void *ctx)
{
    struct proving *p = ctx;
    return record_log_receipt_at(p->b->run->log, t, p->mem, p->id, p->b->checkpoint, &p->text);
}

static err receipt(struct build *b, int64_t id)
{
    AUTO_ARENA(mem);
    struct proving p = {.b = b, .mem = mem, .id = id};
    TRY(db_read(b->run->site->db, prove_tx, &p));
    return build_text(b, str_fmt(mem, "log/%lld.tlog-proof", (long long)id),
                      "text/plain; charset=utf-8", p.text);
}

err receipts_records(struct build *b)
{
    struct buf lines;
    str text;
    buf_init(&lines, b->mem, PACKAGE_JSON_MAX * (size_t)4);
    TRY(subjects(b, &lines));
    TRY(buf_take(&lines, &text));
    TRY(build_text(b, S("log/records.jsonl"), "application/x-ndjson", text));
    TRY(wait_sealed(b, b->records, b->record_n));
    b->p.parts += (int64_t)b->record_n;
    for (size_t i = 0; i < b->record_n; i++) {
        TRY(receipt(b, b->records[i]));
        TRY(build_part(b));
    }
    TRY(build_text(b, S("log/checkpoint"), "text/plain; charset=utf-8", b->checkpoint));
    str key = note_key_text(b->mem, record_log_key(b->run->log));
    return build_text(b, S("log/key"), "text/plain; charset=utf-8", str_cat(b->mem, key, S("\n")));
}

struct making {
    struct build *b;
    arena *mem;
    str hash;
    int64_t id;
};

static err made_tx(struct tx *t, void *ctx)
{
    struct making *m = ctx;
    struct record_row *v;
    size_t n;
    const struct package *p = &m->b->p;
    str subject = str_fmt(m->mem, "package/%lld", (long long)p->id);
    TRY(record_add(t, &(struct record_in){.kind = RECORD_package_made,
                                          .account_id = p->account_id,
                                          .actor = p->asked_by,
                                          .subject = subject,
                                          RECORD_FIELDS(RECORD_TEXT("sha256", m->hash),
                                                        RECORD_INT("files", p->files),
                                                        RECORD_INT("missing", p->missing))}));
    TRY(record_list(t, m->mem, subject, &v, &n));
    m->id = v[n - 1].id;
    return OK;
}

err receipts_package(struct build *b, str manifest_hash)
{
    AUTO_ARENA(mem);
    struct making m = {.b = b, .mem = mem, .hash = manifest_hash};
    TRY(db_tx(b->run->site->db, made_tx, &m));
    TRY(wait_sealed(b, &m.id, 1));
    struct proving p = {.b = b, .mem = mem, .id = m.id};
    TRY(db_read(b->run->site->db, prove_tx, &p));
    b->p.record_id = m.id;
    return zip_add(&b->zip, S("package.tlog-proof"), str_bytes(p.text));
}
