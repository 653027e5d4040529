/* The register of duties for staff: duty, post, people, what the facts say. */
#include "compliance/compliance_view.h"
#include "compliance_duties.html.h"

enum { COLUMNS = 5 };

struct duties_load {
    struct request *r;
    struct duty_report v[DUTY_COUNT];
};

static err load(struct tx *t, void *ctx)
{
    struct duties_load *l = ctx;
    for (int i = 0; i < DUTY_COUNT; i++)
        TRY(duty_ask(t, l->r->mem, (enum duty_id)i, &l->v[i]));
    return OK;
}

static str label(struct request *r, const char *prefix, const char *name)
{
    return msg_lookup(r->lang, prefix, name, MSG_word_none);
}

static struct table_cell state_cell(struct request *r, const struct duty *d,
                                    const struct duty_report *x)
{
    static const enum tone TONES[] = {TONE_OK, TONE_WARN, TONE_BAD};
    struct table_cell c = {.status = true, .tone = TONES[x->state]};
    static const enum msg WRONG[] = {[DUTY_CHECK_POLICY] = MSG_duty_no_text,
                                     [DUTY_CHECK_OVERDUE] = MSG_duty_overdue,
                                     [DUTY_CHECK_POSTS] = MSG_duty_posts_empty,
                                     [DUTY_CHECK_COUNT] = MSG_duty_counted};
    if (x->state != DUTY_BREACHED) {
        c.text = msg(r->lang, x->state == DUTY_MET ? MSG_duty_met : MSG_duty_vacant);
        return c;
    }
    /* Begins with the chip's word; an empty post is said beside what is wrong. */
    str n = str_fmt(r->mem, "%lld", (long long)x->number);
    str wrong = msg_format(r->mem, r->lang, WRONG[d->check], &n, 1);
    bool also = !x->people.n && d->check != DUTY_CHECK_POSTS;
    c.text =
        msg_format(r->mem, r->lang, also ? MSG_duty_breached_vacant : MSG_duty_breached, &wrong, 1);
    return c;
}

static struct table_row row_of(struct request *r, const struct duty *d, const struct duty_report *x)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    str post = label(r, "post.name.", d->post);
    c[0].text = label(r, "duty.", d->name);
    c[1].text = str_from(d->obligation);
    str args[] = {post, x->people};
    c[2].text = !x->people.n ? post
                             : msg_format(r->mem, r->lang,
                                          x->deputy ? MSG_duty_post_deputy : MSG_duty_post_people,
                                          args, LEN(args));
    c[3] = state_cell(r, d, x);
    c[4] = (struct table_cell){.text = S(""), .at_ms = x->since};
    return (struct table_row){str_from(d->href), c};
}

err page_duties(struct request *r)
{
    struct duties_load l = {.r = r};
    TRY(request_read(r, load, &l));
    struct table_row rows[DUTY_COUNT];
    struct duties_view v = {0};
    for (int i = 0; i < DUTY_COUNT; i++) {
        rows[i] = row_of(r, &DUTIES[i], &l.v[i]);
        v.met += l.v[i].state == DUTY_MET;
        v.vacant += l.v[i].state == DUTY_VACANT;
        v.breached += l.v[i].state == DUTY_BREACHED;
    }
    const struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_duty_what)},
                                            {.label = msg(r->lang, MSG_duty_obligation)},
                                            {.label = msg(r->lang, MSG_duty_who)},
                                            {.label = msg(r->lang, MSG_word_status)},
                                            {.label = msg(r->lang, MSG_duty_since)}};
    v.table = (struct table_view){.caption = msg(r->lang, MSG_nav_duties),
                                  .cols = cols,
                                  .col_n = COLUMNS,
                                  .rows = rows,
                                  .row_n = DUTY_COUNT};
    return REPLY_PAGE(r, &(struct page){.place = PLACE_DESK}, view_duties, &v);
}
