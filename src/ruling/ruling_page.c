/* A ruling as staff and as its operator see it, and the operator's appeal. */
#include "base/clock.h"
#include "media/media.h"
#include "ruling/ruling_view.h"
#include "ruling/steps.h"
#include "ruling_page.html.h"
#include "settings/provider.h"

static const struct form_field APPEAL[] = {
    {.name = "text",
     .kind = FIELD_TEXTAREA,
     .label = MSG_appeal_text,
     .help = MSG_appeal_text_help,
     .required = true,
     .max = APPEAL_TEXT_MAX},
    {.name = "picture",
     .kind = FIELD_FILE,
     .label = MSG_appeal_picture,
     .help = MSG_appeal_picture_help,
     .accept = "image/jpeg,image/png,image/webp",
     .max = 20 * 1024 * 1024},
};

struct one {
    struct request *r;
    int64_t id;
    bool member; /* seen by its operator */
    struct ruling x;
    str json, text;
    struct measure *measures;
    struct ruling_reader *readers;
    size_t measure_n, reader_n;
    struct appeal appeal;
    bool appealed;
};

static err read_one(struct tx *t, void *ctx)
{
    struct one *o = ctx;
    arena *mem = o->r->mem;
    TRY(o->member ? ruling_for_member(t, mem, o->id, o->r->session.user_id, &o->x)
                  : ruling_load(t, mem, o->id, &o->x));
    err e = statement_load(t, mem, o->id, &o->json);
    if (e == ERR_NOT_FOUND)
        o->json = S("");
    else
        TRY(e);
    TRY(measure_of(t, mem, o->id, &o->measures, &o->measure_n));
    TRY(ruling_readers(t, mem, &o->x, &o->readers, &o->reader_n));
    e = appeal_of_ruling(t, mem, o->id, &o->appeal);
    o->appealed = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err note_read(struct tx *t, void *ctx)
{
    const struct one *o = ctx;
    return store_notice_read(t, o->r->session.user_id, ruling_link(o->r->mem, o->id));
}

static int64_t window_ms(const struct request *r)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    return ps.appeal_days * (int64_t)DAY_MS;
}

static str seconds(arena *mem, int64_t ms)
{
    return str_fmt(mem, "%lld.%03lld s", (long long)(ms / 1000), (long long)(ms % 1000));
}

/* In force, over since, and how long it took until no surface had it. */
static struct table_cell state_cell(struct request *r, const struct measure *m)
{
    if (m->lifted_at)
        return (struct table_cell){
            .status = true,
            .tone = TONE_NEUTRAL,
            .text = msg(r->lang, m->lifted_by ? MSG_measure_lifted : MSG_measure_ended)};
    return (struct table_cell){
        .status = true, .tone = TONE_WARN, .text = msg(r->lang, MSG_measure_stands)};
}

static struct table_cell gone_cell(struct request *r, const struct measure *m)
{
    if (!MEASURES[m->kind].is_read_back)
        return (struct table_cell){.text = msg(r->lang, MSG_word_none)};
    if (!m->checked_at)
        return (struct table_cell){
            .status = true, .tone = TONE_INFO, .text = msg(r->lang, MSG_measure_checking)};
    if (m->left_on.n)
        return (struct table_cell){
            .status = true,
            .tone = TONE_BAD,
            .text = msg_format(r->mem, r->lang, MSG_measure_left_on, &m->left_on, 1)};
    return (struct table_cell){
        .status = true, .tone = TONE_OK, .text = seconds(r->mem, m->gone_ms)};
}

static struct table_view measures_of(struct one *x)
{
    enum { COLS = 4 };
    struct request *r = x->r;
    static const enum msg LABELS[COLS] = {MSG_ruling_measure, MSG_word_status, MSG_ruling_until,
                                          MSG_measure_gone};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->measure_n);
    for (size_t i = 0; i < COLS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->measure_n; i++) {
        const struct measure *m = &x->measures[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLS);
        c[0].text = measure_label(r->lang, str_from(MEASURES[m->kind].name));
        c[1] = state_cell(r, m);
        if (m->end_at)
            c[2].at_ms = m->end_at;
        else
            c[2].text = msg(r->lang, MSG_ruling_no_end);
        c[3] = gone_cell(r, m);
        rows[i] = (struct table_row){S(""), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_ruling_measure),
                               .cols = cols,
                               .col_n = COLS,
                               .rows = rows,
                               .row_n = x->measure_n};
}

static struct table_view readers_of(struct one *x)
{
    enum { COLS = 3 };
    struct request *r = x->r;
    static const enum msg LABELS[COLS] = {MSG_ruling_told, MSG_ruling_sent, MSG_ruling_read};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->reader_n);
    for (size_t i = 0; i < COLS; i++)
        cols[i].label = msg(r->lang, LABELS[i]);
    for (size_t i = 0; i < x->reader_n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLS);
        c[0].text = x->readers[i].name;
        c[1].at_ms = x->readers[i].sent_at;
        if (x->readers[i].read_at)
            c[2].at_ms = x->readers[i].read_at;
        else
            c[2].text = msg(r->lang, MSG_ruling_unread);
        rows[i] = (struct table_row){S(""), c};
    }
    return (struct table_view){.caption = msg(r->lang, MSG_ruling_told),
                               .cols = cols,
                               .col_n = COLS,
                               .rows = rows,
                               .row_n = x->reader_n};
}

static err fill(struct one *x, struct ruling_page_view *v)
{
    struct request *r = x->r;
    if (x->json.n)
        TRY(statement_text(r->mem, x->json, r->lang, &v->statement));
    else
        v->statement = x->x.reasoning;
    v->json = x->json.n ? str_cat(r->mem, r->path, S("/statement.json")) : S("");
    v->measures = measures_of(x);
    v->readers = readers_of(x);
    v->appealed = x->appealed;
    if (!x->appealed)
        return OK;
    v->text = x->appeal.text;
    v->reasons = x->appeal.reasons;
    v->outcome =
        x->appeal.outcome.n
            ? msg_lookup(r->lang, "appeal.", str_z(r->mem, x->appeal.outcome), MSG_appeal_waiting)
            : msg(r->lang, MSG_appeal_waiting);
    return OK;
}

err page_desk_ruling(struct request *r)
{
    struct one x = {.r = r};
    struct ruling_page_view v = {0};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_one, &x));
    TRY(fill(&x, &v));
    struct fact *f = NEW_N(r->mem, struct fact, 3);
    f[0] = (struct fact){.label = msg(r->lang, MSG_ruling_family),
                         .text = family_label(r->lang, x.x.family)};
    f[1] = (struct fact){.label = msg(r->lang, MSG_ruling_at),
                         .text = clock_china_text(r->mem, x.x.at)};
    f[2] =
        (struct fact){.label = msg(r->lang, MSG_ruling_officers),
                      .text = msg(r->lang, x.x.second_officer ? MSG_ruling_two : MSG_ruling_one)};
    v.facts = (struct facts_view){f, 3};
    if (x.appealed && x.appeal.outcome.n && !str_eq(x.appeal.outcome, S("uphold")) &&
        (r->session.roles & (ROLE_REVIEWER | ROLE_EIC)))
        v.sweep = str_fmt(r->mem, "/desk/rulings/%lld/sweep", (long long)x.id);
    bool may_pack = (r->session.roles & (ROLE_COMPLIANCE | ROLE_SECURITY | ROLE_EIC)) != 0;
    if (may_pack)
        v.package = str_fmt(r->mem, "/desk/packages/new?account=%lld&no=%lld&number=%lld",
                            (long long)x.x.account_id, (long long)x.x.no, (long long)x.x.case_id);
    struct page page = {.place = PLACE_DESK, .title = x.x.title};
    page.back = (struct page_link){str_fmt(r->mem, "/desk/cases/%lld", (long long)x.x.case_id),
                                   msg(r->lang, MSG_ruling_case), S("")};
    return REPLY_PAGE(r, &page, view_desk_ruling, &v);
}

static err reply_statement(struct request *r, bool member)
{
    struct one x = {.r = r, .member = member};
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_one, &x));
    if (!x.json.n)
        return fault(ERR_NOT_FOUND, "not_found", "no statement");
    return reply_json(r, 200, x.json);
}

err page_desk_statement(struct request *r)
{
    return reply_statement(r, false);
}

err page_my_statement(struct request *r)
{
    return reply_statement(r, true);
}

/* ---- the operator ---- */

static err show_mine(struct one *x, int status, struct form *f)
{
    struct request *r = x->r;
    struct ruling_page_view v = {.form = f};
    TRY(fill(x, &v));
    bool late = r->now > x->x.at + window_ms(r);
    bool filed = x->appealed && x->appeal.user_id;
    if (filed || late || x->x.replaces) {
        v.form = NULL;
        v.why_not = filed
                        ? S("")
                        : msg(r->lang, late ? MSG_reason_appeal_too_late : MSG_reason_appeal_final);
    }
    f->submit = MSG_appeal_send;
    f->action = str_cat(r->mem, ruling_link(r->mem, x->id), S("/appeal"));
    struct page page = {.place = PLACE_ME, .title = x->x.title};
    page.back = (struct page_link){S("/me/notices"), msg(r->lang, MSG_layout_notices), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_my_ruling, &v);
}

err page_my_ruling(struct request *r)
{
    struct one x = {.r = r, .member = true};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_one, &x));
    TRY(request_tx(r, note_read, &x));
    form_init(r, APPEAL, LEN(APPEAL), &f);
    return show_mine(&x, 200, &f);
}

struct filing {
    struct request *r;
    struct appeal a;
    int64_t window;
};

static err file(struct tx *t, void *ctx)
{
    struct filing *x = ctx;
    return appeal_file(t, x->r->mem, &x->a, x->window);
}

static err attach(struct request *r, int64_t account_id, struct form *f, str *ret_hash)
{
    const struct upload *u = request_upload(r, "picture");
    if (!u || !u->size)
        return OK;
    err e = media_import(r, account_id, u, IMAGE_ARTICLE, ret_hash);
    if (e == ERR_INVALID || e == ERR_TOO_LARGE)
        return form_refuse(f, "picture", fault_of(e).reason);
    return e;
}

err do_appeal(struct request *r)
{
    struct one x = {.r = r, .member = true};
    struct form f;
    TRY(request_arg_int(r, "id", &x.id));
    TRY(request_read(r, read_one, &x));
    struct filing a = {.r = r,
                       .a = {.ruling_id = x.id, .user_id = r->session.user_id, .media = S("")},
                       .window = window_ms(r)};
    err e = form_read(r, APPEAL, LEN(APPEAL), &f);
    if (e == OK)
        e = attach(r, x.x.account_id, &f, &a.a.media);
    a.a.text = form_get(&f, "text");
    if (e == OK)
        e = request_tx(r, file, &a);
    if (e != OK && (f.bad || form_take_fault(&f, e)))
        return show_mine(&x, 422, &f);
    TRY(e);
    reply_flash(r, MSG_appeal_sent);
    return reply_redirect(r, ruling_link(r->mem, x.id));
}
