/* An evidence package: its manifest against its members, its records against the log. */
#include "verify.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    MANIFEST_MAX = 64 * 1024 * 1024,
    TEXT_MAX = 64 * 1024 * 1024,
    PROOF_MAX = 512 * 1024,
    DIGITS_MAX = 20,
};

struct checking {
    arena *mem;
    const struct note_key *key;
    struct findings *f;
    struct archive a;
    struct member **sorted;
    struct checkpoint head;
    str checkpoint;
    struct sha256 manifest;
    struct package_seen seen;
};

/* ---- members by name ---- */

static int by_name(const void *x, const void *y)
{
    const struct member *const *a = x, *const *b = y;
    int order = str_cmp((*a)->name, (*b)->name);
    return order ? order : (*a > *b) - (*a < *b);
}

static void sort(struct checking *c)
{
    c->sorted = NEW_N(c->mem, struct member *, c->a.n + 1);
    for (size_t i = 0; i < c->a.n; i++)
        c->sorted[i] = &c->a.v[i];
    qsort(c->sorted, c->a.n, sizeof *c->sorted, by_name);
    for (size_t i = 1; i < c->a.n; i++)
        if (str_eq(c->sorted[i]->name, c->sorted[i - 1]->name))
            finding(c->f, "doubled", c->sorted[i]->name, "two members have this name");
}

static struct member *find(const struct checking *c, str name)
{
    size_t low = 0, high = c->a.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(c->sorted[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->a.n && str_eq(c->sorted[low]->name, name) ? c->sorted[low] : NULL;
}

static err text_get(struct checking *c, arena *mem, const struct member *m, size_t max,
                    str *ret_text)
{
    struct bytes b;
    TRY(archive_get(&c->a, mem, m, max, &b));
    return text_of(b, "a member", ret_text);
}

/* ---- the manifest ---- */

static err member_check(struct checking *c, struct member *m, str must)
{
    AUTO_ARENA(mem);
    struct sha256 h;
    uint32_t crc = 0;
    TRY(archive_hash(&c->a, m, &h, &crc));
    m->good = str_eq(sha256_hex(mem, h), must);
    if (!m->good)
        finding(c->f, "changed", m->name, "its hash is not the manifest's");
    else if (crc != m->crc)
        finding(c->f, "header", m->name, "its checksum is wrong");
    c->seen.files++;
    c->seen.bytes += m->size;
    return OK;
}

static err listed(struct checking *c, const json_t *file)
{
    str path = json_text(file, "path"), hash = json_text(file, "sha256");
    if (!path.p || !hash.p) {
        finding(c->f, "changed", S("manifest.json"), "a line without path or hash");
        return OK;
    }
    struct member *m = find(c, path);
    if (!m) {
        finding(c->f, "missing", path, "");
        return OK;
    }
    if (m->listed)
        finding(c->f, "doubled", path, "twice in the manifest");
    m->listed = true;
    if (json_number(file, "size", -1) != m->size)
        finding(c->f, "changed", path, "its size is not the manifest's");
    return member_check(c, m, hash);
}

static bool apart(str name)
{
    return str_eq(name, S("manifest.json")) || str_eq(name, S("package.tlog-proof"));
}

static void said_missing(const struct checking *c, const json_t *manifest)
{
    const json_t *v = json_object_get(manifest, "missing");
    for (size_t i = 0; !c->f->quiet && i < json_array_size(v); i++) {
        const json_t *x = json_array_get(v, i);
        printf("not packed, as the manifest says: %.*s (%.*s)\n", FMT(json_text(x, "path")),
               FMT(json_text(x, "why")));
    }
}

static err manifest_check(struct checking *c)
{
    struct member *m = find(c, S("manifest.json"));
    struct bytes b;
    str text;
    JSON_AUTO *root = NULL;
    if (!m)
        return fault(ERR_INVALID, "bad_package", "there is no manifest.json");
    uint32_t crc = 0;
    TRY(archive_get(&c->a, c->mem, m, MANIFEST_MAX, &b));
    TRY(archive_hash(&c->a, m, &c->manifest, &crc));
    if (crc != m->crc)
        finding(c->f, "changed", m->name, "its checksum is wrong");
    TRY(text_of(b, "manifest.json", &text));
    TRY(json_read(text, &root));
    if (!str_eq(json_text(root, "format"), S("gongqi-evidence/1")))
        return fault(ERR_INVALID, "bad_package", "manifest.json is not of a format known here");
    const json_t *files = json_object_get(root, "files");
    for (size_t i = 0; i < json_array_size(files); i++)
        TRY(listed(c, json_array_get(files, i)));
    for (size_t i = 0; i < c->a.n; i++) {
        const struct member *x = find(c, c->a.v[i].name); /* the first of that name */
        if (x && !x->listed && !apart(x->name))
            finding(c->f, "extra", x->name, "not in the manifest");
    }
    said_missing(c, root);
    c->seen.id = str_dup(c->mem, json_text(root, "package"));
    c->seen.made_at = str_dup(c->mem, json_text(root, "made_at"));
    return OK;
}

/* ---- the log ---- */

static void log_finding(struct checking *c, str name, err e)
{
    struct fault why = fault_of(e);
    finding(c->f, "log", name, why.text);
}

/* The entry of a receipt against the checkpoint c (whose signature was checked). */
static err included(const struct receipt *r, const struct checkpoint *head)
{
    struct tree_place at = {r->index, head->head.size};
    if (!r->extra.p || !tree_included(at, tree_leaf(r->extra), r->path, head->head.root))
        return fault(ERR_INVALID, "not_included", "the entry is not leaf %lld of the signed tree",
                     (long long)r->index);
    return OK;
}

/* The manifest's own receipt: signed by the log, and about exactly this manifest. */
static err manifest_leaf(struct checking *c)
{
    const struct member *m = find(c, S("package.tlog-proof"));
    struct receipt r;
    struct checkpoint head;
    str text;
    JSON_AUTO *leaf = NULL;
    if (!m)
        return fault(ERR_INVALID, "missing", "is missing");
    struct sha256 h;
    uint32_t crc = 0;
    TRY(archive_hash(&c->a, m, &h, &crc));
    if (crc != m->crc)
        return fault(ERR_INVALID, "changed", "its checksum is wrong");
    TRY(text_get(c, c->mem, m, PROOF_MAX, &text));
    TRY(receipt_parse(c->mem, text, &r));
    TRY(checkpoint_check(c->mem, r.checkpoint, c->key, &head));
    TRY(included(&r, &head));
    TRY(text_of(r.extra, "the entry", &text));
    TRY(json_read(text, &leaf));
    str hash = json_text(json_object_get(leaf, "public"), "sha256");
    if (!str_eq(json_text(leaf, "kind"), S("package_made")) ||
        !str_eq(hash, sha256_hex(c->mem, c->manifest)))
        return fault(ERR_INVALID, "other_manifest", "the log has another hash of manifest.json");
    c->seen.leaf = r.index;
    return OK;
}

static err head_check(struct checking *c)
{
    const struct member *m = find(c, S("log/checkpoint"));
    if (!m || !m->good)
        return fault(ERR_INVALID, "bad_checkpoint", "is missing or changed");
    TRY(text_get(c, c->mem, m, PROOF_MAX, &c->checkpoint));
    return checkpoint_check(c->mem, c->checkpoint, c->key, &c->head);
}

/* What the leaf of this record commits to; in mem. */
static err leaf_hash(struct checking *c, arena *mem, str id, str *ret_hash)
{
    struct receipt r;
    str text;
    JSON_AUTO *leaf = NULL;
    if (id.n > DIGITS_MAX)
        return fault(ERR_INVALID, "bad_record", "a record without number");
    struct member *m = find(c, str_fmt(mem, "log/%.*s.tlog-proof", FMT(id)));
    if (!m || !m->good)
        return fault(ERR_INVALID, "missing", "record %.*s has no receipt here", FMT(id));
    TRY(text_get(c, mem, m, PROOF_MAX, &text));
    TRY(receipt_parse(mem, text, &r));
    if (!str_eq(r.checkpoint, c->checkpoint))
        return fault(ERR_INVALID, "other_checkpoint", "receipt %.*s is of another checkpoint",
                     FMT(id));
    TRY(included(&r, &c->head));
    TRY(text_of(r.extra, "the entry", &text));
    TRY(json_read(text, &leaf));
    *ret_hash = str_dup(mem, json_text(leaf, "hash"));
    return OK;
}

static str member_text(struct checking *c, arena *mem, str name)
{
    const struct member *m = find(c, name);
    str text;
    return m && m->good && text_get(c, mem, m, TEXT_MAX, &text) == OK ? text : STR_NONE;
}

static str or_empty(const json_t *object, const char *key)
{
    str s = json_text(object, key);
    return s.p ? s : S("");
}

/* SHA-256 of title, digest, cover, category, document and declarations (the last only if there are
 * any), a zero byte behind each. */
static bool version_hash(struct checking *c, arena *mem, int64_t version, str *ret_hash)
{
    JSON_AUTO *meta = NULL;
    str json = member_text(c, mem, str_fmt(mem, "versions/%lld.json", (long long)version));
    str doc = member_text(c, mem, str_fmt(mem, "versions/%lld.doc.json", (long long)version));
    if (!json.p || !doc.p || json_read(json, &meta) != OK)
        return false;
    const str parts[] = {or_empty(meta, "title"),
                         or_empty(meta, "digest"),
                         or_empty(meta, "cover"),
                         or_empty(meta, "category"),
                         doc,
                         or_empty(meta, "declared")};
    size_t n = LEN(parts) - (parts[LEN(parts) - 1].n == 0);
    struct sha256_ctx h;
    sha256_start(&h);
    for (size_t i = 0; i < n; i++) {
        sha256_add(&h, str_bytes(parts[i]));
        sha256_add(&h, (struct bytes){(const uint8_t *)"", 1});
    }
    *ret_hash = sha256_hex(mem, sha256_end(&h));
    return true;
}

/* A record that names the hash of a version: the version here must have it. */
static err version_check(struct checking *c, arena *mem, const json_t *body)
{
    const json_t *data = json_object_get(body, "data");
    str kind = or_empty(body, "kind"), must = or_empty(data, "sha256"), is;
    int64_t version = json_number(data, "version", 0);
    if (!str_starts(kind, S("article_")) || !must.n || !version)
        return OK;
    if (!version_hash(c, mem, version, &is))
        return fault(ERR_INVALID, "missing", "version %lld is not here", (long long)version);
    return str_eq(is, must) ? OK
                            : fault(ERR_INVALID, "other_version",
                                    "version %lld is not what the record says", (long long)version);
}

static err record_check(struct checking *c, arena *mem, str line)
{
    JSON_AUTO *x = NULL;
    JSON_AUTO *body = NULL;
    struct bytes salt;
    str leaf;
    TRY(json_read(line, &x));
    str text = json_text(x, "body");
    if (!text.p || hex_parse(mem, json_text(x, "salt"), &salt) != OK)
        return fault(ERR_INVALID, "bad_record", "a record without body or salt");
    TRY(leaf_hash(c, mem, or_empty(x, "id"), &leaf));
    struct sha256_ctx h;
    sha256_start(&h);
    sha256_add(&h, salt);
    sha256_add(&h, str_bytes(text));
    if (!str_eq(sha256_hex(mem, sha256_end(&h)), leaf))
        return fault(ERR_INVALID, "other_record", "record %.*s is not what its leaf says",
                     FMT(or_empty(x, "id")));
    c->seen.records++;
    TRY(json_read(text, &body));
    return version_check(c, mem, body);
}

static err records_check(struct checking *c)
{
    const struct member *m = find(c, S("log/records.jsonl"));
    str rest;
    if (!m || !m->good)
        return fault(ERR_INVALID, "missing", "is missing or changed");
    TRY(text_get(c, c->mem, m, TEXT_MAX, &rest));
    while (rest.p && rest.n) {
        AUTO_ARENA(mem);
        str line = str_split(rest, '\n', &rest);
        err e = line.n ? record_check(c, mem, line) : OK;
        if (e != OK)
            log_finding(c, m->name, e);
    }
    return OK;
}

err package_check(arena *mem, int fd, const struct note_key *key, struct findings *f,
                  struct package_seen *ret_seen)
{
    struct checking c = {.mem = mem, .key = key, .f = f, .seen = {.leaf = -1}};
    TRY(archive_open(mem, fd, f, &c.a));
    sort(&c);
    TRY(manifest_check(&c));
    err e = manifest_leaf(&c);
    if (e != OK)
        log_finding(&c, S("package.tlog-proof"), e);
    e = head_check(&c);
    if (e != OK)
        log_finding(&c, S("log/checkpoint"), e);
    else if ((e = records_check(&c)) != OK)
        log_finding(&c, S("log/records.jsonl"), e);
    *ret_seen = c.seen;
    return OK;
}
