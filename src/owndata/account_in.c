/* An account from the files of account_out.c. */
#include "article/article.h"
#include "article/console.h"
#include "article/declare.h"
#include "base/json.h"
#include "blob/blob.h"
#include "owndata/media_in.h"
#include "owndata/owndata.h"
#include "owndata/owndata_store.h"
#include "owndata/parts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 256 << 20 };

struct reading {
    const struct account_in *in;
    struct article_rules rules;
    struct declaration_rules declaring;
    struct import_counts counts;
    /* the article at hand */
    arena *mem;
    struct article_text text;
    struct scan_result scan;
    struct print_result prints;
    struct article_outcome outcome;
    int64_t no;
    bool there;
};

static err file_read(arena *mem, const char *path, str *ret_text)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
        if (fd >= 0)
            close(fd);
        return fault(ERR_INVALID, "unreadable", "%s", path);
    }
    char *p = arena_room(mem, (size_t)st.st_size + 1);
    size_t at = 0;
    while (at < (size_t)st.st_size) {
        ssize_t n = read(fd, p + at, (size_t)st.st_size - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    close(fd);
    *ret_text = (str){p, at};
    return str_valid(*ret_text) ? OK : fault(ERR_INVALID, "bad_utf8", "%s is not UTF-8", path);
}

static err json_file(arena *mem, const char *path, const char *format, json_t **ret_root)
{
    str text;
    json_t *root;
    TRY(file_read(mem, path, &text));
    TRY(json_read(text, &root));
    if (!str_eq(json_text(root, "format"), str_from(format))) {
        json_decref(root);
        return fault(ERR_INVALID, "bad_format", "%s is not of the format %s", path, format);
    }
    *ret_root = root;
    return OK;
}

static void say(const struct reading *r, str what, str result, str why)
{
    if (r->in->say)
        r->in->say(r->in->ctx, what, result, why);
}

/* ---- media ---- */

static err media_one(const struct reading *r, arena *mem, const json_t *o)
{
    struct media m = {.hash = str_dup(mem, json_text(o, "hash")),
                      .mime = str_dup(mem, json_text(o, "type")),
                      .alt = str_dup(mem, json_text(o, "alt")),
                      .name = str_dup(mem, json_text(o, "name")),
                      .poster = str_dup(mem, json_text(o, "poster"))};
    if (!blob_hash_valid(m.hash) || !m.mime.n)
        return fault(ERR_INVALID, "bad_format", "a file without hash or type");
    if (str_count(m.alt) > MEDIA_ALT_MAX || str_count(m.name) > MEDIA_NAME_MAX ||
        (m.poster.n && !blob_hash_valid(m.poster)))
        return fault(ERR_INVALID, "bad_format", "a file's description");
    str path = str_fmt(mem, "%s/%.*s", r->in->dir, FMT(media_file_name(mem, m.hash, m.mime)));
    struct media_back back = {r->in->site, r->in->account_id, r->in->user_id, &m};
    return media_back(&back, mem, path.p);
}

/* The errors of one file are said, and do not end the import. */
static bool goes_on(err e)
{
    return e == ERR_INVALID || e == ERR_DENIED || e == ERR_TOO_LARGE || e == ERR_LIMIT ||
           e == ERR_CONFLICT;
}

static err media_all(struct reading *r, const json_t *list)
{
    size_t i;
    json_t *o;
    json_array_foreach((json_t *)(uintptr_t)list, i, o)
    {
        AUTO_ARENA(mem);
        err e = media_one(r, mem, o);
        if (e == OK)
            continue;
        if (!goes_on(e))
            return e;
        struct fault f = fault_of(e);
        r->counts.refused++;
        say(r, json_text(o, "hash"), S("refused"), str_from(f.reason));
    }
    return OK;
}

/* ---- articles ---- */

static str member(const struct reading *r, const json_t *o, const char *key)
{
    str s = json_text(o, key);
    return s.p ? str_dup(r->mem, s) : S("");
}

static err text_take(struct reading *r, const json_t *o)
{
    struct article_text x = {.title = member(r, o, "title"),
                             .digest = member(r, o, "digest"),
                             .category = member(r, o, "category"),
                             .cover = member(r, o, "cover")};
    struct declaration d = {0};
    const json_t *declared = json_object_get(o, "declared"), *doc = json_object_get(o, "doc");
    if (json_is_object(declared))
        TRY(declaration_take(r->mem, declared, &d));
    TRY(declaration_json(r->mem, &d, &r->declaring, &x.declared));
    x.doc = S("");
    if (json_is_object(doc)) {
        struct node *tree;
        char *z = json_dumps(doc, JSON_COMPACT);
        str json = str_dup(r->mem, str_from(z));
        json_release(z);
        TRY(doc_from_json(r->mem, json, &tree));
        TRY(doc_json(r->mem, tree, &x.doc));
        x.tree = tree;
    }
    r->text = x;
    return OK;
}

static err there_tx(struct tx *t, void *ctx)
{
    struct reading *r = ctx;
    return store_has_text(t, r->in->account_id, &r->text, &r->there);
}

static err submit_tx(struct tx *t, void *ctx)
{
    struct reading *r = ctx;
    struct article_submission s = {.account_id = r->in->account_id,
                                   .user_id = r->in->user_id,
                                   .text = &r->text,
                                   .rules = &r->rules,
                                   .scan = &r->scan,
                                   .prints = &r->prints};
    return article_submit(t, r->mem, &s, &r->outcome);
}

static err draft_tx(struct tx *t, void *ctx)
{
    struct reading *r = ctx;
    return article_create(t, r->in->account_id, r->in->user_id, &r->text, &r->no);
}

static err submit(struct reading *r)
{
    struct article_text checked;
    if (!r->text.tree)
        return fault_field(ERR_INVALID, "document_empty", "doc", "no document");
    TRY(article_text_check(r->mem, &r->text, r->text.tree, &checked));
    r->text = checked;
    TRY(article_scan(r->in->site, r->mem, r->in->account_id, &r->text, &r->scan));
    struct article_ref at = {r->in->account_id, 0};
    TRY(article_prints(r->in->site, r->mem, &at, &r->text, true, &r->prints));
    return db_tx(r->in->site->db, submit_tx, r);
}

/* Published ones through the gate; what it refuses, and all others, are drafts. */
static err bring(struct reading *r, const json_t *o, bool published, str what)
{
    struct fault f = {0};
    TRY(text_take(r, o));
    TRY(db_read(r->in->site->db, there_tx, r));
    if (r->there) {
        r->counts.there++;
        say(r, what, S("there"), S(""));
        return OK;
    }
    if (published) {
        err e = submit(r);
        if (e == OK) {
            r->counts.submitted++;
            say(r, what, r->outcome.state, S(""));
            return OK;
        }
        if (!goes_on(e))
            return e;
        f = fault_of(e);
    }
    TRY(db_tx(r->in->site->db, draft_tx, r));
    r->counts.drafts++;
    say(r, what, S("draft"), str_from(f.reason));
    return OK;
}

static err article_one(struct reading *r, int64_t no)
{
    JSON_AUTO *root = NULL;
    str what = str_fmt(r->mem, "articles/%lld.json", (long long)no);
    str path = str_fmt(r->mem, "%s/%.*s", r->in->dir, FMT(what));
    TRY(json_file(r->mem, path.p, ARTICLE_FORMAT, &root));
    str state = json_text(root, "state");
    const json_t *text = json_object_get(root, "text"), *draft = json_object_get(root, "draft");
    bool published = str_eq(state, S("published")) && json_is_object(text);
    if (str_eq(state, S("removed"))) {
        say(r, what, S("left_out"), S("removed"));
        return OK;
    }
    if (published || (json_is_object(text) && !json_is_object(draft)))
        return bring(r, text, published, what);
    return json_is_object(draft) ? bring(r, draft, false, what) : OK;
}

static err article_all(struct reading *r, const json_t *list)
{
    size_t i;
    json_t *no;
    json_array_foreach((json_t *)(uintptr_t)list, i, no)
    {
        AUTO_ARENA(mem);
        r->mem = mem;
        err e = json_is_integer(no) ? article_one(r, json_integer_value(no))
                                    : fault(ERR_INVALID, "bad_format", "a number of an article");
        if (e == OK)
            continue;
        if (!goes_on(e))
            return e;
        struct fault f = fault_of(e);
        r->counts.refused++;
        say(r, str_fmt(mem, "articles/%lld.json", (long long)json_integer_value(no)), S("refused"),
            str_from(f.reason));
    }
    return OK;
}

err account_import(const struct account_in *in, arena *mem, struct import_counts *ret_counts)
{
    struct reading r = {.in = in};
    JSON_AUTO *root = NULL;
    article_rules_now(in->site, mem, &r.rules);
    declaration_rules_now(in->site, mem, &r.declaring);
    TRY(json_file(mem, str_fmt(mem, "%s/account.json", in->dir).p, ACCOUNT_FORMAT, &root));
    TRY(media_all(&r, json_object_get(root, "media")));
    TRY(article_all(&r, json_object_get(root, "articles")));
    *ret_counts = r.counts;
    return OK;
}
