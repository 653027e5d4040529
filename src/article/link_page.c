/* Secret links to a draft: the console's list, and what such a link shows. And the copy for WeChat,
 * which leaves the house as well. */
#include "article/around_view.h"
#include "article/draft_link.h"
#include "article/editing.h"
#include "article/render.h"
#include "article_around.html.h"
#include "base/clock.h"
#include "base/hash.h"

enum { COLUMNS = 4 };

static const struct form_option DAYS[] = {
    {.value = S_INIT("1"), .label = MSG_link_days_1},
    {.value = S_INIT("3"), .label = MSG_link_days_3},
    {.value = S_INIT("7"), .label = MSG_link_days_7},
    {.value = S_INIT("14"), .label = MSG_link_days_14},
};
static const struct form_field FIELDS[] = {
    {.name = "days",
     .kind = FIELD_SELECT,
     .label = MSG_link_days,
     .required = true,
     .options = DAYS,
     .option_n = LEN(DAYS)},
};

struct linking {
    struct request *r;
    int64_t no, revoke;
    struct article a;
    struct draft_link *v, wish;
    size_t n;
    struct form form;
    str token;
};

static str base_of(const struct linking *x)
{
    return str_fmt(x->r->mem, "/console/%.*s/articles/%lld", FMT(x->r->member.handle),
                   (long long)x->no);
}

static err read(struct tx *t, void *ctx)
{
    struct linking *x = ctx;
    int64_t account = x->r->member.account_id;
    TRY(article_load(t, x->r->mem, account, x->no, &x->a));
    return draft_link_list(t, x->r->mem, account, x->no, &x->v, &x->n);
}

static struct table_row row_of(struct request *r, const struct draft_link *l)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    bool works = draft_link_works(l, r->now);
    enum msg word = works ? MSG_link_works : l->revoked_at ? MSG_link_revoked : MSG_link_ended;
    c[0].text = l->made_name.n ? l->made_name : msg(r->lang, MSG_word_none);
    c[1] = (struct table_cell){
        .text = msg(r->lang, word), .status = true, .tone = works ? TONE_OK : TONE_NEUTRAL};
    c[2].at_ms = l->expires_at;
    c[3].text = str_fmt(r->mem, "%lld", (long long)l->views);
    return (struct table_row){.cells = c};
}

static struct confirm_view revoke_of(const struct linking *x, const struct draft_link *l)
{
    struct request *r = x->r;
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("revoke"), str_fmt(r->mem, "%lld", (long long)l->id)};
    str args[] = {l->made_name, str_fmt(r->mem, "%lld", (long long)l->views)};
    str words = msg_format(r->mem, r->lang, MSG_link_revoke, args, LEN(args));
    return (struct confirm_view){.id = str_fmt(r->mem, "revoke-%lld", (long long)l->id),
                                 .button = words,
                                 .title = words,
                                 .text = msg(r->lang, MSG_link_revoke_effect),
                                 .action = r->path,
                                 .csrf = r->session.csrf,
                                 .hidden = hidden,
                                 .hidden_n = 1,
                                 .danger = true};
}

static err show(struct linking *x, int status)
{
    struct request *r = x->r;
    TRY(request_read(r, read, x));
    const struct table_col cols[COLUMNS] = {
        {.label = msg(r->lang, MSG_link_by)},
        {.label = msg(r->lang, MSG_word_status)},
        {.label = msg(r->lang, MSG_link_until)},
        {.label = msg(r->lang, MSG_link_views), .number = true}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, x->n);
    struct confirm_view *acts = NEW_N(r->mem, struct confirm_view, x->n);
    size_t act_n = 0;
    for (size_t i = 0; i < x->n; i++) {
        rows[i] = row_of(r, &x->v[i]);
        if (draft_link_works(&x->v[i], r->now))
            acts[act_n++] = revoke_of(x, &x->v[i]);
    }
    x->form.submit = MSG_link_make;
    struct draft_links_view v = {
        .table = {.caption = msg(r->lang, MSG_link_title),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = x->n,
                  .empty = {.icon = S("link"),
                            .title = msg(r->lang, MSG_link_empty),
                            .text = msg(r->lang, MSG_link_empty_text)}},
        .acts = acts,
        .act_n = act_n,
        .form = &x->form,
        .fresh = x->token.n
                     ? str_fmt(r->mem, "%.*s/preview/%.*s", FMT(request_origin(r)), FMT(x->token))
                     : S(""),
        .views_max = DRAFT_LINK_VIEWS_MAX};
    struct page page = {
        .place = PLACE_CONSOLE,
        .back = {base_of(x), x->a.title.n ? x->a.title : msg(r->lang, MSG_word_back), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_draft_links, &v);
}

err page_draft_links(struct request *r)
{
    struct linking x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    form_init(r, FIELDS, LEN(FIELDS), &x.form);
    form_set(&x.form, "days", DAYS[1].value);
    return show(&x, 200);
}

static err make(struct tx *t, void *ctx)
{
    struct linking *x = ctx;
    return draft_link_make(t, x->r->mem, &x->wish, &x->token);
}

static err revoke(struct tx *t, void *ctx)
{
    struct linking *x = ctx;
    return draft_link_revoke(t, x->r->mem, x->r->member.account_id, x->revoke,
                             x->r->session.user_id);
}

/* The new link stands on the answer itself: nobody can ask for it again. */
err do_draft_links(struct request *r)
{
    struct linking x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    str id = request_field(r, "revoke");
    if (id.n) {
        TRY(str_int(id, &x.revoke));
        TRY(request_tx(r, revoke, &x));
        reply_flash(r, MSG_link_revoked_now);
        return reply_redirect(r, r->path);
    }
    err e = form_read(r, FIELDS, LEN(FIELDS), &x.form);
    if (e == OK) {
        x.wish = (struct draft_link){.account_id = r->member.account_id,
                                     .no = x.no,
                                     .made_by = r->session.user_id,
                                     .expires_at = r->now + form_int(&x.form, "days") * DAY_MS};
        e = request_tx(r, make, &x);
        if (e != OK && !form_take_fault(&x.form, e))
            return e;
    }
    return show(&x, e == OK ? 200 : 422);
}

/* ---- what a link shows ---- */

struct opening {
    struct request *r;
    struct draft_shown s;
};

static err open_link(struct tx *t, void *ctx)
{
    struct opening *x = ctx;
    return draft_link_open(t, x->r->mem, request_arg(x->r, "token"), &x->s);
}

err page_draft_shown(struct request *r)
{
    struct opening x = {.r = r};
    TRY(request_tx(r, open_link, &x));
    struct sha256 h = sha256(str_bytes(x.s.text.doc));
    struct article_version version = {.text = x.s.text, .hash = {h.b, sizeof h.b}};
    struct draft_shown_view v = {.title = x.s.text.title.n ? x.s.text.title
                                                           : msg(r->lang, MSG_article_untitled),
                                 .account = x.s.a.account_name,
                                 .until = x.s.link.expires_at};
    struct declaration d = declared_of(r->mem, x.s.text.declared);
    int minutes;
    declared_labels(r, &d, false, &v.declared);
    TRY(article_render(r->mem, &version, &v.body, &minutes));
    reply_header(r, "X-Robots-Tag", S("noindex, nofollow"));
    struct page page = {.place = PLACE_READER, .title = v.title, .noindex = true};
    return REPLY_PAGE(r, &page, view_draft_shown, &v);
}

/* ---- the copy for WeChat ---- */

err page_wechat(struct request *r)
{
    struct editing x = {.r = r};
    struct wechat_view v;
    struct node *doc;
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_read(r, editing_read, &x));
    TRY(doc_from_json(r->mem, x.d.text.doc, &doc));
    TRY(doc_wechat(r->mem, doc, request_origin(r), &v.html));
    struct page page = {.place = PLACE_CONSOLE,
                        .back = {editing_base(&x),
                                 x.d.text.title.n ? x.d.text.title : msg(r->lang, MSG_word_back),
                                 S("")}};
    return REPLY_PAGE(r, &page, view_wechat, &v);
}
