/* SQL of retention: content, pictures and evidence. */
#include "base/id.h"
#include "record/retention_impl.h"

#define IN_FORCE "SELECT 1 FROM legal_hold h WHERE h.lifted_at = 0 AND (h.kind = 'everything'"
/* The person of an account's registrant. */
#define PERSON_OF(account)                                                                         \
    " OR (h.kind = 'user' AND EXISTS (SELECT 1 FROM account p JOIN registrant r"                   \
    "  ON r.id = p.registrant_id WHERE p.id = " account " AND r.user_id = h.ref))"
#define OPEN_CASE(account) "EXISTS (SELECT 1 FROM cases c WHERE c.account_id = " account
/* An open case is as good as a hold. */
#define HELD_ARTICLE                                                                               \
    "(EXISTS (" IN_FORCE " OR (h.kind = 'account' AND h.ref = o.account_id)"                       \
    " OR (h.kind = 'user' AND h.ref = o.author_id)" PERSON_OF("o.account_id") ")) OR " OPEN_CASE(  \
        "o.account_id") " AND c.state = 'open' AND (c.subject"                                     \
                        " = o.no OR c.kind = 'appeal')))"
#define HELD_ACCOUNT                                                                               \
    "(EXISTS (" IN_FORCE " OR (h.kind = 'account' AND h.ref = o.id)" PERSON_OF(                    \
        "o.id") ")) OR " OPEN_CASE("o.id") " AND c.state = 'open'))"
#define HELD_MEDIA                                                                                 \
    "(EXISTS (" IN_FORCE " OR (h.kind = 'account' AND h.ref = o.account_id)"                       \
    " OR (h.kind = 'user' AND h.ref = o.created_by)" PERSON_OF("o.account_id") ")) OR " OPEN_CASE( \
        "o.account_id") " AND c.state = 'open'))"
#define HELD_EVIDENCE                                                                              \
    "EXISTS (" IN_FORCE " OR (h.kind = 'account' AND EXISTS (SELECT 1 FROM account p"              \
    " WHERE p.id = h.ref AND p.registrant_id = o.registrant_id))"                                  \
    " OR (h.kind = 'user' AND EXISTS (SELECT 1 FROM registrant r WHERE r.id = o.registrant_id"     \
    " AND r.user_id = h.ref))))"

#define LAST_EVENT                                                                                 \
    "(SELECT MAX(e.at) FROM article_event e WHERE e.account_id = o.account_id AND e.no = o.no)"
#define OVER_ARTICLES(state)                                                                       \
    " FROM article o WHERE o.state = '" state "' AND o.erased_at = 0 AND " LAST_EVENT " <= $1"
#define LEFT_BY(account)                                                                           \
    " JOIN closing k ON k.account_id = " account " AND k.state = 'closed' AND k.ended_at <= $1"
#define OVER_LEFT                                                                                  \
    " FROM article o" LEFT_BY("o.account_id") " WHERE o.erased_at = 0 AND o.state <> 'removed'"
/* Last the account itself. */
#define OVER_ACCOUNTS                                                                              \
    " FROM account o" LEFT_BY("o.id") " WHERE o.erased_at = 0 AND NOT EXISTS (SELECT 1"            \
                                      " FROM article x WHERE x.account_id = o.id"                  \
                                      " AND x.erased_at = 0)"
#define OVER_MEDIA                                                                                 \
    " FROM media o JOIN account p ON p.id = o.account_id WHERE ((o.deleted_at > 0"                 \
    " AND o.deleted_at <= $1) OR (p.erased_at > 0 AND p.erased_at <= $2))"
#define OVER_EVIDENCE " FROM evidence o WHERE o.dropped_at IS NOT NULL AND o.dropped_at <= $1"

#define ARTICLES_DUE(over)                                                                         \
    DB_EACH(t, mem,                                                                                \
            "SELECT o.account_id, o.no, " LAST_EVENT over " AND NOT " HELD_ARTICLE                 \
            " ORDER BY o.account_id, o.no LIMIT 500",                                              \
            DB_IN(a->cutoff), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; })

static err left_due(struct tx *t, arena *mem, const struct due_ask *a, struct due_row *v,
                    size_t *ret_n)
{
    struct due_row x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT o.account_id, o.no, k.ended_at" OVER_LEFT " AND NOT " HELD_ARTICLE
            " ORDER BY o.account_id, o.no LIMIT 500",
            DB_IN(a->cutoff), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
    x.id = 0;
    if (n == 0)
        DB_EACH(t, mem,
                "SELECT o.id, k.ended_at" OVER_ACCOUNTS " AND NOT " HELD_ACCOUNT
                " ORDER BY o.id LIMIT 500",
                DB_IN(a->cutoff), DB_OUT(&x.owner, &x.at), { v[n++] = x; });
    *ret_n = n;
    return OK;
}

static err files_due(struct tx *t, arena *mem, const struct due_ask *a, struct due_row *v,
                     size_t *ret_n)
{
    struct due_row x = {0};
    size_t n = 0;
    if (a->class == RETENTION_media)
        DB_EACH(t, mem,
                "SELECT o.account_id, CASE WHEN o.deleted_at > 0 THEN o.deleted_at"
                " ELSE p.erased_at END, o.hash" OVER_MEDIA " AND NOT " HELD_MEDIA
                " ORDER BY o.account_id, o.hash LIMIT 500",
                DB_IN(a->cutoff, tx_now(t)), DB_OUT(&x.owner, &x.at, &x.hash), { v[n++] = x; });
    else
        DB_EACH(t, mem,
                "SELECT o.registrant_id, o.id, o.dropped_at" OVER_EVIDENCE " AND NOT " HELD_EVIDENCE
                " ORDER BY o.registrant_id, o.id LIMIT 500",
                DB_IN(a->cutoff), DB_OUT(&x.owner, &x.id, &x.at), { v[n++] = x; });
    *ret_n = n;
    return OK;
}

err content_store_due(struct tx *t, arena *mem, const struct due_ask *a, struct due_row *v,
                      size_t *ret_n)
{
    struct due_row x = {0};
    size_t n = 0;
    switch ((int)a->class) { /* the other classes: in the other file */
    case RETENTION_withdrawn:
        ARTICLES_DUE(OVER_ARTICLES("withdrawn"));
        break;
    case RETENTION_removed:
        ARTICLES_DUE(OVER_ARTICLES("removed"));
        break;
    case RETENTION_discarded:
        ARTICLES_DUE(OVER_ARTICLES("discarded"));
        break;
    case RETENTION_left_content:
        return left_due(t, mem, a, v, ret_n);
    case RETENTION_media:
    case RETENTION_evidence:
        return files_due(t, mem, a, v, ret_n);
    default:
        return ERR_BUG;
    }
    *ret_n = n;
    return OK;
}

#define COUNT(over, is_held)                                                                       \
    db_one(t, mem, "SELECT COUNT(*)" over " AND (CASE WHEN " is_held " THEN 1 ELSE 0 END) = $2",   \
           DB_IN(a->cutoff, held), DB_OUT(ret_n))

err content_store_count(struct tx *t, arena *mem, const struct due_ask *a, bool held,
                        int64_t *ret_n)
{
    int64_t accounts = 0;
    switch ((int)a->class) { /* the other classes: in the other file */
    case RETENTION_withdrawn:
        return COUNT(OVER_ARTICLES("withdrawn"), HELD_ARTICLE);
    case RETENTION_removed:
        return COUNT(OVER_ARTICLES("removed"), HELD_ARTICLE);
    case RETENTION_discarded:
        return COUNT(OVER_ARTICLES("discarded"), HELD_ARTICLE);
    case RETENTION_left_content:
        TRY(COUNT(OVER_LEFT, HELD_ARTICLE));
        TRY(db_one(t, mem,
                   "SELECT COUNT(*)" OVER_ACCOUNTS " AND (CASE WHEN " HELD_ACCOUNT
                   " THEN 1 ELSE 0 END) = $2",
                   DB_IN(a->cutoff, held), DB_OUT(&accounts)));
        *ret_n += accounts;
        return OK;
    case RETENTION_media:
        return db_one(t, mem,
                      "SELECT COUNT(*)" OVER_MEDIA " AND (CASE WHEN " HELD_MEDIA
                      " THEN 1 ELSE 0 END) = $3",
                      DB_IN(a->cutoff, tx_now(t), held), DB_OUT(ret_n));
    case RETENTION_evidence:
        return COUNT(OVER_EVIDENCE, HELD_EVIDENCE);
    default:
        return ERR_BUG;
    }
}

/* ---- erasing ---- */

static err erase_article(struct tx *t, const struct due_row *row)
{
    struct db_args key = DB_IN(row->owner, row->id);
    TRY(db_exec(t, "DELETE FROM article_version WHERE account_id = $1 AND no = $2", key));
    TRY(db_exec(t, "DELETE FROM draft WHERE account_id = $1 AND no = $2", key));
    TRY(db_exec(t, "DELETE FROM draft_link WHERE account_id = $1 AND no = $2", key));
    TRY(db_exec(t, "DELETE FROM article_note WHERE account_id = $1 AND no = $2", key));
    TRY(db_exec(t, "DELETE FROM article_tag WHERE account_id = $1 AND no = $2", key));
    TRY(db_exec(t, "DELETE FROM article_pin WHERE account_id = $1 AND no = $2", key));
    TRY(db_exec(t, "DELETE FROM series_item WHERE account_id = $1 AND article_no = $2", key));
    TRY(db_exec(t, "DELETE FROM issue_item WHERE account_id = $1 AND article_no = $2", key));
    TRY(db_exec(t, "DELETE FROM media_use WHERE account_id = $1 AND no = $2", key));
    TRY(db_exec(t,
                "UPDATE article SET state = 'discarded', title = '', digest = '', cover = '',"
                " declared = '', reason = '', version = 0, versions = 0, publish_at = 0,"
                " erased_at = $3 WHERE account_id = $1 AND no = $2",
                DB_IN(row->owner, row->id, tx_now(t))));
    TRY(db_exec(t,
                "UPDATE account SET articles = (SELECT COUNT(*) FROM article x"
                " WHERE x.account_id = account.id AND x.state = 'published') WHERE id = $1",
                DB_IN(row->owner)));
    TRY(db_exec(t, "INSERT INTO article_change (id, account_id, no) VALUES ($1, $2, $3)",
                DB_IN(id_new(), row->owner, row->id))); /* the search index */
    return db_exec(t,
                   "INSERT INTO article_event (account_id, no, id, version, event, actor, reason,"
                   " at) VALUES ($1, $2, $3, 0, 'erased', 0, '', $4)",
                   DB_IN(row->owner, row->id, id_new(), tx_now(t)));
}

static err erase_account(struct tx *t, int64_t account_id)
{
    TRY(db_exec(t, "DELETE FROM series WHERE account_id = $1", DB_IN(account_id)));
    TRY(db_exec(t, "DELETE FROM issue WHERE account_id = $1", DB_IN(account_id)));
    TRY(db_exec(t, "DELETE FROM menu_draft WHERE account_id = $1", DB_IN(account_id)));
    TRY(db_exec(t, "DELETE FROM menu_version WHERE account_id = $1", DB_IN(account_id)));
    TRY(db_exec(t,
                "UPDATE profile_change SET old_value = '', new_value = '', reason = ''"
                " WHERE account_id = $1",
                DB_IN(account_id)));
    return db_exec(t, "UPDATE account SET intro = '', avatar = '', erased_at = $2 WHERE id = $1",
                   DB_IN(account_id, tx_now(t)));
}

/* The bytes go when no other account has the same file. */
static err erase_media(struct tx *t, const struct due_row *row)
{
    TRY(db_exec(t, "DELETE FROM media WHERE account_id = $1 AND hash = $2",
                DB_IN(row->owner, row->hash)));
    TRY(db_exec(t,
                "INSERT INTO blob_erase (hash, class, at) SELECT DISTINCT v.blob, 'media',"
                " CAST($2 AS BIGINT)"
                " FROM media_variant v WHERE v.hash = $1"
                " AND NOT EXISTS (SELECT 1 FROM media m WHERE m.hash = $1)"
                " ON CONFLICT (hash) DO NOTHING",
                DB_IN(row->hash, tx_now(t))));
    return db_exec(t,
                   "DELETE FROM media_variant WHERE hash = $1"
                   " AND NOT EXISTS (SELECT 1 FROM media m WHERE m.hash = $1)",
                   DB_IN(row->hash));
}

static err erase_evidence(struct tx *t, const struct due_row *row)
{
    TRY(db_exec(t,
                "INSERT INTO blob_erase (hash, class, at) SELECT e.blob, 'evidence',"
                " CAST($3 AS BIGINT)"
                " FROM evidence e WHERE e.registrant_id = $1 AND e.id = $2"
                " ON CONFLICT (hash) DO NOTHING",
                DB_IN(row->owner, row->id, tx_now(t))));
    return db_exec(t, "DELETE FROM evidence WHERE registrant_id = $1 AND id = $2",
                   DB_IN(row->owner, row->id));
}

err content_store_erase(struct tx *t, enum retention_class class, const struct due_row *row)
{
    switch ((int)class) {
    case RETENTION_withdrawn:
    case RETENTION_removed:
    case RETENTION_discarded:
        return erase_article(t, row);
    case RETENTION_left_content:
        return row->id ? erase_article(t, row) : erase_account(t, row->owner);
    case RETENTION_media:
        return erase_media(t, row);
    case RETENTION_evidence:
        return erase_evidence(t, row);
    default:
        return ERR_BUG;
    }
}

/* ---- files ---- */

err retention_files(struct tx *t, arena *mem, str after, struct retention_file **ret_v,
                    size_t *ret_n)
{
    struct retention_file *v = NEW_N(mem, struct retention_file, RETENTION_BATCH), x = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT b.hash, CASE WHEN EXISTS (SELECT 1 FROM media_variant v WHERE v.blob = b.hash)"
            " THEN 1 ELSE 0 END FROM blob_erase b WHERE b.hash > $1 ORDER BY b.hash LIMIT 500",
            DB_IN(after), DB_OUT(&x.hash, &x.used), { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err retention_file_gone(struct tx *t, str hash)
{
    return db_exec(t, "DELETE FROM blob_erase WHERE hash = $1", DB_IN(hash));
}
