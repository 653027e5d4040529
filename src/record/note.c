/* Signed notes, keys, checkpoints and receipts. */
#include "record/note.h"

#include "base/buf.h"
#include "base/rand.h"

#include <sodium.h>

enum { NAME_MAX_N = 200, LINES_MAX = 256, SIG_N = 64 };

#define DASH "\xE2\x80\x94 "
#define PRIVATE "PRIVATE+KEY+"
#define RECEIPT "c2sp.org/tlog-proof@v1"

str hash_text(arena *mem, struct sha256 h)
{
    return base64(mem, (struct bytes){h.b, sizeof h.b});
}

err hash_parse(arena *mem, str line, struct sha256 *ret_hash)
{
    struct bytes b;
    if (line.n != 44 || base64_parse(mem, line, &b) != OK || b.n != 32)
        return fault(ERR_INVALID, "bad_hash", "not the base64 of a hash");
    memcpy(ret_hash->b, b.p, 32);
    return OK;
}

/* Decimal as machines write it: no sign, no leading zero. */
static bool number_parse(str s, int64_t *ret_n)
{
    bool plain = s.n > 0 && s.n <= 19 && s.p[0] != '-' && (s.n == 1 || s.p[0] != '0');
    return plain && str_int(s, ret_n) == OK;
}

/* ---- keys ---- */

static bool name_valid(str s)
{
    if (s.n == 0 || s.n > NAME_MAX_N || !str_valid(s))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] <= ' ' || s.p[i] == 127 || s.p[i] == '+')
            return false;
    return true;
}

static bool type_known(uint8_t type)
{
    return type == NOTE_ED25519 || type == NOTE_COSIGNATURE;
}

static void id_set(struct note_key *k)
{
    const uint8_t between[2] = {'\n', k->type};
    struct sha256_ctx c;
    sha256_start(&c);
    sha256_add(&c, str_bytes(k->name));
    sha256_add(&c, (struct bytes){between, 2});
    sha256_add(&c, (struct bytes){k->public_key, 32});
    struct sha256 h = sha256_end(&c);
    memcpy(k->id, h.b, 4);
}

/* name+hex8+base64(type || 32 bytes) */
static err key_split(arena *mem, str text, struct note_key *k, uint8_t secret[32])
{
    str rest = STR_NONE, data = STR_NONE;
    str name = str_split(text, '+', &rest);
    str id = rest.p ? str_split(rest, '+', &data) : STR_NONE;
    struct bytes id_b, b;
    if (!name_valid(name) || id.n != 8 || !data.p || hex_parse(mem, id, &id_b) != OK ||
        base64_parse(mem, data, &b) != OK || b.n != 33 || !type_known(b.p[0]))
        return fault(ERR_INVALID, "bad_key", "a key is NAME+ID+BASE64");
    k->name = name;
    k->type = b.p[0];
    memcpy(k->id, id_b.p, 4);
    memcpy(secret, b.p + 1, 32);
    return OK;
}

static err id_check(const struct note_key *k)
{
    struct note_key right = *k;
    id_set(&right);
    return memcmp(right.id, k->id, 4) == 0
               ? OK
               : fault(ERR_INVALID, "bad_key", "the id does not belong to the key");
}

err note_key_parse(arena *mem, str text, struct note_key *ret_key)
{
    struct note_key k;
    TRY(key_split(mem, str_trim(text), &k, k.public_key));
    TRY(id_check(&k));
    k.name = str_dup(mem, k.name);
    *ret_key = k;
    return OK;
}

static str key_write(arena *mem, const struct note_key *k, const uint8_t data[32])
{
    uint8_t b[33] = {k->type};
    memcpy(b + 1, data, 32);
    return str_fmt(mem, "%.*s+%.*s+%.*s", FMT(k->name), FMT(hex(mem, (struct bytes){k->id, 4})),
                   FMT(base64(mem, (struct bytes){b, sizeof b})));
}

str note_key_text(arena *mem, const struct note_key *key)
{
    return key_write(mem, key, key->public_key);
}

static void signer_set(struct note_signer *s)
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(s->key.public_key, secret, s->seed);
    sodium_memzero(secret, sizeof secret);
}

err note_signer_new(arena *mem, str name, uint8_t type, struct note_signer *ret_signer)
{
    ASSERT(type_known(type));
    if (!name_valid(name))
        return fault(ERR_INVALID, "bad_key", "a key's name has no spaces, no + and 200 bytes");
    struct note_signer s = {.key = {.name = str_dup(mem, name), .type = type}};
    rand_bytes(s.seed, sizeof s.seed);
    signer_set(&s);
    id_set(&s.key);
    *ret_signer = s;
    return OK;
}

err note_signer_parse(arena *mem, str text, struct note_signer *ret_signer)
{
    text = str_trim(text);
    struct note_signer s = {0};
    if (!str_starts(text, S(PRIVATE)))
        return fault(ERR_INVALID, "bad_key", "a private key begins with " PRIVATE);
    TRY(key_split(mem, str_sub(text, sizeof PRIVATE - 1, text.n), &s.key, s.seed));
    signer_set(&s);
    TRY(id_check(&s.key));
    s.key.name = str_dup(mem, s.key.name);
    *ret_signer = s;
    return OK;
}

str note_signer_text(arena *mem, const struct note_signer *signer)
{
    return str_cat(mem, S(PRIVATE), key_write(mem, &signer->key, signer->seed));
}

/* ---- notes ---- */

static err note_bad(const char *what)
{
    return fault(ERR_INVALID, "bad_note", "a signed note has %s", what);
}

/* "— name base64\n" */
static err sig_parse(arena *mem, str line, struct note_sig *s)
{
    str data = STR_NONE, rest = str_sub(line, sizeof DASH - 1, line.n);
    if (!str_starts(line, S(DASH)) || !str_ends(line, S("\n")))
        return note_bad("a line that is no signature");
    s->line = line;
    s->name = str_split(str_sub(rest, 0, rest.n - 1), ' ', &data);
    struct bytes b;
    if (!name_valid(s->name) || !data.p || base64_parse(mem, data, &b) != OK || b.n < 5)
        return note_bad("a malformed signature");
    memcpy(s->id, b.p, 4);
    s->sig = (struct bytes){b.p + 4, b.n - 4};
    return OK;
}

/* Where the last empty line begins, behind the body's last newline; 0 when there is none. */
static size_t body_end(str text)
{
    for (size_t i = text.n; i >= 2; i--)
        if (text.p[i - 1] == '\n' && text.p[i - 2] == '\n')
            return i - 1;
    return 0;
}

err note_parse(arena *mem, str text, struct note *ret_note)
{
    if (text.n > NOTE_MAX || !str_valid(text))
        return note_bad("at most 64 KiB of UTF-8");
    size_t end = body_end(text);
    if (end == 0)
        return note_bad("an empty line before its signatures");
    struct note n = {.body = str_sub(text, 0, end),
                     .sigs = NEW_N(mem, struct note_sig, NOTE_SIGS_MAX)};
    str rest = str_sub(text, end + 1, text.n);
    while (rest.n > 0) {
        size_t len = str_find(rest, '\n') + 1;
        if (n.n == NOTE_SIGS_MAX || len > rest.n)
            return note_bad("at most 64 signatures, each a line");
        TRY(sig_parse(mem, str_sub(rest, 0, len), &n.sigs[n.n++]));
        rest = str_sub(rest, len, rest.n);
    }
    if (n.n == 0)
        return note_bad("at least one signature");
    *ret_note = n;
    return OK;
}

static str cosigned(arena *mem, str body, int64_t at_s)
{
    return str_fmt(mem, "cosignature/v1\ntime %lld\n%.*s", (long long)at_s, FMT(body));
}

static void u64_put(uint8_t out[8], uint64_t n)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(n >> (56 - 8 * i));
}

str note_sign(arena *mem, str body, const struct note_signer *s, int64_t at_s)
{
    bool timed = s->key.type == NOTE_COSIGNATURE;
    str text = timed ? cosigned(mem, body, at_s) : body;
    uint8_t public_key[32], secret[crypto_sign_SECRETKEYBYTES], b[4 + 8 + SIG_N];
    size_t at = timed ? 12 : 4;
    memcpy(b, s->key.id, 4);
    u64_put(b + 4, (uint64_t)at_s);
    crypto_sign_seed_keypair(public_key, secret, s->seed);
    crypto_sign_detached(b + at, NULL, (const uint8_t *)text.p, text.n, secret);
    sodium_memzero(secret, sizeof secret);
    return str_fmt(mem, DASH "%.*s %.*s\n", FMT(s->key.name),
                   FMT(base64(mem, (struct bytes){b, at + SIG_N})));
}

static bool sig_right(str body, const struct note_sig *s, const struct note_key *k, int64_t *at_s)
{
    AUTO_ARENA(mem);
    bool timed = k->type == NOTE_COSIGNATURE;
    if (s->sig.n != (timed ? 8U : 0U) + SIG_N)
        return false;
    uint64_t at = 0;
    for (size_t i = 0; timed && i < 8; i++)
        at = at << 8 | s->sig.p[i];
    if (at > INT64_MAX)
        return false;
    *at_s = (int64_t)at;
    str text = timed ? cosigned(mem, body, *at_s) : body;
    return crypto_sign_verify_detached(s->sig.p + (timed ? 8 : 0), (const uint8_t *)text.p, text.n,
                                       k->public_key) == 0;
}

bool note_verified(const struct note *n, const struct note_key *key, int64_t *ret_at_s)
{
    bool found = false;
    int64_t at_s = 0;
    for (size_t i = 0; i < n->n; i++) {
        const struct note_sig *s = &n->sigs[i];
        if (!str_eq(s->name, key->name) || memcmp(s->id, key->id, 4) != 0)
            continue;
        if (!sig_right(n->body, s, key, &at_s))
            return false;
        found = true;
    }
    if (found && ret_at_s)
        *ret_at_s = at_s;
    return found;
}

/* ---- checkpoints ---- */

str checkpoint_body(arena *mem, const struct checkpoint *c)
{
    return str_fmt(mem, "%.*s\n%lld\n%.*s\n", FMT(c->origin), (long long)c->head.size,
                   FMT(hash_text(mem, c->head.root)));
}

err checkpoint_parse(arena *mem, str body, struct checkpoint *ret_c)
{
    str rest = STR_NONE, size = STR_NONE, root = STR_NONE;
    struct checkpoint c = {.origin = str_split(body, '\n', &rest)};
    if (rest.p)
        size = str_split(rest, '\n', &rest);
    if (rest.p)
        root = str_split(rest, '\n', &rest);
    if (!rest.p || !name_valid(c.origin) || !number_parse(size, &c.head.size) ||
        hash_parse(mem, root, &c.head.root) != OK || c.head.size > (int64_t)1 << TREE_LEVELS)
        return fault(ERR_INVALID, "bad_checkpoint",
                     "a checkpoint is three lines: origin, size, base64 root");
    struct tree empty = {0};
    if (c.head.size == 0 && !tree_same(c.head.root, tree_root(&empty)))
        return fault(ERR_INVALID, "bad_checkpoint", "an empty tree with a root");
    *ret_c = c;
    return OK;
}

/* ---- receipts ---- */

str receipt_text(arena *mem, const struct receipt *r)
{
    struct buf b;
    buf_init(&b, mem, 2 * NOTE_MAX + 2 * 65536);
    buf_add(&b, S(RECEIPT "\n"));
    if (r->extra.p)
        buf_fmt(&b, "extra %.*s\n", FMT(base64(mem, r->extra)));
    buf_fmt(&b, "index %lld\n", (long long)r->index);
    for (size_t i = 0; i < r->path.n; i++) {
        buf_add(&b, hash_text(mem, r->path.v[i]));
        buf_add_char(&b, '\n');
    }
    buf_add_char(&b, '\n');
    buf_add(&b, r->checkpoint);
    ASSERT(!b.full);
    return buf_str(&b);
}

static err receipt_bad(const char *what)
{
    return fault(ERR_INVALID, "bad_receipt", "a receipt has %s", what);
}

err receipt_parse(arena *mem, str text, struct receipt *ret_r)
{
    struct receipt r = {0};
    str rest = text, line = str_split(rest, '\n', &rest);
    if (text.n > (size_t)4 * NOTE_MAX || !str_eq(line, S(RECEIPT)) || !rest.p)
        return receipt_bad("the first line " RECEIPT);
    line = str_split(rest, '\n', &rest);
    if (str_starts(line, S("extra ")) && rest.p) {
        if (base64_parse(mem, str_sub(line, 6, line.n), &r.extra) != OK)
            return receipt_bad("base64 behind extra");
        line = str_split(rest, '\n', &rest);
    }
    if (!str_starts(line, S("index ")) || !number_parse(str_sub(line, 6, line.n), &r.index))
        return receipt_bad("a line with its index");
    struct sha256 *v = NEW_N(mem, struct sha256, LINES_MAX);
    for (; rest.p; r.path.n++) {
        line = str_split(rest, '\n', &rest);
        if (line.n == 0)
            break;
        if (r.path.n == LINES_MAX || hash_parse(mem, line, &v[r.path.n]) != OK)
            return receipt_bad("a hash in each line before the empty one");
    }
    if (!rest.p || rest.n == 0)
        return receipt_bad("a checkpoint behind an empty line");
    r.path.v = v;
    r.checkpoint = rest;
    *ret_r = r;
    return OK;
}
