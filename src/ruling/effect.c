/* Carrying measures out, and undoing exactly that. */
#include "account/account.h"
#include "article/article.h"
#include "base/clock.h"
#include "base/json.h"
#include "job/job.h"
#include "menu/menu.h"
#include "notice/notice.h"
#include "ruling/steps.h"

enum { ARGS_MAX = 200, ILLEGAL = 2 /* severities up to this */ };

/* ---- beginning ---- */

/* Pictures of what is illegal go everywhere; of the rest those that nobody else shows. */
static err media_block(struct tx *t, arena *mem, const struct measure *m, bool everywhere)
{
    str *v;
    size_t n;
    TRY(article_media(t, mem, m->account_id, m->no, &v, &n));
    for (size_t i = 0; i < n; i++) {
        bool shared = false;
        if (!everywhere)
            TRY(article_media_shared(t, m->account_id, m->no, v[i], &shared));
        if (!shared)
            TRY(measure_block_media(t, m->id, v[i]));
    }
    return OK;
}

static err verify_later(struct tx *t, arena *mem, const struct measure *m)
{
    struct jw j;
    jw_init(&j, mem, ARGS_MAX);
    jw_object(&j);
    jw_key_int(&j, "account", m->account_id);
    jw_key_int(&j, "measure", m->id);
    jw_end(&j);
    return job_add(t, &(struct job_in){.kind = MEASURE_VERIFY_JOB, .args = buf_str(&j.out)});
}

static err account_before(struct tx *t, arena *mem, struct measure *m)
{
    struct account a;
    TRY(account_load(t, mem, m->account_id, &a));
    if (str_eq(a.state, S("closed")))
        return fault(ERR_CONFLICT, "account_closed_already", "account %lld",
                     (long long)m->account_id);
    m->before_state = a.state;
    m->before_reason = a.reason;
    return OK;
}

/* What an article shows follows from all measures that stand on it. */
static err article_marks(struct tx *t, arena *mem, const struct measure *m, int64_t officer)
{
    struct measure *v;
    size_t n;
    bool limited = false;
    str label = S("");
    TRY(measure_standing(t, mem, m->account_id, m->no, &v, &n));
    for (size_t i = 0; i < n; i++) {
        limited = limited || v[i].kind == MEASURE_limit;
        if (v[i].kind == MEASURE_label)
            label = v[i].family;
    }
    struct article_act act = {m->account_id, m->no, officer, m->family};
    return article_mark(t, mem, &act, limited, label);
}

/* What was removed does not come back (A11.4). */
static err prints_block(struct tx *t, arena *mem, const struct measure *m, const struct ruling *r)
{
    return print_block(t, mem,
                       &(struct print_removal){.measure_id = m->id,
                                               .case_id = r->case_id,
                                               .account_id = m->account_id,
                                               .no = m->no,
                                               .version = r->version,
                                               .officer = r->officer,
                                               .severity = r->severity,
                                               .family = m->family});
}

static err prints_release(struct tx *t, arena *mem, const struct measure *m, int64_t officer)
{
    struct print_ref *v;
    size_t n;
    TRY(print_unblock(t, mem, m->id, officer, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(article_let_go(t, mem, &v[i], officer));
    return OK;
}

static err begin_article(struct tx *t, arena *mem, struct measure *m, const struct ruling *r)
{
    struct article_act act = {m->account_id, m->no, r->officer, m->family};
    if (m->kind == MEASURE_remove)
        TRY(article_take_down(t, mem, &act, &m->before_state, &m->before_reason));
    TRY(measure_start(t, mem, m, r->officer));
    if (m->kind != MEASURE_remove)
        return article_marks(t, mem, m, r->officer);
    TRY(media_block(t, mem, m, r->severity <= ILLEGAL));
    return prints_block(t, mem, m, r);
}

/* What an account may not do shows on its pages (its menu, subscribing). */
static err account_pages_touch(struct tx *t, arena *mem, int64_t account_id)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    return account_page_touch(t, mem, a.handle);
}

static err begin_account(struct tx *t, arena *mem, struct measure *m, int64_t officer)
{
    TRY(account_before(t, mem, m));
    TRY(measure_start(t, mem, m, officer));
    if (m->kind == MEASURE_restrict)
        return account_pages_touch(t, mem, m->account_id);
    return account_measured(t, mem, m->account_id,
                            m->kind == MEASURE_close ? S("closed") : S("suspended"), m->family,
                            officer);
}

static err begin(struct tx *t, arena *mem, struct measure *m, const struct ruling *r)
{
    switch (m->kind) {
    case MEASURE_label:
    case MEASURE_limit:
    case MEASURE_remove:
        return begin_article(t, mem, m, r);
    case MEASURE_restrict:
    case MEASURE_suspend:
    case MEASURE_close:
        return begin_account(t, mem, m, r->officer);
    case MEASURE_warn:
    case MEASURE_KINDS:
        break;
    }
    return measure_start(t, mem, m, r->officer);
}

err effect_begin(struct tx *t, arena *mem, const struct ruling *r)
{
    struct measure m = {.account_id = r->account_id,
                        .decision_id = r->id,
                        .functions = r->functions,
                        .reason = str_ellipsis(mem, r->reasoning, 500),
                        .family = r->family,
                        .end_at = r->days ? tx_now(t) + r->days * (int64_t)DAY_MS : 0};
    TRY(measure_kind_parse(r->measure, &m.kind));
    /* Of both kinds (a warning): about what the case is about. */
    m.no = MEASURES[m.kind].things & FAMILY_ARTICLE ? r->no : 0;
    TRY(begin(t, mem, &m, r));
    return MEASURES[m.kind].is_read_back ? verify_later(t, mem, &m) : OK;
}

/* ---- ending ---- */

static bool sets_state(enum measure_kind k)
{
    return k == MEASURE_remove || k == MEASURE_suspend || k == MEASURE_close;
}

/* What stands beside m on the same thing. A later one has found the state that m made: it now
 * begins where m began. */
struct beside {
    bool any, closed;
};
static err look_beside(struct tx *t, arena *mem, const struct measure *m, struct beside *ret_b)
{
    struct measure *v;
    size_t n;
    struct beside b = {0};
    bool handed = false;
    TRY(measure_standing(t, mem, m->account_id, m->no, &v, &n));
    for (size_t i = 0; i < n; i++) {
        if (v[i].id == m->id || !sets_state(v[i].kind))
            continue;
        b.any = true;
        b.closed = b.closed || v[i].kind == MEASURE_close;
        if (v[i].id > m->id && !handed)
            TRY(measure_before(t, &v[i], m->before_state, m->before_reason));
        handed = handed || v[i].id > m->id;
    }
    *ret_b = b;
    return OK;
}

static err end_state(struct tx *t, arena *mem, const struct measure *m, int64_t officer)
{
    struct beside b;
    TRY(look_beside(t, mem, m, &b));
    if (m->kind == MEASURE_remove) {
        struct article_act act = {m->account_id, m->no, officer, m->before_reason};
        return b.any ? OK : article_put_back(t, mem, &act, m->before_state);
    }
    str state = b.closed ? S("closed") : b.any ? S("suspended") : m->before_state;
    str reason = b.any ? m->family : m->before_reason;
    return account_measured(t, mem, m->account_id, state, reason, officer);
}

err effect_end(struct tx *t, arena *mem, const struct measure *m, int64_t officer)
{
    if (sets_state(m->kind))
        TRY(end_state(t, mem, m, officer));
    TRY(measure_lift(t, mem, m, officer));
    if (m->kind == MEASURE_restrict)
        return account_pages_touch(t, mem, m->account_id);
    if (m->kind == MEASURE_remove)
        return prints_release(t, mem, m, officer);
    if (m->kind == MEASURE_label || m->kind == MEASURE_limit)
        return article_marks(t, mem, m, officer);
    return OK;
}

err effect_undo(struct tx *t, arena *mem, int64_t ruling_id, int64_t officer)
{
    struct measure *v;
    size_t n;
    TRY(measure_of(t, mem, ruling_id, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (!v[i].lifted_at)
            TRY(effect_end(t, mem, &v[i], officer));
    return OK;
}

/* ---- whose time is over ---- */

/* A menu that was taken away because of what it said does not come back by itself: it is sent to
 * review again. (A ruling that is reversed brings it back as it was.) */
static bool takes_menu(const struct measure *m)
{
    for (str rest = m->functions; m->kind == MEASURE_restrict && rest.p && rest.n;)
        if (str_eq(str_split(rest, ',', &rest), measure_function_name(FUNCTION_menu)))
            return true;
    return false;
}

static err menu_ends_with(struct tx *t, arena *mem, const struct measure *m)
{
    return takes_menu(m) ? menu_clear(t, mem, m->account_id, 0) : OK;
}

static err expire(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    struct measure *v;
    size_t n;
    (void)ctx;
    TRY(measure_due(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++) {
        struct ruling r;
        TRY(effect_end(t, mem, &v[i], 0));
        TRY(menu_ends_with(t, mem, &v[i]));
        if (ruling_load(t, mem, v[i].decision_id, &r) != OK)
            continue;
        TRY(notice_send_account(t, r.account_id, "measure_over", ruling_link(mem, r.id), 1,
                                (const str[]){r.title}));
    }
    return OK;
}

err measure_expire_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    (void)job;
    return db_tx(s->db, expire, NULL);
}
