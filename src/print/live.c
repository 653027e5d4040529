/* The fingerprints that are looked for, in memory, kept as the database says. */
#include "base/hash.h"
#include "finding/finding.h"
#include "print/mih.h"
#include "print/print_store.h"

#include <pthread.h>
#include <stdlib.h>

/* What stands behind a fingerprint of the index with the same number. */
struct known {
    struct print_hit hit;
    int64_t account_id, no; /* of the removed article */
    bool ended;
};
struct knowns {
    struct known *v;
    size_t n, room;
};
/* A list's place in the index of all, or in the row of files. */
struct listed {
    struct print_hit hit;
    size_t from, n;
};
struct lists {
    arena *mem;
    struct mih *pictures;
    uint8_t (*files)[PDQ_BYTES]; /* each list's in order */
    struct listed *v;
    size_t n, file_n;
};
struct print_live {
    struct db *db;
    pthread_mutex_t making; /* one thread at a time brings it up to date */
    pthread_rwlock_t lock;  /* of all below */
    struct print_epochs at;
    struct mih *pictures;
    struct sketches *texts;
    struct knowns picture, text;
    size_t files; /* blocks of files ever seen: they are asked in the database */
    struct lists lists;
};

struct print_live *print_live_new(struct db *db)
{
    struct print_live *l = heap_alloc(sizeof *l);
    *l = (struct print_live){.db = db, .at = {-1, -1}};
    pthread_mutex_init(&l->making, NULL);
    pthread_rwlock_init(&l->lock, NULL);
    l->pictures = mih_new(0);
    l->texts = sketches_new();
    return l;
}

static void lists_free(struct lists *x)
{
    mih_free(x->pictures);
    heap_free(x->files);
    arena_free(x->mem);
    *x = (struct lists){0};
}

void print_live_free(struct print_live *l)
{
    if (!l)
        return;
    mih_free(l->pictures);
    sketches_free(l->texts);
    heap_free(l->picture.v);
    heap_free(l->text.v);
    lists_free(&l->lists);
    pthread_mutex_destroy(&l->making);
    pthread_rwlock_destroy(&l->lock);
    heap_free(l);
}

/* ---- blocks ---- */

static void known_add(struct knowns *k, const struct print_row *b)
{
    const struct family *f = family_find(b->family);
    if (k->n == k->room) {
        k->room = 2 * k->room + 64;
        k->v = heap_grow(k->v, k->room * sizeof *k->v);
    }
    k->v[k->n++] = (struct known){.hit = {.kind = b->kind,
                                          .block_id = b->id,
                                          .measure_id = b->measure_id,
                                          .case_id = b->case_id,
                                          .severity = b->severity,
                                          .family = f ? str_from(f->key) : S("other"),
                                          .name = S(""),
                                          .media = S(""),
                                          .action = SCAN_HOLD},
                                  .account_id = b->account_id,
                                  .no = b->no};
}

static void known_end(struct knowns *k, int64_t id)
{
    for (size_t i = 0; i < k->n; i++)
        k->v[i].ended = k->v[i].ended || k->v[i].hit.block_id == id;
}

static err block_take(struct print_live *l, const struct print_row *b)
{
    struct sketch s;
    if (b->ended_at) {
        known_end(&l->picture, b->id);
        known_end(&l->text, b->id);
        return OK;
    }
    if (b->kind == PRINT_FILE) {
        l->files++;
        return OK;
    }
    if (b->kind == PRINT_TEXT) {
        TRY(sketch_parse(b->value, &s));
        sketches_add(l->texts, &s);
        known_add(&l->text, b);
        return OK;
    }
    if (b->value.n != PDQ_BYTES)
        return fault(ERR_BUG, "internal", "print of %zu bytes", b->value.n);
    uint8_t one[1][PDQ_BYTES];
    memcpy(one[0], b->value.p, PDQ_BYTES);
    TRY(mih_add(l->pictures, one, 1));
    known_add(&l->picture, b);
    return OK;
}

/* ---- reading ---- */

struct page {
    struct print_row v[PRINT_ROWS];
    size_t n;
    struct page *next;
};
struct reading {
    arena *mem;
    struct print_epochs have, now;
    struct page *first;
    struct lists lists;
};

static err blocks_read(struct tx *t, struct reading *x)
{
    int64_t epoch = x->have.blocks, id = INT64_MAX;
    struct page **at = &x->first;
    x->first = NULL;
    for (size_t n = PRINT_ROWS; n == PRINT_ROWS; at = &(*at)->next) {
        *at = NEW(x->mem, struct page);
        TRY(store_blocks_after(t, x->mem, epoch, id, (*at)->v, &(*at)->n));
        n = (*at)->n;
        if (n) {
            epoch = (*at)->v[n - 1].epoch;
            id = (*at)->v[n - 1].id;
        }
    }
    return OK;
}

static err chunk_take(struct lists *x, struct listed *e, struct bytes data)
{
    size_t n = data.n / PDQ_BYTES;
    if (e->hit.kind == PRINT_PICTURE) {
        TRY(mih_add(x->pictures, (const uint8_t(*)[PDQ_BYTES])(const void *)data.p, n));
    } else {
        x->files = heap_grow(x->files, (x->file_n + n + 1) * PDQ_BYTES);
        memcpy(x->files + x->file_n, data.p, n * PDQ_BYTES);
        x->file_n += n;
    }
    e->n += n;
    return OK;
}

static err list_read(struct tx *t, struct lists *x, const struct print_list *l)
{
    const struct family *f = family_find(l->family);
    struct listed *e = &x->v[x->n++];
    *e = (struct listed){.hit = {.kind = l->kind,
                                 .list_id = l->id,
                                 .severity = l->severity,
                                 .family = f ? str_from(f->key) : S("other"),
                                 .name = str_dup(x->mem, l->name),
                                 .media = S(""),
                                 .action = l->action},
                         .from = l->kind == PRINT_PICTURE ? mih_count(x->pictures) : x->file_n};
    for (int no = 0; (int64_t)no * PRINT_CHUNK < l->n; no++) {
        AUTO_ARENA(part);
        struct bytes data;
        TRY(store_chunk(t, part, l->id, no, &data));
        TRY(chunk_take(x, e, data));
    }
    return OK;
}

static err lists_read(struct tx *t, struct reading *x)
{
    struct print_list *v;
    size_t n, pictures = 0;
    lists_free(&x->lists);
    TRY(print_list_all(t, x->mem, &v, &n));
    x->lists.mem = arena_new();
    x->lists.v = NEW_N(x->lists.mem, struct listed, n + 1);
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].state, S("active")) && v[i].kind == PRINT_PICTURE)
            pictures += (size_t)v[i].n;
    x->lists.pictures = mih_new(pictures);
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].state, S("active")))
            TRY(list_read(t, &x->lists, &v[i]));
    return OK;
}

static err changes_read(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    TRY(store_print_epochs(t, &x->now));
    if (x->now.blocks != x->have.blocks)
        TRY(blocks_read(t, x));
    return x->now.lists != x->have.lists ? lists_read(t, x) : OK;
}

static err changes_take(struct print_live *l, struct reading *x)
{
    for (const struct page *p = x->first; p; p = p->next)
        for (size_t i = 0; i < p->n; i++)
            TRY(block_take(l, &p->v[i]));
    if (x->now.lists != l->at.lists) {
        struct lists old = l->lists;
        l->lists = x->lists;
        x->lists = old;
    }
    l->at = x->now;
    return OK;
}

/* Only the thread that has `making` changes what others read. */
static err freshen(struct print_live *l)
{
    AUTO_ARENA(mem);
    pthread_mutex_lock(&l->making);
    struct reading x = {.mem = mem, .have = l->at};
    err e = db_read(l->db, changes_read, &x);
    if (e == OK && (x.now.blocks != l->at.blocks || x.now.lists != l->at.lists)) {
        if (x.lists.pictures)
            mih_build(x.lists.pictures);
        pthread_rwlock_wrlock(&l->lock);
        e = changes_take(l, &x);
        pthread_rwlock_unlock(&l->lock);
    }
    lists_free(&x.lists);
    pthread_mutex_unlock(&l->making);
    return e;
}

/* ---- looking ---- */

struct looking {
    struct print_live *l;
    arena *mem;
    const struct print_thing *x;
    struct print_result *r;
    struct print_media *media; /* of all that it shows */
    size_t media_n;
};

static void add(struct looking *k, struct print_hit h, str media, int distance)
{
    struct print_result *r = k->r;
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i].measure_id == h.measure_id && r->v[i].list_id == h.list_id &&
            r->v[i].kind == h.kind && str_eq(r->v[i].media, media))
            return;
    if (r->n == PRINT_HITS_MAX)
        return;
    h.media = media;
    h.name = str_dup(k->mem, h.name);
    h.distance = distance;
    r->v[r->n++] = h;
    r->hold = r->hold || h.action == SCAN_HOLD;
    r->refuse = r->refuse || h.action == SCAN_REFUSE;
}

static void known_found(struct looking *k, const struct known *what, str media, int distance)
{
    bool own = what->account_id == k->x->account_id && what->no == k->x->no;
    if (!what->ended && !own)
        add(k, what->hit, media, distance);
}

static void text_look(struct looking *k)
{
    struct sketch_hit v[PRINT_HITS_MAX];
    struct sketch s;
    if (!sketches_count(k->l->texts))
        return;
    AUTO_ARENA(work);
    sketch_of(work, (const str[]){k->x->text->text[RULE_TITLE], k->x->text->text[RULE_BODY]}, 2,
              &s);
    size_t n = sketches_find(k->l->texts, &s, v, LEN(v));
    for (size_t i = 0; i < n; i++)
        known_found(k, &k->l->text.v[v[i].id], S(""), v[i].distance);
}

static void list_found(struct looking *k, size_t id, str media, int distance)
{
    const struct lists *x = &k->l->lists;
    for (size_t i = 0; i < x->n; i++)
        if (x->v[i].hit.kind == PRINT_PICTURE && id >= x->v[i].from &&
            id < x->v[i].from + x->v[i].n)
            add(k, x->v[i].hit, media, distance);
}

static void picture_look(struct looking *k, const struct print_media *m)
{
    struct mih_hit v[PRINT_HITS_MAX];
    if (m->quality < PDQ_QUALITY || m->pdq.n != PDQ_WAYS * (size_t)PDQ_BYTES)
        return;
    for (size_t way = 0; way < PDQ_WAYS; way++) {
        const uint8_t *q = m->pdq.p + way * PDQ_BYTES;
        size_t n = mih_find(k->l->pictures, q, v, LEN(v));
        for (size_t i = 0; i < n; i++)
            known_found(k, &k->l->picture.v[v[i].id], m->hash, v[i].distance);
        n = k->l->lists.pictures ? mih_find(k->l->lists.pictures, q, v, LEN(v)) : 0;
        for (size_t i = 0; i < n; i++)
            list_found(k, v[i].id, m->hash, v[i].distance);
    }
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, PDQ_BYTES);
}

static void file_look(struct looking *k, str media, str hash)
{
    const struct lists *x = &k->l->lists;
    struct bytes b;
    if (!hash.n || hex_parse(k->mem, hash, &b) != OK || b.n != PDQ_BYTES)
        return;
    for (size_t i = 0; i < x->n; i++)
        if (x->v[i].hit.kind == PRINT_FILE && x->v[i].n &&
            bsearch(b.p, x->files + x->v[i].from, x->v[i].n, PDQ_BYTES, by_bytes))
            add(k, x->v[i].hit, media, 0);
}

static err block_file_look(struct tx *t, struct looking *k, str media, str hash)
{
    struct knowns one = {0};
    struct print_row b;
    struct bytes value;
    if (!hash.n || hex_parse(k->mem, hash, &value) != OK)
        return OK;
    err e = store_block_file(t, k->mem, value, &b);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    known_add(&one, &b);
    known_found(k, one.v, media, 0);
    heap_free(one.v);
    return OK;
}

static err media_read(struct tx *t, void *ctx)
{
    struct looking *k = ctx;
    k->media = NEW_N(k->mem, struct print_media, k->x->media_n * PRINT_MEDIA_MAX + 1);
    k->media_n = k->r->n = 0;
    for (size_t i = 0; i < k->x->media_n; i++) {
        struct print_media *m = k->media + k->media_n;
        size_t n;
        TRY(store_media_prints(t, k->mem, k->x->media[i], m, &n));
        k->media_n += n;
        TRY(block_file_look(t, k, k->x->media[i], k->x->media[i]));
        for (size_t j = 0; j < n; j++)
            TRY(block_file_look(t, k, k->x->media[i], m[j].sent));
    }
    return OK;
}

static bool looks_for_media(struct print_live *l)
{
    pthread_rwlock_rdlock(&l->lock);
    bool some = l->files || mih_count(l->pictures) || l->lists.n;
    pthread_rwlock_unlock(&l->lock);
    return some;
}

static err look(struct print_live *l, arena *mem, const struct print_thing *x,
                struct print_result *r)
{
    struct looking k = {.l = l, .mem = mem, .x = x, .r = r};
    if (x->media_n && looks_for_media(l))
        TRY(db_read(l->db, media_read, &k));
    pthread_rwlock_rdlock(&l->lock);
    r->epoch = l->at.blocks + l->at.lists;
    text_look(&k);
    for (size_t i = 0; i < k.media_n; i++) {
        picture_look(&k, &k.media[i]);
        file_look(&k, k.media[i].hash, k.media[i].sent);
    }
    for (size_t i = 0; i < x->media_n; i++)
        file_look(&k, x->media[i], x->media[i]);
    pthread_rwlock_unlock(&l->lock);
    return OK;
}

err print_check(struct print_live *l, arena *mem, const struct print_thing *x, bool fresh,
                struct print_result *ret_r)
{
    pthread_rwlock_rdlock(&l->lock);
    bool empty = l->at.blocks < 0;
    pthread_rwlock_unlock(&l->lock);
    if (fresh || empty)
        TRY(freshen(l));
    *ret_r = (struct print_result){.n = 0};
    TRY(look(l, mem, x, ret_r));
    if (!ret_r->n || fresh || empty)
        return OK;
    return print_check(l, mem, x, true, ret_r); /* what is held is held by what is in force now */
}

err print_still(const struct print_result *r, int64_t epoch)
{
    return r->epoch == epoch ? OK : fault(ERR_CONFLICT, "prints_stale", "prints have changed");
}
