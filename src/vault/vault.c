/* Sealing, opening, lookup keys and rotation. */
#include "vault/vault.h"

#include "base/rand.h"
#include "vault/vault_impl.h"

enum { VERSION = 1, SEALED_MAX = 1 << 20 };

/* ---- one authenticated box ---- */

struct box {
    const uint8_t *key;
    struct bytes aad;
};

static struct bytes box_seal(arena *mem, struct box b, struct bytes plain)
{
    uint8_t *p = arena_alloc(mem, 1 + NONCE_N + plain.n + TAG_N);
    unsigned long long n = 0;
    p[0] = VERSION;
    rand_bytes(p + 1, NONCE_N);
    ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(p + 1 + NONCE_N, &n, plain.p, plain.n,
                                                      b.aad.p, b.aad.n, NULL, p + 1, b.key) == 0);
    return (struct bytes){p, 1 + NONCE_N + (size_t)n};
}

static bool box_open(arena *mem, struct box b, struct bytes sealed, struct bytes *ret_plain)
{
    if (sealed.n < 1 + NONCE_N + TAG_N || sealed.p[0] != VERSION)
        return false;
    size_t body = sealed.n - 1 - NONCE_N;
    uint8_t *p = arena_alloc(mem, body - TAG_N + 1);
    unsigned long long n = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(p, &n, NULL, sealed.p + 1 + NONCE_N, body,
                                                   b.aad.p, b.aad.n, sealed.p + 1, b.key) != 0)
        return false;
    *ret_plain = (struct bytes){p, (size_t)n};
    return true;
}

struct bytes vault_aad(arena *mem, struct vault_ref ref)
{
    return str_bytes(str_fmt(mem, "%s|%s|%lld", ref.table, ref.field, (long long)ref.owner));
}

/* ---- wrapping data keys ---- */

static struct bytes wrap_aad(arena *mem, int64_t owner, const char *master_id)
{
    return str_bytes(str_fmt(mem, "vault_key|%lld|%s", (long long)owner, master_id));
}

static struct vault_key_row key_wrap(arena *mem, const struct master *m, int64_t owner,
                                     const uint8_t key[KEY_N])
{
    struct box b = {m->key, wrap_aad(mem, owner, m->id)};
    return (struct vault_key_row){.owner = owner,
                                  .wrapped = box_seal(mem, b, (struct bytes){key, KEY_N}),
                                  .master_id = str_dup(mem, str_from(m->id))};
}

static const struct master *master_find(const struct masters *m, str id)
{
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(str_from(m->v[i].id), id))
            return &m->v[i];
    return NULL;
}

/* The master of that id; read anew when another process has rotated meanwhile. */
static err master_get(struct vault *v, str id, struct master *ret_m)
{
    pthread_mutex_lock(&v->lock);
    const struct master *m = master_find(&v->masters, id);
    struct masters fresh = {0};
    if (!m && masters_read(v, &fresh) == OK && master_find(&fresh, id)) {
        v->masters = fresh;
        m = master_find(&v->masters, id);
    }
    if (m)
        *ret_m = *m;
    pthread_mutex_unlock(&v->lock);
    sodium_memzero(&fresh, sizeof fresh);
    return m ? OK
             : fault(ERR_CONFLICT, "vault_wrong_key",
                     "this master key did not wrap the keys of this database");
}

static err key_unwrap(struct vault *v, arena *mem, const struct vault_key_row *row,
                      uint8_t ret_key[KEY_N])
{
    struct master m;
    TRY(master_get(v, row->master_id, &m));
    struct bytes key = {0};
    struct box b = {m.key, wrap_aad(mem, row->owner, m.id)};
    bool ok = box_open(mem, b, row->wrapped, &key) && key.n == KEY_N;
    sodium_memzero(&m, sizeof m);
    if (!ok)
        return fault(ERR_BUG, "vault_tampered", "data key of %lld", (long long)row->owner);
    memcpy(ret_key, key.p, KEY_N);
    sodium_memzero((void *)(uintptr_t)key.p, key.n);
    return OK;
}

/* Wrapped by the master in force, which is the one that wraps the lookup key (rotation rewraps that
 * row first), not by the one this process happens to know. */
static err key_make(struct vault_ctx c, int64_t owner)
{
    struct vault_key_row lookup;
    TRY(vault_store_key(c.tx, c.mem, OWNER_LOOKUP, &lookup));
    struct master m;
    TRY(master_get(c.vault, lookup.master_id, &m));
    uint8_t key[KEY_N];
    rand_bytes(key, KEY_N);
    struct vault_key_row row = key_wrap(c.mem, &m, owner, key);
    sodium_memzero(&m, sizeof m);
    sodium_memzero(key, sizeof key);
    return vault_store_key_add(c.tx, &row);
}

err vault_data_key(struct vault_ctx c, int64_t owner, bool make, uint8_t ret_key[KEY_N])
{
    struct vault_key_row row;
    err e = vault_store_key(c.tx, c.mem, owner, &row);
    if (e == ERR_NOT_FOUND && make) {
        TRY(key_make(c, owner));
        e = vault_store_key(c.tx, c.mem, owner, &row);
    }
    if (e == ERR_NOT_FOUND)
        return fault(ERR_BUG, "vault_tampered", "owner %lld has no data key", (long long)owner);
    TRY(e);
    return key_unwrap(c.vault, c.mem, &row, ret_key);
}

/* ---- cache: for opening only, since a key made in a transaction may yet be rolled back ---- */

static struct cached *slot(struct vault *v, int64_t owner)
{
    uint64_t h = (uint64_t)owner * 0x9E3779B97F4A7C15u;
    return &v->cache[h >> 54];
}
_Static_assert(CACHE_MAX == 1 << (64 - 54), "slot() takes the top bits");

static bool cache_get(struct vault *v, int64_t owner, uint8_t ret_key[KEY_N])
{
    pthread_mutex_lock(&v->lock);
    struct cached *s = slot(v, owner);
    bool hit = s->used && s->owner == owner;
    if (hit)
        memcpy(ret_key, s->key, KEY_N);
    pthread_mutex_unlock(&v->lock);
    return hit;
}

static void cache_put(struct vault *v, int64_t owner, const uint8_t key[KEY_N])
{
    pthread_mutex_lock(&v->lock);
    struct cached *s = slot(v, owner);
    *s = (struct cached){.owner = owner, .used = true};
    memcpy(s->key, key, KEY_N);
    pthread_mutex_unlock(&v->lock);
}

/* ---- sealing and opening ---- */

err vault_seal(struct vault_ctx c, struct vault_ref ref, struct bytes plain,
               struct bytes *ret_sealed)
{
    if (plain.n > SEALED_MAX)
        return fault(ERR_TOO_LARGE, "too_large", "%s.%s", ref.table, ref.field);
    uint8_t key[KEY_N];
    TRY(vault_data_key(c, ref.owner, true, key));
    *ret_sealed = box_seal(c.mem, (struct box){key, vault_aad(c.mem, ref)}, plain);
    sodium_memzero(key, sizeof key);
    return OK;
}

err vault_open(struct vault_ctx c, struct vault_ref ref, struct bytes sealed,
               struct bytes *ret_plain)
{
    uint8_t key[KEY_N];
    struct box b = {key, vault_aad(c.mem, ref)};
    bool ok = cache_get(c.vault, ref.owner, key) && box_open(c.mem, b, sealed, ret_plain);
    /* A cached key may be of a transaction that never became durable: the table decides. */
    if (!ok) {
        TRY(vault_data_key(c, ref.owner, false, key));
        ok = box_open(c.mem, b, sealed, ret_plain);
        if (ok)
            cache_put(c.vault, ref.owner, key);
    }
    sodium_memzero(key, sizeof key);
    return ok ? OK
              : fault(ERR_BUG, "vault_tampered", "%s.%s of %lld does not open", ref.table,
                      ref.field, (long long)ref.owner);
}

err vault_seal_text(struct vault_ctx c, struct vault_ref ref, str plain, struct bytes *ret_sealed)
{
    return vault_seal(c, ref, str_bytes(plain), ret_sealed);
}

err vault_open_text(struct vault_ctx c, struct vault_ref ref, struct bytes sealed, str *ret_plain)
{
    struct bytes b;
    TRY(vault_open(c, ref, sealed, &b));
    if (!str_valid(bytes_str(b)))
        return fault(ERR_BUG, "vault_tampered", "%s.%s is no text", ref.table, ref.field);
    *ret_plain = bytes_str(b);
    return OK;
}

struct bytes vault_key_of(const struct vault *v, arena *mem, const char *kind, str value)
{
    uint8_t *h = arena_alloc(mem, 32);
    crypto_generichash_state s;
    ASSERT(crypto_generichash_init(&s, v->lookup, KEY_N, 32) == 0);
    /* The NUL behind kind keeps ("a", "bc") and ("ab", "c") apart. */
    crypto_generichash_update(&s, (const uint8_t *)kind, strlen(kind) + 1);
    crypto_generichash_update(&s, (const uint8_t *)value.p, value.n);
    crypto_generichash_final(&s, h, 32);
    return (struct bytes){h, 32};
}

/* ---- start and stop ---- */

struct start {
    struct vault *v;
    arena *mem;
    bool have;
};

static err start_look(struct tx *t, void *ctx)
{
    struct start *s = ctx;
    struct vault_key_row row;
    err e = vault_store_key(t, s->mem, OWNER_LOOKUP, &row);
    s->have = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err start_lookup(struct tx *t, void *ctx)
{
    struct start *s = ctx;
    struct vault_key_row row;
    err e = vault_store_key(t, s->mem, OWNER_LOOKUP, &row);
    if (e == ERR_NOT_FOUND) {
        uint8_t key[KEY_N];
        rand_bytes(key, KEY_N);
        row = key_wrap(s->mem, &s->v->masters.v[0], OWNER_LOOKUP, key);
        sodium_memzero(key, sizeof key);
        TRY(vault_store_key_add(t, &row));
        e = vault_store_key(t, s->mem, OWNER_LOOKUP, &row);
    }
    TRY(e);
    return key_unwrap(s->v, s->mem, &row, s->v->lookup);
}

static err vault_begin(struct vault *v, arena *mem)
{
    struct start s = {.v = v, .mem = mem};
    TRY(db_read(v->db, start_look, &s));
    TRY(masters_read(v, &v->masters));
    if (!v->masters.n && (s.have || v->read_only))
        return fault(ERR_CONFLICT, "vault_wrong_key", "%s is missing", v->key_file);
    if (!v->masters.n) {
        struct masters m = {.n = 1};
        master_make(&m.v[0]);
        err e = masters_write(v, &m, true);
        sodium_memzero(&m, sizeof m);
        if (e != OK && e != ERR_CONFLICT)
            return e;
        TRY(masters_read(v, &v->masters));
    }
    return s.have ? db_read(v->db, start_lookup, &s) : db_tx(v->db, start_lookup, &s);
}

static char *text_copy(const char *z)
{
    size_t n = z ? strlen(z) : 0;
    char *p = heap_alloc(n + 1);
    if (n)
        memcpy(p, z, n);
    p[n] = 0;
    return p;
}

err vault_start(struct db *db, const struct vault_opts *opts, struct vault **ret_vault)
{
    rand_init();
    AUTO_ARENA(mem);
    struct vault *v = heap_alloc(sizeof *v);
    memset(v, 0, sizeof *v);
    /* Out of swap where the system lets us; a refusal is no reason not to start. */
    (void)sodium_mlock(v, sizeof *v);
    v->db = db;
    v->key_file = text_copy(opts->key_file);
    v->key_command = text_copy(opts->key_command);
    v->read_only = opts->read_only;
    pthread_mutex_init(&v->lock, NULL);
    err e = vault_begin(v, mem);
    if (e != OK) {
        vault_stop(v);
        return e;
    }
    *ret_vault = v;
    return OK;
}

void vault_stop(struct vault *v)
{
    if (!v)
        return;
    pthread_mutex_destroy(&v->lock);
    heap_free(v->key_file);
    heap_free(v->key_command);
    (void)sodium_munlock(v, sizeof *v); /* wipes, too */
    heap_free(v);
}

/* ---- rotation ---- */

struct rotation {
    struct vault *v;
    const struct master *to;
    arena *mem;
    size_t n;
};

static err rotate_batch(struct tx *t, void *ctx)
{
    struct rotation *r = ctx;
    arena_reset(r->mem);
    struct vault_key_row *rows;
    TRY(vault_store_stale(t, r->mem, str_from(r->to->id), &rows, &r->n));
    for (size_t i = 0; i < r->n; i++) {
        uint8_t key[KEY_N];
        TRY(key_unwrap(r->v, r->mem, &rows[i], key));
        struct vault_key_row row = key_wrap(r->mem, r->to, rows[i].owner, key);
        sodium_memzero(key, sizeof key);
        TRY(vault_store_rewrap(t, &row, rows[i].master_id));
    }
    return OK;
}

static void masters_use(struct vault *v, const struct masters *m)
{
    pthread_mutex_lock(&v->lock);
    v->masters = *m;
    pthread_mutex_unlock(&v->lock);
}

static err rewrap_all(struct vault *v, const struct master *to, int64_t *ret_n)
{
    AUTO_ARENA(mem);
    struct rotation r = {.v = v, .to = to, .mem = mem};
    int64_t n = 0;
    do {
        TRY(db_tx(v->db, rotate_batch, &r));
        n += (int64_t)r.n;
    } while (r.n);
    *ret_n = n;
    return OK;
}

static err rotate_to(struct vault *v, struct masters *m, int64_t *ret_n)
{
    bool file = !*v->key_command;
    TRY(masters_read(v, m));
    if (file) {
        if (m->n == MASTERS_MAX)
            return fault(ERR_CONFLICT, "vault_rotation", "too many unfinished rotations");
        memmove(&m->v[1], &m->v[0], m->n * sizeof m->v[0]);
        master_make(&m->v[0]);
        m->n++;
        TRY(masters_write(v, m, false));
    }
    masters_use(v, m);
    TRY(rewrap_all(v, &m->v[0], ret_n));
    if (file) {
        m->n = m->n < 2 ? m->n : 2;
        TRY(masters_write(v, m, false));
        masters_use(v, m);
    }
    return OK;
}

err vault_rotate(struct vault *v, int64_t *ret_rewrapped)
{
    struct masters m = {0};
    err e = rotate_to(v, &m, ret_rewrapped);
    sodium_memzero(&m, sizeof m);
    return e;
}
