/* Licences and qualifications of registrants (regulation 2017 art. 7, 8; obligations A7.2, A8.1):
 * filed by operators with the sealed document, decided by staff, four eyes for news, in force for
 * all accounts of the registrant, said 30, 7 and 1 days before they end. The gate reads the table:
 * what is not in force opens nothing. What was filed never changes; a renewal is a filing of its
 * own. States: submitted, countersign (news, at the editor-in-chief), valid, returned, rejected,
 * ended. */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
#include "web/request.h"

enum { LICENCE_NUMBER_MAX = 60, LICENCE_ISSUER_MAX = 60, LICENCE_REASON_MAX = 500 };

struct licence {
    int64_t registrant_id, id, account_id, valid_from, valid_to, evidence_id;
    int64_t filed_by, filed_at, decided_at;
    str type, number /* masked when the holder is a person */, issuer, state, reason;
    str handle, account_name; /* out: of account_id */
};
struct licence_type {
    const char *name;
    bool news;
};
extern const struct licence_type LICENCE_TYPES[]; /* ends with a NULL name */

str licence_label(enum lang lang, str type);
/* In force at this time? valid_to is the first moment after the last day; 0 = without end. */
bool licence_live(const struct licence *l, int64_t now);
/* valid, expired (valid, but over), waiting (submitted, countersign), returned, rejected, ended. */
str licence_status(const struct licence *l, int64_t now);

struct licence_filing {
    struct licence
        l; /* registrant_id, account_id, type, number (full), issuer, times, evidence_id */
    int64_t user_id, review_ms;
};
/* What can be said before a file is stored. ERR_INVALID by field: licence_organisation,
 * licence_term, licence_over; ERR_CONFLICT licence_waiting. */
err licence_check(struct tx *t, arena *mem, const struct licence *l);
/* The same, and then the row, the case and the record. */
err licence_file(struct tx *t, arena *mem, const struct licence_filing *f, int64_t *ret_id);
err licence_load(struct tx *t, arena *mem, int64_t registrant_id, int64_t id,
                 struct licence *ret_l);
/* Of a registrant, newest first, at most 100. */
err licence_list(struct tx *t, arena *mem, int64_t registrant_id, struct licence **ret_v,
                 size_t *ret_n);
/* In force now, as the public sees them. */
err licence_public(struct tx *t, arena *mem, int64_t registrant_id, struct licence **ret_v,
                   size_t *ret_n);
/* Of everybody, newest first; status as licence_status says or "ending" (within 30 days), "" = all.
 */
struct licence_page {
    str status;
    int64_t before; /* id of the last row shown; 0 = start */
    int limit;      /* ≤ 100 */
};
err licence_page_of(struct tx *t, arena *mem, const struct licence_page *p, struct licence **ret_v,
                    size_t *ret_n);
/* Ends one that is valid before its time. ERR_CONFLICT licence_not_valid; ERR_INVALID
 * reason_required. */
err licence_end(struct tx *t, arena *mem, const struct licence *l, int64_t by, str reason);
/* Carries out a verdict on a CASE_LICENCE or CASE_NEWS_LICENCE. */
err licence_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d);
err licence_case_view(struct request *r, const struct casefile *c, html *ret_view);
/* Every hour: notices before the end, once each, and at the end to operators and reviewers. */
err licence_expiry_job(struct db *db);

/* ---- sources that news may be reprinted from ---- */
struct news_source {
    str name, host;
    int64_t added_at;
};
/* ERR_INVALID by field; ERR_CONFLICT source_known. */
err news_source_add(struct tx *t, arena *mem, const struct news_source *s, int64_t by);
err news_source_drop(struct tx *t, str name, int64_t by);
/* By name, after that one ("" = start); find = part of the name. */
err news_source_list(struct tx *t, arena *mem, str find, str after, int limit,
                     struct news_source **ret_v, size_t *ret_n);
