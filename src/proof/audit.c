/* The audit. */
#include "proof/audit.h"

#include "proof/audit_store.h"
#include "record/log.h"
#include "record/record.h"

static err projections(struct tx *t, void *ctx)
{
    struct audit_found *f = ctx;
    f->a->n = 0;
    f->a->differences = 0;
    TRY(audit_store_rows(t, f));
    TRY(audit_store_subscribers(t, f));
    TRY(audit_store_articles(t, f));
    TRY(audit_store_versions(t, f));
    TRY(audit_store_article_state(t, f));
    TRY(audit_store_account_state(t, f));
    TRY(audit_store_queue(t, f));
    return audit_store_leaves(t, f);
}

static void add(struct audit *a, struct audit_difference d, int64_t times)
{
    a->differences += times;
    if (a->n < AUDIT_SHOWN)
        a->v[a->n++] = d;
}

err audit_run(struct db *db, struct record_log *log, arena *mem, struct audit *ret_a)
{
    struct record_check c;
    ret_a->n = 0;
    struct audit_found f = {ret_a, mem};
    TRY(db_read(db, projections, &f));
    TRY(record_verify(db, &c));
    ret_a->records = c.records;
    if (c.bad)
        add(ret_a,
            (struct audit_difference){str_dup(mem, str_from(c.first_what)), 0, c.first_bad,
                                      S("stored"), S("another")},
            c.bad);
    int64_t differs = -1;
    if (log)
        TRY(record_log_compare(log, &differs));
    if (differs >= 0)
        add(ret_a,
            (struct audit_difference){S("log tree"), 0, differs, S("database"), S("checkpoint")},
            1);
    return OK;
}

static err note(struct tx *t, void *ctx)
{
    const struct audit *a = ctx;
    return record_add(t,
                      &(struct record_in){.kind = RECORD_record_audited,
                                          .subject = S("record/audit"),
                                          RECORD_FIELDS(RECORD_INT("differences", a->differences),
                                                        RECORD_INT("records", a->records),
                                                        RECORD_INT("rows", a->rows))});
}

err audit_note(struct db *db, const struct audit *a)
{
    return db_tx(db, note, (void *)(uintptr_t)a);
}
