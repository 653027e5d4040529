/* Registrants: the verified person or organisation behind accounts (regulation 2017 art. 6: real
 * name at the back, chosen name at the front). All real-name data is sealed; what others see is the
 * account's name and class label. Nobody is verified by format alone (A6.2): format checks refuse
 * at once, proof comes from a mobile code plus manual review by staff or an outside verifier.
 * States (obligations 3.2): draft, submitted, returned, verified, failed, invalid. */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
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
/* Masked name for the person concerned and for staff ("张*", "杭州**有限公司"); never public. */
err registrant_masked_name(struct tx *t, arena *mem, struct vault *v, int64_t id, str *ret_name);
/* Carries out a verdict on a CASE_REGISTRANT: approve = verified for 12 months (level by class),
 * return = back to the person, reject = failed. Record and notice. */
err registrant_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                            const struct decision *d);
/* What staff see when they decide: masked data, evidence, results so far; reads are logged. */
err registrant_case_view(struct request *r, const struct casefile *c, html *ret_view);

/* Registers a registrant at once, verified, as the demo and the benches need it, through the same
 * sealing, keys and records. Not reachable from any route. */
struct registrant_seed {
    enum registrant_class class;
    str name, doc_type, doc_no, province, mobile;
    int64_t user_id, officer;
};
err registrant_seed(struct tx *t, arena *mem, struct vault *v, const struct registrant_seed *s,
                    int64_t *ret_id);
