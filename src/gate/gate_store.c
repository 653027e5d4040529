/* The gate's query, and those that only licensed, reprinted and two-person things need. */
#include "gate/gate.h"

#include "account/account.h"
#include "base/clock.h"
#include "emergency/scope.h"
#include "settings/provider.h"

struct facts {
    str account_state, handle, categories, registrant_state;
    int64_t registrant_id, valid_to, measures, posts, quota_day, quota_used, freezes, holds, prints;
    int64_t signed_version, version, must_sign; /* of the agreement: newest in force, due by now */
    str class;
    int64_t two_person, released, others; /* others: who could release it, but for the author */
};

/* What only licensed and reprinted things, and those of two people, are asked about. */
struct licence_facts {
    bool platform_closed, required, expired, unlisted, forbidden, second_person;
};

/* `list` is comma-separated codes. */
static bool list_has(str list, str code)
{
    for (str rest = list; rest.p;) {
        str one = str_split(rest, ',', &rest);
        if (str_eq(str_trim(one), code))
            return true;
    }
    return false;
}

static unsigned judge(const struct facts *f, const struct licence_facts *l,
                      const struct gate_question *q, int64_t now)
{
    bool second = l->second_person && q->author_id;
    int64_t today = (now + 8 * HOUR_MS) / DAY_MS;
    int64_t used = f->quota_day == today ? f->quota_used : 0;
    bool verified =
        str_eq(f->registrant_state, S("verified")) && (!f->valid_to || f->valid_to > now);
    bool agreed = f->version && f->signed_version && f->signed_version >= f->must_sign;
    const bool closed[GATE_REASONS] = {
        [GATE_identity_required] = !verified,
        [GATE_agreement_required] = !agreed,
        [GATE_account_inactive] = !str_eq(f->account_state, S("active")),
        [GATE_measure_in_force] = f->measures != 0,
        [GATE_category_not_granted] = q->category.n && !list_has(f->categories, q->category),
        [GATE_news_platform_closed] = l->platform_closed,
        [GATE_licence_required] = l->required,
        [GATE_licence_expired] = l->expired,
        [GATE_source_not_listed] = l->unlisted,
        [GATE_reprint_not_permitted] = l->forbidden,
        [GATE_quota_used] = q->counts && used >= q->daily_quota,
        [GATE_post_vacant] = f->posts == 0,
        [GATE_emergency_freeze] = f->freezes > 0,
        [GATE_second_member_missing] = second && !q->version && !f->others,
        [GATE_second_person_required] = second && q->version && !f->released,
        [GATE_content_listed] = q->listed,
    };
    unsigned set = 0;
    for (int i = 0; i < GATE_REASONS; i++)
        set |= (unsigned)closed[i] << i;
    return set;
}

/* ---- licences, sources and permissions ---- */

/* Of one of two types: how many are in force, and how many there ever were. */
static err licence_ask(struct tx *t, int64_t registrant, str one, str other,
                       struct licence_facts *l)
{
    int64_t live = 0, all = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FILTER (WHERE state = 'valid' AND valid_from <= $4"
               "  AND (valid_to = 0 OR valid_to > $4)), COUNT(*) FROM licence"
               " WHERE registrant_id = $1 AND type IN ($2, $3)"
               " AND (state = 'ended' OR (state = 'valid' AND valid_from <= $4))",
               DB_IN(registrant, one, other, tx_now(t)), DB_OUT(&live, &all)));
    l->required |= !live && !all;
    l->expired |= !live && all;
    return OK;
}

/* "https://news.example.cn/1" is of "example.cn". */
static bool host_is(str url, str host)
{
    str rest = STR_NONE;
    str at = str_sub(url, str_starts(url, S("https://")) ? 8 : 7, url.n);
    at = str_split(str_split(at, '/', &rest), ':', &rest);
    return str_eq_ci(at, host) || (at.n > host.n && at.p[at.n - host.n - 1] == '.' &&
                                   str_eq_ci(str_sub(at, at.n - host.n, host.n), host));
}

static err news_ask(struct tx *t, arena *mem, const struct gate_question *q, int64_t registrant,
                    const struct provider_settings *ps, struct licence_facts *l)
{
    str host = S("");
    l->platform_closed = !ps->news_platform_licence.n;
    TRY(licence_ask(t, registrant, S("news_editing"),
                    q->reprint ? S("news_reprint") : S("news_editing"), l));
    if (!q->reprint)
        return OK;
    err e = db_one(t, mem, "SELECT host FROM news_source WHERE name = $1", DB_IN(q->source),
                   DB_OUT(&host));
    l->unlisted = e == ERR_NOT_FOUND || (host.n && !host_is(q->source_url, host));
    return e == ERR_NOT_FOUND ? OK : e;
}

static err reprint_ask(struct tx *t, const struct gate_question *q, int64_t registrant,
                       struct licence_facts *l)
{
    int64_t n = 0;
    TRY(db_one(t, NULL,
               "SELECT COUNT(*) FROM account o JOIN article a ON a.account_id = o.id AND a.no = $2"
               " WHERE o.handle = $1 AND a.version > 0 AND (o.registrant_id = $3 OR EXISTS ("
               "  SELECT 1 FROM reprint_permit p WHERE p.account_id = o.id AND p.allowed_id = $4))",
               DB_IN(q->of_handle, q->of_no, registrant, q->account_id), DB_OUT(&n)));
    l->forbidden = n == 0;
    return OK;
}

static str licence_of(str category)
{
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        if (str_eq(category, str_from(CATEGORIES[i].code)))
            return str_from(CATEGORIES[i].licence);
    return S("");
}

static err licences_ask(struct tx *t, arena *mem, const struct gate_question *q, int64_t registrant,
                        struct licence_facts *l)
{
    str field = licence_of(q->category);
    bool news = q->news || str_eq(field, S("news"));
    if (q->reprint && q->of_handle.n)
        TRY(reprint_ask(t, q, registrant, l));
    if (!news && !field.n)
        return OK;
    struct provider_settings ps;
    TRY(provider_settings_load(t, mem, &ps));
    if (news)
        TRY(news_ask(t, mem, q, registrant, &ps, l));
    if (field.n && !str_eq(field, S("news")) && provider_rule(&ps, ps.qualification_rule))
        TRY(licence_ask(t, registrant, field, field, l));
    return OK;
}

/* By the account's wish, or by the provider's rule for its class or for news. */
static err second_ask(struct tx *t, arena *mem, const struct gate_question *q,
                      const struct facts *f, struct licence_facts *l)
{
    bool government = str_eq(f->class, S("government"));
    bool news = q->news || str_eq(licence_of(q->category), S("news"));
    struct provider_settings ps;
    l->second_person = f->two_person != 0;
    if (l->second_person || !(government || news))
        return OK;
    TRY(provider_settings_load(t, mem, &ps));
    l->second_person = (government && ps.two_person_government) || (news && ps.two_person_news);
    return OK;
}

err gate_ask(struct tx *t, arena *mem, const struct gate_question *q, struct gate_answer *ret_a)
{
    struct facts f = {0};
    TRY(db_one(
        t, mem,
        "SELECT a.state, a.handle, a.categories, a.quota_day, a.quota_used, r.id, r.state,"
        " r.valid_to,"
        " (SELECT COUNT(*) FROM measure m WHERE m.account_id = a.id AND m.start_at <= $2"
        "  AND (m.end_at IS NULL OR m.end_at > $2) AND m.lifted_at IS NULL"
        "  AND (m.kind IN ('suspend', 'close') OR REPLACE(',' || m.functions || ',',"
        "   ',publish,', '') <> ',' || m.functions || ',')),"
        " (SELECT COUNT(*) FROM post p WHERE p.post = 'editor_in_chief' AND p.from_at <= $2"
        "  AND (p.until_at IS NULL OR p.until_at > $2) AND p.ended_at IS NULL),"
        " COALESCE((SELECT MAX(s.version) FROM signature s WHERE s.registrant_id = r.id"
        "  AND s.kind = 'service_agreement'), 0),"
        " COALESCE((SELECT MAX(v.version) FROM policy v WHERE v.kind = 'service_agreement'"
        "  AND v.effective_at <= $2), 0),"
        " COALESCE((SELECT MAX(v.version) FROM policy v WHERE v.kind = 'service_agreement'"
        "  AND v.effective_at <= $2 AND v.material = 1 AND v.sign_by <= $2), 0),"
        " (SELECT COUNT(*) FROM emergency e WHERE e.freezes = 1 AND " EMERGENCY_REACHES(
            "$2", "a",
            "$3") "),"
                  " (SELECT COUNT(*) FROM emergency e WHERE e.holds = 1 AND " EMERGENCY_REACHES(
                      "$2", "a", "$3") ")"
                                       ", a.class, a.two_person,"
                                       " (SELECT COUNT(*) FROM article_release s"
                                       "  WHERE s.account_id = a.id AND s.no = $4"
                                       "  AND s.version = $5 AND s.state = 'released'),"
                                       " (SELECT COUNT(*) FROM member m WHERE m.account_id = a.id"
                                       "  AND m.role IN ('owner', 'editor') AND m.user_id <> $6),"
                                       " (SELECT blocks + lists FROM print_epoch WHERE id = 1)"
                                       " FROM account a JOIN registrant r ON r.id = "
                                       "a.registrant_id WHERE a.id = $1",
        DB_IN(q->account_id, tx_now(t), q->category.p ? q->category : S(""), q->no, q->version,
              q->author_id),
        DB_OUT(&f.account_state, &f.handle, &f.categories, &f.quota_day, &f.quota_used,
               &f.registrant_id, &f.registrant_state, &f.valid_to, &f.measures, &f.posts,
               &f.signed_version, &f.version, &f.must_sign, &f.freezes, &f.holds, &f.class,
               &f.two_person, &f.released, &f.others, &f.prints)));
    struct licence_facts l = {0};
    TRY(licences_ask(t, mem, q, f.registrant_id, &l));
    TRY(second_ask(t, mem, q, &f, &l));
    *ret_a = (struct gate_answer){.closed = judge(&f, &l, q, tx_now(t)),
                                  .emergency_hold = f.holds > 0,
                                  .second_person = l.second_person && q->author_id && !q->version,
                                  .registrant_id = f.registrant_id,
                                  .prints = f.prints,
                                  .handle = f.handle};
    return OK;
}
