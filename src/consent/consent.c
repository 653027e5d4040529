/* Giving and taking back. */
#include "consent/consent.h"

#include "base/id.h"
#include "consent/consent_store.h"
#include "record/record.h"

const struct purpose PURPOSES[PURPOSE_COUNT] = {
#define PURPOSE(key, href) [PURPOSE_##key] = {S_INIT(#key), S_INIT(href)},
#include "consent/purposes.def"
#undef PURPOSE
};
#define NOTICE S("notice")

static err last(struct tx *t, int64_t user_id, str purpose, struct consent *ret_c)
{
    err e = store_consent_last(t, user_id, purpose, ret_c);
    if (e == ERR_NOT_FOUND)
        *ret_c = (struct consent){.purpose = purpose};
    return e == ERR_NOT_FOUND ? OK : e;
}

static err note(struct tx *t, int64_t user_id, struct consent *c)
{
    AUTO_ARENA(mem);
    TRY(store_privacy_version(t, &c->notice_version));
    TRY(store_consent_insert(t, user_id, id_new(), c));
    return record_add(t, &(struct record_in){
                             .kind = c->given ? RECORD_consent_given : RECORD_consent_withdrawn,
                             .actor = user_id,
                             .subject = str_fmt(mem, "user/%lld", (long long)user_id),
                             RECORD_FIELDS(RECORD_INT("notice_version", c->notice_version),
                                           RECORD_TEXT("purpose", c->purpose)),
                         });
}

err consent_set(struct tx *t, int64_t user_id, enum purpose_id p, bool given)
{
    struct consent c;
    TRY(last(t, user_id, PURPOSES[p].key, &c));
    if (c.given == given)
        return OK;
    c.given = given;
    return note(t, user_id, &c);
}

err consent_stands(struct tx *t, int64_t user_id, enum purpose_id p, bool *ret_stands)
{
    struct consent c;
    TRY(last(t, user_id, PURPOSES[p].key, &c));
    *ret_stands = c.given;
    return OK;
}

err consent_notice(struct tx *t, int64_t user_id, struct notice_standing *ret_s)
{
    struct notice_standing s = {0};
    struct consent c;
    TRY(store_privacy_version(t, &s.in_force));
    TRY(last(t, user_id, NOTICE, &c));
    s.shown = c.notice_version;
    s.shown_at = c.at;
    *ret_s = s;
    return OK;
}

err consent_notice_shown(struct tx *t, int64_t user_id)
{
    struct notice_standing s;
    TRY(consent_notice(t, user_id, &s));
    if (s.in_force == s.shown)
        return OK;
    return note(t, user_id, &(struct consent){.purpose = NOTICE, .given = true});
}
