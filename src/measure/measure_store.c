/* SQL of measures. */
#include "base/clock.h"
#include "base/id.h"
#include "event/event.h"
#include "measure/measure.h"
#include "record/record.h"

enum { MAX_OF = 20, MAX_LIST = 100 };

static err leave(struct tx *t, arena *mem, const struct measure *m, enum record_kind kind,
                 int64_t officer)
{
    bool starts = kind == RECORD_measure_started;
    TRY(event_add(t,
                  &(struct event_in){
                      .kind = starts ? EVENT_measure_started : EVENT_measure_lifted,
                      .account_id = m->account_id,
                      RECORD_FIELDS(RECORD_TEXT("measure", str_from(MEASURES[m->kind].name)),
                                    RECORD_TEXT("functions", m->functions), RECORD_INT("no", m->no),
                                    RECORD_TEXT("until", m->end_at ? clock_rfc3339(mem, m->end_at)
                                                                   : S("")))}));
    return record_add(
        t,
        &(struct record_in){
            .kind = kind,
            .account_id = m->account_id,
            .actor = officer,
            .subject = str_fmt(mem, "measure/%lld", (long long)m->id),
            RECORD_FIELDS(RECORD_TEXT("measure", str_from(MEASURES[m->kind].name)),
                          RECORD_TEXT("functions", m->functions), RECORD_INT("no", m->no),
                          RECORD_INT("decision", m->decision_id), RECORD_INT("end_at", m->end_at)),
        });
}

err measure_start(struct tx *t, arena *mem, struct measure *m, int64_t officer)
{
    m->id = id_new();
    m->start_at = tx_now(t);
    m->functions = m->functions.p ? m->functions : S("");
    TRY(db_exec(t,
                "INSERT INTO measure (account_id, id, kind, functions, reason, start_at, end_at,"
                " decision_id, no, family, before_state, before_reason)"
                " VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 = 0 THEN NULL ELSE $7 END, $8, $9,"
                " $10, $11, $12)",
                DB_IN(m->account_id, m->id, str_from(MEASURES[m->kind].name), m->functions,
                      m->reason, m->start_at, m->end_at, m->decision_id, m->no, m->family,
                      m->before_state.p ? m->before_state : S(""),
                      m->before_reason.p ? m->before_reason : S(""))));
    return leave(t, mem, m, RECORD_measure_started, officer);
}

err measure_lift(struct tx *t, arena *mem, const struct measure *m, int64_t officer)
{
    int64_t changed = 0;
    TRY(db_exec_n(t,
                  "UPDATE measure SET lifted_at = $3, lifted_by = $4 WHERE account_id = $1"
                  " AND id = $2 AND lifted_at IS NULL",
                  DB_IN(m->account_id, m->id, tx_now(t), officer), &changed));
    if (!changed)
        return fault(ERR_CONFLICT, "measure_over", "measure %lld", (long long)m->id);
    TRY(db_exec(t, "DELETE FROM media_block WHERE measure_id = $1", DB_IN(m->id)));
    return leave(t, mem, m, RECORD_measure_lifted, officer);
}

#define COLUMNS                                                                                    \
    "SELECT id, account_id, no, decision_id, start_at, end_at, lifted_at, lifted_by, checked_at,"  \
    " gone_ms, functions, reason, family, before_state, before_reason, left_on, kind FROM measure"
#define OUT(m, kind)                                                                               \
    DB_OUT(&(m).id, &(m).account_id, &(m).no, &(m).decision_id, &(m).start_at, &(m).end_at,        \
           &(m).lifted_at, &(m).lifted_by, &(m).checked_at, &(m).gone_ms, &(m).functions,          \
           &(m).reason, &(m).family, &(m).before_state, &(m).before_reason, &(m).left_on, &(kind))

err measure_load(struct tx *t, arena *mem, int64_t account_id, int64_t id, struct measure *ret_m)
{
    struct measure m = {0};
    str kind = STR_NONE;
    TRY(db_one(t, mem, COLUMNS " WHERE account_id = $1 AND id = $2", DB_IN(account_id, id),
               OUT(m, kind)));
    TRY(measure_kind_parse(kind, &m.kind));
    *ret_m = m;
    return OK;
}

err measure_of(struct tx *t, arena *mem, int64_t decision_id, struct measure **ret_v, size_t *ret_n)
{
    struct measure *v = NEW_N(mem, struct measure, MAX_OF), m = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, COLUMNS " WHERE decision_id = $1 ORDER BY id LIMIT 20", DB_IN(decision_id),
            OUT(m, kind), {
                TRY(measure_kind_parse(kind, &m.kind));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err measure_standing(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                     struct measure **ret_v, size_t *ret_n)
{
    struct measure *v = NEW_N(mem, struct measure, MAX_LIST), m = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            COLUMNS " WHERE account_id = $1 AND no = $2 AND lifted_at IS NULL"
                    " ORDER BY id LIMIT 100",
            DB_IN(account_id, no), OUT(m, kind), {
                TRY(measure_kind_parse(kind, &m.kind));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err measure_due(struct tx *t, arena *mem, struct measure **ret_v, size_t *ret_n)
{
    struct measure *v = NEW_N(mem, struct measure, MAX_LIST), m = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            COLUMNS " WHERE lifted_at IS NULL AND end_at <= $1 ORDER BY end_at, id LIMIT 100",
            DB_IN(tx_now(t)), OUT(m, kind), {
                TRY(measure_kind_parse(kind, &m.kind));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err measure_before(struct tx *t, const struct measure *m, str state, str reason)
{
    return db_exec(t,
                   "UPDATE measure SET before_state = $3, before_reason = $4"
                   " WHERE account_id = $1 AND id = $2",
                   DB_IN(m->account_id, m->id, state, reason));
}

err measure_checked(struct tx *t, const struct measure *m, str left_on, int64_t gone_ms)
{
    return db_exec(t,
                   "UPDATE measure SET checked_at = $3, left_on = $4, gone_ms = $5"
                   " WHERE account_id = $1 AND id = $2",
                   DB_IN(m->account_id, m->id, tx_now(t), left_on, gone_ms));
}

err measure_pass(struct tx *t, int64_t account_id, enum measure_function f)
{
    int64_t n = 0;
    str name = measure_function_name(f);
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM measure m WHERE m.account_id = $1 AND m.start_at <= $2"
               " AND (m.end_at IS NULL OR m.end_at > $2) AND m.lifted_at IS NULL"
               " AND (m.kind IN ('suspend', 'close')"
               "  OR REPLACE(',' || m.functions || ',', ',' || $3 || ',', '')"
               "   <> ',' || m.functions || ',')",
               DB_IN(account_id, tx_now(t), name), DB_OUT(&n)));
    return n ? fault(ERR_DENIED, "measure_in_force", "%.*s is taken away", FMT(name)) : OK;
}

err measure_block_media(struct tx *t, int64_t measure_id, str hash)
{
    return db_exec(t,
                   "INSERT INTO media_block (hash, measure_id) VALUES ($1, $2)"
                   " ON CONFLICT (hash, measure_id) DO NOTHING",
                   DB_IN(hash, measure_id));
}
