/* Policy and messages of the witness protocol. */
#include "record/witness.h"

#include "base/buf.h"

enum { PROOF_MAX = 63, REQUEST_MAX = 2 * NOTE_MAX };

static err bad(int line, const char *what)
{
    return fault(ERR_INVALID, "bad_policy", "witness policy, line %d: %s", line, what);
}

static err quorum_parse(str rest, int line, struct witness_policy *p)
{
    int64_t n = 0;
    if (str_int(rest, &n) != OK || n < 1 || n > WITNESSES_MAX)
        return bad(line, "quorum N");
    p->quorum = (int)n;
    return OK;
}

static err line_parse(arena *mem, str text, int line, struct witness_policy *p)
{
    str rest = STR_NONE, word = str_split(text, ' ', &rest), key = STR_NONE;
    rest = rest.p ? str_trim(rest) : S("");
    if (str_eq(word, S("quorum")))
        return quorum_parse(rest, line, p);
    str url = str_split(rest, ' ', &key);
    if (!str_eq(word, S("witness")) || !key.p || p->n == WITNESSES_MAX)
        return bad(line, "witness URL KEY (at most 16), or quorum N");
    struct witness_line *w = &p->v[p->n];
    if (!str_starts(url, S("http://")) && !str_starts(url, S("https://")))
        return bad(line, "the address of a witness is http or https");
    if (note_key_parse(mem, key, &w->key) != OK || w->key.type != NOTE_COSIGNATURE)
        return bad(line, "the key of a witness is NAME+ID+BASE64 of type 4");
    for (int i = 0; i < p->n; i++)
        if (memcmp(p->v[i].key.public_key, w->key.public_key, 32) == 0)
            return bad(line, "this witness is named already");
    w->url = str_dup(mem, str_ends(url, S("/")) ? str_sub(url, 0, url.n - 1) : url);
    p->n++;
    return OK;
}

err witness_policy_parse(arena *mem, str text, struct witness_policy *ret_p)
{
    struct witness_policy p = {0};
    int number = 0;
    for (str rest = text; rest.p;) {
        str line = str_trim(str_split(rest, '\n', &rest));
        number++;
        if (line.n && line.p[0] != '#')
            TRY(line_parse(mem, line, number, &p));
    }
    if (p.n == 0 || p.quorum < 1 || p.quorum > p.n)
        return bad(number, "a quorum of at least one and at most all witnesses is missing");
    *ret_p = p;
    return OK;
}

str witness_request_text(arena *mem, const struct witness_request *r)
{
    struct buf b;
    buf_init(&b, mem, REQUEST_MAX);
    buf_fmt(&b, "old %lld\n", (long long)r->old);
    for (size_t i = 0; i < r->path.n; i++)
        buf_fmt(&b, "%.*s\n", FMT(hash_text(mem, r->path.v[i])));
    buf_add_char(&b, '\n');
    buf_add(&b, r->checkpoint);
    ASSERT(!b.full);
    return buf_str(&b);
}

err witness_request_parse(arena *mem, str text, struct witness_request *ret_r)
{
    struct witness_request r = {0};
    str rest = text, line = str_split(rest, '\n', &rest);
    str size = str_sub(line, 4, line.n);
    bool ok = text.n <= REQUEST_MAX && str_starts(line, S("old ")) && rest.p && size.n > 0 &&
              size.p[0] != '-' && (size.n == 1 || size.p[0] != '0') && str_int(size, &r.old) == OK;
    struct sha256 *v = NEW_N(mem, struct sha256, PROOF_MAX);
    for (line = S(""); ok && rest.p; r.path.n++) {
        line = str_split(rest, '\n', &rest);
        if (line.n == 0)
            break;
        ok = r.path.n < PROOF_MAX && hash_parse(mem, line, &v[r.path.n]) == OK;
    }
    if (!ok || !rest.p || rest.n == 0)
        return fault(ERR_INVALID, "bad_request", "old SIZE, hashes, an empty line, a checkpoint");
    r.path.v = v;
    r.checkpoint = rest;
    *ret_r = r;
    return OK;
}
