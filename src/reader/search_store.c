/* SQL of the search index. */
#include "reader/search_store.h"

err search_store_source(struct tx *t, arena *mem, const struct search_ref *ref,
                        struct search_source *ret_s)
{
    struct search_source s = {.account_id = ref->account_id, .no = ref->no};
    str state;
    bool limited = false;
    TRY(db_one(t, mem,
               "SELECT a.state, a.limited, a.version, a.category, a.kind, a.published_at, p.name,"
               " COALESCE(v.title, ''), COALESCE(v.doc, ''), COALESCE(d.doc, 0),"
               " COALESCE(d.version, 0), COALESCE(d.live, 0)"
               " FROM article a JOIN account p ON p.id = a.account_id"
               " LEFT JOIN article_version v ON v.account_id = a.account_id AND v.no = a.no"
               "  AND v.version = a.version"
               " LEFT JOIN search_doc d ON d.account_id = a.account_id AND d.no = a.no"
               " WHERE a.account_id = $1 AND a.no = $2",
               DB_IN(ref->account_id, ref->no),
               DB_OUT(&state, &limited, &s.version, &s.category, &s.kind, &s.published_at,
                      &s.account_name, &s.title, &s.json, &s.doc, &s.indexed, &s.live)));
    s.is_public = str_eq(state, S("published")) && !limited && s.json.n;
    *ret_s = s;
    return OK;
}

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 31) * 0x9E3779B97F4A7C15ULL;
    x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9ULL;
    return x ^ x >> 32;
}

/* Each try looks somewhere in a window twice as wide: stepping by one through a crowd would cost as
 * many statements as it has members, for each of them. */
err search_store_free_doc(struct tx *t, const struct search_source *s, int64_t from,
                          int64_t *ret_doc)
{
    uint64_t seed = mixed((uint64_t)s->account_id) ^ (uint64_t)s->no;
    for (uint64_t width = 1;; width *= 2) {
        int64_t taken = 0, doc = from + (int64_t)(mixed(seed + width) & (width - 1));
        err e = db_one(t, NULL, "SELECT doc FROM search_doc WHERE doc = $1", DB_IN(doc),
                       DB_OUT(&taken));
        if (e == ERR_NOT_FOUND) {
            *ret_doc = doc;
            return OK;
        }
        TRY(e);
        ASSERT(width < 1ULL << 40);
    }
}

err search_store_put(struct tx *t, const struct search_source *s, int64_t doc, str body)
{
    return db_exec(t,
                   "INSERT INTO search_doc (doc, account_id, no, version, live, body)"
                   " VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT (account_id, no) DO UPDATE"
                   " SET doc = excluded.doc, version = excluded.version, live = 1,"
                   " body = excluded.body",
                   DB_IN(doc, s->account_id, s->no, s->version, body));
}

err search_store_gone(struct tx *t, const struct search_source *s)
{
    return db_exec(t, "UPDATE search_doc SET live = 0, body = '' WHERE account_id = $1 AND no = $2",
                   DB_IN(s->account_id, s->no));
}

err search_store_last_chunk(struct tx *t, arena *mem, str token, struct search_chunk *ret_c)
{
    struct search_chunk c = {0};
    TRY(db_one(t, mem,
               "SELECT chunk, n, postings FROM search_posting WHERE token = $1"
               " ORDER BY chunk DESC LIMIT 1",
               DB_IN(token), DB_OUT(&c.chunk, &c.n, &c.postings)));
    *ret_c = c;
    return OK;
}

err search_store_chunk(struct tx *t, str token, const struct search_chunk *c)
{
    return db_exec(t,
                   "INSERT INTO search_posting (token, chunk, n, postings)"
                   " VALUES ($1, $2, $3, $4) ON CONFLICT (token, chunk) DO UPDATE"
                   " SET n = excluded.n, postings = excluded.postings",
                   DB_IN(token, c->chunk, c->n, c->postings));
}

err search_store_postings(struct tx *t, arena *mem, str token, struct postings *ret_p)
{
    struct search_chunk row = {0}, *v = NULL;
    size_t n = 0, room = 0, total = 0;
    DB_EACH(t, mem,
            "SELECT n, postings FROM search_posting WHERE token = $1 ORDER BY chunk LIMIT 100000",
            DB_IN(token), DB_OUT(&row.n, &row.postings), {
                if (n == room) {
                    struct search_chunk *more = NEW_N(mem, struct search_chunk, 2 * room + 64);
                    if (n)
                        memcpy(more, v, n * sizeof *v);
                    v = more;
                    room = 2 * room + 64;
                }
                v[n++] = row;
                total += (size_t)row.n;
            });
    struct postings p = {NEW_N(mem, struct posting, total + 1), 0};
    for (size_t i = 0; i < n; i++) {
        TRY(postings_decode(v[i].postings, (size_t)v[i].n, p.v + p.n));
        p.n += (size_t)v[i].n;
    }
    postings_sort(&p);
    *ret_p = p;
    return OK;
}

err search_store_hit(struct tx *t, arena *mem, int64_t doc, struct search_ref *ret_ref,
                     str *ret_body)
{
    struct search_ref ref = {.id = doc};
    TRY(db_one(t, mem,
               "SELECT d.account_id, d.no, d.body FROM search_doc d"
               " JOIN account p ON p.id = d.account_id"
               " WHERE d.doc = $1 AND d.live = 1 AND p.state IN ('active', 'paused', 'suspended')",
               DB_IN(doc), DB_OUT(&ref.account_id, &ref.no, ret_body)));
    *ret_ref = ref;
    return OK;
}

err search_store_changes(struct tx *t, arena *mem, size_t most, struct search_ref **ret_v,
                         size_t *ret_n)
{
    struct search_ref *v = NEW_N(mem, struct search_ref, most), row = {0};
    size_t n = 0;
    DB_EACH(t, mem, "SELECT id, account_id, no FROM article_change ORDER BY id LIMIT $1",
            DB_IN((int64_t)most), DB_OUT(&row.id, &row.account_id, &row.no), { v[n++] = row; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err search_wanted(struct tx *t, bool *ret_wanted)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM (SELECT id FROM article_change LIMIT 1) AS c",
               DB_IN(), DB_OUT(&n)));
    *ret_wanted = n > 0;
    return OK;
}

err search_store_change_done(struct tx *t, int64_t id)
{
    return db_exec(t, "DELETE FROM article_change WHERE id = $1", DB_IN(id));
}

err search_store_clear(struct tx *t)
{
    TRY(db_exec(t, "DELETE FROM search_posting", DB_IN()));
    return db_exec(t, "DELETE FROM search_doc", DB_IN());
}

err search_store_walk(struct tx *t, arena *mem, struct search_walk *w, struct search_ref **ret_v,
                      size_t *ret_n)
{
    struct search_ref *v = NEW_N(mem, struct search_ref, (size_t)w->limit), row = {0};
    struct search_walk at = *w;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT published_at, account_id, no FROM article WHERE state = 'published'"
            " AND (published_at, account_id, no) > ($1, $2, $3)"
            " ORDER BY published_at, account_id, no LIMIT $4",
            DB_IN(w->at, w->account_id, w->no, w->limit), DB_OUT(&at.at, &row.account_id, &row.no),
            { v[n++] = row; });
    if (n) {
        at.account_id = v[n - 1].account_id;
        at.no = v[n - 1].no;
    }
    *w = at;
    *ret_v = v;
    *ret_n = n;
    return OK;
}
