/* Making a package: the order of its parts, its manifest, and what becomes of it. */
#include "package/build.h"

#include "base/clock.h"
#include "base/file.h"
#include "blob/blob.h"
#include "notice/notice.h"
#include "package_index.html.h"
#include "record/log.h"
#include "settings/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { TELL_US = 1000 * 1000, CHUNK = 64 * 1024, MANIFEST_MAX = 64 * 1024 * 1024, FIXED_PARTS = 6 };

void build_fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

err build_unnamed(const struct build *b, int *ret_fd)
{
    int fd = open(str_z(b->mem, b->run->site->data_dir), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_fault("temporary file", "a package");
    *ret_fd = fd;
    return OK;
}

void key_id(struct jw *j, const char *key, int64_t id)
{
    AUTO_ARENA(mem);
    jw_key_str(j, key, id ? str_fmt(mem, "%lld", (long long)id) : STR_NONE);
}

void key_time(struct jw *j, const char *key, int64_t ms)
{
    AUTO_ARENA(mem);
    jw_key_str(j, key, ms ? clock_rfc3339(mem, ms) : STR_NONE);
}

/* ---- members ---- */

static void list_file(struct build *b, const struct packed *x)
{
    struct packed *f = NEW(b->mem, struct packed);
    *f = *x;
    f->path = str_dup(b->mem, x->path);
    f->hash = str_dup(b->mem, x->hash);
    if (b->last_file)
        b->last_file->next = f;
    else
        b->files = f;
    b->last_file = f;
    b->p.files++;
}

err build_text(struct build *b, str path, const char *type, str text)
{
    AUTO_ARENA(mem);
    TRY(zip_add(&b->zip, path, str_bytes(text)));
    list_file(b, &(struct packed){.path = path,
                                  .type = str_from(type),
                                  .hash = sha256_hex(mem, sha256(str_bytes(text))),
                                  .size = (int64_t)text.n});
    return OK;
}

static err fd_hash(arena *mem, int fd, str *ret_hash, int64_t *ret_size)
{
    struct sha256_ctx c;
    uint8_t *chunk = arena_room(mem, CHUNK);
    int64_t at = 0;
    sha256_start(&c);
    for (;;) {
        ssize_t n = pread(fd, chunk, CHUNK, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return file_fault("read", "a package");
        if (n == 0)
            break;
        sha256_add(&c, (struct bytes){chunk, (size_t)n});
        at += n;
    }
    *ret_hash = sha256_hex(mem, sha256_end(&c));
    *ret_size = at;
    return OK;
}

err build_fd(struct build *b, str path, const char *type, int fd, str *ret_hash)
{
    AUTO_ARENA(mem);
    struct packed f = {.path = path, .type = str_from(type)};
    TRY(fd_hash(mem, fd, &f.hash, &f.size));
    TRY(zip_add_fd(&b->zip, path, fd));
    list_file(b, &f);
    *ret_hash = b->last_file->hash;
    return OK;
}

void build_lost(struct build *b, str path, const char *why)
{
    struct lost *l = NEW(b->mem, struct lost);
    *l = (struct lost){.path = str_dup(b->mem, path), .why = str_from(why)};
    if (b->last_lost)
        b->last_lost->next = l;
    else
        b->lost = l;
    b->last_lost = l;
    b->p.missing++;
}

struct telling {
    const struct package *p;
    bool working;
};

static err tell_tx(struct tx *t, void *ctx)
{
    struct telling *x = ctx;
    return store_package_progress(t, x->p, &x->working);
}

static err tell(struct build *b)
{
    struct telling x = {.p = &b->p};
    TRY(db_tx(b->run->site->db, tell_tx, &x));
    if (!x.working)
        return fault(ERR_CONFLICT, "package_over", "package %lld is not wanted any more",
                     (long long)b->p.id);
    if (b->run->tell)
        b->run->tell(b->p.parts_done, b->p.parts);
    return b->run->job ? job_renew(b->run->job) : OK;
}

err build_part(struct build *b)
{
    int64_t now = clock_mono_us();
    b->p.parts_done++;
    if (now - b->told_us < TELL_US)
        return OK;
    b->told_us = now;
    return tell(b);
}

/* ---- index and manifest ---- */

static err index_page(struct build *b)
{
    AUTO_ARENA(mem);
    struct out o;
    str page;
    struct index_view v = {.b = b, .made = clock_china_text(mem, clock_ms())};
    out_init(&o, mem, LANG_ZH);
    view_package_head(&o, &v);
    v.lang = "zh-CN";
    view_package_index(&o, &v);
    o.lang = LANG_EN;
    v.lang = "en";
    view_package_index(&o, &v);
    view_package_foot(&o);
    TRY(out_finish(&o, &page));
    return build_text(b, S("index.html"), "text/html; charset=utf-8", page);
}

static void manifest_head(struct build *b, struct jw *j)
{
    jw_key_str(j, "format", S("gongqi-evidence/1"));
    key_id(j, "package", b->p.id);
    key_time(j, "made_at", clock_ms());
    jw_key_str(j, "site", b->run->site->settings->public_url);
    jw_key_str(j, "log", b->origin);
    jw_key(j, "asked");
    jw_object(j);
    jw_key_str(j, "basis", b->p.basis);
    jw_key_str(j, "number", b->p.number);
    key_id(j, "by", b->p.asked_by);
    key_time(j, "at", b->p.asked_at);
    jw_end(j);
    jw_key(j, "subject");
    jw_object(j);
    key_id(j, "account", b->p.account_id);
    jw_key_str(j, "handle", b->p.handle);
    jw_key_int(j, "article", b->p.no);
    jw_end(j);
    jw_key_bool(j, "identity", b->p.recipient.n > 0);
}

static err manifest(struct build *b, str *ret_hash)
{
    AUTO_ARENA(mem);
    struct jw j;
    str text;
    jw_init(&j, mem, MANIFEST_MAX);
    jw_object(&j);
    manifest_head(b, &j);
    jw_key(&j, "files");
    jw_array(&j);
    for (const struct packed *f = b->files; f; f = f->next) {
        jw_object(&j);
        jw_key_str(&j, "path", f->path);
        jw_key_int(&j, "size", f->size);
        jw_key_str(&j, "sha256", f->hash);
        jw_key_str(&j, "type", f->type);
        jw_end(&j);
    }
    jw_end(&j);
    jw_key(&j, "missing");
    jw_array(&j);
    for (const struct lost *l = b->lost; l; l = l->next) {
        jw_object(&j);
        jw_key_str(&j, "path", l->path);
        jw_key_str(&j, "why", l->why);
        jw_end(&j);
    }
    jw_end(&j);
    jw_end(&j);
    TRY(buf_take(&j.out, &text));
    TRY(zip_add(&b->zip, S("manifest.json"), str_bytes(text)));
    *ret_hash = sha256_hex(b->mem, sha256(str_bytes(text)));
    return OK;
}

/* ---- the whole ---- */

static err start_tx(struct tx *t, void *ctx)
{
    struct build *b = ctx;
    TRY(store_package_step(
        t, &(struct package_step){b->p.id, S("waiting"), S("working"), S("working")}));
    TRY(package_load(t, b->mem, b->p.id, &b->p));
    TRY(account_load(t, b->mem, b->p.account_id, &b->account));
    if (b->p.no)
        TRY(article_load(t, b->mem, b->p.account_id, b->p.no, &b->article));
    TRY(store_package_cases(t, b->mem, &b->p, &b->cases, &b->case_n));
    b->p.parts = b->article.versions + (int64_t)b->case_n + FIXED_PARTS;
    b->p.parts_done = b->p.missing = b->p.files = 0;
    return OK;
}

static err contents(struct build *b, str *ret_manifest)
{
    static err (*const PARTS[])(struct build *) = {
        content_subject, content_versions,   content_media,    content_identity, dossier_cases,
        dossier_notices, dossier_operations, receipts_records, index_page};
    for (size_t i = 0; i < LEN(PARTS); i++) {
        TRY(PARTS[i](b));
        TRY(tell(b));
    }
    TRY(manifest(b, ret_manifest));
    return receipts_package(b, *ret_manifest);
}

static err done_tx(struct tx *t, void *ctx)
{
    const struct build *b = ctx;
    AUTO_ARENA(mem);
    TRY(store_package_step(t, &(struct package_step){b->p.id, S("working"), S(""), S("done")}));
    TRY(store_package_done(t, &b->p));
    str link = str_fmt(mem, "/desk/packages/%lld", (long long)b->p.id);
    return notice_send(t, b->p.asked_by, "package_made", link, 1, (str[]){b->p.title});
}

/* What cannot be noted leaves no file: nothing else names one that was made here. */
static err keep(struct build *b, int fd)
{
    TRY(blob_put_fd(b->run->site->blobs, b->mem, fd, &b->p.blob, &b->p.size));
    err e = db_tx(b->run->site->db, done_tx, b);
    if (e == OK)
        return OK;
    struct fault why = fault_of(e);
    (void)blob_remove(b->run->site->blobs, b->p.blob);
    fault_copy(&why);
    return e;
}

static err make(const struct package_run *run, int64_t id)
{
    AUTO_ARENA(mem);
    AUTO_FD fd = -1;
    struct build b = {.run = run, .mem = mem, .p = {.id = id}, .told_us = clock_mono_us()};
    str manifest_hash;
    int64_t size = 0;
    b.origin = record_log_key(run->log)->name;
    TRY(db_tx(run->site->db, start_tx, &b));
    TRY(build_unnamed(&b, &fd));
    zip_start(&b.zip, mem, fd, clock_ms());
    TRY(contents(&b, &manifest_hash));
    b.p.manifest = manifest_hash;
    TRY(zip_end(&b.zip, &size));
    return keep(&b, fd);
}

/* ---- the job ---- */

struct failing {
    int64_t id;
    str reason;
};

static err fail_tx(struct tx *t, void *ctx)
{
    const struct failing *f = ctx;
    AUTO_ARENA(mem);
    struct package p;
    TRY(package_load(t, mem, f->id, &p));
    TRY(store_package_failed(t, f->id, f->reason));
    str link = str_fmt(mem, "/desk/packages/%lld", (long long)f->id);
    return notice_send(t, p.asked_by, "package_failed", link, 1, (str[]){p.title});
}

/* A node that ends, or lost the job, leaves it to another; what a person ended is over; the rest
 * failed, with its reason on the package. */
static err judge(const struct package_run *run, int64_t id, err e)
{
    struct fault why = fault_of(e);
    str reason = str_from(why.reason);
    if (e == ERR_RETRY || str_eq(reason, S("job_lost")))
        return e;
    if (str_eq(reason, S("package_over")))
        return OK;
    TRY(db_tx(run->site->db, fail_tx, &(struct failing){id, reason}));
    if (e != ERR_BUG && run->job)
        return OK;
    fault_copy(&why);
    return e;
}

err package_make(const struct package_run *run, int64_t id)
{
    err e = make(run, id);
    return e == OK ? OK : judge(run, id, e);
}

err package_job(void *ctx, const struct job *job)
{
    struct site *site = ctx;
    JSON_AUTO *args = NULL;
    TRY(json_read(job->args, &args));
    struct package_run run = {.site = site, .log = site->log, .job = job};
    int64_t id = json_number(args, "id", 0);
    ASSERT(site->log);
    return package_make(&run, id);
}
