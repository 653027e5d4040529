/* HTML to document, on both sides of the sandbox's wall. */
#include "intake/convert.h"

#include "base/hash.h"
#include "base/json.h"
#include "intake/source.h"

#include <sys/mman.h>
#include <unistd.h>

enum {
    WALL_MS = 20000,
    CPU_S = 15,
    WORKER_BYTES = 1 << 30,
    REPLY_MAX = 8 << 20, /* of one body */
    BATCH_BYTES = 16 << 20,
    ANSWERS_MAX = 64 << 20,
    PICTURES_MAX = 2000,
};

/* ---- the worker's side ---- */

struct meeting {
    arena *mem;
    str from; /* "https://old.example" */
    struct jw pictures;
    struct buf embeds;
    int n;
};

/* The whole address; no value for what is none (data:, javascript:). */
static str whole(const struct meeting *m, str address)
{
    if (str_starts(address, S("//")))
        return str_cat(m->mem, S("https:"), address);
    if (str_starts(address, S("http://")) || str_starts(address, S("https://")))
        return address;
    size_t colon = str_find(address, ':');
    if (colon < str_find(address, '/') && colon < str_find(address, '?'))
        return STR_NONE;
    if (!m->from.n)
        return STR_NONE;
    size_t host = str_find(m->from, ':') + 3;
    str rest = str_sub(m->from, host, m->from.n);
    str root = str_sub(m->from, 0, host + str_find(rest, '/'));
    if (str_starts(address, S("/")))
        return str_cat(m->mem, root, address);
    return str_fmt(m->mem, "%.*s/%.*s", FMT(m->from), FMT(address));
}

static bool on_foreign(void *ctx, enum node_type what, str address, str *ret_s)
{
    struct meeting *m = ctx;
    str to = whole(m, address);
    if (!to.p || to.n > DOC_HREF_MAX)
        return false;
    if (what == NODE_VIDEO)
        note_add(&m->embeds, to, S(""));
    if (what != NODE_PICTURE) {
        *ret_s = to;
        return true;
    }
    if (m->n++ >= PICTURES_MAX)
        return false;
    *ret_s = sha256_hex(m->mem, sha256(str_bytes(to)));
    jw_object(&m->pictures);
    jw_key_str(&m->pictures, "blob", *ret_s);
    jw_key_str(&m->pictures, "address", to);
    jw_end(&m->pictures);
    return true;
}

/* Nothing of the old site is ours, whatever it is called. */
static bool find_nothing(void *ctx, str blob, int *ret_width, int *ret_height)
{
    (void)ctx, (void)blob, (void)ret_width, (void)ret_height;
    return false;
}

err convert_here(arena *mem, str from, str html, str *ret_json)
{
    struct meeting m = {.mem = mem, .from = from};
    struct doc_dropped lost = {0};
    struct doc_known known = {find_nothing, &m, on_foreign};
    struct node *doc;
    str json;
    jw_init(&m.pictures, mem, REPLY_MAX);
    buf_init(&m.embeds, mem, REPLY_MAX);
    jw_array(&m.pictures);
    TRY(doc_from_html(mem, html, &known, &lost, &doc));
    TRY(doc_json(mem, doc, &json));
    jw_end(&m.pictures);
    struct jw j;
    jw_init(&j, mem, REPLY_MAX);
    jw_object(&j);
    jw_key(&j, "doc");
    jw_raw(&j, json);
    jw_key(&j, "pictures");
    jw_raw(&j, buf_str(&m.pictures.out));
    jw_key_str(&j, "embeds", buf_str(&m.embeds));
    jw_key_int(&j, "scripts", lost.scripts);
    jw_key_int(&j, "lost_pictures", lost.pictures);
    jw_key_int(&j, "links", lost.links);
    jw_key_int(&j, "styles", lost.styles);
    jw_key_int(&j, "deep", lost.deep);
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}

static err all_read(arena *mem, int fd, size_t max, str *ret_s)
{
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0 || (size_t)size > max)
        return fault(ERR_TOO_LARGE, "document_too_large", "%lld bytes", (long long)size);
    char *p = arena_room(mem, (size_t)size + 1);
    for (off_t at = 0; at < size;) {
        ssize_t n = pread(fd, p + at, (size_t)(size - at), at);
        if (n <= 0)
            return fault(ERR_IO, "storage_unavailable", "reading a document");
        at += n;
    }
    *ret_s = (str){p, (size_t)size};
    return OK;
}

static err all_write(int fd, str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n <= 0)
            return fault(ERR_IO, "storage_unavailable", "writing a document");
        s = str_sub(s, (size_t)n, s.n);
    }
    return OK;
}

/* The next "<length>\n<bytes>" of all. False: there is none. */
static bool part_take(str *all, str *ret_part)
{
    int64_t n;
    str rest = STR_NONE, line = str_split(*all, '\n', &rest);
    bool ok = rest.p && str_int(line, &n) == OK && n >= 0 && (size_t)n <= rest.n;
    fault_clear();
    if (!ok)
        return false;
    *ret_part = str_sub(rest, 0, (size_t)n);
    *all = str_sub(rest, (size_t)n, rest.n);
    return true;
}

static err part_write(int fd, str part)
{
    AUTO_ARENA(mem);
    TRY(all_write(fd, str_fmt(mem, "%zu\n", part.n)));
    return all_write(fd, part);
}

/* What can't be converted answers with its reason. */
static str refusal(arena *mem, err e)
{
    struct fault f = fault_of(e);
    struct jw j;
    jw_init(&j, mem, REPLY_MAX);
    jw_object(&j);
    jw_key_str(&j, "refused", str_from(f.reason));
    jw_key_str(&j, "text", str_from(f.text));
    jw_end(&j);
    return buf_str(&j.out);
}

/* The input: the address of the site and bodies, the output: an answer for each, all as parts. */
static err work(struct sandbox_io *io)
{
    str all, from, html;
    TRY(all_read(io->mem, io->in, BATCH_BYTES, &all));
    if (!str_valid(all) || !part_take(&all, &from))
        return fault(ERR_INVALID, "bad_utf8", "not UTF-8");
    while (part_take(&all, &html)) {
        AUTO_ARENA(mem);
        str json;
        err e = convert_here(mem, from, html, &json);
        TRY(part_write(io->out[0], e == OK ? json : refusal(mem, e)));
    }
    return OK;
}

const struct sandbox_kind html_sandbox_kind = {"html", work};

/* ---- the asking side: what comes back is checked like any input ---- */

err converted_read(arena *mem, str json, struct converted *ret_c)
{
    struct converted c = {0};
    JSON_AUTO *root = NULL;
    if (!str_valid(json))
        return fault(ERR_INVALID, "bad_document", "the worker's answer");
    TRY(json_read(json, &root));
    char *z = json_dumps(json_object_get(root, "doc"), JSON_COMPACT);
    str doc = str_dup(mem, z ? str_from(z) : S(""));
    json_release(z);
    TRY(doc_from_json(mem, doc, &c.doc));
    const json_t *list = json_object_get(root, "pictures");
    c.pictures = NEW_N(mem, struct foreign_picture, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        str blob = json_text(o, "blob"), address = json_text(o, "address");
        if (doc_blob_ok(blob) && address.n)
            c.pictures[c.n++] = (struct foreign_picture){str_dup(mem, blob), str_dup(mem, address)};
    }
    c.embeds = str_dup(mem, json_text(root, "embeds"));
    c.dropped = (struct doc_dropped){.scripts = (int)json_number(root, "scripts", 0),
                                     .pictures = (int)json_number(root, "lost_pictures", 0),
                                     .links = (int)json_number(root, "links", 0),
                                     .styles = (int)json_number(root, "styles", 0),
                                     .deep = (int)json_number(root, "deep", 0)};
    *ret_c = c;
    return OK;
}

static err through_worker(arena *mem, int in, int out, str *ret_answers)
{
    const struct sandbox_job job = {.kind = html_sandbox_kind.name,
                                    .in = in,
                                    .out = &out,
                                    .out_n = 1,
                                    .wall_ms = WALL_MS,
                                    .cpu_s = CPU_S,
                                    .memory_bytes = WORKER_BYTES,
                                    .file_bytes = ANSWERS_MAX};
    struct sandbox_result result;
    TRY(sandbox_run(&job, mem, &result));
    return all_read(mem, out, ANSWERS_MAX, ret_answers);
}

static void answer_take(arena *mem, str json, struct converting *one)
{
    JSON_AUTO *root = NULL;
    one->failed = str_valid(json) ? json_read(json, &root) : ERR_INVALID;
    str refused = root ? json_text(root, "refused") : STR_NONE;
    if (refused.p)
        one->failed = fault(ERR_INVALID, str_z(mem, refused), "%.*s", FMT(json_text(root, "text")));
    if (one->failed == OK)
        one->failed = converted_read(mem, json, &one->c);
    if (one->failed != OK)
        one->why = fault_of(one->failed);
}

static err run(arena *mem, str from, struct converting *v, size_t n)
{
    str answers = S(""), part;
    int in = memfd_create("html", MFD_CLOEXEC), out = memfd_create("document", MFD_CLOEXEC);
    err e = in < 0 || out < 0 ? fault(ERR_IO, "storage_unavailable", "memfd") : OK;
    if (e == OK)
        e = part_write(in, from);
    for (size_t i = 0; e == OK && i < n; i++)
        e = part_write(in, v[i].html);
    if (e == OK)
        e = through_worker(mem, in, out, &answers);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    TRY(e);
    for (size_t i = 0; i < n; i++) {
        if (!part_take(&answers, &part))
            return fault(ERR_INVALID, "sandbox_died", "fewer answers than questions");
        answer_take(mem, part, &v[i]);
    }
    return OK;
}

err convert_batch(arena *mem, str from, struct converting *v, size_t n)
{
    err e = run(mem, from, v, n);
    if (e != ERR_INVALID && e != ERR_TOO_LARGE)
        return e;
    for (size_t i = 0; i < n; i++) {
        e = n > 1 ? run(mem, from, &v[i], 1) : e;
        if (e != OK && e != ERR_INVALID && e != ERR_TOO_LARGE)
            return e;
        if (e != OK) {
            v[i].failed = e;
            v[i].why = fault_of(e);
        }
    }
    return OK;
}
