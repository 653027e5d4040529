/* Writing records and the operation log. */
#include "record/record.h"

#include "base/id.h"
#include "base/json.h"
#include "base/rand.h"
#include "record/record_impl.h"

enum { FIELDS_MAX = 24, SUBJECT_MAX = 200, OBJECT_MAX = 1024, AGENT_MAX = 300, OPLOG_MAX = 16384 };

static const struct {
    const char *name, *fields, *obligation;
} KINDS[RECORD_KIND_COUNT] = {
#define X(name, fields, obligation) [RECORD_##name] = {#name, fields, obligation},
#include "record/kinds.def"
#undef X
};

const char *record_kind_name(enum record_kind kind)
{
    ASSERT(kind < RECORD_KIND_COUNT);
    return KINDS[kind].name;
}

const char *record_kind_public(enum record_kind kind)
{
    ASSERT(kind < RECORD_KIND_COUNT);
    return KINDS[kind].fields;
}

const char *record_kind_obligation(enum record_kind kind)
{
    ASSERT(kind < RECORD_KIND_COUNT);
    return KINDS[kind].obligation;
}

static int by_key(const void *a, const void *b)
{
    const struct record_field *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static void fields_write(struct jw *j, const struct record_in *in)
{
    struct record_field v[FIELDS_MAX] = {0};
    ASSERT(in->n_fields <= FIELDS_MAX);
    if (in->n_fields)
        memcpy(v, in->fields, in->n_fields * sizeof *v);
    qsort(v, in->n_fields, sizeof *v, by_key);
    jw_object(j);
    for (size_t i = 0; i < in->n_fields; i++) {
        ASSERT(i == 0 || strcmp(v[i - 1].key, v[i].key) != 0);
        if (v[i].is_text)
            jw_key_str(j, v[i].key, v[i].text);
        else
            jw_key_int(j, v[i].key, v[i].number);
    }
    jw_end(j);
}

static err body_make(arena *mem, const struct record_in *in, int64_t at, str *ret_body)
{
    struct jw j;
    jw_init(&j, mem, RECORD_BODY_MAX);
    jw_object(&j);
    jw_key_int(&j, "account", in->account_id);
    jw_key_int(&j, "actor", in->actor);
    jw_key_int(&j, "at", at);
    jw_key(&j, "data");
    fields_write(&j, in);
    jw_key_str(&j, "kind", str_from(record_kind_name(in->kind)));
    jw_key_str(&j, "subject", in->subject);
    jw_end(&j);
    return buf_take(&j.out, ret_body);
}

err record_add(struct tx *t, const struct record_in *in)
{
    AUTO_ARENA(mem);
    ASSERT(in->subject.n > 0 && in->subject.n <= SUBJECT_MAX);
    str body;
    TRY(body_make(mem, in, tx_now(t), &body));
    /* Salt and body stand side by side, so that one call hashes them. */
    uint8_t *salted = arena_alloc(mem, 32 + body.n);
    rand_bytes(salted, 32);
    memcpy(salted + 32, body.p, body.n);
    struct sha256 hash = sha256((struct bytes){salted, 32 + body.n});
    struct record_row row = {.id = id_new(),
                             .account_id = in->account_id,
                             .actor = in->actor,
                             .at = tx_now(t),
                             .kind = str_from(record_kind_name(in->kind)),
                             .subject = in->subject,
                             .body = body,
                             .hash = {hash.b, sizeof hash.b}};
    TRY(record_store_add(t, &row, (struct bytes){salted, 32}));
    tx_signal(t, S("record")); /* the sealer */
    return OK;
}

struct sha256 oplog_hash(arena *mem, const struct oplog_row *row)
{
    struct jw j;
    jw_init(&j, mem, OPLOG_MAX);
    jw_object(&j);
    jw_key_int(&j, "account_id", row->account_id);
    jw_key_int(&j, "at", row->at);
    jw_key_str(&j, "content_hash", row->content_hash.p ? hex(mem, row->content_hash) : STR_NONE);
    jw_key_int(&j, "id", row->id);
    jw_key_str(&j, "ip", row->ip);
    jw_key_str(&j, "method", row->method);
    jw_key_str(&j, "object", row->object);
    jw_key_int(&j, "port", row->port);
    jw_key_str(&j, "result", row->result);
    jw_key_str(&j, "route", row->route);
    jw_key_int(&j, "status", row->status);
    jw_key_str(&j, "user_agent", row->user_agent);
    jw_key_int(&j, "user_id", row->user_id);
    jw_end(&j);
    return sha256(str_bytes(buf_str(&j.out)));
}

/* At most max bytes, not inside a code point. */
static str cut(str s, size_t max)
{
    size_t n = s.n < max ? s.n : max;
    while (n < s.n && n && ((uint8_t)s.p[n] & 0xC0) == 0x80)
        n--;
    return s.p ? str_sub(s, 0, n) : S("");
}

err oplog_add(struct tx *t, const struct oplog_row *in)
{
    AUTO_ARENA(mem);
    struct oplog_row row = *in;
    row.id = id_new();
    row.at = tx_now(t);
    row.object = cut(row.object, OBJECT_MAX);
    row.user_agent = str_ellipsis(mem, cut(row.user_agent, 4 * AGENT_MAX), AGENT_MAX);
    row.result = row.result.p ? row.result : S("");
    row.ip = row.ip.p ? row.ip : S("");
    return oplog_store_add(t, &row, oplog_hash(mem, &row));
}
