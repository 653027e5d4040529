/* Exports that people ask for: the job that makes the file, and the one that takes it away. */
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/zip.h"
#include "blob/blob.h"
#include "notice/notice.h"
#include "owndata/owndata.h"
#include "owndata/owndata_store.h"
#include "owndata/parts.h"
#include "record/record.h"
#include "user/user.h"
#include "web/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { JSON_MAX = 512 << 20, RENEW_MS = 2000, ALL = 1000 };

/* ---- asking ---- */

err export_ask(struct tx *t, arena *mem, int64_t user_id, int64_t account_id)
{
    struct own_export e = {
        .user_id = user_id, .id = id_new(), .account_id = account_id, .asked_at = tx_now(t)};
    int64_t n = 0, waiting = 0;
    TRY(store_exports_since(t, &e, tx_now(t) - DAY_MS, &n, &waiting));
    if (waiting)
        return fault(ERR_CONFLICT, "export_waits", "one is being made");
    if (n >= EXPORT_DAILY)
        return fault(ERR_LIMIT, "export_daily", "%lld in 24 hours", (long long)n);
    TRY(store_export_insert(t, &e));
    return job_add(t, &(struct job_in){.kind = EXPORT_JOB,
                                       .args = str_fmt(mem, "{\"user\":%lld,\"id\":%lld}",
                                                       (long long)user_id, (long long)e.id)});
}

/* ---- making ---- */

struct making {
    struct site *site;
    const struct job *job;
    arena *mem;
    struct own_export e;
    struct user user;
    struct own_account *accounts;
    size_t account_n, account_i; /* account_i: the one being written */
    struct zip zip;
    struct jw json;
    struct buf text; /* data.md */
    int64_t renewed_us;
    int thousandths;
};

static err zip_text(void *ctx, str name, struct bytes data)
{
    struct making *m = ctx;
    return zip_add(&m->zip, name, data);
}

static err zip_file(void *ctx, str name, int fd)
{
    struct making *m = ctx;
    return zip_add_fd(&m->zip, name, fd);
}

static err progress_tx(struct tx *t, void *ctx)
{
    const struct making *m = ctx;
    return store_export_progress(t, m->e.user_id, m->e.id, m->thousandths);
}

static err zip_step(void *ctx, int64_t done, int64_t all)
{
    struct making *m = ctx;
    int64_t now = clock_mono_us(), part = ALL / (int64_t)(m->account_n ? m->account_n : 1);
    if (now - m->renewed_us < (int64_t)RENEW_MS * 1000)
        return OK;
    m->renewed_us = now;
    m->thousandths = (int)((int64_t)m->account_i * part + (all ? done * part / all : 0));
    TRY(job_renew(m->job));
    return db_tx(m->site->db, progress_tx, m);
}

static const char *column(enum own_class c, int i)
{
    return OWN_SPEC[c].column[i];
}

/* Times that came as text are for people as well as for programs. */
static str value_of(const struct making *m, enum own_class c, int i, str v)
{
    int64_t at = 0;
    bool time = str_ends(str_from(column(c, i)), S("_at")) && str_int(v, &at) == OK;
    return time ? clock_rfc3339(m->mem, at) : v;
}

static void row_write(struct making *m, enum own_class c, const struct own_row *r)
{
    jw_object(&m->json);
    jw_key_str(&m->json, "at", clock_rfc3339(m->mem, r->at));
    buf_fmt(&m->text, "- %.*s", FMT(clock_china_text(m->mem, r->at)));
    for (int i = 0; i < OWN_COLUMNS; i++) {
        str v = value_of(m, c, i, r->v[i]);
        if (!*column(c, i))
            continue;
        jw_key_str(&m->json, column(c, i), v);
        if (v.n)
            buf_fmt(&m->text, " · %s: %.*s", column(c, i), FMT(v));
    }
    buf_add_char(&m->text, '\n');
    jw_end(&m->json);
}

static err person_tx(struct tx *t, void *ctx)
{
    struct making *m = ctx;
    enum lang lang = str_eq(m->user.lang, S("en")) ? LANG_EN : LANG_ZH;
    jw_init(&m->json, m->mem, JSON_MAX);
    buf_init(&m->text, m->mem, JSON_MAX);
    jw_object(&m->json);
    jw_key_str(&m->json, "format", S(PERSON_FORMAT));
    jw_key_int(&m->json, "user", m->e.user_id);
    jw_key_str(&m->json, "made_at", clock_rfc3339(m->mem, tx_now(t)));
    buf_fmt(&m->text, "# %.*s\n\n%.*s\n", FMT(msg(lang, MSG_owndata_title)),
            FMT(msg(lang, MSG_owndata_file_note)));
    for (int c = 0; c < OWN_CLASSES; c++) {
        struct own_row *v;
        size_t n;
        TRY(own_rows(t, m->mem, m->site->vault, m->e.user_id, (enum own_class)c, OWN_ROWS_MAX, &v,
                     &n));
        str name = msg_lookup(lang, "owndata.class_", OWN_SPEC[c].name, MSG_word_none);
        buf_fmt(&m->text, "\n## %.*s (%zu)\n\n", FMT(name), n);
        jw_key(&m->json, OWN_SPEC[c].name);
        jw_array(&m->json);
        for (size_t i = 0; i < n; i++)
            row_write(m, (enum own_class)c, &v[i]);
        jw_end(&m->json);
    }
    jw_end(&m->json);
    return OK;
}

static err person_files(struct making *m)
{
    str json, text;
    TRY(db_read(m->site->db, person_tx, m));
    TRY(buf_take(&m->json.out, &json));
    TRY(buf_take(&m->text, &text));
    TRY(zip_add(&m->zip, S("data.json"), str_bytes(json)));
    return zip_add(&m->zip, S("data.md"), str_bytes(text));
}

static err account_files(struct making *m)
{
    struct export_sink sink = {.text = zip_text, .file = zip_file, .step = zip_step, .ctx = m};
    struct export_counts counts;
    const struct own_account *a = &m->accounts[m->account_i];
    struct account_out out = {
        .site = m->site,
        .account_id = a->id,
        .prefix = m->e.account_id ? S("") : str_fmt(m->mem, "accounts/%.*s/", FMT(a->handle))};
    return account_export(&out, m->mem, &sink, &counts);
}

static err write_zip(struct making *m, int fd)
{
    int64_t size = 0;
    zip_start(&m->zip, m->mem, fd, clock_ms());
    if (!m->e.account_id)
        TRY(person_files(m));
    for (m->account_i = 0; m->account_i < m->account_n; m->account_i++)
        TRY(account_files(m));
    TRY(zip_end(&m->zip, &size));
    return blob_put_fd(m->site->blobs, m->mem, fd, &m->e.blob, &m->e.size);
}

static err tell(struct tx *t, const struct making *m, const char *kind)
{
    return notice_send(t, m->e.user_id, kind, S("/me/data/export"), 0, NULL);
}

static err done_tx(struct tx *t, void *ctx)
{
    struct making *m = ctx;
    m->e.state = S("done");
    m->e.reason = S("");
    m->e.done_at = tx_now(t);
    m->e.expires_at = tx_now(t) + (int64_t)EXPORT_DAYS * DAY_MS;
    TRY(store_export_end(t, &m->e));
    if (m->e.account_id)
        TRY(record_add(t,
                       &(struct record_in){
                           .kind = RECORD_account_exported,
                           .account_id = m->e.account_id,
                           .actor = m->e.user_id,
                           .subject = str_fmt(m->mem, "account/%lld", (long long)m->e.account_id),
                           RECORD_FIELDS(RECORD_TEXT("handle", m->accounts[0].handle),
                                         RECORD_TEXT("sha256", m->e.blob))}));
    return tell(t, m, "export_done");
}

static err failed_tx(struct tx *t, void *ctx)
{
    struct making *m = ctx;
    m->e.state = S("failed");
    m->e.blob = S("");
    m->e.size = 0;
    m->e.done_at = tx_now(t);
    TRY(store_export_end(t, &m->e));
    return tell(t, m, "export_failed");
}

/* For an account: only while the person owns it still. */
static err load_tx(struct tx *t, void *ctx)
{
    struct making *m = ctx;
    struct own_account *v;
    size_t n;
    TRY(export_load(t, m->mem, m->e.user_id, m->e.id, &m->e));
    TRY(user_load(t, m->mem, m->e.user_id, &m->user));
    TRY(store_own_accounts(t, m->mem, m->e.user_id, &v, &n));
    m->accounts = v;
    m->account_n = n;
    for (size_t i = 0; m->e.account_id && i < n; i++)
        if (v[i].id == m->e.account_id) {
            m->accounts = &v[i];
            m->account_n = 1;
            return OK;
        }
    return m->e.account_id ? fault(ERR_INVALID, "denied", "not the owner any more") : OK;
}

static err make(struct making *m)
{
    TRY(db_read(m->site->db, load_tx, m));
    if (!str_eq(m->e.state, S("waiting")))
        return OK;
    if (!str_eq(m->user.state, S("active")))
        return fault(ERR_INVALID, "denied", "the login is closed");
    int fd = open(str_z(m->mem, m->site->data_dir), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault(ERR_IO, "storage_unavailable", "temporary file: %s", strerror(errno));
    err e = write_zip(m, fd);
    close(fd);
    return e != OK ? e : db_tx(m->site->db, done_tx, m);
}

err export_job(void *ctx, const struct job *job)
{
    struct making m = {.site = ctx, .job = job, .mem = job->mem};
    JSON_AUTO *args = NULL;
    TRY(json_read(job->args, &args));
    m.e.user_id = json_number(args, "user", 0);
    m.e.id = json_number(args, "id", 0);
    err e = make(&m);
    if (e == OK || e == ERR_NOT_FOUND)
        return OK;
    struct fault f = fault_of(e);
    bool again = job->tries < EXPORT_TRIES && e != ERR_INVALID && e != ERR_TOO_LARGE;
    if (again || str_eq(str_from(f.reason), S("stopping")) ||
        str_eq(str_from(f.reason), S("job_lost")))
        return e;
    m.e.reason = str_from(f.reason);
    return db_tx(m.site->db, failed_tx, &m);
}

/* ---- the end of a file ---- */

struct sweeping {
    arena *mem;
    struct own_export *v;
    size_t n, i;
};

static err over_read(struct tx *t, void *ctx)
{
    struct sweeping *s = ctx;
    return store_exports_over(t, s->mem, &s->v, &s->n);
}

static err gone_tx(struct tx *t, void *ctx)
{
    const struct sweeping *s = ctx;
    struct own_export e = s->v[s->i];
    e.state = S("gone");
    e.blob = S("");
    return store_export_end(t, &e);
}

/* The file first: a row that still names a file that is gone is swept again. */
err export_sweep_job(void *ctx, const struct job *job)
{
    const struct site *site = ctx;
    struct sweeping s = {.mem = job->mem};
    TRY(db_read(site->db, over_read, &s));
    for (s.i = 0; s.i < s.n; s.i++) {
        err e = blob_remove(site->blobs, s.v[s.i].blob);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        TRY(db_tx(site->db, gone_tx, &s));
    }
    return OK;
}
