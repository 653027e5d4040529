/* Leaves: what of a record is public for ever. Personal data never is: people are pseudonyms, and
 * so are things that belong to one person; the rest is behind the salted hash. */
#include "base/json.h"
#include "record/log_impl.h"

enum { PSEUDONYM_N = 16, FIELD_MAX = 200 };

/* Things whose address is public anyway. */
static const str OPEN_SUBJECTS[] = {S_INIT("article/"), S_INIT("account/"), S_INIT("policy/"),
                                    S_INIT("post/"),    S_INIT("setting/"), S_INIT("case/"),
                                    S_INIT("record/")};

static str pseudonym(arena *mem, const struct leaf_key *key, str what)
{
    struct sha256 h = hmac_sha256((struct bytes){key->b, sizeof key->b}, str_bytes(what));
    return hex(mem, (struct bytes){h.b, PSEUDONYM_N});
}

static str subject_text(arena *mem, const struct leaf_key *key, str subject)
{
    for (size_t i = 0; i < LEN(OPEN_SUBJECTS); i++)
        if (str_starts(subject, OPEN_SUBJECTS[i]))
            return subject;
    str family = str_split(subject, '/', &(str){0});
    return str_fmt(mem, "%.*s/~%.*s", FMT(family), FMT(pseudonym(mem, key, subject)));
}

static str public_fields(str kind)
{
    /* A pile of records is mostly of one kind. */
    static _Thread_local int last;
    if (str_eq(kind, str_from(record_kind_name((enum record_kind)last))))
        return str_from(record_kind_public((enum record_kind)last));
    for (int k = 0; k < RECORD_KIND_COUNT; k++)
        if (str_eq(kind, str_from(record_kind_name((enum record_kind)k)))) {
            last = k;
            return str_from(record_kind_public((enum record_kind)k));
        }
    return S("");
}

/* Names in kinds.def need not be sorted; keys in a leaf are. */
static void public_write(arena *mem, struct jw *j, str kind, const json_t *data)
{
    str left = public_fields(kind);
    str names[16];
    size_t n = 0;
    while (left.p && left.n && n < LEN(names)) {
        str name = str_split(left, ',', &left);
        size_t at = n++;
        for (; at > 0 && str_cmp(names[at - 1], name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = name;
    }
    jw_object(j);
    for (size_t i = 0; i < n; i++) {
        const char *key = str_z(mem, names[i]);
        const json_t *v = json_object_get(data, key);
        if (json_is_integer(v))
            jw_key_int(j, key, json_integer_value(v));
        else if (json_is_string(v))
            jw_key_str(j, key, str_ellipsis(mem, json_text(data, key), FIELD_MAX));
    }
    jw_end(j);
}

err leaf_entry(arena *mem, const struct leaf_key *key, const struct record_stored *r,
               str *ret_entry)
{
    JSON_AUTO *body = NULL;
    TRY(json_read(r->row.body, &body));
    str actor = str_fmt(mem, "actor/%lld", (long long)r->row.actor);
    struct jw j;
    jw_init(&j, mem, ENTRY_MAX);
    jw_object(&j);
    jw_key_str(&j, "actor", r->row.actor ? pseudonym(mem, key, actor) : S("system"));
    jw_key_str(&j, "hash", hex(mem, r->row.hash));
    jw_key_str(&j, "kind", r->row.kind);
    jw_key_str(&j, "prev", r->prev.p ? hex(mem, r->prev) : STR_NONE);
    jw_key(&j, "public");
    public_write(mem, &j, r->row.kind, json_object_get(body, "data"));
    jw_key_str(&j, "subject", subject_text(mem, key, r->row.subject));
    jw_key_int(&j, "time", r->row.at);
    jw_key_int(&j, "v", 1);
    jw_end(&j);
    return buf_take(&j.out, ret_entry);
}
