/* Asking for an export, its progress, and loading it. */
#include "base/clock.h"
#include "blob/blob.h"
#include "owndata/owndata.h"
#include "owndata/owndata_view.h"
#include "owndata_export.html.h"
#include "partials.html.h"
#include "user/confirm.h"

enum { COLUMNS = 4 };

static const struct form_field PASSWORD[] = {
    {.name = "password",
     .kind = FIELD_PASSWORD,
     .label = MSG_leaving_password,
     .help = MSG_leaving_password_help,
     .required = true,
     .max = 128,
     .autocomplete = "current-password"},
};

struct exporting {
    struct request *r;
    struct own_export *v, e;
    size_t n;
    int64_t account;
};

static err load(struct tx *t, void *ctx)
{
    struct exporting *x = ctx;
    return export_list(t, x->r->mem, x->r->session.user_id, &x->v, &x->n);
}

static struct table_cell state_cell(struct request *r, const struct own_export *e)
{
    static const struct {
        const char *state;
        enum tone tone;
        enum msg text;
    } STATES[] = {
        {"waiting", TONE_INFO, MSG_owndata_state_waiting},
        {"done", TONE_OK, MSG_owndata_state_done},
        {"failed", TONE_BAD, MSG_owndata_state_failed},
        {"gone", TONE_NEUTRAL, MSG_owndata_state_gone},
    };
    str percent = str_fmt(r->mem, "%d", e->progress / 10);
    struct table_cell c = {.status = true};
    for (size_t i = 0; i < LEN(STATES); i++)
        if (str_eq(e->state, str_from(STATES[i].state))) {
            c.tone = STATES[i].tone;
            c.text = msg_format(r->mem, r->lang, STATES[i].text, &percent, 1);
        }
    return c;
}

static struct table_view table_of(struct exporting *x)
{
    struct request *r = x->r;
    static const enum msg HEADS[COLUMNS] = {MSG_owndata_what, MSG_word_status, MSG_owndata_asked_at,
                                            MSG_owndata_until};
    struct table_col *cols = NEW_N(r->mem, struct table_col, COLUMNS);
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n + 1);
    for (size_t i = 0; i < COLUMNS; i++)
        cols[i].label = msg(r->lang, HEADS[i]);
    for (size_t i = 0; i < x->n; i++) {
        const struct own_export *e = &x->v[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        bool done = str_eq(e->state, S("done")) && e->expires_at > r->now;
        c[0].text = e->account_id
                        ? msg_format(r->mem, r->lang, MSG_owndata_of_account, &e->handle, 1)
                        : msg(r->lang, MSG_owndata_of_person);
        c[1] = state_cell(r, e);
        c[2].text = clock_china_text(r->mem, e->asked_at);
        c[3].text =
            done ? str_fmt(r->mem, "%.*s · %lld KB", FMT(clock_china_text(r->mem, e->expires_at)),
                           (long long)e->size / 1024 + 1)
                 : S("");
        rows[i].cells = c;
        if (done)
            rows[i].href = str_fmt(r->mem, "/me/data/export/%lld/file", (long long)e->id);
    }
    return (struct table_view){.caption = msg(r->lang, MSG_owndata_exports),
                               .cols = cols,
                               .col_n = COLUMNS,
                               .rows = rows,
                               .row_n = x->n,
                               .empty = {.icon = S("archive-box"),
                                         .title = msg(r->lang, MSG_owndata_no_exports),
                                         .text = msg(r->lang, MSG_owndata_no_exports_text)}};
}

static err show(struct request *r, struct form *f)
{
    struct exporting x = {.r = r};
    TRY(request_read(r, load, &x));
    f->submit = MSG_owndata_ask;
    struct export_view v = {.form = f, .table = table_of(&x)};
    struct page page = {.place = PLACE_ME,
                        .back = {S("/me/data"), msg(r->lang, MSG_owndata_title), S("")},
                        .noindex = true};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_exports, &v);
}

err page_exports(struct request *r)
{
    struct form f;
    form_init(r, PASSWORD, LEN(PASSWORD), &f);
    return show(r, &f);
}

static err ask(struct tx *t, void *ctx)
{
    const struct exporting *x = ctx;
    return export_ask(t, x->r->mem, x->r->session.user_id, x->account);
}

static err asked(struct request *r)
{
    job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_owndata_asked);
    return reply_redirect(r, S("/me/data/export"));
}

err do_export(struct request *r)
{
    struct form f;
    struct exporting x = {.r = r};
    bool right = false;
    if (form_read(r, PASSWORD, LEN(PASSWORD), &f) != OK)
        return show(r, &f);
    TRY(password_confirm(r, &f, &right));
    if (!right)
        return show(r, &f);
    err e = request_tx(r, ask, &x);
    if (e != OK && !form_take_fault(&f, e))
        return e;
    return e == OK ? asked(r) : show(r, &f);
}

static err load_file(struct tx *t, void *ctx)
{
    struct exporting *x = ctx;
    int64_t id = 0;
    TRY(request_arg_int(x->r, "id", &id));
    TRY(export_load(t, x->r->mem, x->r->session.user_id, id, &x->e));
    if (!str_eq(x->e.state, S("done")) || x->e.expires_at <= x->r->now)
        return fault(ERR_NOT_FOUND, "export_gone", "not there, or over");
    return OK;
}

err page_export_file(struct request *r)
{
    struct exporting x = {.r = r};
    int fd = -1;
    int64_t size = 0;
    TRY(request_read(r, load_file, &x));
    TRY(blob_open(r->site->blobs, x.e.blob, &fd, &size));
    str name = x.e.account_id ? x.e.handle : S("my-data");
    reply_header(
        r, "Content-Disposition",
        str_fmt(r->mem, "attachment; filename=\"%.*s-%lld.zip\"", FMT(name), (long long)x.e.id));
    return reply_file(r, fd, size, S("application/zip"));
}

/* ---- one account, by its owner ---- */

static err show_account(struct request *r, struct form *f)
{
    struct export_view v = {.form = f};
    str base = str_fmt(r->mem, "/console/%.*s/manage", FMT(r->member.handle));
    f->submit = MSG_owndata_ask_account;
    struct page page = {.place = PLACE_CONSOLE,
                        .back = {base, msg(r->lang, MSG_manage_title), S("")},
                        .noindex = true};
    return REPLY_PAGE_STATUS(r, f->bad ? 422 : 200, &page, view_account_export, &v);
}

err page_account_export(struct request *r)
{
    struct form f;
    form_init(r, NULL, 0, &f);
    return show_account(r, &f);
}

err do_account_export(struct request *r)
{
    struct form f;
    struct exporting x = {.r = r, .account = r->member.account_id};
    form_init(r, NULL, 0, &f);
    err e = request_tx(r, ask, &x);
    if (e != OK && !form_take_fault(&f, e))
        return e;
    return e == OK ? asked(r) : show_account(r, &f);
}
