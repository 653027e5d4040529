/* Making the index: the tokens of a batch of articles are collected in memory, then added to the
 * postings of each token in the order of the tokens. */
#include "base/clock.h"
#include "job/job.h"
#include "reader/search_store.h"
#include "text/doc.h"
#include "text/token.h"
#include "web/site.h"

#include <stdlib.h>

enum {
    CHUNK_BYTES = 2000,    /* a chunk that is longer grows no more */
    READ_AT_ONCE = 1000,   /* articles of one transaction of a rebuild */
    READS_PER_WRITE = 16,  /* the more, the fewer chunks are touched per article */
    WRITE_AT_ONCE = 16384, /* tokens of one transaction */
    SLOTS_PER_ARENA = 512,
    FIRST_SLOTS = 1 << 12, /* a power of two */
    USUAL_TOKENS = 800,    /* of a text; longer ones weigh less per token (BM25's length norm) */
    TITLE_WEIGHT = 24,
    NAME_WEIGHT = 12,
    TEXT_WEIGHT = 15, /* at most, for a token that a text repeats */
    TOKEN_BYTES_MAX = 128,
    BATCH = 50,       /* articles of one transaction of the job, some 100 ms of the writer */
    BATCH_BUSY = 5,   /* when others wait for it, once in a turn: they must not feel the index */
    BUSY_WRITERS = 4, /* so many waiting */
};

/* ---- a batch in memory ---- */

enum { IN_TITLE = 1, IN_NAME = 2 }; /* else in the text */

struct slot {
    str token;
    uint32_t first, last; /* posts, 1-based; 0 = none */
};
struct post {
    int64_t doc;
    uint32_t next;
    uint16_t times;
    uint8_t places; /* IN_TITLE, IN_NAME; in the end the weight */
};
struct batch {
    arena *mem;
    struct slot *slots;
    size_t slot_n, slot_room; /* room: a power of two */
    struct post *posts;       /* [0] is not used */
    size_t post_n, post_room;
};

static uint64_t hash_of(str s)
{
    uint64_t h = 14695981039346656037ULL; /* FNV-1a */
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 1099511628211ULL;
    return h ^ h >> 29;
}

static struct slot *slot_find(struct slot *slots, size_t room, str token)
{
    size_t i = hash_of(token) & (room - 1);
    while (slots[i].token.p && !str_eq(slots[i].token, token))
        i = (i + 1) & (room - 1);
    return &slots[i];
}

static void slots_grow(struct batch *b)
{
    size_t room = b->slot_room ? 4 * b->slot_room : FIRST_SLOTS;
    struct slot *slots = NEW_N(b->mem, struct slot, room);
    for (size_t i = 0; i < b->slot_room; i++)
        if (b->slots[i].token.p)
            *slot_find(slots, room, b->slots[i].token) = b->slots[i];
    b->slots = slots;
    b->slot_room = room;
}

static struct post *post_new(struct batch *b)
{
    if (b->post_n + 1 >= b->post_room) {
        size_t room = b->post_room ? 2 * b->post_room : FIRST_SLOTS;
        struct post *posts = NEW_N(b->mem, struct post, room);
        if (b->post_n)
            memcpy(posts, b->posts, (b->post_n + 1) * sizeof *posts);
        b->posts = posts;
        b->post_room = room;
    }
    return &b->posts[++b->post_n];
}

static struct post *post_of(struct batch *b, str token, int64_t doc)
{
    if (2 * b->slot_n >= b->slot_room)
        slots_grow(b);
    struct slot *s = slot_find(b->slots, b->slot_room, token);
    if (!s->token.p) {
        s->token = token;
        b->slot_n++;
    }
    if (s->last && b->posts[s->last].doc == doc)
        return &b->posts[s->last];
    struct post *p = post_new(b);
    *p = (struct post){.doc = doc};
    if (s->last)
        b->posts[s->last].next = (uint32_t)b->post_n;
    else
        s->first = (uint32_t)b->post_n;
    s->last = (uint32_t)b->post_n;
    return p;
}

static size_t words_add(struct batch *b, int64_t doc, str tokens, uint8_t place)
{
    size_t n = 0;
    for (str rest = tokens; rest.n; n++) {
        str token = str_split(rest, ' ', &rest);
        if (!token.n || token.n > TOKEN_BYTES_MAX)
            continue;
        struct post *p = post_of(b, token, doc);
        p->times = (uint16_t)(p->times + (place == 0 && p->times < UINT16_MAX));
        p->places |= place;
    }
    return n;
}

/* BM25 with k = 1.2, b = 0.75, scaled to TEXT_WEIGHT; the title and the name count on top. */
static uint8_t weight_of(const struct post *p, size_t length)
{
    size_t norm = 5 + 15 * length / USUAL_TOKENS; /* 20 × (¼ + ¾ × length / usual) */
    size_t times = 100 * (size_t)p->times, text = times * TEXT_WEIGHT / (times + 6 * norm);
    return (uint8_t)(1 + text + (p->places & IN_TITLE ? TITLE_WEIGHT : 0) +
                     (p->places & IN_NAME ? NAME_WEIGHT : 0));
}

/* ---- articles into the batch ---- */

static str beginning(str text)
{
    size_t n = text.n < SEARCH_BODY_MAX ? text.n : SEARCH_BODY_MAX;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(text, 0, n);
}

static void filters_add(struct batch *b, const struct search_source *s, int64_t doc)
{
    (void)post_of(b, str_fmt(b->mem, "c:%.*s", FMT(s->category)), doc);
    (void)post_of(b, str_fmt(b->mem, "k:%.*s", FMT(s->kind)), doc);
    (void)post_of(b, str_fmt(b->mem, "a:%lld", (long long)s->account_id), doc);
}

static err article_add(struct tx *t, struct batch *b, const struct search_source *s)
{
    struct node *doc;
    int64_t number = 0, from = s->published_at > s->doc ? s->published_at : s->doc + 1;
    TRY(search_store_free_doc(t, s, from, &number));
    TRY(doc_from_json(b->mem, s->json, &doc));
    str text = doc_text(b->mem, doc, DOC_TEXT_READ);
    size_t first = b->post_n + 1;
    size_t length = words_add(b, number, text_tokens(b->mem, text), 0);
    (void)words_add(b, number, text_tokens(b->mem, s->title), IN_TITLE);
    (void)words_add(b, number, text_tokens(b->mem, s->account_name), IN_NAME);
    filters_add(b, s, number);
    for (size_t i = first; i <= b->post_n; i++) /* posts are made in order: these are its own */
        b->posts[i].places = weight_of(&b->posts[i], length);
    return search_store_put(t, s, number, beginning(text));
}

/* ---- the batch into the database ---- */

static int by_token(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return str_cmp(x->token, y->token);
}

static struct postings merged(arena *mem, const struct batch *b, const struct slot *s,
                              struct postings old)
{
    size_t n = 0;
    for (uint32_t i = s->first; i; i = b->posts[i].next)
        n++;
    struct postings p = {NEW_N(mem, struct posting, old.n + n), old.n};
    if (old.n)
        memcpy(p.v, old.v, old.n * sizeof *p.v);
    for (uint32_t i = s->first; i; i = b->posts[i].next)
        p.v[p.n++] = (struct posting){b->posts[i].doc, b->posts[i].places};
    postings_sort(&p);
    return p;
}

static err slot_write(struct tx *t, arena *mem, const struct batch *b, const struct slot *s)
{
    enum { PER_CHUNK = CHUNK_BYTES / 4 };
    struct search_chunk c = {0};
    struct postings old = {NULL, 0};
    err e = search_store_last_chunk(t, mem, s->token, &c);
    if (e != ERR_NOT_FOUND)
        TRY(e);
    if (e == OK && c.n >= PER_CHUNK)
        c = (struct search_chunk){.chunk = c.chunk + 1};
    else if (e == OK) {
        old = (struct postings){NEW_N(mem, struct posting, (size_t)c.n), (size_t)c.n};
        TRY(postings_decode(c.postings, old.n, old.v));
    }
    struct postings all = merged(mem, b, s, old);
    for (size_t at = 0; at < all.n; at += PER_CHUNK, c.chunk++) {
        size_t n = all.n - at < PER_CHUNK ? all.n - at : PER_CHUNK;
        c.n = (int)n;
        c.postings = postings_encode(mem, all.v + at, n);
        TRY(search_store_chunk(t, s->token, &c));
    }
    return OK;
}

static err slots_write(struct tx *t, const struct batch *b, const struct slot *v, size_t n)
{
    AUTO_ARENA(mem);
    for (size_t i = 0; i < n; i++)
        TRY(slot_write(t, mem, b, &v[i]));
    return OK;
}

static void batch_sort(struct batch *b)
{
    struct slot *sorted = NEW_N(b->mem, struct slot, b->slot_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < b->slot_room; i++)
        if (b->slots[i].token.p)
            sorted[n++] = b->slots[i];
    qsort(sorted, n, sizeof *sorted, by_token);
    b->slots = sorted;
    b->slot_room = 0; /* no table any more */
}

static err batch_write(struct tx *t, const struct batch *b, size_t from, size_t n)
{
    for (size_t i = from; i < b->slot_n && i < from + n; i += SLOTS_PER_ARENA) {
        size_t left = (b->slot_n < from + n ? b->slot_n : from + n) - i;
        TRY(slots_write(t, b, b->slots + i, left < SLOTS_PER_ARENA ? left : SLOTS_PER_ARENA));
    }
    return OK;
}

static err batch_add(struct tx *t, struct batch *b, const struct search_ref *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct search_source s;
        TRY(search_store_source(t, b->mem, &v[i], &s));
        if (s.is_public && !(s.live && s.indexed == s.version))
            TRY(article_add(t, b, &s));
        else if (!s.is_public && s.live)
            TRY(search_store_gone(t, &s));
    }
    return OK;
}

err search_index(struct tx *t, arena *mem, const struct search_ref *v, size_t n)
{
    struct batch b = {.mem = mem};
    TRY(batch_add(t, &b, v, n));
    batch_sort(&b);
    return batch_write(t, &b, 0, b.slot_n);
}

/* ---- the job ---- */

struct turn {
    size_t most, n;
};

static err changes_index(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    struct turn *turn = ctx;
    struct search_ref *v;
    TRY(search_store_changes(t, mem, turn->most, &v, &turn->n));
    TRY(search_index(t, mem, v, turn->n));
    for (size_t i = 0; i < turn->n; i++)
        TRY(search_store_change_done(t, v[i].id));
    return OK;
}

err search_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    struct turn turn;
    do {
        turn = (struct turn){.most = db_writers(s->db) >= BUSY_WRITERS ? BATCH_BUSY : BATCH};
        TRY(db_tx(s->db, changes_index, &turn));
    } while (turn.n == turn.most && db_writers(s->db) < BUSY_WRITERS);
    return OK;
}

/* ---- from the beginning ---- */

struct rebuilding {
    struct search_walk walk;
    struct batch batch;
    size_t read, from; /* articles of the last read; the next token to be written */
};

static err clear(struct tx *t, void *ctx)
{
    (void)ctx;
    return search_store_clear(t);
}

/* Run again it adds the same postings once more, which sorting drops. */
static err read_on(struct tx *t, void *ctx)
{
    struct rebuilding *r = ctx;
    struct search_walk walk = r->walk;
    struct search_ref *v;
    TRY(search_store_walk(t, r->batch.mem, &walk, &v, &r->read));
    TRY(batch_add(t, &r->batch, v, r->read));
    r->walk = walk;
    return OK;
}

static err write_on(struct tx *t, void *ctx)
{
    const struct rebuilding *r = ctx;
    return batch_write(t, &r->batch, r->from, WRITE_AT_ONCE);
}

/* Many short transactions, so that a running site can write between them. */
static err rebuild_batch(struct db *db, struct rebuilding *r, int64_t *done)
{
    AUTO_ARENA(mem);
    r->batch = (struct batch){.mem = mem};
    r->read = READ_AT_ONCE;
    for (int i = 0; i < READS_PER_WRITE && r->read == READ_AT_ONCE; i++) {
        TRY(db_tx(db, read_on, r));
        *done += (int64_t)r->read;
    }
    batch_sort(&r->batch);
    for (r->from = 0; r->from < r->batch.slot_n; r->from += WRITE_AT_ONCE)
        TRY(db_tx(db, write_on, r));
    return OK;
}

err search_rebuild(struct db *db, void (*told)(int64_t done), int64_t *ret_n)
{
    struct rebuilding r = {.walk = {.limit = READ_AT_ONCE}, .read = READ_AT_ONCE};
    int64_t done = 0;
    TRY(db_tx(db, clear, NULL));
    while (r.read == READ_AT_ONCE) {
        TRY(rebuild_batch(db, &r, &done));
        told(done);
    }
    *ret_n = done;
    return OK;
}
