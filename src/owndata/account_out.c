/* An account as files. */
#include "account/account.h"
#include "article/article.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "blob/blob.h"
#include "owndata/owndata.h"
#include "owndata/owndata_store.h"
#include "owndata/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JSON_MAX = 4 * DOC_JSON_MAX, MANIFEST_MAX = 256 << 20, MARKDOWN_MAX = 9 << 20 };

struct writing {
    const struct account_out *o;
    arena *mem; /* of the whole export */
    const struct export_sink *sink;
    struct account a;
    struct out_media *media;
    size_t media_n;
    int64_t last_no, done;
    struct export_counts counts;
    /* the article at hand, in an arena of its own */
    arena *now;
    int64_t no;
    bool there, has_draft;
    struct article x;
    struct draft draft;
    struct article_version *versions; /* with texts */
    size_t version_n;
};

const char *media_ending(str mime)
{
    return str_eq(mime, S("image/webp"))     ? "webp"
           : str_eq(mime, S("video/mp4"))    ? "mp4"
           : str_eq(mime, S("audio/mp4"))    ? "m4a"
           : str_starts(mime, S("text/vtt")) ? "vtt"
                                             : "bin";
}

str media_file_name(arena *mem, str hash, str mime)
{
    return str_fmt(mem, "media/%.*s.%s", FMT(hash), media_ending(mime));
}

static str named(const struct writing *w, arena *mem, str name)
{
    return str_cat(mem, w->o->prefix.p ? w->o->prefix : S(""), name);
}

static err put(struct writing *w, arena *mem, str name, const struct buf *b)
{
    str text;
    TRY(buf_take(b, &text));
    return w->sink->text(w->sink->ctx, named(w, mem, name), str_bytes(text));
}

static err step(struct writing *w)
{
    w->done++;
    if (!w->sink->step)
        return OK;
    return w->sink->step(w->sink->ctx, w->done, w->last_no + (int64_t)w->media_n + 1);
}

/* ---- the list of everything ---- */

static void time_member(struct jw *j, arena *mem, const char *key, int64_t at)
{
    jw_key_str(j, key, at ? clock_rfc3339(mem, at) : STR_NONE);
}

static void media_member(struct jw *j, arena *mem, const struct media *m)
{
    jw_object(j);
    jw_key_str(j, "hash", m->hash);
    jw_key_str(j, "type", m->mime);
    jw_key_int(j, "size", m->size);
    jw_key_int(j, "width", m->width);
    jw_key_int(j, "height", m->height);
    jw_key_int(j, "duration_ms", m->duration_ms);
    jw_key_str(j, "name", m->name);
    jw_key_str(j, "alt", m->alt);
    jw_key_str(j, "poster", m->poster);
    time_member(j, mem, "created_at", m->created_at);
    jw_end(j);
}

static err manifest(struct writing *w, const int64_t *nos, size_t n)
{
    AUTO_ARENA(mem);
    struct jw j;
    const struct account *a = &w->a;
    jw_init(&j, mem, MANIFEST_MAX);
    jw_object(&j);
    jw_key_str(&j, "format", S(ACCOUNT_FORMAT));
    jw_key_str(&j, "handle", a->handle);
    jw_key_str(&j, "name", a->name);
    jw_key_str(&j, "intro", a->intro);
    jw_key_str(&j, "class", a->class);
    jw_key_str(&j, "categories", a->categories);
    jw_key_str(&j, "avatar", a->avatar);
    time_member(&j, mem, "created_at", a->created_at);
    jw_key_int(&j, "subscribers", a->subscribers);
    jw_key(&j, "articles");
    jw_array(&j);
    for (size_t i = 0; i < n; i++)
        jw_int(&j, nos[i]);
    jw_end(&j);
    jw_key(&j, "media");
    jw_array(&j);
    for (size_t i = 0; i < w->media_n; i++)
        media_member(&j, mem, &w->media[i].m);
    jw_end(&j);
    jw_end(&j);
    return put(w, mem, S("account.json"), &j.out);
}

/* ---- articles ---- */

static void raw_member(struct jw *j, const char *key, str json)
{
    jw_key(j, key);
    if (json.n)
        jw_raw(j, json);
    else
        jw_null(j);
}

static void text_members(struct jw *j, const struct article_text *x)
{
    jw_key_str(j, "title", x->title);
    jw_key_str(j, "digest", x->digest);
    jw_key_str(j, "category", x->category);
    jw_key_str(j, "cover", x->cover);
    raw_member(j, "declared", x->declared);
    raw_member(j, "doc", x->doc);
}

static err version_file(struct writing *w, const struct article_version *v)
{
    struct jw j;
    jw_init(&j, w->now, JSON_MAX);
    jw_object(&j);
    jw_key_str(&j, "format", S(VERSION_FORMAT));
    jw_key_int(&j, "version", v->version);
    time_member(&j, w->now, "created_at", v->created_at);
    jw_key_str(&j, "sha256", hex(w->now, v->hash));
    text_members(&j, &v->text);
    jw_end(&j);
    return put(w, w->now, str_fmt(w->now, "articles/%lld.v%d.json", (long long)w->no, v->version),
               &j.out);
}

static const struct article_version *shown(const struct writing *w)
{
    for (size_t i = 0; i < w->version_n; i++)
        if (w->versions[i].version == w->x.version)
            return &w->versions[i];
    return NULL;
}

static err article_file(struct writing *w)
{
    struct jw j;
    const struct article *x = &w->x;
    const struct article_version *v = shown(w);
    jw_init(&j, w->now, JSON_MAX);
    jw_object(&j);
    jw_key_str(&j, "format", S(ARTICLE_FORMAT));
    jw_key_int(&j, "no", x->no);
    jw_key_str(&j, "state", x->state);
    jw_key_str(&j, "kind", x->kind);
    time_member(&j, w->now, "created_at", x->created_at);
    time_member(&j, w->now, "published_at", x->published_at);
    time_member(&j, w->now, "updated_at", x->updated_at);
    jw_key(&j, "text"); /* what is or was public */
    if (v) {
        jw_object(&j);
        text_members(&j, &v->text);
        jw_end(&j);
    } else {
        jw_null(&j);
    }
    jw_key(&j, "draft");
    if (w->has_draft) {
        jw_object(&j);
        text_members(&j, &w->draft.text);
        jw_end(&j);
    } else {
        jw_null(&j);
    }
    jw_end(&j);
    return put(w, w->now, str_fmt(w->now, "articles/%lld.json", (long long)w->no), &j.out);
}

/* One line: what `import markdown` reads back. */
static void front_line(struct buf *b, const char *key, str value)
{
    if (!value.n)
        return;
    buf_fmt(b, "%s: ", key);
    for (size_t i = 0; i < value.n; i++)
        buf_add_char(b, value.p[i] == '\n' ? ' ' : value.p[i]);
    buf_add_char(b, '\n');
}

static err markdown_file(struct writing *w)
{
    const struct article_version *v = shown(w);
    const struct article_text *x = v ? &v->text : &w->draft.text;
    struct declaration d = {0};
    struct node *doc;
    struct buf b;
    str body = S("");
    if (!v && !w->has_draft)
        return OK;
    if (x->doc.n) {
        TRY(doc_from_json(w->now, x->doc, &doc));
        TRY(doc_markdown(w->now, doc, &body));
    }
    if (x->declared.n)
        TRY(declaration_parse(w->now, x->declared, &d));
    buf_init(&b, w->now, MARKDOWN_MAX);
    buf_add(&b, S("---\n"));
    front_line(&b, "title", x->title);
    front_line(&b, "category", x->category);
    front_line(&b, "digest", x->digest);
    for (int i = 0; i < DECLARATIONS; i++)
        front_line(&b, DECLARE_SPEC[i].name,
                   DECLARE_SPEC[i].kind == DECLARE_FLAG && d.v[i].n ? S("yes") : d.v[i]);
    buf_add(&b, S("---\n\n"));
    buf_add(&b, body);
    return put(w, w->now, str_fmt(w->now, "articles/%lld.md", (long long)w->no), &b);
}

static err load_article(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    int64_t id = w->o->account_id;
    err e = article_load(t, w->now, id, w->no, &w->x);
    w->there = e == OK && !str_eq(w->x.state, S("discarded"));
    if (!w->there)
        return e == ERR_NOT_FOUND ? OK : e;
    e = draft_load(t, w->now, id, w->no, &w->draft);
    w->has_draft = e == OK;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    TRY(article_versions(t, w->now, id, w->no, &w->versions, &w->version_n));
    for (size_t i = 0; i < w->version_n; i++)
        TRY(article_version_load(t, w->now, id, w->no, w->versions[i].version, &w->versions[i]));
    return OK;
}

static err article_files(struct writing *w, bool *ret_there)
{
    AUTO_ARENA(mem);
    w->now = mem;
    TRY(db_read(w->o->site->db, load_article, w));
    *ret_there = w->there;
    if (!w->there)
        return OK;
    TRY(article_file(w));
    TRY(markdown_file(w));
    for (size_t i = 0; i < w->version_n; i++)
        if (w->versions[i].version != w->x.version)
            TRY(version_file(w, &w->versions[i]));
    w->counts.articles++;
    return OK;
}

/* ---- all of it ---- */

static err load_account(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    TRY(account_load(t, w->mem, w->o->account_id, &w->a));
    TRY(store_last_no(t, w->a.id, &w->last_no));
    return store_media_all(t, w->mem, w->a.id, &w->media, &w->media_n);
}

static err media_file(struct writing *w, const struct out_media *m)
{
    AUTO_ARENA(mem);
    int fd = -1;
    int64_t size = 0;
    TRY(blob_open(w->o->site->blobs, m->blob, &fd, &size));
    err e =
        w->sink->file(w->sink->ctx, named(w, mem, media_file_name(mem, m->m.hash, m->m.mime)), fd);
    close(fd);
    w->counts.media += e == OK;
    return e;
}

err account_export(const struct account_out *o, arena *mem, const struct export_sink *sink,
                   struct export_counts *ret_counts)
{
    struct writing w = {.o = o, .mem = mem, .sink = sink};
    size_t n = 0;
    TRY(db_read(o->site->db, load_account, &w));
    int64_t *nos = NEW_N(mem, int64_t, (size_t)w.last_no + 1);
    for (w.no = 1; w.no <= w.last_no; w.no++) {
        bool there = false;
        TRY(article_files(&w, &there));
        if (there)
            nos[n++] = w.no;
        TRY(step(&w));
    }
    for (size_t i = 0; i < w.media_n; i++) {
        TRY(media_file(&w, &w.media[i]));
        TRY(step(&w));
    }
    TRY(manifest(&w, nos, n));
    *ret_counts = w.counts;
    return OK;
}

/* ---- a folder ---- */

struct folder {
    arena *mem;
    const char *dir;
};

static err create(const struct folder *f, arena *mem, str name, int *ret_fd)
{
    str path = str_fmt(mem, "%s/%.*s", f->dir, FMT(name));
    int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return file_fault("write", "the export");
    *ret_fd = fd;
    return OK;
}

static err finish(int fd, err e)
{
    if (close(fd) != 0 && e == OK)
        return file_fault("write", "the export");
    return e;
}

static err folder_text(void *ctx, str name, struct bytes data)
{
    AUTO_ARENA(mem);
    int fd = -1;
    TRY(create(ctx, mem, name, &fd));
    return finish(fd, file_write(fd, data, "the export"));
}

static err copy(int from, int to)
{
    AUTO_ARENA(mem);
    enum { CHUNK = 256 * 1024 };
    uint8_t *chunk = arena_room(mem, CHUNK);
    for (;;) {
        ssize_t n = read(from, chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return file_fault("read", "a blob");
        if (n == 0)
            return OK;
        TRY(file_write(to, (struct bytes){chunk, (size_t)n}, "the export"));
    }
}

static err folder_file(void *ctx, str name, int from)
{
    AUTO_ARENA(mem);
    int fd = -1;
    TRY(create(ctx, mem, name, &fd));
    return finish(fd, copy(from, fd));
}

err folder_sink(arena *mem, const char *dir, struct export_sink *ret_sink)
{
    static const char *const INSIDE[] = {"", "/articles", "/media"};
    struct folder *f = NEW(mem, struct folder);
    *f = (struct folder){mem, dir};
    for (size_t i = 0; i < LEN(INSIDE); i++)
        if (mkdir(str_fmt(mem, "%s%s", dir, INSIDE[i]).p, 0755) != 0)
            return errno == EEXIST ? fault(ERR_CONFLICT, "exists", "%s is there already", dir)
                                   : file_fault("make", dir);
    *ret_sink = (struct export_sink){.text = folder_text, .file = folder_file, .ctx = f};
    return OK;
}
