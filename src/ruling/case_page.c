/* A finding's or an appeal's case at the desk: the evidence, and the acts. */
#include "account/account.h"
#include "article/article.h"
#include "article/console.h"
#include "ruling/ruling_view.h"
#include "ruling_case.html.h"

enum { AROUND = 60, COLUMNS = 4 };

struct seeing {
    struct request *r;
    const struct casefile *c;
    struct finding *findings;
    struct proposal *proposals;
    struct ruling *earlier, ruling, of; /* of: what is appealed */
    size_t finding_n, proposal_n, earlier_n;
    struct appeal appeal;
    struct account account;
    struct article_version version;
    str statement;
    bool has_ruling, has_version;
};

/* Of an item of qa/ what its case looked like before anybody decided it. */
static err see_again(struct tx *t, struct seeing *s)
{
    struct casefile c = *s->c;
    size_t n = 0;
    c.id = c.original;
    TRY(finding_list(t, s->r->mem, c.id, &s->findings, &s->finding_n));
    TRY(ruling_earlier(t, s->r->mem, &c, &s->earlier, &s->earlier_n));
    for (size_t i = 0; i < s->finding_n; i++)
        s->findings[i].at += c.shift;
    for (size_t i = 0; i < s->earlier_n; i++)
        if (s->earlier[i].at < c.opened_at - c.shift)
            s->earlier[n++] = s->earlier[i];
    s->earlier_n = n;
    return OK;
}

static err see_finding(struct tx *t, struct seeing *s)
{
    arena *mem = s->r->mem;
    if (s->c->original)
        return see_again(t, s);
    TRY(finding_list(t, mem, s->c->id, &s->findings, &s->finding_n));
    TRY(proposal_list(t, mem, s->c->id, &s->proposals, &s->proposal_n));
    TRY(ruling_earlier(t, mem, s->c, &s->earlier, &s->earlier_n));
    err e = ruling_of_case(t, mem, s->c->id, &s->ruling);
    s->has_ruling = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err see_appeal(struct tx *t, struct seeing *s)
{
    arena *mem = s->r->mem;
    str json;
    TRY(appeal_of_case(t, mem, s->c->id, &s->appeal));
    TRY(ruling_load(t, mem, s->appeal.ruling_id, &s->of));
    TRY(statement_load(t, mem, s->of.id, &json));
    TRY(statement_text(mem, json, s->r->lang, &s->statement));
    s->has_ruling = true;
    s->ruling = s->of;
    return OK;
}

static err see(struct tx *t, void *ctx)
{
    struct seeing *s = ctx;
    bool appeal = s->c->kind == CASE_APPEAL;
    TRY(account_load(t, s->r->mem, s->c->account_id, &s->account));
    TRY(appeal ? see_appeal(t, s) : see_finding(t, s));
    int64_t no = appeal ? s->of.no : s->c->subject;
    s->has_version = no != 0 && !account_left(&s->account);
    return s->has_version ? article_version_load(t, s->r->mem, s->c->account_id, no, s->c->version,
                                                 &s->version)
                          : OK;
}

/* n code points on from at. */
static size_t skip(str s, size_t at, size_t n)
{
    str rest = str_sub(s, at, s.n);
    while (n-- && rest.n)
        (void)str_next(&rest);
    return s.n - rest.n;
}

/* What stands before and behind the passage; nothing when its place was not said. */
static void context_of(struct seeing *s, const struct finding *f, struct finding_item *item)
{
    struct node *doc;
    item->before = item->after = S("");
    if (!s->has_version || f->version != s->version.version || f->to <= f->from ||
        doc_from_json(s->r->mem, s->version.text.doc, &doc) != OK)
        return;
    str text = doc_text(s->r->mem, doc, DOC_TEXT_READ);
    size_t start = skip(text, 0, (size_t)(f->from > AROUND ? f->from - AROUND : 0));
    size_t from = skip(text, 0, (size_t)f->from), to = skip(text, from, (size_t)(f->to - f->from));
    item->before = str_sub(text, start, from - start);
    item->after = str_sub(text, to, skip(text, to, AROUND) - to);
}

static const struct finding_item *items_of(struct seeing *s)
{
    struct finding_item *v = NEW_N(s->r->mem, struct finding_item, s->finding_n);
    static const enum msg LEVELS[] = {MSG_severity_1, MSG_severity_2, MSG_severity_3,
                                      MSG_severity_4};
    for (size_t i = 0; i < s->finding_n; i++) {
        const struct finding *f = &s->findings[i];
        v[i] = (struct finding_item){
            .f = f,
            .source = msg_lookup(s->r->lang, "finding.source.",
                                 str_z(s->r->mem, finding_source_name(f->source)),
                                 MSG_finding_source_staff),
            .severity = msg(s->r->lang, LEVELS[f->severity - 1])};
        context_of(s, f, &v[i]);
    }
    return v;
}

static const struct proposal_item *proposals_of(struct seeing *s)
{
    struct request *r = s->r;
    struct proposal_item *v = NEW_N(r->mem, struct proposal_item, s->proposal_n);
    for (size_t i = 0; i < s->proposal_n; i++) {
        const struct proposal *p = &s->proposals[i];
        str days = str_fmt(r->mem, "%d", p->wish.days);
        v[i] = (struct proposal_item){
            .p = p,
            .what = msg_format(r->mem, r->lang,
                               p->wish.days ? MSG_ruling_for_days : MSG_ruling_for_good,
                               (const str[]){measure_label(r->lang, p->wish.measure), days}, 2),
            .state =
                msg_lookup(r->lang, "proposal.", str_z(r->mem, p->state), MSG_proposal_waiting),
            .own = p->officer == r->session.user_id && str_eq(p->state, S("waiting"))};
    }
    return v;
}

static struct table_view earlier_of(struct seeing *s)
{
    struct request *r = s->r;
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, s->earlier_n);
    static const enum msg LABELS[COLUMNS] = {MSG_ruling_about, MSG_ruling_family,
                                             MSG_ruling_measure, MSG_ruling_at};
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < s->earlier_n; i++) {
        const struct ruling *x = &s->earlier[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = x->title;
        c[1].text = family_label(r->lang, x->family);
        c[2].text = measure_label(r->lang, x->measure);
        c[3].at_ms = x->at;
        rows[i] = (struct table_row){str_fmt(r->mem, "/desk/rulings/%lld", (long long)x->id), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_ruling_earlier),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = s->earlier_n};
}

/* The article as it was then, or what the account says of itself. */
static err thing_of(struct seeing *s, html *ret_thing)
{
    struct casefile c = *s->c;
    if (s->has_version) {
        c.subject = s->version.no;
        return article_case_view(s->r, &c, ret_thing);
    }
    struct out *o = request_out(s->r);
    show_ruled_account(o, &s->account);
    *ret_thing = out_take(o);
    return OK;
}

static const str *media_of(struct seeing *s, size_t *ret_n)
{
    str *v = NEW_N(s->r->mem, str, APPEAL_MEDIA_MAX);
    size_t n = 0;
    for (str rest = s->appeal.media; rest.n && n < APPEAL_MEDIA_MAX;)
        v[n++] = str_cat(s->r->mem, S("/media/"), str_split(rest, ',', &rest));
    *ret_n = n;
    return v;
}

err ruling_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct seeing s = {.r = r, .c = c, .appeal = {.media = S("")}};
    TRY(request_read(r, see, &s));
    struct evidence_view v = {
        .csrf = r->session.csrf,
        .base = str_fmt(r->mem, "/desk/cases/%lld", (long long)c->id),
        .family = family_label(r->lang, c->kind == CASE_APPEAL ? s.of.family : c->family),
        .ruling =
            s.has_ruling ? str_fmt(r->mem, "/desk/rulings/%lld", (long long)s.ruling.id) : S(""),
        .items = items_of(&s),
        .n = s.finding_n,
        .proposals = proposals_of(&s),
        .proposal_n = s.proposal_n,
        .earlier = earlier_of(&s),
        .has_earlier = s.earlier_n > 0,
        .appeal_text = s.appeal.text,
        .statement = s.statement};
    v.media = media_of(&s, &v.media_n);
    v.raise = s.has_version ? str_fmt(r->mem, "/desk/raise/%.*s/%lld", FMT(s.account.handle),
                                      (long long)s.version.no)
                            : str_cat(r->mem, S("/desk/raise/"), s.account.handle);
    TRY(thing_of(&s, &v.thing));
    struct out *o = request_out(r);
    view_evidence(o, &v);
    *ret_view = out_take(o);
    return OK;
}

/* ---- acts ---- */

struct acting {
    struct request *r;
    const struct casefile *c;
    struct proposal p;
    struct appeal appeal;
    struct ruling of;
    bool waits;
};

static err act_load(struct tx *t, void *ctx)
{
    struct acting *a = ctx;
    if (a->c->kind == CASE_APPEAL) {
        TRY(appeal_of_case(t, a->r->mem, a->c->id, &a->appeal));
        return ruling_load(t, a->r->mem, a->appeal.ruling_id, &a->of);
    }
    err e = proposal_waiting(t, a->r->mem, a->c->id, &a->p);
    a->waits = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

err ruling_case_acts(struct request *r, const struct casefile *c, html *ret_acts)
{
    struct acting a = {.r = r, .c = c};
    struct form f;
    TRY(request_read(r, act_load, &a));
    bool appeal = c->kind == CASE_APPEAL;
    struct ruling_wish start = {.measure = S(""), .severity = c->severity};
    struct wish_form w = {.no = appeal ? a.of.no : c->subject,
                          .appeal = appeal,
                          .fill = a.waits ? &a.p.wish : &start};
    wish_form(r, &w, &f);
    str reason = request_field(r, "reason");
    struct acts_view v = {.form = &f,
                          .csrf = r->session.csrf,
                          .base = str_fmt(r->mem, "/desk/cases/%lld", (long long)c->id),
                          .second = a.waits,
                          .reason = reason.p ? reason : S("")};
    f.action = str_cat(r->mem, v.base, appeal ? S("/appeal") : S("/rule"));
    if (a.waits)
        f.submit = MSG_proposal_amend;
    struct out *o = request_out(r);
    view_acts(o, &v);
    *ret_acts = out_take(o);
    return OK;
}
