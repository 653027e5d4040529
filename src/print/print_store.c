/* SQL of fingerprints. */
#include "print/print_store.h"

#include "base/id.h"

err store_print_epochs(struct tx *t, struct print_epochs *ret_e)
{
    return db_one(t, NULL, "SELECT blocks, lists FROM print_epoch WHERE id = 1", DB_IN(),
                  DB_OUT(&ret_e->blocks, &ret_e->lists));
}

err store_print_blocks_up(struct tx *t, int64_t *ret_epoch)
{
    return db_one(t, NULL,
                  "UPDATE print_epoch SET blocks = blocks + 1 WHERE id = 1 RETURNING blocks",
                  DB_IN(), DB_OUT(ret_epoch));
}

err store_print_lists_up(struct tx *t)
{
    return db_exec(t, "UPDATE print_epoch SET lists = lists + 1 WHERE id = 1", DB_IN());
}

/* ---- blocks ---- */

err store_block_insert(struct tx *t, const struct print_row *b)
{
    return db_exec(t,
                   "INSERT INTO print_block (id, epoch, measure_id, case_id, account_id, no,"
                   " family, severity, kind, value, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   DB_IN(id_new(), b->epoch, b->measure_id, b->case_id, b->account_id, b->no,
                         b->family, b->severity, print_kind_name(b->kind), b->value, tx_now(t)));
}

#define BLOCK                                                                                      \
    "SELECT id, epoch, measure_id, case_id, account_id, no, family, severity, kind, value,"        \
    " ended_at FROM print_block"
#define BLOCK_OUT(b)                                                                               \
    DB_OUT(&(b).id, &(b).epoch, &(b).measure_id, &(b).case_id, &(b).account_id, &(b).no,           \
           &(b).family, &(b).severity, &kind, &(b).value, &(b).ended_at)

err store_blocks_after(struct tx *t, arena *mem, int64_t epoch, int64_t id,
                       struct print_row ret_v[PRINT_ROWS], size_t *ret_n)
{
    struct print_row b = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, BLOCK " WHERE (epoch, id) > ($1, $2) ORDER BY epoch, id LIMIT 500",
            DB_IN(epoch, id), BLOCK_OUT(b), {
                TRY(print_kind_parse(kind, &b.kind));
                ret_v[n++] = b;
            });
    *ret_n = n;
    return OK;
}

err store_blocks_end(struct tx *t, int64_t measure_id, int64_t epoch, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE print_block SET ended_at = $2, epoch = $3"
                     " WHERE measure_id = $1 AND ended_at = 0",
                     DB_IN(measure_id, tx_now(t), epoch), ret_n);
}

err store_block_file(struct tx *t, arena *mem, struct bytes value, struct print_row *ret_b)
{
    struct print_row b = {0};
    str kind = STR_NONE;
    TRY(db_one(t, mem,
               BLOCK " WHERE kind = 'file' AND value = $1 AND ended_at = 0 ORDER BY id LIMIT 1",
               DB_IN(value), BLOCK_OUT(b)));
    b.kind = PRINT_FILE;
    *ret_b = b;
    return OK;
}

/* ---- what articles consist of ---- */

err store_media_prints(struct tx *t, arena *mem, str hash,
                       struct print_media ret_v[PRINT_MEDIA_MAX], size_t *ret_n)
{
    struct print_media m = {.hash = hash};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT sent, pdq, quality FROM media_print WHERE hash = $1 ORDER BY sent LIMIT 4",
            DB_IN(hash), DB_OUT(&m.sent, &m.pdq, &m.quality), { ret_v[n++] = m; });
    *ret_n = n;
    return OK;
}

err store_blocked_media(struct tx *t, arena *mem, int64_t measure_id, str **ret_v, size_t *ret_n)
{
    enum { MAX = 1000 };
    str *v = NEW_N(mem, str, MAX), hash = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT DISTINCT hash FROM media_block WHERE measure_id = $1 ORDER BY hash LIMIT 1000",
            DB_IN(measure_id), DB_OUT(&hash), { v[n++] = hash; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_piece(struct tx *t, arena *mem, const struct print_ref *at, struct print_piece *ret_p)
{
    struct print_piece p = {.account_id = at->account_id, .no = at->no, .version = at->version};
    TRY(db_one(t, mem,
               "SELECT title, digest, category, declared, doc, cover FROM article_version"
               " WHERE account_id = $1 AND no = $2 AND version = $3",
               DB_IN(at->account_id, at->no, at->version),
               DB_OUT(&p.title, &p.digest, &p.category, &p.declared, &p.doc, &p.cover)));
    *ret_p = p;
    return OK;
}

/* Of what is held the newest version, of the rest the public one. */
err store_pieces_after(struct tx *t, arena *mem, const struct print_sweep *s,
                       struct print_piece ret_v[PRINT_BATCH], size_t *ret_n)
{
    struct print_piece p = {.title = S("")};
    size_t n = 0;
    DB_EACH(
        t, mem,
        "SELECT a.account_id, a.no, v.version, v.title, v.digest, v.category, v.declared, v.doc,"
        " v.cover FROM article a"
        " JOIN article_version v ON v.account_id = a.account_id AND v.no = a.no"
        "  AND v.version = CASE WHEN a.state = 'held' THEN a.versions ELSE a.version END"
        " WHERE (a.account_id, a.no) > ($1, $2)"
        " AND a.state IN ('published', 'scheduled', 'held')"
        " ORDER BY a.account_id, a.no LIMIT 100",
        DB_IN(s->at_account, s->at_no),
        DB_OUT(&p.account_id, &p.no, &p.version, &p.title, &p.digest, &p.category, &p.declared,
               &p.doc, &p.cover),
        { ret_v[n++] = p; });
    *ret_n = n;
    return OK;
}

/* ---- sweeps ---- */

err store_sweep_insert(struct tx *t, const struct print_sweep *s)
{
    return db_exec(t,
                   "INSERT INTO print_sweep (id, measure_id, list_id, case_id, started_at)"
                   " VALUES ($1, $2, $3, $4, $5)",
                   DB_IN(s->id, s->measure_id, s->list_id, s->case_id, tx_now(t)));
}

#define SWEEP                                                                                      \
    "SELECT id, measure_id, list_id, case_id, done, hits, at_account, at_no, started_at, ended_at" \
    " FROM print_sweep"
#define SWEEP_OUT(s)                                                                               \
    DB_OUT(&(s).id, &(s).measure_id, &(s).list_id, &(s).case_id, &(s).done, &(s).hits,             \
           &(s).at_account, &(s).at_no, &(s).started_at, &(s).ended_at)

err store_sweep_load(struct tx *t, int64_t id, struct print_sweep *ret_s)
{
    struct print_sweep s = {0};
    TRY(db_one(t, NULL, SWEEP " WHERE id = $1", DB_IN(id), SWEEP_OUT(s)));
    *ret_s = s;
    return OK;
}

err print_sweep_of(struct tx *t, int64_t case_id, int64_t list_id, struct print_sweep *ret_s)
{
    struct print_sweep s = {0};
    TRY(db_one(t, NULL, SWEEP " WHERE case_id = $1 AND list_id = $2 ORDER BY id DESC LIMIT 1",
               DB_IN(case_id, list_id), SWEEP_OUT(s)));
    *ret_s = s;
    return OK;
}

err store_sweep_step(struct tx *t, const struct print_sweep *s, bool over)
{
    return db_exec(t,
                   "UPDATE print_sweep SET done = $2, hits = $3, at_account = $4, at_no = $5,"
                   " ended_at = $6 WHERE id = $1",
                   DB_IN(s->id, s->done, s->hits, s->at_account, s->at_no, over ? tx_now(t) : 0));
}

/* ---- matches ---- */

err store_match_insert(struct tx *t, const struct print_place *p, const struct print_hit *h,
                       int64_t case_id)
{
    return db_exec(
        t,
        "INSERT INTO print_match (account_id, no, version, id, block_id, list_id, measure_id,"
        " origin_case, case_id, kind, media, distance, action, alone, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        DB_IN(p->account_id, p->no, p->version, id_new(), h->block_id, h->list_id, h->measure_id,
              h->case_id, case_id, print_kind_name(h->kind), h->media, h->distance,
              p->action.n ? p->action : scan_action_name(h->action), p->alone, tx_now(t)));
}

err store_match_again(struct tx *t, const struct print_place *p, const struct print_hit *h,
                      bool *ret_again)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM print_match WHERE account_id = $1 AND no = $2 AND version = $3"
               " AND block_id = $4 AND list_id = $5 AND kind = $6 AND media = $7",
               DB_IN(p->account_id, p->no, p->version, h->block_id, h->list_id,
                     print_kind_name(h->kind), h->media),
               DB_OUT(&n)));
    *ret_again = n > 0;
    return OK;
}

/* Held for these prints, and for no others that are still looked for. */
err store_released(struct tx *t, arena *mem, int64_t measure_id, struct print_ref **ret_v,
                   size_t *ret_n)
{
    enum { MAX = 200 };
    struct print_ref *v = NEW_N(mem, struct print_ref, MAX), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT DISTINCT m.account_id, m.no, m.version FROM print_match m"
            " WHERE m.measure_id = $1 AND m.action = 'hold' AND m.alone = 1 AND NOT EXISTS ("
            "  SELECT 1 FROM print_match o LEFT JOIN print_block b ON b.id = o.block_id"
            "  LEFT JOIN print_list l ON l.id = o.list_id WHERE o.account_id = m.account_id"
            "  AND o.no = m.no AND o.version = m.version AND o.action = 'hold'"
            "  AND (b.ended_at = 0 OR l.state = 'active'))"
            " ORDER BY m.account_id, m.no LIMIT 200",
            DB_IN(measure_id), DB_OUT(&x.account_id, &x.no, &x.version), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_cases_alone(struct tx *t, int64_t measure_id, int64_t after, int64_t *v, size_t *ret_n)
{
    int64_t id;
    size_t n = 0;
    DB_EACH(t, NULL,
            "SELECT DISTINCT c.id FROM print_match m JOIN cases c ON c.id = m.case_id"
            " WHERE m.measure_id = $1 AND c.id > $2 AND c.state = 'open' AND NOT EXISTS (SELECT 1"
            "  FROM finding f WHERE f.case_id = c.id AND f.rule <> 'measure/' || CAST($1 AS TEXT))"
            " ORDER BY c.id LIMIT $3",
            DB_IN(measure_id, after, (int64_t)PRINT_BATCH), DB_OUT(&id), { v[n++] = id; });
    *ret_n = n;
    return OK;
}

#define MATCH                                                                                      \
    "SELECT m.account_id, m.no, m.version, m.id, m.block_id, m.list_id, m.measure_id,"             \
    " m.origin_case, m.case_id, m.kind, m.media, m.distance, m.action, m.at,"                      \
    " COALESCE(a.title, ''), COALESCE(p.handle, ''), COALESCE(a.state, ''),"                       \
    " COALESCE(l.name, ''), COALESCE(c.title, '')"                                                 \
    " FROM print_match m LEFT JOIN article a ON a.account_id = m.account_id AND a.no = m.no"       \
    " LEFT JOIN account p ON p.id = m.account_id LEFT JOIN print_list l ON l.id = m.list_id"       \
    " LEFT JOIN cases c ON c.id = m.origin_case"
#define MATCH_OUT(m)                                                                               \
    DB_OUT(&(m).account_id, &(m).no, &(m).version, &(m).id, &(m).block_id, &(m).list_id,           \
           &(m).measure_id, &(m).origin_case, &(m).case_id, &kind, &(m).media, &(m).distance,      \
           &(m).action, &(m).at, &(m).title, &(m).handle, &(m).state, &(m).list_name,              \
           &(m).origin_title)
enum { MATCHES = 200 };

err print_copies(struct tx *t, arena *mem, int64_t case_id, struct print_match **ret_v,
                 size_t *ret_n)
{
    struct print_match *v = NEW_N(mem, struct print_match, MATCHES), m = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, MATCH " WHERE m.origin_case = $1 ORDER BY m.id DESC LIMIT 200", DB_IN(case_id),
            MATCH_OUT(m), {
                TRY(print_kind_parse(kind, &m.kind));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err print_found(struct tx *t, arena *mem, int64_t account_id, int64_t no,
                struct print_match **ret_v, size_t *ret_n)
{
    struct print_match *v = NEW_N(mem, struct print_match, MATCHES), m = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            MATCH
            " WHERE m.account_id = $1 AND m.no = $2 AND m.no > 0 ORDER BY m.id DESC LIMIT 200",
            DB_IN(account_id, no), MATCH_OUT(m), {
                TRY(print_kind_parse(kind, &m.kind));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err print_found_list(struct tx *t, arena *mem, int64_t list_id, struct print_match **ret_v,
                     size_t *ret_n)
{
    struct print_match *v = NEW_N(mem, struct print_match, MATCHES), m = {0};
    str kind = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem, MATCH " WHERE m.list_id = $1 ORDER BY m.id DESC LIMIT 200", DB_IN(list_id),
            MATCH_OUT(m), {
                TRY(print_kind_parse(kind, &m.kind));
                v[n++] = m;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- lists ---- */

err store_list_insert(struct tx *t, const struct print_list *l)
{
    int64_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM print_list WHERE name = $1", DB_IN(l->name),
               DB_OUT(&n)));
    if (n)
        return fault_field(ERR_CONFLICT, "list_name_taken", "name", "name %.*s", FMT(l->name));
    return db_exec(t,
                   "INSERT INTO print_list (id, name, kind, source, note, family, severity, action,"
                   " state, n, by_user, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, $11)",
                   DB_IN(l->id, l->name, print_kind_name(l->kind), l->source, l->note, l->family,
                         l->severity, scan_action_name(l->action), l->n, l->by, tx_now(t)));
}

err store_chunk_insert(struct tx *t, int64_t list_id, int no, struct bytes data)
{
    return db_exec(t, "INSERT INTO print_chunk (list_id, no, data) VALUES ($1, $2, $3)",
                   DB_IN(list_id, no, data));
}

err store_chunk(struct tx *t, arena *mem, int64_t list_id, int no, struct bytes *ret_data)
{
    return db_one(t, mem, "SELECT data FROM print_chunk WHERE list_id = $1 AND no = $2",
                  DB_IN(list_id, no), DB_OUT(ret_data));
}

err store_list_retire(struct tx *t, int64_t id, int64_t by, str why, int64_t *ret_n)
{
    return db_exec_n(t,
                     "UPDATE print_list SET state = 'retired', retired_by = $2, retired_at = $3,"
                     " retired_why = $4 WHERE id = $1 AND state = 'active'",
                     DB_IN(id, by, tx_now(t), why), ret_n);
}

err store_list_hit(struct tx *t, int64_t id)
{
    return db_exec(t, "UPDATE print_list SET hits = hits + 1 WHERE id = $1", DB_IN(id));
}

#define LIST                                                                                       \
    "SELECT l.id, l.name, l.kind, l.source, l.note, l.family, l.severity, l.action, l.state, l.n," \
    " l.hits, l.by_user, l.at, l.retired_by, l.retired_at, l.retired_why, COALESCE(u.name, ''),"   \
    " COALESCE(r.name, '') FROM print_list l LEFT JOIN users u ON u.id = l.by_user"                \
    " LEFT JOIN users r ON r.id = l.retired_by"
#define LIST_OUT(l)                                                                                \
    DB_OUT(&(l).id, &(l).name, &kind, &(l).source, &(l).note, &(l).family, &(l).severity, &action, \
           &(l).state, &(l).n, &(l).hits, &(l).by, &(l).at, &(l).retired_by, &(l).retired_at,      \
           &(l).retired_why, &(l).by_name, &(l).retired_name)

err print_list_all(struct tx *t, arena *mem, struct print_list **ret_v, size_t *ret_n)
{
    enum { MAX = 500 };
    struct print_list *v = NEW_N(mem, struct print_list, MAX), l = {0};
    str kind = STR_NONE, action = STR_NONE;
    size_t n = 0;
    DB_EACH(t, mem,
            LIST " ORDER BY CASE WHEN l.state = 'active' THEN 0 ELSE 1 END, l.id DESC"
                 " LIMIT 500",
            DB_IN(), LIST_OUT(l), {
                TRY(print_kind_parse(kind, &l.kind));
                TRY(scan_action_parse(action, &l.action));
                v[n++] = l;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err print_list_load(struct tx *t, arena *mem, int64_t id, struct print_list *ret_l)
{
    struct print_list l = {0};
    str kind = STR_NONE, action = STR_NONE;
    TRY(db_one(t, mem, LIST " WHERE l.id = $1", DB_IN(id), LIST_OUT(l)));
    TRY(print_kind_parse(kind, &l.kind));
    TRY(scan_action_parse(action, &l.action));
    *ret_l = l;
    return OK;
}
