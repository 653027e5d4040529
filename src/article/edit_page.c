/* Writing: the form that works everywhere (Markdown, or the editor's JSON), and submitting. */
#include "account/account.h"
#include "article/article.h"
#include "article/console.h"
#include "article/console_view.h"
#include "article/declare.h"
#include "article/editing.h"
#include "article/render.h"
#include "article_edit.html.h"
#include "article_preview.html.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "finding/finding.h"
#include "gate/gate.h"
#include "media/media.h"

#define EMPTY_DOC S("{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\"}]}")
enum { BODY_MAX = 100000, PICTURE_BYTES = IMAGE_MAX_BYTES };

static const struct form_field FIELDS[] = {
    {.name = "title", .kind = FIELD_TEXT, .label = MSG_article_title, .max = ARTICLE_TITLE_MAX},
    {.name = "digest",
     .kind = FIELD_TEXTAREA,
     .label = MSG_article_digest,
     .help = MSG_article_digest_help,
     .max = ARTICLE_DIGEST_MAX},
    {.name = "category", .kind = FIELD_SELECT, .label = MSG_article_category},
    {.name = "body",
     .kind = FIELD_TEXTAREA,
     .label = MSG_article_body,
     .help = MSG_article_body_help,
     .max = BODY_MAX},
    {.name = "picture",
     .kind = FIELD_FILE,
     .label = MSG_article_picture,
     .help = MSG_article_picture_help,
     .max = PICTURE_BYTES,
     .accept = "image/*"},
    {.name = "alt",
     .kind = FIELD_TEXT,
     .label = MSG_article_alt,
     .help = MSG_article_alt_help,
     .max = MEDIA_ALT_MAX},
    {.name = "cover_file",
     .kind = FIELD_FILE,
     .label = MSG_article_cover,
     .help = MSG_article_cover_help,
     .max = PICTURE_BYTES,
     .accept = "image/*"},
    {.name = "publish_at",
     .kind = FIELD_TIME,
     .label = MSG_article_publish_at,
     .help = MSG_article_publish_at_help,
     .max = 16},
    {.name = "cover", .kind = FIELD_HIDDEN, .label = MSG_article_cover, .max = 64},
    {.name = "rev", .kind = FIELD_HIDDEN, .label = MSG_article_versions, .max = 10},
    DECLARE_FIELDS,
};

err editing_read(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    arena *mem = x->r->mem;
    int64_t account = x->r->member.account_id;
    TRY(article_load(t, mem, account, x->no, &x->a));
    TRY(account_load(t, mem, account, &x->account));
    err e = draft_load(t, mem, account, x->no, &x->d);
    if (e != ERR_NOT_FOUND)
        return e;
    struct article_version v;
    TRY(article_version_load(t, mem, account, x->no, x->a.version ? x->a.version : x->a.versions,
                             &v));
    x->d = (struct draft){.account_id = account, .no = x->no, .text = v.text};
    return OK;
}

str editing_base(const struct editing *x)
{
    return str_fmt(x->r->mem, "/console/%.*s/articles/%lld", FMT(x->r->member.handle),
                   (long long)x->no);
}

static err markdown_of(arena *mem, str json, str *ret_markdown)
{
    struct node *doc;
    TRY(doc_from_json(mem, json, &doc));
    return doc_markdown(mem, doc, ret_markdown);
}

static void categories(struct editing *x, struct form *f)
{
    struct form_option *v = NEW_N(x->r->mem, struct form_option, CATEGORY_COUNT);
    size_t n = 0;
    for (str rest = x->account.categories; rest.p && n < CATEGORY_COUNT;) {
        str code = str_trim(str_split(rest, ',', &rest));
        enum msg m;
        if (code.n && msg_find(str_cat(x->r->mem, S("category."), code), &m))
            v[n++] = (struct form_option){.value = code, .label = m};
    }
    form_options(f, "category", v, n);
}

static err show(struct editing *x, int status, struct article_edit_view *v)
{
    struct request *r = x->r;
    v->r = r;
    v->base = editing_base(x);
    v->returned = x->d.returned;
    v->user_id = r->session.user_id;
    TRY(editing_words(r, &v->words));
    categories(x, &v->form);
    declare_form(&v->form, NULL);
    struct declaration_rules rules;
    declaration_rules_of(r, &rules);
    v->declare_from = LEN(FIELDS) - DECLARATIONS + 1; /* tags stand with the fields before */
    v->declare_n = DECLARATIONS - 1 - !rules.minors;  /* the last field is that of minors */
    struct page page = {.place = PLACE_CONSOLE,
                        .wide = true,
                        .editor = true,
                        .title = x->d.text.title.n ? x->d.text.title
                                                   : msg(r->lang, MSG_article_untitled),
                        .back = {editing_base(x), msg(r->lang, MSG_word_back), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_article_edit, v);
}

err page_article_edit(struct request *r)
{
    struct editing x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_read(r, editing_read, &x));
    struct article_edit_view v = {0};
    form_init(r, FIELDS, LEN(FIELDS), &v.form);
    str markdown;
    TRY(markdown_of(r->mem, x.d.text.doc, &markdown));
    form_set(&v.form, "title", x.d.text.title);
    form_set(&v.form, "digest", x.d.text.digest);
    form_set(&v.form, "category", x.d.text.category);
    form_set(&v.form, "body", markdown);
    form_set(&v.form, "cover", x.d.text.cover);
    form_set(&v.form, "rev", str_fmt(r->mem, "%d", x.d.rev));
    struct declaration d = declared_of(r->mem, x.d.text.declared);
    declare_form(&v.form, &d);
    v.doc = x.d.text.doc;
    return show(&x, 200, &v);
}

/* ---- saving ---- */

struct known_ctx {
    struct request *r;
    str blob;
    struct media m;
};

static err known_read(struct tx *t, void *ctx)
{
    struct known_ctx *k = ctx;
    return media_load(t, k->r->mem, k->r->member.account_id, k->blob, &k->m);
}

bool editing_known(void *ctx, str blob, int *ret_width, int *ret_height)
{
    struct known_ctx k = {.r = ctx, .blob = blob};
    if (request_read(k.r, known_read, &k) != OK)
        return false;
    *ret_width = k.m.width;
    *ret_height = k.m.height;
    return true;
}

/* The editor's "doc" wins over the Markdown in "body"; the body then shows the same text. */
static err doc_of(struct request *r, struct form *f, struct node **ret_doc)
{
    const struct doc_known mine = {.find = editing_known, .ctx = r};
    str json = request_field(r, "doc"), markdown;
    if (!json.n)
        return doc_from_markdown(r->mem, form_get(f, "body"), &mine, NULL, ret_doc);
    TRY(doc_from_json(r->mem, json, ret_doc));
    TRY(doc_markdown(r->mem, *ret_doc, &markdown));
    form_set(f, "body", markdown);
    return OK;
}

static err text_of(struct editing *x, struct form *f, struct node **ret_doc)
{
    struct request *r = x->r;
    x->text = (struct article_text){.title = form_get(f, "title"),
                                    .digest = form_get(f, "digest"),
                                    .cover = form_get(f, "cover"),
                                    .category = form_get(f, "category"),
                                    .kind = S("text")};
    struct declaration d;
    struct declaration_rules rules;
    declare_read(f, &d);
    declaration_rules_of(r, &rules);
    TRY(declaration_json(r->mem, &d, &rules, &x->text.declared));
    TRY(doc_of(r, f, ret_doc));
    TRY(editing_own(r, *ret_doc, x->text.cover));
    return doc_json(r->mem, *ret_doc, &x->text.doc);
}

/* Pictures sent along become Markdown at the end of the body, and the cover. */
static err take_pictures(struct request *r, struct form *f)
{
    const struct upload *picture = request_upload(r, "picture");
    const struct upload *cover = request_upload(r, "cover_file");
    str hash;
    if (picture && picture->size) {
        err e = media_import(r, r->member.account_id, picture, IMAGE_ARTICLE, &hash);
        if (e != OK)
            return e == ERR_IO ? e : form_refuse(f, "picture", fault_of(e).reason);
        str alt = form_get(f, "alt"), body = form_get(f, "body");
        form_set(f, "body",
                 str_fmt(r->mem, "%.*s\n\n![%.*s](blob:%.*s)\n", FMT(body), FMT(alt), FMT(hash)));
        form_set(f, "alt", S(""));
    }
    if (cover && cover->size) {
        err e = media_import(r, r->member.account_id, cover, IMAGE_ARTICLE, &hash);
        if (e != OK)
            return e == ERR_IO ? e : form_refuse(f, "cover_file", fault_of(e).reason);
        form_set(f, "cover", hash);
    }
    return OK;
}

err editing_save(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return article_save(t, x->r->member.account_id, x->no, x->r->session.user_id, x->rev, &x->text,
                        &x->new_rev);
}

err editing_time(str s, int64_t *ret_ms)
{
    err e = clock_china_read(s, ret_ms);
    return e == OK ? OK : fault_field(ERR_INVALID, "bad_time", "publish_at", "not a time");
}

static err submit_tx(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return article_submit(t, x->r->mem,
                          &(struct article_submission){.account_id = x->r->member.account_id,
                                                       .no = x->no,
                                                       .user_id = x->r->session.user_id,
                                                       .publish_at = x->publish_at,
                                                       .text = &x->text,
                                                       .rules = &x->rules,
                                                       .scan = &x->scan,
                                                       .prints = &x->prints},
                          &x->outcome);
}

static err ask_read(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    struct gate_question q;
    TRY(article_question(x->r->mem, x->r->member.account_id, &x->text, &q));
    q.listed = x->prints.refuse;
    q.counts = true;
    q.daily_quota = x->rules.daily_quota;
    q.author_id = x->r->session.user_id;
    return gate_ask(t, x->r->mem, &q, &x->gate);
}

static str gate_href(struct request *r, enum gate_reason reason)
{
    if (reason == GATE_identity_required || reason == GATE_agreement_required)
        return S("/me/registrants");
    if (reason == GATE_licence_required || reason == GATE_licence_expired)
        return str_fmt(r->mem, "/console/%.*s/licences", FMT(r->member.handle));
    if (reason == GATE_second_member_missing)
        return str_fmt(r->mem, "/console/%.*s/members", FMT(r->member.handle));
    if (reason == GATE_source_not_listed)
        return S("/news-sources");
    if (reason == GATE_category_not_granted)
        return str_fmt(r->mem, "/console/%.*s/profile", FMT(r->member.handle));
    bool provider = reason == GATE_post_vacant || reason == GATE_news_platform_closed ||
                    reason == GATE_emergency_freeze;
    return provider ? S("/contact") : str_fmt(r->mem, "/console/%.*s", FMT(r->member.handle));
}

static err show_gate(struct editing *x, struct article_edit_view *v)
{
    struct request *r = x->r;
    TRY(request_read(r, ask_read, x));
    for (int i = 0; i < GATE_REASONS; i++) {
        if (!(x->gate.closed >> i & 1))
            continue;
        const char *name = gate_reason_name((enum gate_reason)i).p;
        v->refusals[v->refusal_n++] = (struct refusal){
            msg_lookup(r->lang, "gate.", name, MSG_gate_closed),
            msg_lookup(r->lang, "gate.", str_z(r->mem, str_fmt(r->mem, "%s.todo", name)),
                       MSG_word_details),
            gate_href(r, (enum gate_reason)i)};
    }
    return show(x, 422, v);
}

/* Which kind of content, and the passages: nothing of the rule itself. */
static err show_refused(struct editing *x, struct article_edit_view *v)
{
    struct request *r = x->r;
    for (size_t i = 0; i < x->scan.n && v->refusal_n < LEN(v->refusals); i++) {
        const struct scan_finding *f = &x->scan.v[i];
        if (f->action != SCAN_REFUSE || f->stage == SCAN_SHADOW)
            continue;
        str said = f->n ? str_sub(x->scan.article->text[f->hits[0].field], f->hits[0].from,
                                  f->hits[0].to - f->hits[0].from)
                        : S("…");
        v->refusals[v->refusal_n++] =
            (struct refusal){msg_format(r->mem, r->lang, MSG_scan_refused_line,
                                        (const str[]){family_label(r->lang, f->family), said}, 2),
                             msg(r->lang, MSG_scan_refused_todo), S("/rules")};
    }
    return show(x, 422, v);
}

/* The later of two writers: both texts on one page; saving again keeps the later one. */
static err show_conflict(struct editing *x, struct article_edit_view *v)
{
    TRY(request_read(x->r, editing_read, x));
    (void)form_refuse(&v->form, "", "edited_elsewhere");
    TRY(markdown_of(x->r->mem, x->d.text.doc, &v->theirs));
    if (!v->theirs.n)
        v->theirs = S(" ");
    v->theirs_who = x->d.saved_by_name;
    v->theirs_at = x->d.saved_at;
    form_set(&v->form, "rev", str_fmt(x->r->mem, "%d", x->d.rev));
    return show(x, 409, v);
}

static err submit(struct editing *x, struct node *doc, struct article_edit_view *v)
{
    struct request *r = x->r;
    article_rules_now(r->site, r->mem, &x->rules);
    err e = OK;
    if (form_get(&v->form, "publish_at").n)
        e = editing_time(form_get(&v->form, "publish_at"), &x->publish_at);
    if (e == OK)
        e = article_text_check(r->mem, &x->text, doc, &x->text);
    if (e == OK)
        e = article_send(
            r, &(struct article_sending){submit_tx, x, x->no, &x->text, &x->scan, &x->prints});
    if (e == OK) {
        reply_flash(r, x->outcome.second_person ? MSG_release_waits_now : MSG_article_submitted);
        return reply_redirect(r, editing_base(x));
    }
    if (e == ERR_DENIED && str_eq(str_from(fault_of(e).reason), S("scan_refused")))
        return show_refused(x, v);
    enum gate_reason first = 0;
    while (first < GATE_REASONS && !str_eq(gate_reason_name(first), str_from(fault_of(e).reason)))
        first++;
    if (e == ERR_DENIED && first < GATE_REASONS)
        return show_gate(x, v);
    return form_take_fault(&v->form, e) ? show(x, 422, v) : e;
}

err do_article_edit(struct request *r)
{
    struct editing x = {.r = r};
    struct article_edit_view v = {0};
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_read(r, editing_read, &x));
    form_init(r, FIELDS, LEN(FIELDS), &v.form);
    err e = form_read(r, FIELDS, LEN(FIELDS), &v.form);
    x.rev = (int)form_int(&v.form, "rev");
    struct node *doc = NULL;
    if (e == OK)
        e = take_pictures(r, &v.form);
    if (e == OK)
        e = text_of(&x, &v.form, &doc);
    if (e == OK)
        e = request_tx(r, editing_save, &x);
    v.doc = x.text.doc.n ? x.text.doc : request_field(r, "doc");
    if (e == ERR_CONFLICT)
        return show_conflict(&x, &v);
    if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
        struct fault cause = fault_of(e);
        if (!form_take_fault(&v.form, e))
            (void)form_refuse(&v.form, "", cause.reason);
        if (str_starts(str_from(cause.field), S("content[")))
            v.node = str_dup(r->mem, str_from(cause.field));
        return show(&x, 422, &v);
    }
    TRY(e);
    form_set(&v.form, "rev", str_fmt(r->mem, "%d", x.new_rev));
    if (str_eq(request_field(r, "act"), S("submit")))
        return submit(&x, doc, &v);
    reply_flash(r, MSG_word_saved);
    return reply_redirect(r, str_cat(r->mem, editing_base(&x), S("/edit")));
}

/* ---- a new one ---- */

static err create_tx(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return article_create(t, x->r->member.account_id, x->r->session.user_id, &x->text, &x->no);
}

static err new_read(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return account_load(t, x->r->mem, x->r->member.account_id, &x->account);
}

static const struct form_field NEW_FIELDS[] = {
    {.name = "title",
     .kind = FIELD_TEXT,
     .label = MSG_article_title,
     .help = MSG_article_new_help,
     .max = ARTICLE_TITLE_MAX,
     .required = true},
};

static err new_page(struct request *r, int status, struct form *f)
{
    f->submit = MSG_article_write;
    struct article_edit_view v = {.r = r, .form = *f};
    struct page page = {.place = PLACE_CONSOLE};
    return REPLY_PAGE_STATUS(r, status, &page, view_article_new, &v);
}

err page_article_new(struct request *r)
{
    struct form f;
    form_init(r, NEW_FIELDS, LEN(NEW_FIELDS), &f);
    return new_page(r, 200, &f);
}

err do_article_new(struct request *r)
{
    struct form f;
    struct editing x = {.r = r};
    if (form_read(r, NEW_FIELDS, LEN(NEW_FIELDS), &f) != OK)
        return new_page(r, 422, &f);
    TRY(request_read(r, new_read, &x));
    str rest;
    x.text =
        (struct article_text){.title = form_get(&f, "title"),
                              .digest = S(""),
                              .cover = S(""),
                              .category = str_trim(str_split(x.account.categories, ',', &rest)),
                              .doc = EMPTY_DOC,
                              .kind = S("text")};
    TRY(request_tx(r, create_tx, &x));
    return reply_redirect(r, str_cat(r->mem, editing_base(&x), S("/edit")));
}

/* ---- as readers will see it ---- */

err page_article_preview(struct request *r)
{
    struct editing x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    TRY(request_read(r, editing_read, &x));
    struct sha256 h = sha256(str_bytes(x.d.text.doc));
    struct article_version version = {.text = x.d.text, .hash = {h.b, sizeof h.b}};
    struct article_preview_view v = {.title = x.d.text.title, .digest = x.d.text.digest};
    struct declaration d = declared_of(r->mem, x.d.text.declared);
    declared_labels(r, &d, false, &v.declared);
    int minutes;
    TRY(article_render(r->mem, &version, &v.body, &minutes));
    struct page page = {.place = PLACE_CONSOLE,
                        .back = {str_cat(r->mem, editing_base(&x), S("/edit")),
                                 msg(r->lang, MSG_word_back), S("")}};
    return REPLY_PAGE(r, &page, view_article_preview, &v);
}
