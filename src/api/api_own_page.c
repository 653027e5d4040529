/* What an operator's program reads and does beside writing: own articles, schedule, withdrawal,
 * figures. */
#include "api/api.h"
#include "api/schema.h"

#include "article/release.h"
#include "base/clock.h"
#include "figures/figures.h"
#include "measure/measure.h"

enum { OWN_PER_PAGE = 50, DAYS_DEFAULT = 30, DAYS_MAX = 90 };

static void key_time(struct jw *j, arena *mem, const char *key, int64_t at)
{
    jw_key_str(j, key, at ? clock_rfc3339(mem, at) : STR_NONE);
}

static err answer(struct request *r, struct jw *j)
{
    str json;
    TRY(buf_take(&j->out, &json));
    return reply_json(r, 200, json);
}

/* ---- own articles ---- */

struct own {
    struct request *r;
    struct article_own_page page;
    struct article *v;
    size_t n;
};

static err load_own(struct tx *t, void *ctx)
{
    struct own *o = ctx;
    return article_list_own(t, o->r->mem, &o->page, &o->v, &o->n);
}

static void own_members(struct jw *j, arena *mem, const struct article *a)
{
    jw_object(j);
    jw_key_int(j, "no", a->no);
    jw_key_str(j, "url", str_fmt(mem, "/a/%.*s/%lld", FMT(a->handle), (long long)a->no));
    jw_key_str(j, "state", a->state);
    jw_key_str(j, "title", a->title);
    jw_key_str(j, "category", a->category);
    jw_key_int(j, "version", a->version);
    jw_key_int(j, "versions", a->versions);
    jw_key_str(j, "reason", a->reason);
    key_time(j, mem, "created_at", a->created_at);
    key_time(j, mem, "updated_at", a->updated_at);
    key_time(j, mem, "published_at", a->published_at);
    key_time(j, mem, "publish_at", a->publish_at);
    jw_end(j);
}

static bool known_state(str state)
{
    for (const char *const *s = API_STATES; *s; s++)
        if (str_eq(state, str_from(*s)))
            return true;
    return !state.n;
}

err api_v1_own_articles(struct request *r)
{
    struct own o = {.r = r,
                    .page = {.account_id = r->member.account_id,
                             .state = request_query(r, "state"),
                             .limit = OWN_PER_PAGE}};
    str before = request_query(r, "before"), no = STR_NONE;
    if (!known_state(o.page.state))
        return fault_field(ERR_INVALID, "unknown_state", "state", "no such state");
    if (before.p) {
        str at = str_split(before, '.', &no);
        TRY(str_int(at, &o.page.before_at));
        TRY(str_int(no, &o.page.before_no));
    }
    TRY(request_read(r, load_own, &o));
    struct jw j;
    jw_init(&j, r->mem, API_JSON_MAX);
    jw_object(&j);
    jw_key(&j, "articles");
    jw_array(&j);
    for (size_t i = 0; i < o.n; i++)
        own_members(&j, r->mem, &o.v[i]);
    jw_end(&j);
    const struct article *last = o.n == OWN_PER_PAGE ? &o.v[o.n - 1] : NULL;
    jw_key_str(&j, "next",
               last ? str_fmt(r->mem, "%.*s?state=%.*s&before=%lld.%lld", FMT(r->path),
                              FMT(o.page.state), (long long)last->updated_at, (long long)last->no)
                    : STR_NONE);
    jw_end(&j);
    return answer(r, &j);
}

/* ---- one of them ---- */

struct own_act {
    struct request *r;
    int64_t no, publish_at;
    str reason, returned;
    bool waits; /* for a second member */
    struct article a;
};

static err act_load(struct tx *t, void *ctx)
{
    struct own_act *x = ctx;
    struct draft d;
    struct release held;
    TRY(article_load(t, x->r->mem, x->r->member.account_id, x->no, &x->a));
    err e = release_of(t, x->r->mem, x->r->member.account_id, x->no, &held);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    x->waits = e == OK && str_eq(held.state, S("waiting"));
    e = draft_load(t, x->r->mem, x->r->member.account_id, x->no, &d);
    x->returned = e == OK ? d.returned : S("");
    return e == ERR_NOT_FOUND ? OK : e;
}

static err act_answer(struct own_act *x)
{
    struct request *r = x->r;
    TRY(request_read(r, act_load, x));
    struct jw j;
    jw_init(&j, r->mem, 16 * 1024);
    jw_object(&j);
    jw_key_int(&j, "no", x->no);
    jw_key_str(&j, "state", x->a.state);
    jw_key_int(&j, "version", x->a.version);
    jw_key_int(&j, "versions", x->a.versions);
    jw_key_str(&j, "title", x->a.title);
    key_time(&j, r->mem, "publish_at", x->a.publish_at);
    jw_key_str(&j, "reason", x->a.reason);
    jw_key_str(&j, "returned", x->returned);
    jw_key_str(&j, "waits_for", x->waits ? SECOND_PERSON : STR_NONE);
    jw_end(&j);
    return answer(r, &j);
}

err api_v1_article_status(struct request *r)
{
    struct own_act x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    return act_answer(&x);
}

static err withdraw(struct tx *t, void *ctx)
{
    struct own_act *x = ctx;
    const struct request *r = x->r;
    TRY(measure_pass(t, r->member.account_id, FUNCTION_api));
    return article_withdraw(t, r->mem, r->member.account_id, x->no, r->session.user_id, x->reason);
}

err api_v1_article_withdraw(struct request *r)
{
    struct own_act x = {.r = r};
    JSON_AUTO *body = NULL;
    TRY(request_arg_int(r, "no", &x.no));
    TRY(api_body(r, SCHEMA_withdrawal, &body));
    str reason = json_text(body, "reason");
    x.reason = reason.p ? str_dup(r->mem, str_trim(reason)) : S("");
    if (str_count(x.reason) > ARTICLE_REASON_MAX)
        return fault_field(ERR_INVALID, "reason_too_long", "reason", "over %d", ARTICLE_REASON_MAX);
    TRY(request_tx(r, withdraw, &x));
    return act_answer(&x);
}

static err replan(struct tx *t, void *ctx)
{
    struct own_act *x = ctx;
    const struct request *r = x->r;
    TRY(measure_pass(t, r->member.account_id, FUNCTION_api));
    return article_replan(t, r->mem, &(struct article_ref){r->member.account_id, x->no},
                          r->session.user_id, x->publish_at);
}

err api_v1_article_schedule(struct request *r)
{
    struct own_act x = {.r = r};
    JSON_AUTO *body = NULL;
    TRY(request_arg_int(r, "no", &x.no));
    TRY(api_body(r, SCHEMA_plan, &body));
    x.publish_at = json_number(body, "publish_at", 0);
    TRY(request_tx(r, replan, &x));
    return act_answer(&x);
}

static err unsubmit(struct tx *t, void *ctx)
{
    struct own_act *x = ctx;
    const struct request *r = x->r;
    TRY(measure_pass(t, r->member.account_id, FUNCTION_api));
    return article_unsubmit(t, r->member.account_id, x->no, r->session.user_id);
}

err api_v1_article_unsubmit(struct request *r)
{
    struct own_act x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_tx(r, unsubmit, &x));
    return act_answer(&x);
}

/* ---- figures ---- */

struct asked {
    struct request *r;
    struct figures_question q;
    struct figures_answer a;
    struct account account;
};

static err load_figures(struct tx *t, void *ctx)
{
    struct asked *x = ctx;
    struct article a;
    if (x->q.no)
        TRY(article_load(t, x->r->mem, x->q.account_id, x->q.no, &a));
    TRY(account_load(t, x->r->mem, x->q.account_id, &x->account));
    return figures_of_account(t, x->r->mem, &x->q, &x->a);
}

static err figures_ask(struct asked *x)
{
    struct request *r = x->r;
    int64_t days = DAYS_DEFAULT;
    str want = request_query(r, "days");
    if (want.p && (str_int(want, &days) != OK || days < 1 || days > DAYS_MAX))
        return fault_field(ERR_INVALID, "bad_number", "days", "1 to %d", DAYS_MAX);
    x->q.account_id = r->member.account_id;
    x->q.days = (int)days;
    x->q.first_day = figures_day(r->now) - days + 1;
    return request_read(r, load_figures, x);
}

static void sum_members(struct jw *j, const struct day_figures *d)
{
    jw_key_int(j, "reads", d->reads);
    jw_key_int(j, "ends", d->ends);
    jw_key_int(j, "gained", d->gained);
    jw_key_int(j, "lost", d->lost);
}

static void figures_members(struct jw *j, arena *mem, const struct asked *x)
{
    jw_key(j, "days");
    jw_array(j);
    for (int i = 0; i < x->q.days; i++) {
        jw_object(j);
        jw_key_str(j, "day", date_text(mem, days_date(x->q.first_day + i)));
        sum_members(j, &x->a.day[i]);
        jw_end(j);
    }
    jw_end(j);
    jw_key(j, "sum");
    jw_object(j);
    sum_members(j, &x->a.sum);
    jw_end(j);
    jw_key(j, "sources");
    jw_array(j);
    for (int i = 0; i < READ_SOURCE_COUNT; i++) {
        jw_object(j);
        jw_key_str(j, "source", str_from(READ_SOURCE[i]));
        jw_key_int(j, "reads", x->a.source[i]);
        jw_end(j);
    }
    jw_end(j);
    jw_key(j, "hours");
    jw_array(j);
    for (size_t i = 0; i < LEN(x->a.hour); i++)
        jw_int(j, x->a.hour[i]);
    jw_end(j);
}

err api_v1_account_figures(struct request *r)
{
    struct asked x = {.r = r};
    TRY(figures_ask(&x));
    struct jw j;
    jw_init(&j, r->mem, API_JSON_MAX);
    jw_object(&j);
    jw_key_int(&j, "subscribers", x.account.subscribers);
    figures_members(&j, r->mem, &x);
    jw_key(&j, "top");
    jw_array(&j);
    for (size_t i = 0; i < x.a.top_n; i++) {
        jw_object(&j);
        jw_key_int(&j, "no", x.a.top[i].no);
        jw_key_str(&j, "title", x.a.top[i].title);
        jw_key_int(&j, "reads", x.a.top[i].reads);
        jw_key_int(&j, "ends", x.a.top[i].ends);
        jw_end(&j);
    }
    jw_end(&j);
    jw_end(&j);
    return answer(r, &j);
}

err api_v1_article_figures(struct request *r)
{
    struct asked x = {.r = r};
    TRY(request_arg_int(r, "no", &x.q.no));
    TRY(figures_ask(&x));
    struct jw j;
    jw_init(&j, r->mem, API_JSON_MAX);
    jw_object(&j);
    jw_key_int(&j, "no", x.q.no);
    figures_members(&j, r->mem, &x);
    jw_end(&j);
    return answer(r, &j);
}
