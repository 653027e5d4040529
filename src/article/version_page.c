/* The versions of an article for its writers: what each changed, and taking one up again. */
#include "article/article.h"
#include "article/console_view.h"
#include "article/render.h"
#include "article_preview.html.h"

enum { COLUMNS = 3 };

struct reading {
    struct request *r;
    int64_t no, version, rev;
    struct article a;
    struct article_version *v;
    size_t n;
    struct article_version now, before; /* before.version 0: the first */
    struct draft draft;                 /* rev 0: none */
};

static str base_of(const struct reading *x)
{
    return str_fmt(x->r->mem, "/console/%.*s/articles/%lld", FMT(x->r->member.handle),
                   (long long)x->no);
}

static err list_read(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    int64_t account = x->r->member.account_id;
    TRY(article_load(t, x->r->mem, account, x->no, &x->a));
    return article_versions(t, x->r->mem, account, x->no, &x->v, &x->n);
}

static struct table_row row_of(const struct reading *x, const struct article_version *v)
{
    struct request *r = x->r;
    bool current = v->version == x->a.version && str_eq(x->a.state, S("published"));
    struct table_cell *cells = NEW_N(r->mem, struct table_cell, COLUMNS);
    str args[] = {str_fmt(r->mem, "%d", v->version), v->text.title};
    cells[0].text = msg_format(r->mem, r->lang, MSG_article_version_line, args, LEN(args));
    cells[1].at_ms = v->created_at;
    if (current)
        cells[2] = (struct table_cell){
            .text = msg(r->lang, MSG_article_state_published), .status = true, .tone = TONE_OK};
    return (struct table_row){str_fmt(r->mem, "%.*s/versions/%d", FMT(base_of(x)), v->version),
                              cells};
}

err page_console_versions(struct request *r)
{
    struct reading x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_read(r, list_read, &x));
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = row_of(&x, &x.v[i]);
    const struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_article_version)},
                                            {.label = msg(r->lang, MSG_article_submitted_at)},
                                            {.label = msg(r->lang, MSG_word_status)}};
    struct article_versions_view v = {
        .intro = msg(r->lang, MSG_article_versions_intro),
        .table = {.caption = msg(r->lang, MSG_article_version_history),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = x.n,
                  .empty = {.icon = S("document-text"),
                            .title = msg(r->lang, MSG_article_versions_none),
                            .text = msg(r->lang, MSG_article_versions_intro)}}};
    struct page page = {
        .place = PLACE_CONSOLE,
        .back = {base_of(&x), x.a.title.n ? x.a.title : msg(r->lang, MSG_word_back), S("")}};
    return REPLY_PAGE(r, &page, view_article_versions, &v);
}

/* ---- one version ---- */

static err version_read(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    arena *mem = x->r->mem;
    int64_t account = x->r->member.account_id;
    TRY(article_load(t, mem, account, x->no, &x->a));
    if (x->version < 1 || x->version > x->a.versions)
        return fault(ERR_NOT_FOUND, "not_found", "no such version");
    TRY(article_version_load(t, mem, account, x->no, (int)x->version, &x->now));
    if (x->version > 1)
        TRY(article_version_load(t, mem, account, x->no, (int)x->version - 1, &x->before));
    err e = draft_load(t, mem, account, x->no, &x->draft);
    return e == ERR_NOT_FOUND ? OK : e;
}

static err version_open(struct request *r, struct reading *ret_x)
{
    *ret_x = (struct reading){.r = r};
    TRY(request_arg_int(r, "no", &ret_x->no));
    TRY(request_arg_int(r, "version", &ret_x->version));
    return request_read(r, version_read, ret_x);
}

/* A text that waits for review or was removed is not written on. */
static bool writable(const struct article *a)
{
    return !str_eq(a->state, S("held")) && !str_eq(a->state, S("scheduled")) &&
           !str_eq(a->state, S("removed")) && !str_eq(a->state, S("discarded"));
}

static struct confirm_view restore_of(const struct reading *x)
{
    struct request *r = x->r;
    struct param *hidden = NEW(r->mem, struct param);
    *hidden = (struct param){S("rev"), str_fmt(r->mem, "%d", x->draft.rev)};
    return (struct confirm_view){
        .id = S("restore"),
        .button = msg(r->lang, MSG_article_restore),
        .title = msg(r->lang, MSG_article_restore),
        .text =
            msg(r->lang, x->draft.rev ? MSG_article_restore_replaces : MSG_article_restore_effect),
        .action = str_fmt(r->mem, "%.*s/versions/%lld", FMT(base_of(x)), (long long)x->version),
        .csrf = r->session.csrf,
        .hidden = hidden,
        .hidden_n = 1,
        .danger = x->draft.rev > 0};
}

err page_console_version(struct request *r)
{
    struct reading x;
    struct diff diff;
    int minutes;
    TRY(version_open(r, &x));
    str args[] = {str_fmt(r->mem, "%lld", (long long)x.version), x.now.text.title};
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_article_version), .text = args[0]},
        {.label = msg(r->lang, MSG_article_category),
         .text =
             msg_lookup(r->lang, "category.", str_z(r->mem, x.now.text.category), MSG_word_none)},
    };
    struct article_version_view v = {
        .preview = {.title = x.now.text.title, .digest = x.now.text.digest},
        .restore = restore_of(&x),
        .facts = {facts, LEN(facts)},
        .can_restore = writable(&x.a)};
    struct declaration d = declared_of(r->mem, x.now.text.declared);
    declared_labels(r, &d, false, &v.preview.declared);
    TRY(article_render(r->mem, &x.now, &v.preview.body, &minutes));
    if (x.before.version) {
        TRY(article_diff(r->mem, &x.before.text, &x.now.text, &diff));
        v.preview.diff = &diff;
        v.preview.from_before = true;
    }
    struct page page = {.place = PLACE_CONSOLE,
                        .title =
                            msg_format(r->mem, r->lang, MSG_article_version_line, args, LEN(args)),
                        .back = {str_cat(r->mem, base_of(&x), S("/versions")),
                                 msg(r->lang, MSG_article_version_history), S("")}};
    return REPLY_PAGE(r, &page, view_article_version, &v);
}

static err restore(struct tx *t, void *ctx)
{
    struct reading *x = ctx;
    int rev;
    if (!writable(&x->a))
        return fault(ERR_CONFLICT, "not_a_draft", "article is %.*s", FMT(x->a.state));
    return article_save(t, x->r->member.account_id, x->no, x->r->session.user_id, (int)x->rev,
                        &x->now.text, &rev);
}

/* The version's text becomes the draft; the draft that was looked at when this was asked, and no
 * later one, is replaced (ERR_CONFLICT "edited_elsewhere"). */
err do_console_restore(struct request *r)
{
    struct reading x;
    TRY(version_open(r, &x));
    if (str_int(request_field(r, "rev"), &x.rev) != OK || x.rev < 0 || x.rev > INT32_MAX)
        return fault(ERR_INVALID, "invalid", "no revision");
    TRY(request_tx(r, restore, &x));
    reply_flash(r, MSG_article_restored);
    return reply_redirect(r, str_cat(r->mem, base_of(&x), S("/edit")));
}
