/* What is drawn, answered, counted and settled. */
#include "qa/qa_store.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "finding/finding.h"
#include "record/record.h"
#include "ruling/ruling.h"

static uint64_t number_of(int64_t case_id)
{
    AUTO_ARENA(mem);
    struct sha256 h = sha256(str_bytes(str_fmt(mem, "gongqi qa %lld", (long long)case_id)));
    uint64_t x = 0;
    for (int i = 0; i < 8; i++)
        x = x << 8 | h.b[i];
    return x;
}

enum qa_drawn qa_drawn_by(int64_t case_id, const struct qa_rates *rates)
{
    int64_t place = (int64_t)(number_of(case_id) % 100);
    if (place < rates->known)
        return QA_KNOWN;
    return place < rates->known + rates->second ? QA_DOUBLE : QA_NONE;
}

static bool takes_part(const struct casefile *c)
{
    return (c->kind == CASE_ARTICLE || c->kind == CASE_FINDING) && c->subject > 0;
}

/* Any of the pool, fixed by the case that drew it. It is shown as it was when its officer claimed
 * it, so that neither age nor due time gives it away. */
static err draw_known(struct tx *t, arena *mem, const struct qa_given *g)
{
    int64_t pool[QA_POOL];
    size_t n;
    struct casefile c;
    TRY(store_qa_pool(t, g->user_id, pool, &n));
    if (!n)
        return OK;
    TRY(case_load(t, mem, pool[number_of(g->case_id) / 100 % n], &c));
    struct qa_item i = {.id = id_new(),
                        .kind = S("known"),
                        .because = g->case_id,
                        .case_id = c.id,
                        .for_user = g->user_id,
                        .shift = tx_now(t) - c.claimed_at};
    return store_qa_insert(t, &i);
}

err qa_sample(struct tx *t, arena *mem, const struct qa_given *g)
{
    enum qa_drawn drawn = qa_drawn_by(g->case_id, &g->rates);
    struct casefile c;
    if (drawn == QA_NONE)
        return OK;
    TRY(case_load(t, mem, g->case_id, &c));
    if (!takes_part(&c))
        return OK;
    if (drawn == QA_KNOWN)
        return draw_known(t, mem, g);
    bool complained = false;
    TRY(store_qa_complained(t, c.id, &complained));
    if (c.eyes > 1 || complained)
        return OK; /* two officers see it as it is; a complaint's page shows its outcome */
    struct qa_item i = {.id = id_new(),
                        .kind = S("double"),
                        .because = c.id,
                        .case_id = c.id,
                        .first_user = g->user_id};
    return store_qa_insert(t, &i);
}

static str item_name(arena *mem, int64_t id)
{
    return str_fmt(mem, "qa/%lld", (long long)id);
}

err qa_answer(struct tx *t, arena *mem, const struct qa_answer *a)
{
    int64_t changed = 0;
    struct casefile c;
    TRY(qa_case_load(t, mem, a->id, a->user_id, &c));
    if (!str_eq(c.state, S("open")))
        return fault(ERR_CONFLICT, "case_decided", "item %lld", (long long)a->id);
    TRY(store_qa_done(t, a, &changed));
    if (!changed)
        return fault(ERR_CONFLICT, "claim_lost", "item %lld", (long long)a->id);
    return record_add(t, &(struct record_in){.kind = RECORD_qa_answered,
                                             .actor = a->user_id,
                                             .subject = item_name(mem, a->id)});
}

err qa_mark(struct tx *t, arena *mem, int64_t case_id, int64_t user_id, bool on)
{
    struct casefile c;
    bool can = false, was = false;
    TRY(case_load(t, mem, case_id, &c));
    TRY(qa_marked(t, &c, &can, &was));
    if (!can)
        return fault(ERR_INVALID, "not_reference", "case %lld", (long long)case_id);
    if (was == on)
        return OK;
    TRY(store_qa_mark(t, case_id, user_id, on));
    return record_add(t, &(struct record_in){.kind = on ? RECORD_qa_marked : RECORD_qa_unmarked,
                                             .actor = user_id,
                                             .subject = item_name(mem, case_id)});
}

/* ---- figures ---- */

struct counting {
    arena *mem;
    enum qa_by by;
    struct qa_group *v;
    size_t n;
    str classes[KAPPA_CLASSES];
    size_t class_n;
};

/* Verdicts and measures are fewer than the table has room for; one more would share the last. */
static size_t class_of(struct counting *c, str answer)
{
    for (size_t i = 0; i < c->class_n; i++)
        if (str_eq(c->classes[i], answer))
            return i;
    if (c->class_n == KAPPA_CLASSES)
        return KAPPA_CLASSES - 1;
    c->classes[c->class_n] = answer;
    return c->class_n++;
}

static struct qa_group *group_of(struct counting *c, str key, int64_t user_id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->v[i].user_id == user_id && (user_id || str_eq(c->v[i].key, key)))
            return &c->v[i];
    if (c->n == QA_GROUPS_MAX)
        return NULL;
    c->v[c->n] = (struct qa_group){.key = key, .user_id = user_id};
    return &c->v[c->n++];
}

static str month_of(arena *mem, int64_t at)
{
    return str_sub(clock_china_text(mem, at), 0, 7);
}

static str key_of(const struct counting *c, const struct qa_pair *p)
{
    if (c->by == QA_BY_POLICY)
        return p->family.n ? p->family : p->case_kind;
    return c->by == QA_BY_TEMPLATE ? p->template : month_of(c->mem, p->at);
}

static void count(struct counting *c, const struct qa_pair *p, struct qa_group *g, bool turned)
{
    if (!g)
        return;
    size_t a = class_of(c, p->expected), b = class_of(c, p->answer);
    if (str_eq(p->kind, S("known"))) {
        g->known++;
        g->right += a == b;
    } else {
        g->table.n[turned ? b : a][turned ? a : b]++;
    }
}

static void count_pair(struct counting *c, const struct qa_pair *p)
{
    if (c->by != QA_BY_REVIEWER) {
        count(c, p, group_of(c, key_of(c, p), 0), false);
        return;
    }
    count(c, p, group_of(c, p->second_name, p->second), true);
    if (!str_eq(p->kind, S("known")))
        count(c, p, group_of(c, p->first_name, p->first), false);
}

static int64_t weight(const struct qa_group *g)
{
    return g->known + g->kappa.pairs;
}

static bool before(enum qa_by by, const struct qa_group *a, const struct qa_group *b)
{
    return by == QA_BY_MONTH ? str_cmp(a->key, b->key) > 0 : weight(a) > weight(b);
}

static void sort(enum qa_by by, struct qa_group *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && before(by, &v[k], &v[k - 1]); k--) {
            struct qa_group x = v[k];
            v[k] = v[k - 1];
            v[k - 1] = x;
        }
}

err qa_figures(struct tx *t, arena *mem, enum qa_by by, struct qa_group **ret_v, size_t *ret_n)
{
    struct counting c = {.mem = mem, .by = by, .v = NEW_N(mem, struct qa_group, QA_GROUPS_MAX)};
    struct qa_pair *pairs;
    size_t n;
    TRY(store_qa_pairs(t, mem, &pairs, &n));
    for (size_t i = 0; i < n; i++)
        count_pair(&c, &pairs[i]);
    for (size_t i = 0; i < c.n; i++)
        c.v[i].kappa = kappa_of(&c.v[i].table);
    sort(by, c.v, c.n);
    *ret_v = c.v;
    *ret_n = c.n;
    return OK;
}

/* ---- dissents ---- */

static err open_again(struct tx *t, arena *mem, const struct qa_settle *s,
                      const struct qa_dissent *d, int64_t *ret_case)
{
    int64_t ruling = 0;
    TRY(store_qa_ruling(t, d->case_id, &ruling));
    if (ruling) {
        struct appeal a;
        TRY(ruling_reopen(t, mem, &(struct sweep_ask){.officer = s->user_id, .text = s->reason},
                          ruling));
        TRY(appeal_of_ruling(t, mem, ruling, &a));
        *ret_case = a.case_id;
        return OK;
    }
    if (!str_eq(d->first_answer, S("none")))
        return OK; /* its appeal has been filed */
    struct finding f = {.account_id = d->account_id,
                        .no = d->no,
                        .version = d->version,
                        .source = FINDING_STAFF,
                        .family = d->family,
                        .note = s->reason,
                        .by = s->user_id};
    TRY(finding_raise(t, mem, &f));
    *ret_case = f.case_id;
    return OK;
}

err qa_settle(struct tx *t, arena *mem, const struct qa_settle *s, int64_t *ret_case)
{
    struct qa_dissent d;
    int64_t opened = 0;
    TRY(qa_dissent(t, mem, s->id, &d));
    if (d.held.n)
        return fault(ERR_CONFLICT, "qa_settled", "item %lld", (long long)s->id);
    if (s->user_id == d.first || s->user_id == d.second)
        return fault(ERR_DENIED, "conflict_of_interest", "item %lld", (long long)s->id);
    bool first = str_eq(s->held, S("first"));
    if (!first && !str_eq(s->held, S("second")) && !str_eq(s->held, S("neither")))
        return fault_field(ERR_INVALID, "required", "held", "held %.*s", FMT(s->held));
    if (!s->reason.n)
        return fault_field(ERR_INVALID, "required", "reason", "no reason");
    if (!first && d.kind == CASE_FINDING)
        TRY(open_again(t, mem, s, &d, &opened));
    TRY(store_qa_settlement(t, s, opened));
    TRY(record_add(t, &(struct record_in){.kind = RECORD_qa_settled,
                                          .actor = s->user_id,
                                          .subject = item_name(mem, s->id),
                                          RECORD_FIELDS(RECORD_TEXT("held", s->held))}));
    *ret_case = opened;
    return OK;
}
