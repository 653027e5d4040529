/* The console's page of notes to an article. */
#include "article/around_view.h"
#include "article/remark.h"
#include "article_around.html.h"

static const struct form_field FIELDS[] = {
    {.name = "body",
     .kind = FIELD_TEXTAREA,
     .label = MSG_note_body,
     .help = MSG_note_body_help,
     .required = true,
     .max = REMARK_MAX},
    {.name = "thread", .kind = FIELD_HIDDEN, .label = MSG_note_title, .max = 20},
};

struct noting {
    struct request *r;
    int64_t no, id;
    struct article a;
    struct remark *v, wish;
    size_t n;
    struct form form;
    bool done;
};

static str base_of(const struct noting *x)
{
    return str_fmt(x->r->mem, "/console/%.*s/articles/%lld", FMT(x->r->member.handle),
                   (long long)x->no);
}

static err read(struct tx *t, void *ctx)
{
    struct noting *x = ctx;
    int64_t account = x->r->member.account_id;
    TRY(article_load(t, x->r->mem, account, x->no, &x->a));
    return remark_list(t, x->r->mem, account, x->no, &x->v, &x->n);
}

static err show(struct noting *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, read, x));
    x->form.submit = MSG_note_send;
    struct notes_view v = {.r = r,
                           .v = x->v,
                           .n = x->n,
                           .form = &x->form,
                           .empty = {.icon = S("chat-bubble-left-right"),
                                     .title = msg(r->lang, MSG_note_empty),
                                     .text = msg(r->lang, MSG_note_empty_text)}};
    struct page page = {
        .place = PLACE_CONSOLE,
        .back = {base_of(x), x->a.title.n ? x->a.title : msg(r->lang, MSG_word_back), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_notes, &v);
}

err page_notes(struct request *r)
{
    struct noting x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    form_init(r, FIELDS, LEN(FIELDS), &x.form);
    return show(&x, 200);
}

static err write(struct tx *t, void *ctx)
{
    struct noting *x = ctx;
    return remark_write(t, x->r->mem, &x->wish, &x->id);
}

static err settle(struct tx *t, void *ctx)
{
    const struct noting *x = ctx;
    return remark_settle(t, &x->wish, x->done);
}

/* act: "done" or "open" of a thread; else a note or an answer. */
err do_notes(struct request *r)
{
    struct noting x = {.r = r};
    str act = request_field(r, "act");
    TRY(request_arg_int(r, "no", &x.no));
    x.wish = (struct remark){
        .account_id = r->member.account_id, .no = x.no, .author = r->session.user_id};
    if (request_field(r, "thread").n)
        TRY(str_int(request_field(r, "thread"), &x.wish.thread));
    x.done = str_eq(act, S("done"));
    err e = OK;
    if (act.n) {
        e = request_tx(r, settle, &x);
    } else if ((e = form_read(r, FIELDS, LEN(FIELDS), &x.form)) == OK) {
        x.wish.body = form_get(&x.form, "body");
        e = request_tx(r, write, &x);
    }
    if (!act.n && e != OK)
        return x.form.bad || form_take_fault(&x.form, e) ? show(&x, 422) : e;
    TRY(e);
    return reply_redirect(r, str_cat(r->mem, base_of(&x), S("/notes")));
}
