/* Raising findings. */
#include "finding/finding.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/rand.h"
#include "finding/finding_store.h"
#include "record/record.h"

enum { RECEIPT_DIGITS = 12 };

const struct family FAMILIES[] = {
#define FAMILY(name, level, taxonomy, seen, told, eu)                                              \
    {.key = #name,                                                                                 \
     .severity = (level),                                                                          \
     .codes = (taxonomy),                                                                          \
     .things = (seen),                                                                             \
     .authority = (told),                                                                          \
     .dsa = (eu)},
#include "finding/families.def"
#undef FAMILY
};
const size_t FAMILY_COUNT = LEN(FAMILIES);

const struct clock_line CLOCKS[CLOCK_COUNT] = {
#define CLOCK(id, from, usual, shortest, longest)                                                  \
    [CLOCK_##id] = {.name = #id,                                                                   \
                    .source = (from),                                                              \
                    .minutes = (usual),                                                            \
                    .least = (shortest),                                                           \
                    .most = (longest)},
#include "finding/clocks.def"
#undef CLOCK
};

static const str SOURCES[FINDING_SOURCES] = {
    [FINDING_RULE] = S_INIT("rule"),     [FINDING_STAFF] = S_INIT("staff"),
    [FINDING_REPORT] = S_INIT("report"), [FINDING_AUTHORITY] = S_INIT("authority"),
    [FINDING_RIGHTS] = S_INIT("rights"),
};

int64_t clock_line_ms(enum clock_name c)
{
    return CLOCKS[c].minutes * MINUTE_MS;
}

int64_t clock_of_severity(int severity)
{
    static const enum clock_name BY[] = {CLOCK_severity_1, CLOCK_severity_2, CLOCK_severity_3,
                                         CLOCK_severity_4};
    ASSERT(severity >= 1 && severity <= (int)LEN(BY));
    return clock_line_ms(BY[severity - 1]);
}

const struct family *family_find(str key)
{
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        if (str_eq(key, str_from(FAMILIES[i].key)))
            return &FAMILIES[i];
    return NULL;
}

str family_label(enum lang lang, str key)
{
    AUTO_ARENA(mem);
    enum msg m;
    return msg_find(str_cat(mem, S("family."), key), &m) ? msg(lang, m) : key;
}

str finding_source_name(enum finding_source s)
{
    return SOURCES[s];
}

err finding_source_parse(str name, enum finding_source *ret_s)
{
    for (int i = 0; i < FINDING_SOURCES; i++)
        if (str_eq(name, SOURCES[i])) {
            *ret_s = (enum finding_source)i;
            return OK;
        }
    return fault(ERR_INVALID, "unknown_source", "source %.*s", FMT(name));
}

/* Thousandths of log2(1 + n), whole bits and the linear rest: enough to order a queue. */
static int64_t log2_milli(int64_t n)
{
    int64_t bits = 0, v = n + 1;
    while (v >> (bits + 1))
        bits++;
    int64_t rest = ((v - ((int64_t)1 << bits)) * 1000) >> bits;
    return bits * 1000 + rest;
}

/* trust-safety.md 4.4, without the terms that nothing computes yet (velocity, model). */
static int64_t priority_of(int severity, int64_t reach, int64_t findings)
{
    int64_t level = 5 - severity;
    return 1000 * level * level + 400 * log2_milli(reach) / 1000 +
           300 * log2_milli(findings) / 1000;
}

static err finding_record(struct tx *t, arena *mem, const struct finding *f)
{
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_finding_raised,
               .account_id = f->account_id,
               .actor = f->source == FINDING_STAFF ? f->by : 0,
               .subject = str_fmt(mem, "case/%lld", (long long)f->case_id),
               RECORD_FIELDS(RECORD_INT("finding", f->id),
                             RECORD_TEXT("source", finding_source_name(f->source)),
                             RECORD_TEXT("family", f->family), RECORD_INT("severity", f->severity),
                             RECORD_INT("no", f->no), RECORD_INT("version", f->version),
                             RECORD_TEXT("rule", f->rule),
                             RECORD_INT("rule_version", f->rule_version)),
           });
}

static str filled(arena *mem, str s, size_t max)
{
    return s.p ? str_ellipsis(mem, str_trim(s), max) : S("");
}

static err put(struct tx *t, arena *mem, struct finding *f, const struct finding_thing *thing)
{
    struct casefile c = {.kind = CASE_FINDING,
                         .account_id = f->account_id,
                         .subject = f->no,
                         .version = f->version,
                         .title = thing->title,
                         .family = f->family,
                         .severity = f->severity,
                         .opened_by = f->by,
                         .due_at = tx_now(t) + clock_of_severity(f->severity)};
    TRY(case_join(t, mem, &c, &f->joined));
    f->case_id = c.id;
    f->id = id_new();
    f->at = tx_now(t);
    f->receipt = f->source == FINDING_REPORT ? rand_digits(mem, RECEIPT_DIGITS) : S("");
    TRY(store_finding_insert(t, f));
    int64_t n = 0;
    TRY(store_finding_count(t, f->case_id, &n));
    int severity = f->severity < c.severity ? f->severity : c.severity;
    TRY(case_priority(t, f->case_id, priority_of(severity, thing->reach, n)));
    return finding_record(t, mem, f);
}

err finding_raise(struct tx *t, arena *mem, struct finding *f)
{
    const struct family *family = family_find(f->family);
    struct finding_thing thing;
    if (!family)
        return fault_field(ERR_INVALID, "unknown_family", "family", "family %.*s", FMT(f->family));
    TRY(store_finding_thing(t, mem, f, &thing));
    f->version = thing.version;
    f->severity = f->severity >= 1 && f->severity <= 4 ? f->severity : family->severity;
    f->quote = filled(mem, f->quote, FINDING_QUOTE_MAX);
    f->note = filled(mem, f->note, FINDING_NOTE_MAX);
    f->rule = filled(mem, f->rule, FINDING_RULE_MAX);
    int64_t same = 0, case_id = 0;
    if (f->source == FINDING_RULE)
        TRY(store_finding_again(t, f, &case_id, &same));
    if (!same)
        return put(t, mem, f, &thing);
    f->case_id = case_id;
    f->joined = true;
    return OK;
}
