/* Reports to the authority: a draft from an illegal verdict or a closed or suspended account, its
 * clock, and the receipt that somebody notes (A11.6, A13.2). */
#include "base/clock.h"
#include "base/json.h"
#include "job/job.h"
#include "notice/notice.h"
#include "record/record.h"
#include "ruling/steps.h"

enum { PACKAGE_MAX = 256 * 1024, ILLEGAL = 2 };

err report_draft(struct tx *t, const struct ruling *r)
{
    bool strong = str_eq(r->measure, S("close")) || str_eq(r->measure, S("suspend"));
    if (r->severity > ILLEGAL && !strong)
        return OK;
    return store_report_insert(t, r->id, S("violation"),
                               tx_now(t) + clock_line_ms(CLOCK_authority_report));
}

err report_correct(struct tx *t, int64_t ruling_id)
{
    bool had = false;
    TRY(store_report_had(t, ruling_id, &had));
    return had ? store_report_insert(t, ruling_id, S("correction"),
                                     tx_now(t) + clock_line_ms(CLOCK_authority_report))
               : OK;
}

err report_submit(struct tx *t, arena *mem, const struct authority_report *r, int64_t by)
{
    struct authority_report had;
    int64_t changed = 0;
    TRY(report_load(t, mem, r->id, &had));
    TRY(store_report_submitted(t, r, by, &changed));
    if (!changed)
        return fault(ERR_CONFLICT, "report_submitted", "report %lld", (long long)r->id);
    return record_add(
        t,
        &(struct record_in){
            .kind = RECORD_report_submitted,
            .actor = by,
            .subject = str_fmt(mem, "report/%lld", (long long)r->id),
            RECORD_FIELDS(RECORD_TEXT("kind", had.kind), RECORD_INT("ruling", had.ruling_id),
                          RECORD_TEXT("channel", r->channel), RECORD_TEXT("receipt", r->receipt)),
        });
}

/* ---- the package ---- */

static void measures_member(struct jw *j, arena *mem, const struct measure *v, size_t n)
{
    jw_key(j, "measures");
    jw_array(j);
    for (size_t i = 0; i < n; i++) {
        jw_object(j);
        jw_key_str(j, "type", str_from(MEASURES[v[i].kind].name));
        jw_key_str(j, "start", clock_rfc3339(mem, v[i].start_at));
        jw_key_str(j, "end", v[i].end_at ? clock_rfc3339(mem, v[i].end_at) : STR_NONE);
        jw_key_str(j, "lifted", v[i].lifted_at ? clock_rfc3339(mem, v[i].lifted_at) : STR_NONE);
        jw_key_int(j, "ms_until_gone", v[i].gone_ms);
        jw_end(j);
    }
    jw_end(j);
}

struct packing {
    struct authority_report q;
    struct ruling r;
    struct measure *measures;
    struct finding *findings;
    size_t measure_n, finding_n;
};

static err pack_load(struct tx *t, arena *mem, int64_t id, struct packing *p)
{
    TRY(report_load(t, mem, id, &p->q));
    TRY(ruling_load(t, mem, p->q.ruling_id, &p->r));
    TRY(measure_of(t, mem, p->r.id, &p->measures, &p->measure_n));
    return finding_list(t, mem, p->r.case_id, &p->findings, &p->finding_n);
}

static void subject_members(struct jw *j, arena *mem, const struct packing *p)
{
    const struct ruling *r = &p->r;
    const struct family *f = family_find(r->family);
    jw_key_int(j, "case", r->case_id);
    jw_key_str(j, "discovery_source", r->sources);
    jw_key_str(j, "discovered_at", p->finding_n ? clock_rfc3339(mem, p->findings[0].at) : STR_NONE);
    jw_key_str(j, "confirmed_at", clock_rfc3339(mem, r->at));
    jw_key_str(j, "category", f ? str_from(f->codes) : STR_NONE);
    jw_key_str(j, "recipient", f && f->authority[0] ? str_from(f->authority) : S("cac"));
    jw_key_str(j, "legal_basis", citation_label(LANG_ZH, r->basis));
    jw_key_int(j, "severity", r->severity);
    jw_key_str(j, "account", r->handle);
    jw_key_str(j, "title", r->title);
    jw_key_str(j, "url",
               r->no ? str_fmt(mem, "/a/%.*s/%lld", FMT(r->handle), (long long)r->no)
                     : str_cat(mem, S("/a/"), r->handle));
    jw_key_int(j, "version", r->version);
    jw_key_str(j, "facts", r->facts);
    jw_key_str(j, "passage", r->quote);
}

err report_package(struct tx *t, arena *mem, int64_t id, str *ret_json)
{
    struct packing p = {0};
    struct jw j;
    TRY(pack_load(t, mem, id, &p));
    jw_init(&j, mem, PACKAGE_MAX);
    jw_object(&j);
    jw_key_str(&j, "package_type", S("violation_disposal_report"));
    jw_key_int(&j, "schema_version", 1);
    jw_key_str(&j, "kind", p.q.kind);
    subject_members(&j, mem, &p);
    measures_member(&j, mem, p.measures, p.measure_n);
    jw_key_str(&j, "due", clock_rfc3339(mem, p.q.due_at));
    jw_key_str(&j, "submitted", p.q.submitted_at ? clock_rfc3339(mem, p.q.submitted_at) : STR_NONE);
    jw_key_str(&j, "channel", p.q.channel);
    jw_key_str(&j, "receipt", p.q.receipt);
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}

/* ---- the clock ---- */

static int percent_of(const struct authority_report *q, int64_t now)
{
    static const int MARKS[] = {100, 80, 50};
    int64_t all = q->due_at - q->created_at, gone = now - q->created_at;
    for (size_t i = 0; i < LEN(MARKS); i++)
        if (gone * 100 >= all * MARKS[i])
            return MARKS[i];
    return 0;
}

static err warn(struct tx *t, arena *mem, const struct authority_report *q, int percent)
{
    int64_t *who;
    size_t n;
    str link = str_fmt(mem, "/desk/reports/%lld", (long long)q->id);
    str mark = str_fmt(mem, "%d", percent);
    TRY(store_report_warned(t, q->id, percent));
    TRY(store_role_holders(t, mem, S("compliance"), S("editor_in_chief"), &who, &n));
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(t, who[i], percent == 100 ? "report_late" : "report_due", link, 2,
                        (const str[]){q->title, mark}));
    return OK;
}

static err watch(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    struct authority_report *v;
    size_t n;
    (void)ctx;
    TRY(store_report_open(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++) {
        int percent = percent_of(&v[i], tx_now(t));
        if (percent > v[i].warned)
            TRY(warn(t, mem, &v[i], percent));
    }
    return OK;
}

err report_watch_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return db_tx(s->db, watch, NULL);
}
