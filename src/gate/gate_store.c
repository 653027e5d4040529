/* The gate's one query. */
#include "gate/gate.h"

#include "base/clock.h"

struct facts {
    str account_state, handle, categories, registrant_state;
    int64_t registrant_id, valid_to, measures, posts, quota_day, quota_used;
    int64_t signed_version, version, must_sign; /* of the agreement: newest in force, due by now */
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

static unsigned judge(const struct facts *f, const struct gate_question *q, int64_t now)
{
    int64_t today = (now + 8 * HOUR_MS) / DAY_MS;
    int64_t used = f->quota_day == today ? f->quota_used : 0;
    const bool closed[GATE_REASONS] = {
        [GATE_identity_required] =
            !str_eq(f->registrant_state, S("verified")) || (f->valid_to && f->valid_to <= now),
        [GATE_agreement_required] =
            f->version == 0 || f->signed_version == 0 ||
            f->signed_version<
                f->must_sign, [GATE_account_inactive] = !str_eq(f->account_state, S("active")),
                [GATE_measure_in_force] = f->measures> 0,
        [GATE_category_not_granted] = q->category.n && !list_has(f->categories, q->category),
        [GATE_quota_used] = q->counts && used >= q->daily_quota,
        [GATE_post_vacant] = f->posts == 0,
    };
    unsigned set = 0;
    for (int i = 0; i < GATE_REASONS; i++)
        set |= (unsigned)closed[i] << i;
    return set;
}

err gate_ask(struct tx *t, arena *mem, const struct gate_question *q, struct gate_answer *ret_a)
{
    struct facts f = {0};
    TRY(db_one(t, mem,
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
               "  AND v.effective_at <= $2 AND v.material = 1 AND v.sign_by <= $2), 0)"
               " FROM account a JOIN registrant r ON r.id = a.registrant_id WHERE a.id = $1",
               DB_IN(q->account_id, tx_now(t)),
               DB_OUT(&f.account_state, &f.handle, &f.categories, &f.quota_day, &f.quota_used,
                      &f.registrant_id, &f.registrant_state, &f.valid_to, &f.measures, &f.posts,
                      &f.signed_version, &f.version, &f.must_sign)));
    *ret_a = (struct gate_answer){judge(&f, q, tx_now(t)), f.registrant_id, f.handle};
    return OK;
}
