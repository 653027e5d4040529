/* Being a witness: cosigns a log's checkpoint only when it contains the one cosigned before. */
#include "base/clock.h"
#include "record/log_impl.h"

#include <errno.h>
#include <sys/stat.h>

enum { LOGS_MAX = 256 };

struct witness {
    arena *mem;
    const char *dir;
    struct note_signer signer;
    struct note_key logs[LOGS_MAX];
    size_t n;
    pthread_mutex_t lock; /* one request at a time: state is read, checked and written */
};

static const char *file_in(const struct witness *w, arena *mem, str name)
{
    return str_z(mem, str_fmt(mem, "%s/%.*s", w->dir, FMT(name)));
}

static err key_load(struct witness *w, str name)
{
    const char *path = file_in(w, w->mem, S("witness.key"));
    str text;
    err e = small_file_get(w->mem, path, true, &text);
    if (e == OK)
        return note_signer_parse(w->mem, text, &w->signer);
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(note_signer_new(w->mem, name, NOTE_COSIGNATURE, &w->signer));
    text = str_cat(w->mem, note_signer_text(w->mem, &w->signer), S("\n"));
    return small_file_put(path, str_bytes(text));
}

static err logs_load(struct witness *w)
{
    str text;
    err e = small_file_get(w->mem, file_in(w, w->mem, S("logs")), false, &text);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    for (str rest = text; rest.p;) {
        str line = str_trim(str_split(rest, '\n', &rest));
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (w->n == LOGS_MAX)
            return fault(ERR_TOO_LARGE, "too_large", "at most %d logs", LOGS_MAX);
        TRY(note_key_parse(w->mem, line, &w->logs[w->n++]));
    }
    return OK;
}

static err open_all(struct witness *w, str name)
{
    if (mkdir(w->dir, 0700) != 0 && errno != EEXIST)
        return fault(ERR_IO, "data_dir", "can't make %s: errno %d", w->dir, errno);
    TRY(key_load(w, name));
    if (w->signer.key.type != NOTE_COSIGNATURE)
        return fault(ERR_INVALID, "bad_key", "witness.key is no key of a witness");
    return logs_load(w);
}

err witness_open(const char *dir, str name, struct witness **ret_w)
{
    struct witness *w = heap_alloc(sizeof *w);
    memset(w, 0, sizeof *w);
    w->mem = arena_new();
    w->dir = str_z(w->mem, str_from(dir));
    pthread_mutex_init(&w->lock, NULL);
    err e = open_all(w, name);
    if (e != OK)
        witness_close(w);
    else
        *ret_w = w;
    return e;
}

void witness_close(struct witness *w)
{
    if (!w)
        return;
    pthread_mutex_destroy(&w->lock);
    arena_free(w->mem);
    heap_free(w);
}

const struct note_key *witness_key(const struct witness *w)
{
    return &w->signer.key;
}

static err answer(struct witness_answer *a, int status, str body)
{
    *a = (struct witness_answer){status, body};
    return OK;
}

static const struct note_key *log_find(const struct witness *w, str origin)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_eq(w->logs[i].name, origin))
            return &w->logs[i];
    return NULL;
}

struct offered {
    struct witness_request r;
    struct note note;
    struct checkpoint c;
};

/* The state is durable before the signature leaves. */
static err cosign(struct witness *w, arena *mem, const struct offered *o, struct witness_answer *a)
{
    struct tree empty = {0};
    struct log_state s = {.head = {0, tree_root(&empty)}};
    str name = str_cat(mem, sha256_hex(mem, sha256(str_bytes(o->c.origin))), S(".state"));
    const char *path = file_in(w, mem, name);
    err e = log_state_read(path, o->c.origin, &s);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    str have = str_fmt(mem, "%lld\n", (long long)s.head.size);
    if (o->r.old != s.head.size)
        return answer(a, 409, have);
    if (o->c.head.size == s.head.size && !tree_same(o->c.head.root, s.head.root))
        return answer(a, 409, have);
    if (!tree_consistent(s.head, o->c.head, o->r.path))
        return answer(a, 422, S("the new tree does not contain the old one\n"));
    struct log_state next = {.head = o->c.head};
    TRY(log_state_write(path, o->c.origin, &next));
    return answer(a, 200, note_sign(mem, o->note.body, &w->signer, clock_ms() / SECOND_MS));
}

err witness_add(struct witness *w, arena *mem, str request, struct witness_answer *ret_a)
{
    struct offered o;
    if (!str_valid(request) || witness_request_parse(mem, request, &o.r) != OK ||
        note_parse(mem, o.r.checkpoint, &o.note) != OK ||
        checkpoint_parse(mem, o.note.body, &o.c) != OK)
        return answer(ret_a, 400, S("malformed\n"));
    const struct note_key *log = log_find(w, o.c.origin);
    if (!log)
        return answer(ret_a, 404, S("unknown log\n"));
    if (!note_verified(&o.note, log, NULL))
        return answer(ret_a, 403, S("no valid signature of the log\n"));
    if (o.r.old > o.c.head.size)
        return answer(ret_a, 400, S("old is newer than the checkpoint\n"));
    pthread_mutex_lock(&w->lock);
    err e = cosign(w, mem, &o, ret_a);
    pthread_mutex_unlock(&w->lock);
    return e;
}
