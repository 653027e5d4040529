/* SQL of complaints. */
#include "rights/rights_store.h"

#include "base/clock.h"
#include "base/id.h"

enum { MAX_LIST = 100, MAX_WORDS = 200, MAX_KINDS = 10 };

err store_complaint_insert(struct tx *t, const struct complaint *c,
                           const struct complaint_sealed *s)
{
    return db_exec(t,
                   "INSERT INTO rights_complaint (id, number, token_hash, token_sealed,"
                   " contact_key, user_id, lang, state, mobile_sealed, name_sealed,"
                   " address_sealed, begun_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7,"
                   " 'begun', $8, $9, $10, $11, $12)",
                   DB_IN(c->id, c->number, s->token_hash, s->token, c->contact_key, c->user_id,
                         c->lang, s->mobile, s->name, s->address, tx_now(t), c->due_at));
}

err store_complaint_load(struct tx *t, arena *mem, int64_t id, struct bytes token_hash,
                         struct complaint *ret_c, struct complaint_sealed *ret_s)
{
    struct complaint c = {0};
    struct complaint_sealed s = {0};
    TRY(db_one(t, mem,
               "SELECT c.id, c.user_id, c.begun_at, c.due_at, c.accepted_at, c.number, c.lang,"
               " c.state, c.kind, c.capacity, c.work, c.facts, c.links, c.wanted, c.share,"
               " c.declared, c.contact_key, c.token_hash, c.token_sealed, c.mobile_sealed,"
               " c.name_sealed, c.address_sealed, (SELECT COUNT(*) FROM rights_file f"
               "  WHERE f.complaint_id = c.id AND f.side = 'complaint')"
               " FROM rights_complaint c WHERE ($1 <> 0 AND c.id = $1) OR c.token_hash = $2",
               DB_IN(id, token_hash),
               DB_OUT(&c.id, &c.user_id, &c.begun_at, &c.due_at, &c.accepted_at, &c.number, &c.lang,
                      &c.state, &c.kind, &c.capacity, &c.work, &c.facts, &c.links, &c.wanted,
                      &c.share, &c.declared, &c.contact_key, &s.token_hash, &s.token, &s.mobile,
                      &s.name, &s.address, &c.files)));
    *ret_c = c;
    *ret_s = s;
    return OK;
}

err store_complaint_written(struct tx *t, const struct complaint *c,
                            const struct complaint_sealed *s)
{
    return db_exec(t,
                   "UPDATE rights_complaint SET kind = $2, capacity = $3, work = $4, facts = $5,"
                   " links = $6, wanted = $7, share = $8, declared = $9, name_sealed = $10,"
                   " address_sealed = $11, state = $12, accepted_at = $13 WHERE id = $1",
                   DB_IN(c->id, c->kind, c->capacity, c->work, c->facts, c->links, c->wanted,
                         c->share, c->declared, s->name, s->address, c->state, c->accepted_at));
}

err store_complaint_state(struct tx *t, int64_t id, str state)
{
    return db_exec(t, "UPDATE rights_complaint SET state = $2 WHERE id = $1", DB_IN(id, state));
}

err store_complaints_of(struct tx *t, struct bytes key, struct complaint_load *ret_l)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*) FILTER (WHERE c.state IN ('begun', 'incomplete') OR"
                  "  (c.state = 'accepted' AND EXISTS (SELECT 1 FROM rights_item i"
                  "   JOIN cases k ON k.id = i.case_id WHERE i.complaint_id = c.id"
                  "   AND i.state IN ('open', 'countered') AND k.state = 'open'))),"
                  " COUNT(*) FILTER (WHERE c.begun_at > $2) FROM rights_complaint c"
                  " WHERE c.contact_key = $1",
                  DB_IN(key, tx_now(t) - (int64_t)DAY_MS), DB_OUT(&ret_l->open, &ret_l->today));
}

/* ---- articles ---- */

err store_item_insert(struct tx *t, const struct complaint_item *i)
{
    return db_exec(
        t,
        "INSERT INTO rights_item (complaint_id, id, account_id, no, version, title,"
        " case_id, state) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')",
        DB_IN(i->complaint_id, i->id, i->account_id, i->no, i->version, i->title, i->case_id));
}

err store_item_state(struct tx *t, const struct complaint_item *i, int64_t *ret_n)
{
    return db_exec_n(
        t,
        "UPDATE rights_item SET state = $3, countered_at = $4, wait_until = $5,"
        " ended_at = $6 WHERE complaint_id = $1 AND id = $2"
        " AND state IN ('open', 'countered')",
        DB_IN(i->complaint_id, i->id, i->state, i->countered_at, i->wait_until, i->ended_at),
        ret_n);
}

err store_item_told(struct tx *t, const struct complaint_item *i)
{
    return db_exec(t, "UPDATE rights_item SET told = $3 WHERE complaint_id = $1 AND id = $2",
                   DB_IN(i->complaint_id, i->id, i->told));
}

#define ITEM                                                                                       \
    "SELECT i.complaint_id, i.id, i.account_id, i.no, i.case_id, i.told, i.countered_at,"          \
    " i.wait_until, i.ended_at, i.version, i.title, i.state, a.handle, a.name,"                    \
    " COALESCE(r.id, 0), COALESCE(r.at, 0), COALESCE(r.measure, ''), COALESCE(r.reasoning, ''),"   \
    " COALESCE(r.sources, '') FROM rights_item i JOIN account a ON a.id = i.account_id"            \
    " LEFT JOIN ruling r ON r.case_id = i.case_id AND r.replaces = 0 "
#define ITEM_OUT(x)                                                                                \
    DB_OUT(&(x).complaint_id, &(x).id, &(x).account_id, &(x).no, &(x).case_id, &(x).told,          \
           &(x).countered_at, &(x).wait_until, &(x).ended_at, &(x).version, &(x).title,            \
           &(x).state, &(x).handle, &(x).account_name, &(x).ruling, &(x).ruled_at, &(x).measure,   \
           &(x).reasoning, &(x).sources)
#define ITEMS(...)                                                                                 \
    struct complaint_item *v = NEW_N(mem, struct complaint_item, MAX_LIST), x = {0};               \
    size_t n = 0;                                                                                  \
    DB_EACH(t, mem, __VA_ARGS__, ITEM_OUT(x), { v[n++] = x; });                                    \
    *ret_v = v;                                                                                    \
    *ret_n = n;                                                                                    \
    return OK

err rights_items(struct tx *t, arena *mem, int64_t complaint_id, struct complaint_item **ret_v,
                 size_t *ret_n)
{
    ITEMS(ITEM "WHERE i.complaint_id = $1 ORDER BY i.id LIMIT 100", DB_IN(complaint_id));
}

err rights_item_load(struct tx *t, arena *mem, int64_t id, struct complaint_item *ret_i)
{
    struct complaint_item x = {0};
    TRY(db_one(t, mem, ITEM "WHERE i.id = $1", DB_IN(id), ITEM_OUT(x)));
    *ret_i = x;
    return OK;
}

err rights_of_account(struct tx *t, arena *mem, int64_t account_id, struct complaint_item **ret_v,
                      size_t *ret_n)
{
    ITEMS(ITEM "WHERE i.account_id = $1 ORDER BY i.id DESC LIMIT 100", DB_IN(account_id));
}

err rights_of_case(struct tx *t, arena *mem, int64_t case_id, struct complaint_item **ret_v,
                   size_t *ret_n)
{
    ITEMS(ITEM "WHERE i.case_id = $1 ORDER BY i.id LIMIT 20", DB_IN(case_id));
}

err store_untold(struct tx *t, arena *mem, struct complaint_item **ret_v, size_t *ret_n)
{
    ITEMS(ITEM "WHERE i.told = 0 AND i.state IN ('open', 'countered') AND r.id IS NOT NULL"
               " ORDER BY i.id LIMIT 100",
          DB_IN());
}

err store_waited(struct tx *t, arena *mem, struct complaint_item **ret_v, size_t *ret_n)
{
    ITEMS(ITEM "WHERE i.state = 'countered' AND i.wait_until <= $1 AND r.id IS NOT NULL"
               " ORDER BY i.wait_until LIMIT 100",
          DB_IN(tx_now(t)));
}

err store_lapsing(struct tx *t, arena *mem, int64_t **ret_v, size_t *ret_n)
{
    int64_t *v = NEW_N(mem, int64_t, MAX_LIST), id = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id FROM rights_complaint WHERE state IN ('begun', 'incomplete')"
            " AND due_at <= $1 ORDER BY due_at LIMIT 100",
            DB_IN(tx_now(t)), DB_OUT(&id), { v[n++] = id; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err rights_wanted(struct tx *t, bool *ret_wanted)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM rights_item i JOIN ruling r ON r.case_id = i.case_id"
               "  AND r.replaces = 0 WHERE i.state IN ('open', 'countered')"
               "  AND (i.told = 0 OR (i.state = 'countered' AND i.wait_until <= $1)))"
               " + (SELECT COUNT(*) FROM rights_complaint WHERE state IN ('begun', 'incomplete')"
               "  AND due_at <= $1)",
               DB_IN(tx_now(t)), DB_OUT(&n)));
    *ret_wanted = n > 0;
    return OK;
}

/* ---- what both sides say and show ---- */

err store_word_insert(struct tx *t, int64_t complaint_id, const struct complaint_word *w,
                      struct bytes name, struct bytes contact)
{
    return db_exec(t,
                   "INSERT INTO rights_word (complaint_id, id, item_id, kind, by_user, text,"
                   " name_sealed, contact_sealed, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   DB_IN(complaint_id, w->id, w->item_id, w->kind, w->by_user, w->text, name,
                         contact, tx_now(t)));
}

err store_words(struct tx *t, arena *mem, int64_t complaint_id, struct word_sealed **ret_v,
                size_t *ret_n)
{
    struct word_sealed *v = NEW_N(mem, struct word_sealed, MAX_WORDS), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, item_id, by_user, at, kind, text, name_sealed, contact_sealed"
            " FROM rights_word WHERE complaint_id = $1 ORDER BY id LIMIT 200",
            DB_IN(complaint_id),
            DB_OUT(&x.w.id, &x.w.item_id, &x.w.by_user, &x.w.at, &x.w.kind, &x.w.text, &x.name,
                   &x.contact),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_file_insert(struct tx *t, int64_t complaint_id, const struct complaint_file *f)
{
    return db_exec(
        t,
        "INSERT INTO rights_file (complaint_id, id, item_id, side, blob, mime, size, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        DB_IN(complaint_id, f->id, f->item_id, f->side, f->blob, f->mime, f->size, tx_now(t)));
}

err rights_files(struct tx *t, arena *mem, int64_t complaint_id, struct complaint_file **ret_v,
                 size_t *ret_n)
{
    struct complaint_file *v = NEW_N(mem, struct complaint_file, MAX_WORDS), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT id, item_id, size, at, side, blob, mime FROM rights_file"
            " WHERE complaint_id = $1 ORDER BY id LIMIT 200",
            DB_IN(complaint_id),
            DB_OUT(&x.id, &x.item_id, &x.size, &x.at, &x.side, &x.blob, &x.mime), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- staff and the public ---- */

err rights_list(struct tx *t, arena *mem, const struct complaint_page *p,
                struct complaint_row **ret_v, size_t *ret_n)
{
    ASSERT(p->limit > 0 && p->limit <= MAX_LIST);
    struct complaint_row *v = NEW_N(mem, struct complaint_row, (size_t)p->limit), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT c.id, c.begun_at, c.accepted_at, c.number, c.state, c.kind,"
            " (SELECT COUNT(*) FROM rights_item i WHERE i.complaint_id = c.id),"
            " (SELECT COUNT(*) FROM rights_item i WHERE i.complaint_id = c.id"
            "  AND i.countered_at > 0)"
            " FROM rights_complaint c WHERE c.id < $1 AND c.state <> 'begun'"
            " AND ($2 = '' OR c.state = $2) ORDER BY c.id DESC LIMIT $3",
            DB_IN(p->before ? p->before : INT64_MAX, p->state, p->limit),
            DB_OUT(&x.id, &x.begun_at, &x.accepted_at, &x.number, &x.state, &x.kind, &x.items,
                   &x.countered),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_bar_insert(struct tx *t, struct bytes key, const struct rights_bar *b, int64_t until)
{
    return db_exec(t,
                   "INSERT INTO rights_bar (contact_key, id, complaint_id, until_at, reason,"
                   " officer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   DB_IN(key, id_new(), b->complaint_id, until, b->reason, b->officer, tx_now(t)));
}

err store_barred(struct tx *t, arena *mem, struct bytes key, int64_t *ret_until, str *ret_reason)
{
    int64_t until = 0;
    str reason = S("");
    err e =
        db_one(t, mem,
               "SELECT until_at, reason FROM rights_bar WHERE contact_key = $1 AND until_at > $2"
               " ORDER BY until_at DESC LIMIT 1",
               DB_IN(key, tx_now(t)), DB_OUT(&until, &reason));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_until = until;
    *ret_reason = reason;
    return OK;
}

err rights_history(struct tx *t, arena *mem, struct bytes key, struct rights_history *ret_h)
{
    struct rights_history h = {0};
    TRY(db_one(t, NULL,
               "SELECT COUNT(DISTINCT c.id), COUNT(i.id),"
               " COUNT(*) FILTER (WHERE r.measure IS NOT NULL AND r.measure <> 'none'),"
               " COUNT(*) FILTER (WHERE r.measure = 'none'),"
               " COUNT(*) FILTER (WHERE i.state = 'restored'),"
               " COUNT(*) FILTER (WHERE i.state = 'suit')"
               " FROM rights_complaint c LEFT JOIN rights_item i ON i.complaint_id = c.id"
               " LEFT JOIN ruling r ON r.case_id = i.case_id AND r.replaces = 0"
               " WHERE c.contact_key = $1 AND c.state <> 'begun'",
               DB_IN(key),
               DB_OUT(&h.complaints, &h.items, &h.acted, &h.cleared, &h.restored, &h.suits)));
    TRY(store_barred(t, mem, key, &h.barred_until, &h.bar_reason));
    *ret_h = h;
    return OK;
}

err rights_figures(struct tx *t, arena *mem, int64_t since, struct rights_figures **ret_v,
                   size_t *ret_n)
{
    struct rights_figures *v = NEW_N(mem, struct rights_figures, MAX_KINDS), x = {0};
    int64_t spent = 0;
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT c.kind, COUNT(DISTINCT c.id),"
            " COUNT(DISTINCT c.id) FILTER (WHERE c.accepted_at = 0), COUNT(i.id),"
            " COUNT(*) FILTER (WHERE r.measure IS NOT NULL AND r.measure <> 'none'),"
            " COUNT(*) FILTER (WHERE r.measure = 'none'),"
            " COUNT(*) FILTER (WHERE i.countered_at > 0),"
            " COUNT(*) FILTER (WHERE i.state = 'suit'),"
            " COUNT(*) FILTER (WHERE i.state = 'restored'),"
            " CAST(COALESCE(SUM(r.at - c.accepted_at), 0) AS BIGINT)"
            " FROM rights_complaint c LEFT JOIN rights_item i ON i.complaint_id = c.id"
            " LEFT JOIN ruling r ON r.case_id = i.case_id AND r.replaces = 0"
            " WHERE c.begun_at >= $1 AND c.state <> 'begun' AND c.kind <> ''"
            " GROUP BY c.kind ORDER BY c.kind LIMIT 10",
            DB_IN(since),
            DB_OUT(&x.kind, &x.complaints, &x.incomplete, &x.items, &x.acted, &x.cleared,
                   &x.countered, &x.suits, &x.restored, &spent),
            {
                int64_t ruled = x.acted + x.cleared;
                x.hours = ruled ? spent / ruled / HOUR_MS : 0;
                v[n++] = x;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
