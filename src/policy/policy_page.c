/* Rules and agreements: for everybody to read, for staff to write the next version of. */
#include "base/clock.h"
#include "policy/policy_store.h"
#include "policy/policy_view.h"
#include "policy_list.html.h"
#include "policy_show.html.h"
#include "policy_write.html.h"
#include "text/doc.h"
#include "web/document.h"

enum { TITLE_MAX = 100, CACHE_S = 60 };

static str kind_label(enum lang lang, str kind)
{
    for (size_t i = 0; i < POLICY_KINDS; i++)
        if (str_eq(kind, POLICY_KIND[i]))
            return msg_lookup(lang, "policy.", POLICY_KIND[i].p, MSG_word_none);
    return kind;
}

struct listing {
    struct request *r;
    const char *base;
    struct policy_line v[POLICY_KINDS];
};

static err list_load(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    arena *mem = l->r->mem;
    for (size_t i = 0; i < POLICY_KINDS; i++) {
        str kind = POLICY_KIND[i];
        struct policy *p = NEW(mem, struct policy);
        err e = policy_in_force(t, mem, kind, l->r->now, p);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        l->v[i] = (struct policy_line){.kind = kind,
                                       .label = kind_label(l->r->lang, kind),
                                       .href = str_fmt(mem, "%s/%s", l->base, kind.p),
                                       .policy = e == OK ? p : NULL};
    }
    return OK;
}

err page_rules(struct request *r)
{
    struct listing l = {.r = r, .base = "/rules"};
    TRY(request_read(r, list_load, &l));
    return REPLY_PAGE(r, (&(struct page){.place = PLACE_READER}), view_policy_list,
                      (&(struct policy_list_view){l.v, POLICY_KINDS, false}));
}

err page_policies(struct request *r)
{
    struct listing l = {.r = r, .base = "/desk/policies"};
    TRY(request_read(r, list_load, &l));
    return REPLY_PAGE(r, (&(struct page){.place = PLACE_DESK}), view_policy_list,
                      (&(struct policy_list_view){l.v, POLICY_KINDS, true}));
}

struct showing {
    struct request *r;
    str kind;
    int version; /* 0: the one in force */
    struct policy_show_view v;
};

static err show_load(struct tx *t, void *ctx)
{
    struct showing *s = ctx;
    struct policy now = {0}, *versions = NULL;
    err e = policy_in_force(t, s->r->mem, s->kind, s->r->now, &now);
    if (e != OK && (e != ERR_NOT_FOUND || !s->version))
        return e;
    s->v.policy = now;
    if (s->version)
        TRY(policy_version(t, s->r->mem, s->kind, s->version, &s->v.policy));
    s->v.in_force = s->v.policy.version == now.version;
    TRY(policy_versions(t, s->r->mem, s->kind, &versions, &s->v.version_n));
    s->v.versions = versions;
    return OK;
}

static err show(struct request *r, int version)
{
    struct showing s = {.r = r, .kind = request_arg(r, "kind"), .version = version};
    if (!policy_kind_known(s.kind))
        return fault(ERR_NOT_FOUND, "not_found", "no such kind of policy");
    TRY(request_read(r, show_load, &s));
    TRY(document_html(r->mem, s.v.policy.doc, &s.v.text));
    s.v.hash = hex(r->mem, s.v.policy.hash);
    s.v.kind_href = str_fmt(r->mem, "/rules/%.*s", FMT(s.kind));
    return REPLY_PAGE(r, (&(struct page){.place = PLACE_READER, .title = s.v.policy.title}),
                      view_policy_show, &s.v);
}

err page_rule(struct request *r)
{
    return show(r, 0);
}

err page_rule_version(struct request *r)
{
    int64_t version = 0;
    TRY(request_arg_int(r, "version", &version));
    if (version < 1 || version > 1000000)
        return fault(ERR_NOT_FOUND, "not_found", "no such version");
    return show(r, (int)version);
}

/* ---- the next version ---- */

static const struct form_field FIELDS[] = {
    {.name = "title",
     .kind = FIELD_TEXT,
     .label = MSG_policy_title,
     .required = true,
     .max = TITLE_MAX},
    {.name = "text",
     .kind = FIELD_TEXTAREA,
     .label = MSG_policy_text,
     .help = MSG_policy_text_help,
     .required = true,
     .max = DOC_CHARS_MAX},
    {.name = "effective",
     .kind = FIELD_DATE,
     .label = MSG_policy_effective,
     .help = MSG_policy_effective_help,
     .required = true},
};

struct writing {
    struct request *r;
    str kind, doc;
    struct form form;
    struct policy last;
    int last_version;
    int64_t effective_at;
    html preview;
};

static err write_load(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    TRY(store_policy_last(t, w->kind, &w->last_version));
    if (!w->last_version)
        return OK;
    return policy_version(t, w->r->mem, w->kind, w->last_version, &w->last);
}

static err write_open(struct request *r, struct writing *ret_w)
{
    *ret_w = (struct writing){.r = r, .kind = request_arg(r, "kind")};
    if (!policy_kind_known(ret_w->kind))
        return fault(ERR_NOT_FOUND, "not_found", "no such kind of policy");
    return request_read(r, write_load, ret_w);
}

static err write_show(struct writing *w, int status)
{
    struct request *r = w->r;
    struct policy_write_view v = {.form = &w->form,
                                  .next_version = w->last_version + 1,
                                  .preview = w->preview,
                                  .preview_title = form_get(&w->form, "title")};
    struct page page = {.place = PLACE_DESK, .title = kind_label(r->lang, w->kind)};
    page.back = (struct page_link){S("/desk/policies"), msg(r->lang, MSG_nav_policies), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_policy_write, &v);
}

err page_policy_write(struct request *r)
{
    struct writing w;
    struct node *doc = NULL;
    str markdown;
    TRY(write_open(r, &w));
    form_init(r, FIELDS, LEN(FIELDS), &w.form);
    if (w.last_version) {
        TRY(doc_from_json(r->mem, w.last.doc, &doc));
        TRY(doc_markdown(r->mem, doc, &markdown));
        form_set(&w.form, "title", w.last.title);
        form_set(&w.form, "text", markdown);
    }
    form_set(&w.form, "effective", date_text(r->mem, clock_china(r->now).date));
    return write_show(&w, 200);
}

static err publish(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    struct policy p = {.kind = w->kind,
                       .title = form_get(&w->form, "title"),
                       .doc = w->doc,
                       .effective_at = w->effective_at};
    TRY(policy_publish(t, &p, w->r->session.user_id));
    return page_touch(t, S("rules"));
}

static err write_check(struct writing *w)
{
    struct request *r = w->r;
    struct date d;
    str title;
    TRY(date_parse(form_get(&w->form, "effective"), &d));
    w->effective_at = date_china_ms(d);
    if (w->effective_at < r->now - DAY_MS)
        return fault_field(ERR_INVALID, "policy_past", "effective", "in the past");
    err e = policy_from_markdown(r->mem, form_get(&w->form, "text"), &title, &w->doc);
    if (e != OK)
        return fault_field(e, fault_of(e).reason, "text", "document");
    return OK;
}

err do_policy_write(struct request *r)
{
    struct writing w;
    TRY(write_open(r, &w));
    err e = form_read(r, FIELDS, LEN(FIELDS), &w.form);
    bool preview = str_eq(request_field(r, "act"), S("preview"));
    if (e == OK) {
        e = write_check(&w);
        if (e == OK && !preview)
            e = request_tx(r, publish, &w);
        if (e != OK && !form_take_fault(&w.form, e))
            return e;
    }
    if (e == OK && preview) {
        TRY(document_html(r->mem, w.doc, &w.preview));
        return write_show(&w, 200);
    }
    if (e != OK)
        return write_show(&w, err_http(e));
    reply_flash(r, MSG_policy_done);
    return reply_redirect(r, S("/desk/policies"));
}
