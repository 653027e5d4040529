/* SQL of own data. */
#include "owndata/owndata_store.h"

#include "article/article.h"

enum { EXPORTS = 50, BATCH = 100, MEDIA_ROWS = 100000 };

/* ---- classes of data: each gives (at, five texts), newest first ---- */

#define TEXT(x) "CAST(" x " AS TEXT)"
#define THEIRS " (SELECT g.id FROM registrant g WHERE g.user_id = $1)"
#define ROWS(sql) return DB_SQL(sql " LIMIT $2")

static const struct db_sql *about_staff(enum own_class c)
{
    switch ((int)c) {
    case OWN_role:
        ROWS("SELECT granted_at, role, '', '', '', '' FROM user_role WHERE user_id = $1"
             " ORDER BY granted_at DESC, role");
    case OWN_duty:
        ROWS("SELECT d.set_at, a.name, a.handle, '', '', '' FROM account_duty d"
             " JOIN account a ON a.id = d.account_id WHERE d.user_id = $1"
             " ORDER BY d.set_at DESC, a.id");
    case OWN_watch:
        ROWS("SELECT from_at, note, " TEXT(
            "until_at") ", CASE WHEN dropped_at > 0 THEN 'dropped' ELSE 'stands' END, '', ''"
                        " FROM emergency_shift WHERE user_id = $1 ORDER BY id DESC");
    case OWN_standing:
        ROWS("SELECT at, " TEXT("decided") ", " TEXT("appeals") ", " TEXT("upheld") ", " TEXT(
            "seconded") ", " TEXT("agreed") " FROM learning_officer WHERE user_id = $1");
    case OWN_age:
        ROWS("SELECT set_at, " TEXT("birth_year") ", " TEXT(
            "minors_mode") ", '', '', '' FROM user_age WHERE user_id = $1");
    case OWN_guardian:
        ROWS("SELECT at, " TEXT("given") ", " TEXT(
            "rules_version") ", '', '', '' FROM guardian_word WHERE user_id = $1 ORDER BY id DESC");
    case OWN_consent:
        ROWS("SELECT at, purpose, " TEXT("given") ", " TEXT(
            "notice_version") ", '', '' FROM consent WHERE user_id = $1 ORDER BY id DESC");
    case OWN_skills:
        ROWS("SELECT written_at, languages, note, families, '', '' FROM staff_profile"
             " WHERE user_id = $1");
    case OWN_training:
        ROWS("SELECT held_at, evidence, title, course, " TEXT(
            "expires_at") ", CASE WHEN void_at > 0 THEN 'struck' ELSE 'stands' END"
                          " FROM staff_training WHERE user_id = $1 ORDER BY id DESC");
    case OWN_shift:
        ROWS("SELECT from_at, handover, state, " TEXT(
            "until_at") ", '', '' FROM staff_shift WHERE user_id = $1 ORDER BY id DESC");
    case OWN_provision:
        ROWS("SELECT p.ended_at, p.recipient, p.contact, p.purpose, p.reference, p.fields"
             " FROM provision_person k JOIN provision p ON p.id = k.provision_id"
             " WHERE k.user_id = $1 AND p.state = 'handed' ORDER BY p.id DESC");
    default:
        return NULL;
    }
}

static const struct db_sql *about_person(enum own_class c)
{
    switch ((int)c) {
    case OWN_login:
        ROWS("SELECT created_at, name, lang, state, '', '' FROM users WHERE id = $1");
    case OWN_session:
        ROWS("SELECT created_at, ip, user_agent, " TEXT(
            "seen_at") ", CASE WHEN revoked_at IS NULL THEN 'open' ELSE 'ended' END, ''"
                       " FROM session WHERE user_id = $1 ORDER BY id DESC");
    case OWN_passkey:
        ROWS("SELECT created_at, name, " TEXT("used_at") ", " TEXT(
            "synced") ", '', '' FROM passkey WHERE user_id = $1 ORDER BY id DESC");
    case OWN_sign_in:
        ROWS("SELECT at, ip, user_agent, kind, note, '' FROM login_event WHERE user_id = $1"
             " ORDER BY at DESC, id DESC");
    case OWN_device:
        ROWS("SELECT created_at, ip, user_agent, " TEXT(
            "seen_at") ", '', '' FROM user_device WHERE user_id = $1 ORDER BY id DESC");
    case OWN_registrant:
        ROWS("SELECT created_at, class, state, province, " TEXT(
            "id") ", '' FROM registrant WHERE user_id = $1 ORDER BY id DESC");
    case OWN_evidence:
        ROWS("SELECT e.created_at, e.kind, e.mime, " TEXT(
            "e.size") ", CASE WHEN e.dropped_at IS NULL THEN 'kept' ELSE 'replaced' END, ''"
                      " FROM evidence e WHERE e.registrant_id IN" THEIRS " ORDER BY e.id DESC");
    case OWN_agreement:
        ROWS("SELECT s.at, s.kind, " TEXT("s.version") ", s.ip, s.user_agent, " TEXT(
            "s.registrant_id") " FROM signature s WHERE s.registrant_id IN" THEIRS
                               " ORDER BY s.at DESC, s.registrant_id");
    case OWN_post:
        ROWS("SELECT from_at, letter, post, COALESCE(" TEXT(
            "COALESCE(ended_at, until_at)") ", ''), '', '' FROM post WHERE user_id = $1 ORDER BY "
                                            "id DESC");
    case OWN_membership:
        ROWS("SELECT m.added_at, a.name, m.role, a.handle, a.state, ''"
             " FROM member m JOIN account a ON a.id = m.account_id WHERE m.user_id = $1"
             " ORDER BY m.added_at DESC, a.id");
    case OWN_token:
        ROWS("SELECT k.created_at, k.name, a.handle, " TEXT(
            "k.expires_at") ", CASE WHEN k.revoked_at IS NULL THEN 'valid' ELSE 'revoked' END, ''"
                            " FROM api_token k JOIN account a ON a.id = k.account_id WHERE "
                            "k.user_id = $1"
                            " ORDER BY k.id DESC");
    case OWN_operation:
        ROWS("SELECT at, method || ' ' || route, ip || ':' || " TEXT(
            "port") ", object, result, user_agent FROM oplog WHERE user_id = $1 ORDER BY id DESC");
    case OWN_api_use:
        ROWS("SELECT at, method || ' ' || route, ip || ':' || " TEXT(
            "port") ", result, '', '' FROM api_use WHERE user_id = $1 ORDER BY id DESC");
    case OWN_webhook:
        ROWS("SELECT w.created_at, w.url, a.handle, w.state, '', ''"
             " FROM webhook w JOIN account a ON a.id = w.account_id WHERE w.created_by = $1"
             " ORDER BY w.id DESC");
    case OWN_look:
        ROWS("SELECT at, field, CASE WHEN full_value = 1 THEN 'full' ELSE 'masked' END, "
             "reason, " TEXT("reader_id") ", " TEXT(
                 "COALESCE(approver_id, 0)") " FROM vault_access"
                                             " WHERE owner_id = $1 OR owner_id IN" THEIRS
                                             " ORDER BY id DESC");
    default:
        return about_staff(c);
    }
}

static const struct db_sql *about_use(enum own_class c)
{
    switch ((int)c) {
    case OWN_complaint:
        ROWS("SELECT begun_at, work, facts, number, kind, state FROM rights_complaint"
             " WHERE user_id = $1 ORDER BY id DESC");
    case OWN_counter:
        ROWS("SELECT w.at, w.text, w.kind, i.title, '', '' FROM rights_word w"
             " JOIN rights_item i ON i.id = w.item_id WHERE w.by_user = $1 ORDER BY w.id DESC");
    case OWN_subscription:
        ROWS("SELECT s.at, a.name, a.handle, '', '', '' FROM subscription s"
             " JOIN account a ON a.id = s.account_id WHERE s.user_id = $1"
             " ORDER BY s.at DESC, a.id");
    case OWN_saved:
        ROWS("SELECT s.at, x.title, a.handle, " TEXT(
            "s.no") ", '', '' FROM saved s"
                    " JOIN article x ON x.account_id = s.account_id AND x.no = s.no"
                    " JOIN account a ON a.id = s.account_id WHERE s.user_id = $1"
                    " ORDER BY s.at DESC, s.account_id, s.no");
    case OWN_reading:
        ROWS("SELECT s.at, x.title, a.handle, " TEXT("s.no") ", " TEXT(
            "s.place") ", '' FROM reading s"
                       " JOIN article x ON x.account_id = s.account_id AND x.no = s.no"
                       " JOIN account a ON a.id = s.account_id WHERE s.user_id = $1"
                       " ORDER BY s.at DESC, s.account_id, s.no");
    case OWN_notice:
        ROWS("SELECT at, kind, args, link, '', '' FROM notice WHERE user_id = $1"
             " ORDER BY id DESC");
    case OWN_report:
        ROWS("SELECT f.at, f.note, f.family, a.handle, " TEXT(
            "f.no") ", f.receipt FROM finding f"
                    " JOIN account a ON a.id = f.account_id WHERE f.raised_by = $1"
                    " AND f.source = 'report' ORDER BY f.id DESC");
    case OWN_appeal:
        ROWS("SELECT at, text, " TEXT("ruling_id") ", '', '', '' FROM appeal WHERE user_id = $1"
                                                   " ORDER BY id DESC");
    case OWN_ticket:
        ROWS("SELECT m.at, k.subject, m.body, k.category,"
             " CASE WHEN m.staff = 1 THEN 'staff' ELSE 'me' END, '' FROM ticket k"
             " JOIN ticket_message m ON m.ticket_id = k.id WHERE k.user_id = $1"
             " ORDER BY m.id DESC");
    case OWN_own_export:
        ROWS("SELECT asked_at, state, " TEXT("size") ", '', '', '' FROM own_export"
                                                     " WHERE user_id = $1 ORDER BY id DESC");
    case OWN_exemption:
        ROWS("SELECT asked_at, state, " TEXT("extra") ", " TEXT(
            "months") ", reason, answer FROM cap_exemption"
                      " WHERE asked_by = $1 ORDER BY id DESC");
    case OWN_transfer:
        ROWS("SELECT x.asked_at, a.name, x.state, x.from_class, x.to_class, x.reason"
             " FROM account_transfer x JOIN account a ON a.id = x.account_id"
             " WHERE x.asked_by = $1 OR x.accepted_by = $1 ORDER BY x.id DESC");
    case OWN_departure:
        ROWS("SELECT asked_at, state, " TEXT(
            "registrant_id") ", '', '', '' FROM departure"
                             " WHERE user_id = $1 ORDER BY id DESC");
    default:
        return NULL;
    }
}

err store_own_rows(struct tx *t, arena *mem, int64_t user_id, enum own_class c, int limit,
                   struct own_row **ret_v, size_t *ret_n)
{
    ASSERT(limit > 0 && limit <= OWN_ROWS_MAX);
    struct own_row *v = NEW_N(mem, struct own_row, (size_t)limit), r = {0};
    const struct db_sql *sql = about_person(c) ? about_person(c) : about_use(c);
    __attribute__((cleanup(db_rows_close))) struct db_rows *rows = NULL;
    size_t n = 0;
    ASSERT(sql);
    TRY(db_rows_open(t, mem, sql, DB_IN(user_id, limit), &rows));
    for (bool more = true;;) {
        TRY(db_rows_next(rows, DB_OUT(&r.at, &r.v[0], &r.v[1], &r.v[2], &r.v[3], &r.v[4]), &more));
        if (!more)
            break;
        v[n++] = r;
    }
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- exports ---- */

err store_export_insert(struct tx *t, const struct own_export *e)
{
    return db_exec(t,
                   "INSERT INTO own_export (user_id, id, account_id, state, asked_at)"
                   " VALUES ($1, $2, $3, 'waiting', $4)",
                   DB_IN(e->user_id, e->id, e->account_id, e->asked_at));
}

err store_exports_since(struct tx *t, const struct own_export *e, int64_t since, int64_t *ret_n,
                        int64_t *ret_waiting)
{
    return db_one(t, NULL,
                  "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'waiting' AND account_id = $2"
                  " THEN 1 ELSE 0 END), 0) FROM own_export WHERE user_id = $1"
                  " AND (CASE WHEN account_id = 0 THEN 1 ELSE 0 END) = $4"
                  " AND state <> 'failed' AND asked_at > $3",
                  DB_IN(e->user_id, e->account_id, since, e->account_id == 0),
                  DB_OUT(ret_n, ret_waiting));
}

err store_export_progress(struct tx *t, int64_t user_id, int64_t id, int thousandths)
{
    return db_exec(t, "UPDATE own_export SET progress = $3 WHERE user_id = $1 AND id = $2",
                   DB_IN(user_id, id, thousandths));
}

err store_export_end(struct tx *t, const struct own_export *e)
{
    return db_exec(
        t,
        "UPDATE own_export SET state = $3, blob = $4, size = $5, reason = $6, done_at = $7,"
        " expires_at = $8, progress = 1000 WHERE user_id = $1 AND id = $2",
        DB_IN(e->user_id, e->id, e->state, e->blob, e->size, e->reason, e->done_at, e->expires_at));
}

#define COLUMNS                                                                                    \
    "SELECT e.user_id, e.id, e.account_id, e.size, e.asked_at, e.done_at, e.expires_at, e.state,"  \
    " e.reason, e.blob, COALESCE(a.handle, ''), e.progress FROM own_export e"                      \
    " LEFT JOIN account a ON a.id = e.account_id"
#define OUT(e)                                                                                     \
    DB_OUT(&(e).user_id, &(e).id, &(e).account_id, &(e).size, &(e).asked_at, &(e).done_at,         \
           &(e).expires_at, &(e).state, &(e).reason, &(e).blob, &(e).handle, &(e).progress)

err export_load(struct tx *t, arena *mem, int64_t user_id, int64_t id, struct own_export *ret_e)
{
    struct own_export e = {0};
    TRY(db_one(t, mem, COLUMNS " WHERE e.user_id = $1 AND e.id = $2", DB_IN(user_id, id), OUT(e)));
    *ret_e = e;
    return OK;
}

err export_list(struct tx *t, arena *mem, int64_t user_id, struct own_export **ret_v, size_t *ret_n)
{
    struct own_export *v = NEW_N(mem, struct own_export, EXPORTS), e = {0};
    size_t n = 0;
    DB_EACH(t, mem, COLUMNS " WHERE e.user_id = $1 ORDER BY e.id DESC LIMIT 50", DB_IN(user_id),
            OUT(e), { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_exports_over(struct tx *t, arena *mem, struct own_export **ret_v, size_t *ret_n)
{
    struct own_export *v = NEW_N(mem, struct own_export, BATCH), e = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            COLUMNS
            " WHERE e.state = 'done' AND e.expires_at <= $1 ORDER BY e.expires_at LIMIT 100",
            DB_IN(tx_now(t)), OUT(e), { v[n++] = e; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

/* ---- accounts ---- */

err store_own_accounts(struct tx *t, arena *mem, int64_t user_id, struct own_account **ret_v,
                       size_t *ret_n)
{
    struct own_account *v = NEW_N(mem, struct own_account, BATCH), a = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT a.id, a.handle FROM member m JOIN account a ON a.id = m.account_id"
            " WHERE m.user_id = $1 AND m.role = 'owner' AND a.state <> 'closed'"
            " ORDER BY a.id LIMIT 100",
            DB_IN(user_id), DB_OUT(&a.id, &a.handle), { v[n++] = a; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_last_no(struct tx *t, int64_t account_id, int64_t *ret_no)
{
    return db_one(t, NULL, "SELECT last_no FROM account WHERE id = $1", DB_IN(account_id),
                  DB_OUT(ret_no));
}

err store_media_all(struct tx *t, arena *mem, int64_t account_id, struct out_media **ret_v,
                    size_t *ret_n)
{
    int64_t rows = 0;
    struct out_media x = {.m = {.account_id = account_id}};
    size_t n = 0;
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM media WHERE account_id = $1", DB_IN(account_id),
               DB_OUT(&rows)));
    if (rows > MEDIA_ROWS)
        return fault(ERR_TOO_LARGE, "too_large", "%lld media", (long long)rows);
    struct out_media *v = NEW_N(mem, struct out_media, (size_t)rows + 1);
    DB_EACH(t, mem,
            "SELECT m.hash, m.mime, m.width, m.height, m.size, m.alt, m.name, m.poster,"
            " m.duration_ms, m.created_at, w.blob FROM media m"
            " JOIN media_variant w ON w.hash = m.hash AND w.width = 0"
            " WHERE m.account_id = $1 AND m.deleted_at = 0"
            " AND NOT EXISTS (SELECT 1 FROM media_block b WHERE b.hash = m.hash)"
            " ORDER BY m.created_at, m.hash LIMIT 100000",
            DB_IN(account_id),
            DB_OUT(&x.m.hash, &x.m.mime, &x.m.width, &x.m.height, &x.m.size, &x.m.alt, &x.m.name,
                   &x.m.poster, &x.m.duration_ms, &x.m.created_at, &x.blob),
            { v[n++] = x; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err store_media_again(struct tx *t, const struct media_again *m, bool *ret_known)
{
    int64_t rows = 0;
    TRY(db_exec_n(
        t,
        "INSERT INTO media (account_id, hash, mime, width, height, size, alt, created_by,"
        " created_at, name, poster, duration_ms)"
        " SELECT $1, hash, mime, width, height, size, $3, $4, $5, $6, poster, duration_ms"
        " FROM media WHERE hash = $2 AND account_id = (SELECT MIN(x.account_id) FROM media x"
        "  WHERE x.hash = $2)"
        " ON CONFLICT (account_id, hash) DO UPDATE SET deleted_at = 0, alt = CASE"
        "  WHEN excluded.alt = '' THEN media.alt ELSE excluded.alt END",
        DB_IN(m->account_id, m->hash, m->alt, m->user_id, tx_now(t), m->name), &rows));
    *ret_known = rows > 0;
    return OK;
}

err store_has_text(struct tx *t, int64_t account_id, const struct article_text *x, bool *ret_yes)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT (SELECT COUNT(*) FROM article_version WHERE account_id = $1 AND title = $2"
               " AND digest = $3 AND cover = $4 AND category = $5 AND doc = $6 AND declared = $7)"
               " + (SELECT COUNT(*) FROM draft WHERE account_id = $1 AND title = $2"
               " AND digest = $3 AND cover = $4 AND category = $5 AND doc = $6 AND declared = $7)",
               DB_IN(account_id, x->title, x->digest, x->cover, x->category, x->doc,
                     x->declared.p ? x->declared : S("")),
               DB_OUT(&n)));
    *ret_yes = n > 0;
    return OK;
}
