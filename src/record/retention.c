/* What may be erased, erasing it, and the certificates. */
#include "record/retention.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "db/erase.h"
#include "record/record.h"
#include "record/retention_impl.h"

enum { REASON_MAX = 500, ID_BITS = 22, LIST_MAX = RETENTION_BATCH * 96 };

static const struct {
    const char *name;
    int floor;
} CLASSES[RETENTION_CLASSES] = {
#define X(name, floor, ...) [RETENTION_##name] = {#name, floor},
#include "record/retention.def"
#undef X
};
/* The immutable table that a class erases rows of. */
static const char *const GUARDED[RETENTION_CLASSES] = {
    [RETENTION_oplog] = "oplog",
    [RETENTION_vault_access] = "vault_access",
    [RETENTION_api_use] = "api_use",
    [RETENTION_withdrawn] = "article_version",
    [RETENTION_removed] = "article_version",
    [RETENTION_discarded] = "article_version",
    [RETENTION_left_content] = "article_version",
};

const char *retention_name(enum retention_class c)
{
    ASSERT(c < RETENTION_CLASSES);
    return CLASSES[c].name;
}

int retention_floor(enum retention_class c)
{
    ASSERT(c < RETENTION_CLASSES);
    return CLASSES[c].floor;
}

/* clock_add_months never goes down, so the last moment that is over is found by halving. */
int64_t retention_cutoff(int64_t now, int months)
{
    int64_t low = now - ((int64_t)months + 1) * 32 * DAY_MS, high = now;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (clock_add_months(middle, months) <= now)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static err floor_kept(const struct retention_plan *plan)
{
    for (int c = 0; c < RETENTION_CLASSES; c++)
        if (plan->months[c] < CLASSES[c].floor)
            return fault(ERR_INVALID, "retention_floor", "%s: %d months are below %d (A16.3)",
                         CLASSES[c].name, plan->months[c], CLASSES[c].floor);
    return OK;
}

static struct due_ask ask_of(int64_t now, const struct retention_plan *plan, int c)
{
    struct due_ask a = {(enum retention_class)c, retention_cutoff(now, plan->months[c]), 0};
    /* Ids are minted within the same second as their row's time; a minute is room enough. */
    int64_t since = a.cutoff + MINUTE_MS - id_time_ms(0);
    a.last_id = since > 0 ? since << ID_BITS : 0;
    return a;
}

err retention_look(struct tx *t, const struct retention_plan *plan,
                   struct retention_due ret_due[RETENTION_CLASSES])
{
    TRY(floor_kept(plan));
    for (int c = 0; c < RETENTION_CLASSES; c++) {
        struct due_ask a = ask_of(tx_now(t), plan, c);
        ret_due[c].cutoff = a.cutoff;
        TRY(retention_store_count(t, &a, false, &ret_due[c].rows));
        TRY(retention_store_count(t, &a, true, &ret_due[c].kept));
    }
    return OK;
}

struct batch {
    const struct retention_plan *plan;
    int class;
    size_t n;
};

static err certify(struct tx *t, arena *mem, const struct batch *b, const struct due_row *v)
{
    struct buf list;
    buf_init(&list, mem, LIST_MAX);
    int64_t from = INT64_MAX, to = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (v[i].hash.p)
            buf_fmt(&list, "%.*s %lld\n", FMT(v[i].hash), (long long)v[i].at);
        else
            buf_fmt(&list, "%lld %lld\n", (long long)v[i].id, (long long)v[i].at);
        from = v[i].at < from ? v[i].at : from;
        to = v[i].at > to ? v[i].at : to;
    }
    str text;
    TRY(buf_take(&list, &text));
    const char *name = CLASSES[b->class].name;
    str hash = sha256_hex(mem, sha256(str_bytes(text)));
    return record_add(
        t, &(struct record_in){.kind = RECORD_retention_purged,
                               .subject = str_fmt(mem, "retention/%s", name),
                               RECORD_FIELDS(RECORD_TEXT("class", str_from(name)),
                                             RECORD_INT("from_at", from), RECORD_INT("to_at", to),
                                             RECORD_INT("rows", (int64_t)b->n),
                                             RECORD_INT("months", b->plan->months[b->class]),
                                             RECORD_TEXT("sha256", hash))});
}

static err purge_batch(struct tx *t, void *ctx)
{
    struct batch *b = ctx;
    AUTO_ARENA(mem);
    struct due_row *v;
    struct due_ask a = ask_of(tx_now(t), b->plan, b->class);
    const char *table = GUARDED[b->class];
    TRY(retention_store_due(t, mem, &a, &v, &b->n));
    if (b->n == 0)
        return OK;
    if (table)
        TRY(immutable_open(t, mem, str_from(table)));
    for (size_t i = 0; i < b->n; i++)
        TRY(retention_store_erase(t, a.class, &v[i]));
    if (table)
        TRY(immutable_close(t, mem, str_from(table)));
    return certify(t, mem, b, v);
}

err retention_purge(struct db *db, const struct retention_plan *plan, int64_t *ret_rows)
{
    int64_t rows = 0;
    TRY(floor_kept(plan));
    for (int c = 0; c < RETENTION_CLASSES; c++) {
        struct batch b = {.plan = plan, .class = c};
        do {
            TRY(db_tx(db, purge_batch, &b));
            rows += (int64_t)b.n;
        } while (b.n == RETENTION_BATCH || (b.n > 0 && c == RETENTION_left_content));
    }
    *ret_rows = rows;
    return OK;
}

/* ---- legal holds ---- */

static err hold_note(struct tx *t, enum record_kind kind, const struct hold *h, int64_t actor)
{
    AUTO_ARENA(mem);
    return record_add(t, &(struct record_in){.kind = kind,
                                             .actor = actor,
                                             .subject = str_fmt(mem, "hold/%lld", (long long)h->id),
                                             RECORD_FIELDS(RECORD_TEXT("kind", h->kind))});
}

err hold_place(struct tx *t, struct hold *h)
{
    bool all = str_eq(h->kind, S("everything"));
    if (!all && !str_eq(h->kind, S("user")) && !str_eq(h->kind, S("account")))
        return fault_field(ERR_INVALID, "invalid", "kind", "user, account or everything");
    if (all != (h->ref == 0) || h->ref < 0)
        return fault_field(ERR_INVALID, "hold_ref", "ref", "whom the hold is on");
    if (str_trim(h->reason).n == 0 || str_count(h->reason) > REASON_MAX)
        return fault_field(ERR_INVALID, "reason_required", "reason", "1 to %d characters",
                           REASON_MAX);
    h->id = id_new();
    h->placed_at = tx_now(t);
    TRY(hold_store_add(t, h));
    return hold_note(t, RECORD_hold_placed, h, h->placed_by);
}

err hold_lift(struct tx *t, int64_t id, int64_t by)
{
    AUTO_ARENA(mem);
    struct hold h = {.id = id, .lifted_by = by, .lifted_at = tx_now(t)};
    TRY(hold_store_lift(t, mem, &h, &h.kind));
    return hold_note(t, RECORD_hold_lifted, &h, by);
}
