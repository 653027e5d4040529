/* What happened about the subject: cases with findings and rulings, notices, operations. */
#include "base/clock.h"
#include "finding/finding.h"
#include "measure/measure.h"
#include "package/build.h"
#include "ruling/ruling.h"

#include <errno.h>
#include <unistd.h>

enum { LINE_MAX_N = 8192, MEASURES_MAX = 2000 };

struct part {
    struct build *b;
    arena *mem;
    int64_t case_id;
    size_t measures; /* known before this case */
    struct jw j;
};

/* ---- cases ---- */

static err findings_part(struct tx *t, struct part *x)
{
    struct finding *v;
    size_t n;
    struct jw *j = &x->j;
    TRY(finding_list(t, x->mem, x->case_id, &v, &n)); /* without who reported */
    jw_key(j, "findings");
    jw_array(j);
    for (size_t i = 0; i < n; i++) {
        jw_object(j);
        key_time(j, "at", v[i].at);
        jw_key_str(j, "source", finding_source_name(v[i].source));
        jw_key_str(j, "family", v[i].family);
        jw_key_int(j, "severity", v[i].severity);
        jw_key_int(j, "version", v[i].version);
        jw_key_str(j, "quote", v[i].quote);
        jw_key_str(j, "rule", v[i].rule);
        jw_key_int(j, "rule_version", v[i].rule_version);
        jw_key_str(j, "note", v[i].note);
        jw_end(j);
    }
    jw_end(j);
    return OK;
}

static err decisions_part(struct tx *t, struct part *x)
{
    struct decision *v;
    size_t n;
    struct jw *j = &x->j;
    TRY(case_decisions(t, x->mem, x->case_id, &v, &n));
    jw_key(j, "decisions");
    jw_array(j);
    for (size_t i = 0; i < n; i++) {
        jw_object(j);
        key_id(j, "id", v[i].id);
        key_time(j, "at", v[i].at);
        jw_key_str(j, "verdict", verdict_name(v[i].verdict));
        jw_key_str(j, "reason_key", v[i].reason_key);
        jw_key_str(j, "reason", v[i].reason);
        key_id(j, "officer", v[i].officer);
        key_id(j, "second_officer", v[i].second_officer);
        jw_end(j);
    }
    jw_end(j);
    return OK;
}

static void measure_note(struct build *b, int64_t id)
{
    if (!b->measures)
        b->measures = NEW_N(b->mem, int64_t, MEASURES_MAX);
    if (b->measure_n < MEASURES_MAX)
        b->measures[b->measure_n++] = id;
}

static err measures_part(struct tx *t, struct part *x, int64_t ruling_id)
{
    struct measure *v;
    size_t n;
    struct jw *j = &x->j;
    TRY(measure_of(t, x->mem, ruling_id, &v, &n));
    jw_key(j, "measures");
    jw_array(j);
    for (size_t i = 0; i < n; i++) {
        jw_object(j);
        key_id(j, "id", v[i].id);
        jw_key_str(j, "measure", str_from(MEASURES[v[i].kind].name));
        jw_key_str(j, "functions", v[i].functions);
        key_time(j, "start_at", v[i].start_at);
        key_time(j, "end_at", v[i].end_at);
        key_time(j, "lifted_at", v[i].lifted_at);
        key_time(j, "read_back_at", v[i].checked_at);
        jw_key_int(j, "gone_after_ms", v[i].gone_ms);
        jw_end(j);
        measure_note(x->b, v[i].id);
    }
    jw_end(j);
    return OK;
}

static err appeal_part(struct tx *t, struct part *x, int64_t ruling_id)
{
    struct appeal a;
    struct jw *j = &x->j;
    err e = appeal_of_ruling(t, x->mem, ruling_id, &a);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    jw_key(j, "appeal");
    jw_object(j);
    key_time(j, "at", a.at);
    jw_key_str(j, "text", a.text);
    jw_key_str(j, "media", a.media);
    jw_key_str(j, "outcome", a.outcome);
    jw_key_str(j, "reasons", a.reasons);
    key_time(j, "decided_at", a.decided_at);
    jw_end(j);
    return OK;
}

static err ruling_part(struct tx *t, struct part *x, int64_t id)
{
    struct ruling r;
    struct jw *j = &x->j;
    str statement;
    TRY(ruling_load(t, x->mem, id, &r));
    err e = statement_load(t, x->mem, id, &statement);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    jw_object(j);
    key_id(j, "id", r.id);
    key_time(j, "at", r.at);
    jw_key_str(j, "family", r.family);
    jw_key_int(j, "severity", r.severity);
    jw_key_str(j, "measure", r.measure);
    jw_key_int(j, "days", r.days);
    jw_key_str(j, "basis", r.basis);
    jw_key_int(j, "basis_version", r.basis_version);
    jw_key_str(j, "facts", r.facts);
    jw_key_str(j, "reasoning", r.reasoning);
    jw_key_str(j, "quote", r.quote);
    jw_key_str(j, "sources", r.sources);
    key_id(j, "officer", r.officer);
    key_id(j, "second_officer", r.second_officer);
    key_id(j, "replaces", r.replaces);
    if (e == OK) {
        jw_key(j, "statement");
        jw_raw(j, statement);
    }
    TRY(measures_part(t, x, id));
    TRY(appeal_part(t, x, id));
    jw_end(j);
    return OK;
}

static err case_tx(struct tx *t, void *ctx)
{
    struct part *x = ctx;
    struct casefile c;
    int64_t *rulings;
    size_t n;
    struct jw *j = &x->j;
    x->b->measure_n = x->measures;
    TRY(case_load(t, x->mem, x->case_id, &c));
    TRY(store_case_rulings(t, x->mem, c.id, &rulings, &n));
    jw_init(j, x->mem, PACKAGE_JSON_MAX);
    jw_object(j);
    key_id(j, "id", c.id);
    jw_key_str(j, "kind", case_kind_name(c.kind));
    jw_key_str(j, "state", c.state);
    jw_key_str(j, "title", c.title);
    jw_key_str(j, "family", c.family);
    jw_key_int(j, "severity", c.severity);
    jw_key_int(j, "version", c.version);
    key_time(j, "opened_at", c.opened_at);
    key_time(j, "due_at", c.due_at);
    key_time(j, "decided_at", c.decided_at);
    TRY(findings_part(t, x));
    TRY(decisions_part(t, x));
    jw_key(j, "rulings");
    jw_array(j);
    for (size_t i = 0; i < n; i++)
        TRY(ruling_part(t, x, rulings[i]));
    jw_end(j);
    jw_end(j);
    return OK;
}

err dossier_cases(struct build *b)
{
    for (size_t i = 0; i < b->case_n; i++) {
        AUTO_ARENA(mem);
        struct part x = {.b = b, .mem = mem, .case_id = b->cases[i], .measures = b->measure_n};
        str json, path = str_fmt(mem, "cases/%lld.json", (long long)x.case_id);
        TRY(db_read(b->run->site->db, case_tx, &x));
        TRY(buf_take(&x.j.out, &json));
        TRY(build_text(b, path, "application/json", json));
        TRY(build_part(b));
    }
    return OK;
}

/* ---- notices ---- */

static err notices_tx(struct tx *t, void *ctx)
{
    struct part *x = ctx;
    struct package_notice *v;
    size_t n;
    struct jw *j = &x->j;
    TRY(store_package_notices(t, x->mem, &x->b->p, &v, &n));
    jw_init(j, x->mem, PACKAGE_JSON_MAX);
    jw_array(j);
    for (size_t i = 0; i < n; i++) {
        jw_object(j);
        key_time(j, "at", v[i].at);
        key_time(j, "read_at", v[i].read_at);
        key_id(j, "user", v[i].user_id);
        jw_key_str(j, "kind", v[i].kind);
        jw_key(j, "args");
        jw_raw(j, v[i].args);
        jw_key_str(j, "link", v[i].link);
        jw_end(j);
    }
    jw_end(j);
    return OK;
}

err dossier_notices(struct build *b)
{
    AUTO_ARENA(mem);
    struct part x = {.b = b, .mem = mem};
    str json;
    TRY(db_read(b->run->site->db, notices_tx, &x));
    TRY(buf_take(&x.j.out, &json));
    TRY(build_text(b, S("notices.json"), "application/json", json));
    return build_part(b);
}

/* ---- operations, one JSON line each ---- */

struct lines {
    struct build *b;
    arena *mem; /* of one batch */
    int64_t case_id, after;
    struct oplog_row *v;
    size_t n;
};

static err lines_tx(struct tx *t, void *ctx)
{
    struct lines *l = ctx;
    if (!l->case_id)
        return store_operations(t, l->mem, &l->b->p, l->after, &l->v, &l->n);
    struct case_operations q = {l->case_id, l->after};
    return store_case_operations(t, l->mem, &q, &l->v, &l->n);
}

/* A path may hold a secret (an invitation's token): then the pattern stands for it. */
static str object_shown(const struct oplog_row *o)
{
    return str_has(o->route, S(":token")) ? o->route : o->object;
}

static err line(arena *mem, const struct oplog_row *o, str *ret_line)
{
    struct jw j;
    jw_init(&j, mem, LINE_MAX_N);
    jw_object(&j);
    key_id(&j, "id", o->id);
    key_time(&j, "at", o->at);
    key_id(&j, "user", o->user_id);
    jw_key_str(&j, "method", o->method);
    jw_key_str(&j, "route", o->route);
    jw_key_str(&j, "object", object_shown(o));
    jw_key_str(&j, "result", o->result);
    jw_key_int(&j, "status", o->status);
    jw_key_str(&j, "ip", o->ip);
    jw_key_int(&j, "port", o->port);
    jw_key_str(&j, "user_agent", o->user_agent);
    jw_key_str(&j, "content_sha256", o->content_hash.p ? hex(mem, o->content_hash) : STR_NONE);
    jw_end(&j);
    buf_add_char(&j.out, '\n');
    return buf_take(&j.out, ret_line);
}

static err append(int fd, str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fault(ERR_IO,
                         errno == ENOSPC || errno == EDQUOT ? "disk_full" : "storage_unavailable",
                         "package lines: errno %d", errno);
        s = str_sub(s, (size_t)n, s.n);
    }
    return OK;
}

static void show_line(struct build *b, const struct oplog_row *o)
{
    if (b->shown_n == SHOWN_OPERATIONS)
        return;
    b->shown[b->shown_n++] = (struct oplog_row){.at = o->at,
                                                .user_id = o->user_id,
                                                .port = o->port,
                                                .method = str_dup(b->mem, o->method),
                                                .object = str_dup(b->mem, object_shown(o)),
                                                .result = str_dup(b->mem, o->result),
                                                .ip = str_dup(b->mem, o->ip)};
}

static err batch(struct lines *l, int fd)
{
    for (size_t i = 0; i < l->n; i++) {
        str s;
        TRY(line(l->mem, &l->v[i], &s));
        TRY(append(fd, s));
        show_line(l->b, &l->v[i]);
        l->after = l->v[i].id;
        l->b->operations++;
    }
    return OK;
}

static err operations_of(struct build *b, int64_t case_id, int fd)
{
    struct lines l = {.b = b, .case_id = case_id};
    do {
        AUTO_ARENA(mem);
        l.mem = mem;
        TRY(db_read(b->run->site->db, lines_tx, &l));
        TRY(batch(&l, fd));
        b->p.parts++;
        TRY(build_part(b));
    } while (l.n == PACKAGE_BATCH);
    return OK;
}

err dossier_operations(struct build *b)
{
    AUTO_FD fd = -1;
    str hash;
    TRY(build_unnamed(b, &fd));
    b->shown = NEW_N(b->mem, struct oplog_row, SHOWN_OPERATIONS);
    TRY(operations_of(b, 0, fd));
    for (size_t i = 0; i < b->case_n; i++)
        TRY(operations_of(b, b->cases[i], fd));
    return build_fd(b, S("operations.jsonl"), "application/x-ndjson", fd, &hash);
}
