/* Counting, and throttling what does badly. */
#include "base/wilson.h"
#include "learning/learning_store.h"
#include "scan/rules.h"
#include "settings/provider.h"
#include "web/request.h"

struct counting {
    arena *mem;
    const struct learning_limits *limits;
    struct learning_rule *rules;
    struct learning_officer *people;
    size_t rule_n, people_n;
};

static err count(struct tx *t, void *ctx)
{
    struct counting *x = ctx;
    TRY(store_learning_subjects(t, x->mem, &x->rules, &x->rule_n));
    for (size_t i = 0; i < x->rule_n; i++)
        TRY(store_learning_figures(t, &x->rules[i]));
    return store_learning_people(t, x->mem, &x->people, &x->people_n);
}

static int64_t percent(double share)
{
    return (int64_t)(share * 100 + 0.5);
}

/* Chance is not blamed: the whole interval has to lie on the wrong side. */
static bool does_badly(const struct learning_rule *x, const struct learning_limits *l,
                       struct scan_brake *ret_b)
{
    struct wilson right = wilson_of(x->right, x->decided);
    struct wilson reversed = wilson_of(x->reversed, x->appeals);
    bool wrong = x->decided >= l->sample && right.high * 100 < (double)l->precision;
    bool undone = x->appeals >= l->sample && reversed.low * 100 > (double)l->reversal;
    *ret_b = wrong ? (struct scan_brake){x->id, S("precision"), percent(right.share), l->precision}
                   : (struct scan_brake){x->id, S("appeals"), percent(reversed.share), l->reversal};
    return wrong || undone;
}

static err keep(struct tx *t, void *ctx)
{
    const struct counting *x = ctx;
    for (size_t i = 0; i < x->rule_n; i++) {
        struct scan_brake b;
        if (does_badly(&x->rules[i], x->limits, &b))
            TRY(scan_rule_throttle(t, x->mem, &b));
    }
    TRY(store_learning_rules_put(t, x->rules, x->rule_n));
    return store_learning_people_put(t, x->people, x->people_n);
}

err learning_count(struct db *db, const struct learning_limits *l)
{
    AUTO_ARENA(mem);
    struct counting x = {.mem = mem, .limits = l};
    TRY(db_read(db, count, &x));
    return db_tx(db, keep, &x);
}

err learning_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    struct provider_settings ps;
    provider_live_get(s->provider, job->mem, &ps);
    return learning_count(s->db, &(struct learning_limits){.sample = ps.learning_sample,
                                                           .precision = ps.learning_precision,
                                                           .reversal = ps.learning_reversal});
}
