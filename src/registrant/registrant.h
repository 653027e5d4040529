/* Registrants: the verified person or organisation behind accounts (regulation 2017 art. 6: real
 * name at the back, chosen name at the front). All real-name data is sealed; what others see is the
 * account's name and class label. Nobody is verified by format alone (A6.2): format checks refuse
 * at once, proof comes from a mobile code plus manual review by staff or an outside verifier.
 * States (obligations 3.2): draft, submitted, returned, verified, failed, invalid. */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
#include "vault/vault.h"
#include "web/request.h"

#define CLASS_TABLE(X)                                                                             \
    X(CLASS_INDIVIDUAL, individual)                                                                \
    X(CLASS_ENTERPRISE, enterprise)                                                                \
    X(CLASS_GOVERNMENT, government)                                                                \
    X(CLASS_MEDIA, media)                                                                          \
    X(CLASS_INSTITUTION, institution)                                                              \
    X(CLASS_PEOPLE_ORG, people_org)                                                                \
    X(CLASS_OTHER_ORG, other_org)
enum registrant_class {
#define X(id, name) id,
    CLASS_TABLE(X)
#undef X
        CLASS_COUNT
};
str class_name(enum registrant_class c); /* as stored; message class.<name> is its label */
err class_parse(str name, enum registrant_class *ret_c);

struct registrant {
    int64_t id, user_id, valid_to, created_at, updated_at;
    enum registrant_class class;
    struct bytes identity_key; /* caps and blacklist hang on it; empty while a draft */
    str province, state, level, reason;
    int rev;
};
err registrant_load(struct tx *t, arena *mem, int64_t id, struct registrant *ret_r);
/* Those that a user manages, newest first. */
err registrant_list(struct tx *t, arena *mem, int64_t user_id, struct registrant **ret_v,
                    size_t *ret_n);
/* Other registrants and accounts of the same identity key, for the eyes of staff. */
struct same_identity {
    str class, state, account; /* account: its name; empty for a registrant without one */
};
err registrant_same(struct tx *t, arena *mem, const struct registrant *r,
                    struct same_identity **ret_v, size_t *ret_n);
/* Masked name for the person concerned and for staff ("张*", "杭州**有限公司"); never public. */
err registrant_masked_name(struct tx *t, arena *mem, struct vault *v, int64_t id, str *ret_name);
/* Carries out a verdict on a CASE_REGISTRANT: approve = verified for the provider's
 * verification_months (level by class), return = back to the person, reject = failed. Record and
 * notice. */
err registrant_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                            const struct decision *d);
/* Every hour: notices 30, 7 and 1 days before a verification ends (once each); at its end the
 * registrant is "invalid", the marks of its accounts go, and the gate is closed (obligations 3.3).
 */
err registrant_expiry_job(struct db *db);
/* Ceases at its own wish (leaving/): invalid for good, its waiting review is cancelled; what it
 * stated stays sealed until the retention engine erases it. It has no open account any more. */
#define REGISTRANT_LEFT S("left") /* registrant.reason then */
bool registrant_left(const struct registrant *r);
/* For the desk: ERR_DENIED "identity_restricted" when it has left. */
err registrant_stays(struct tx *t, arena *mem, int64_t id);
err registrant_leave(struct tx *t, arena *mem, int64_t id, int64_t actor);
enum { RENEW_DAYS = 30 };
/* Asks staff to look again before the end; the old verification holds meanwhile. ERR_CONFLICT
 * renew_early (more than RENEW_DAYS left, or not verified), in_review. */
bool registrant_may_renew(const struct registrant *r, int64_t now);
err registrant_renew(struct tx *t, arena *mem, int64_t user_id, int64_t id, int64_t review_ms);
/* What staff see when they decide: masked data, evidence, results so far; reads are logged. */
err registrant_case_view(struct request *r, const struct casefile *c, html *ret_view);

/* ---- what a registrant states about itself ---- */
enum identity_field {
    IDENTITY_NAME,        /* of the person or the organisation */
    IDENTITY_DOC_TYPE,    /* citizen_id, residence_permit, uscc, orgcode */
    IDENTITY_DOC_NO,      /* normalised */
    IDENTITY_LEGAL_REP,   /* organisations */
    IDENTITY_OPERATOR,    /* authorised person of an organisation */
    IDENTITY_OPERATOR_NO, /* that person's citizen number */
    IDENTITY_MOBILE,      /* proved by code */
    IDENTITY_FIELDS
};
const char *identity_field_name(enum identity_field f);
struct identity {
    str field[IDENTITY_FIELDS]; /* plain text: only in memory, only in flight */
};
/* Does this class state this field? Forms ask only what the class needs. */
bool identity_asked(enum registrant_class c, enum identity_field f);
/* Checks and normalises every field by its standard (obligations 2.13-2.16). ERR_INVALID with the
 * field's name: id_check, uscc_check, orgcode_check, bad_mobile, minor_not_allowed … */
err identity_check(arena *mem, enum registrant_class c, int64_t now_ms, struct identity *id);

struct registrant_submission {
    int64_t id; /* 0 = new; else one of this user's that was returned or is a draft */
    int64_t user_id, review_ms;
    int64_t new_id; /* for a new one: minted before, as its sealed files need it; 0 = here */
    enum registrant_class class;
    str province;
    const struct identity *identity; /* checked; its mobile proved by a code */
};
/* Seals the identity, notes what format and code showed, opens the case. ERR_CONFLICT
 * "in_review", "already_verified". */
err registrant_submit(struct tx *t, arena *mem, struct vault *v,
                      const struct registrant_submission *s, int64_t *ret_id);
err identity_seal(struct tx *t, arena *mem, struct vault *v, int64_t registrant_id,
                  const struct identity *id);
/* Opened for the system's own use (an outside verifier), unlogged. */
err identity_open(struct tx *t, arena *mem, struct vault *v, int64_t registrant_id,
                  struct identity *ret_id);
/* Sealed values for logged reads by people (vault_read_masked, vault_read_full). */
err identity_item(struct tx *t, arena *mem, int64_t registrant_id, enum identity_field f,
                  struct vault_item *ret_item);

struct verification {
    int64_t id, verifier, at, valid_to;
    str method, verdict, level, reason, evidence_ref, verifier_name;
};
err verification_add(struct tx *t, int64_t registrant_id, const struct verification *v);
err verification_list(struct tx *t, arena *mem, int64_t registrant_id, struct verification **ret_v,
                      size_t *ret_n);
/* Sets the state by a result of a method that proves identity (manual, http): pass = verified for
 * verification_months, fail = failed. Marks of its accounts follow. Record and notice. */
struct registrant_result {
    int64_t id, verifier;
    const char *method;
    enum verdict verdict;
    str reason, evidence_ref;
};
err registrant_settle(struct tx *t, arena *mem, const struct registrant_result *r);

struct evidence {
    int64_t id, created_by, created_at, size;
    str kind, blob, mime;
};
err evidence_add(struct tx *t, int64_t registrant_id, struct evidence *e); /* sets id */
err evidence_list(struct tx *t, arena *mem, int64_t registrant_id, struct evidence **ret_v,
                  size_t *ret_n);
err evidence_load(struct tx *t, arena *mem, int64_t registrant_id, int64_t id,
                  struct evidence *ret_e);

/* Registers a registrant at once, verified, as the demo and the benches need it, through the same
 * sealing, keys and records. Not reachable from any route. */
struct registrant_seed {
    enum registrant_class class;
    str province;
    struct identity identity;
    int64_t user_id, officer;
};
err registrant_seed(struct tx *t, arena *mem, struct vault *v, const struct registrant_seed *s,
                    int64_t *ret_id);
