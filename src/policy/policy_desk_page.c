/* Staff write the next version of a policy: the editor-in-chief publishes, others propose; and the
 * editor-in-chief's view of a proposal. */
#include "base/clock.h"
#include "policy/policy_parts.h"
#include "policy/policy_store.h"
#include "policy_list.html.h"
#include "policy_write.html.h"
#include "text/doc.h"
#include "web/document.h"

/* ---- the list ---- */

enum { COLUMNS = 4 };
struct shelf {
    struct request *r;
    struct table_row v[POLICY_KINDS];
    bool can_seed;
};

/* What is to come: a proposal that waits, or a version that is announced. */
static err coming(struct tx *t, struct request *r, str kind, int now, str *ret_note)
{
    struct policy_proposal p;
    struct policy *versions;
    size_t n;
    err e = policy_proposal_last(t, r->mem, kind, &p);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *ret_note = S("");
    if (e == OK && str_eq(p.state, S("pending"))) {
        *ret_note = msg(r->lang, MSG_policy_waits);
        return OK;
    }
    TRY(policy_versions(t, r->mem, kind, &versions, &n));
    if (n && versions[0].version > now) {
        str args[] = {str_fmt(r->mem, "%d", versions[0].version),
                      date_text(r->mem, clock_china(versions[0].effective_at).date)};
        *ret_note = msg_format(r->mem, r->lang, MSG_policy_next_line, args, LEN(args));
    }
    return OK;
}

/* Where a click leads: to the form that this person may use, else to the text. */
static str shelf_href(const struct request *r, str kind)
{
    bool chief = r->session.roles & ROLE_EIC, clerk = r->session.roles & ROLE_COMPLIANCE;
    const char *last = chief ? "" : (clerk ? "/propose" : "/text");
    return str_fmt(r->mem, "/desk/policies/%.*s%s", FMT(kind), last);
}

static err shelf_row(struct tx *t, struct shelf *s, str kind, struct table_row *ret_row)
{
    struct request *r = s->r;
    struct policy p = {.title = S("")};
    struct table_cell *cells = NEW_N(r->mem, struct table_cell, COLUMNS);
    err e = policy_in_force(t, r->mem, kind, r->now, &p);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    s->can_seed = s->can_seed && e == ERR_NOT_FOUND;
    cells[0].text = policy_label(r->lang, kind);
    cells[1].text = p.version ? p.title : msg(r->lang, MSG_policy_nothing);
    cells[2].text = p.version ? str_fmt(r->mem, "%d", p.version) : S("");
    TRY(coming(t, r, kind, p.version, &cells[3].text));
    *ret_row = (struct table_row){shelf_href(r, kind), cells};
    return OK;
}

static err shelf_load(struct tx *t, void *ctx)
{
    struct shelf *s = ctx;
    s->can_seed = s->r->session.roles & ROLE_EIC;
    for (size_t i = 0; i < POLICY_KINDS; i++)
        TRY(shelf_row(t, s, POLICY_KIND[i], &s->v[i]));
    return OK;
}

err page_policies(struct request *r)
{
    struct shelf s = {.r = r};
    TRY(request_read(r, shelf_load, &s));
    const struct table_col cols[COLUMNS] = {
        {.label = msg(r->lang, MSG_policy_kind)},
        {.label = msg(r->lang, MSG_policy_title)},
        {.label = msg(r->lang, MSG_policy_version), .number = true},
        {.label = msg(r->lang, MSG_policy_coming)},
    };
    struct policy_shelf_view v = {.table = {.caption = msg(r->lang, MSG_policy_list_title),
                                            .cols = cols,
                                            .col_n = COLUMNS,
                                            .rows = s.v,
                                            .row_n = POLICY_KINDS},
                                  .can_seed = s.can_seed,
                                  .csrf = r->session.csrf};
    return REPLY_PAGE(r, (&(struct page){.place = PLACE_DESK}), view_policy_shelf, &v);
}

static err seed(struct tx *t, void *ctx)
{
    const struct request *r = ctx;
    return policy_seed(t, r->session.user_id);
}

err do_policies(struct request *r)
{
    TRY(request_tx(r, seed, r));
    reply_flash(r, MSG_policy_seeded);
    return reply_redirect(r, S("/desk/policies"));
}

/* The text in force, of internal kinds too. */
err page_policy_text(struct request *r)
{
    str kind = request_arg(r, "kind");
    if (policy_kind_public(kind))
        return reply_redirect(r, str_fmt(r->mem, "/rules/%.*s", FMT(kind)));
    if (!policy_kind_known(kind))
        return fault(ERR_NOT_FOUND, "not_found", "no such kind of policy");
    return policy_show(r, PLACE_DESK, str_fmt(r->mem, "/desk/policies/%.*s/text", FMT(kind)), 0);
}

err page_policy_text_version(struct request *r)
{
    str kind = request_arg(r, "kind");
    int64_t version = 0;
    TRY(request_arg_int(r, "version", &version));
    if (!policy_kind_known(kind) || version < 1 || version > INT32_MAX)
        return fault(ERR_NOT_FOUND, "not_found", "no such version");
    return policy_show(r, PLACE_DESK, str_fmt(r->mem, "/desk/policies/%.*s/text", FMT(kind)),
                       (int)version);
}

/* ---- the next version ---- */

static const struct form_field FIELDS[] = {
    {.name = "title",
     .kind = FIELD_TEXT,
     .label = MSG_policy_title,
     .required = true,
     .max = POLICY_TITLE_MAX},
    {.name = "text",
     .kind = FIELD_TEXTAREA,
     .label = MSG_policy_text,
     .help = MSG_policy_text_help,
     .required = true,
     .max = DOC_CHARS_MAX},
    {.name = "note",
     .kind = FIELD_TEXTAREA,
     .label = MSG_policy_note,
     .help = MSG_policy_note_help,
     .max = POLICY_NOTE_MAX},
    {.name = "effective",
     .kind = FIELD_DATE,
     .label = MSG_policy_effective,
     .help = MSG_policy_effective_help,
     .required = true},
    /* the service agreement only: the last line, left out for other kinds */
    {.name = "minor",
     .kind = FIELD_CHECKBOX,
     .label = MSG_policy_minor,
     .help = MSG_policy_minor_help},
};

struct writing {
    struct request *r;
    str kind;
    bool publish;     /* else propose */
    bool minor_asked; /* of the service agreement alone */
    size_t field_n;
    struct form form;
    struct policy last, next;
    int last_version;
    struct policy_terms terms;
    int64_t due_at, proposal_id;
    struct policy_proposal proposal;
    html preview;
    struct diff diff;
};

static err write_load(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    err e = policy_proposal_last(t, w->r->mem, w->kind, &w->proposal);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    TRY(store_policy_last(t, w->kind, &w->last_version));
    if (!w->last_version)
        return OK;
    return policy_version(t, w->r->mem, w->kind, w->last_version, &w->last);
}

static err write_open(struct request *r, bool publish, struct writing *ret_w)
{
    struct provider_settings s;
    provider_live_get(r->site->provider, r->mem, &s);
    *ret_w = (struct writing){.r = r,
                              .kind = request_arg(r, "kind"),
                              .publish = publish,
                              .terms = policy_terms_of(&s),
                              .due_at = clock_add_workdays(r->now, (int)s.review_due_days)};
    if (!policy_kind_known(ret_w->kind))
        return fault(ERR_NOT_FOUND, "not_found", "no such kind of policy");
    ret_w->minor_asked = str_eq(ret_w->kind, POLICY_AGREEMENT);
    ret_w->field_n = LEN(FIELDS) - !ret_w->minor_asked;
    return request_read(r, write_load, ret_w);
}

static err write_show(struct writing *w, int status)
{
    struct request *r = w->r;
    const struct policy_proposal *p = &w->proposal;
    bool told = str_eq(p->state, S("pending")) ||
                (p->reason.n && p->policy.effective_at && !w->publish &&
                 !str_eq(p->state, S("published")) && p->proposed_at > w->last.created_at);
    struct policy_write_view v = {.form = &w->form,
                                  .next_version = w->last_version + 1,
                                  .preview = w->preview,
                                  .preview_title = form_get(&w->form, "title"),
                                  .diff = html_any(w->preview) ? &w->diff : NULL,
                                  .proposal = told ? p : NULL,
                                  .publish = w->publish,
                                  .announced = w->last.effective_at > r->now ? w->last_version : 0,
                                  .announced_at = w->last.effective_at};
    struct page page = {.place = PLACE_DESK, .title = policy_label(r->lang, w->kind)};
    if (w->last_version)
        page.action = (struct page_link){str_fmt(r->mem, "/desk/policies/%.*s/text", FMT(w->kind)),
                                         msg(r->lang, MSG_policy_read), S("document-text")};
    page.back = (struct page_link){S("/desk/policies"), msg(r->lang, MSG_nav_policies), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_policy_write, &v);
}

/* The form begins with the proposal that came back, else with the last version. */
static err write_begin(struct request *r, bool publish)
{
    struct writing w;
    TRY(write_open(r, publish, &w));
    form_init(r, FIELDS, w.field_n, &w.form);
    bool mend = w.proposal.id && !str_eq(w.proposal.state, S("published"));
    const struct policy *from = mend ? &w.proposal.policy : &w.last;
    if (from->doc.n) {
        str markdown;
        TRY(policy_markdown(r->mem, from->doc, &markdown));
        form_set(&w.form, "title", from->title);
        form_set(&w.form, "text", markdown);
        form_set(&w.form, "note", mend ? from->note : S(""));
    }
    bool wait = w.last_version && policy_kind_public(w.kind);
    int64_t first = r->now + (wait ? w.terms.notice_ms : 0);
    if (first < w.last.effective_at)
        first = w.last.effective_at; /* announced already: the new text comes no earlier */
    form_set(&w.form, "effective", date_text(r->mem, clock_china(first).date));
    return write_show(&w, 200);
}

err page_policy_write(struct request *r)
{
    return write_begin(r, true);
}

err page_policy_propose(struct request *r)
{
    return write_begin(r, false);
}

static err write_check(struct writing *w)
{
    struct request *r = w->r;
    struct date d;
    str title, doc;
    TRY(date_parse(form_get(&w->form, "effective"), &d));
    int64_t from = date_china_ms(d);
    if (from < r->now - DAY_MS)
        return fault_field(ERR_INVALID, "policy_past", "effective", "in the past");
    err e = policy_from_markdown(r->mem, form_get(&w->form, "text"), &title, &doc);
    if (e != OK)
        return fault_field(e, fault_of(e).reason, "text", "document");
    w->next = (struct policy){.kind = w->kind,
                              .title = form_get(&w->form, "title"),
                              .doc = doc,
                              .note = form_get(&w->form, "note"),
                              .material = !w->minor_asked || !form_on(&w->form, "minor"),
                              .effective_at = from,
                              .proposed_by = r->session.user_id};
    return OK;
}

static err publish_tx(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    struct policy p = w->next;
    return policy_publish(t, &w->terms, &p, w->r->session.user_id);
}

static err propose_tx(struct tx *t, void *ctx)
{
    struct writing *w = ctx;
    return policy_propose(t, &w->next, w->due_at, &w->proposal_id);
}

static err preview_make(struct writing *w)
{
    TRY(document_html(w->r->mem, w->next.doc, &w->preview));
    return document_diff(w->r->mem, w->last.doc, w->next.doc, &w->diff);
}

static err write_take(struct request *r, bool publish)
{
    struct writing w;
    TRY(write_open(r, publish, &w));
    err e = form_read(r, FIELDS, w.field_n, &w.form);
    bool preview = str_eq(request_field(r, "act"), S("preview"));
    if (e == OK) {
        e = write_check(&w);
        if (e == OK && !preview)
            e = request_tx(r, publish ? publish_tx : propose_tx, &w);
        if (e != OK && !form_take_fault(&w.form, e))
            return e;
    }
    if (e == OK && preview) {
        TRY(preview_make(&w));
        return write_show(&w, 200);
    }
    if (e != OK)
        return write_show(&w, err_http(e));
    reply_flash(r, publish ? MSG_policy_done : MSG_policy_proposed);
    return reply_redirect(r, S("/desk/policies"));
}

err do_policy_write(struct request *r)
{
    return write_take(r, true);
}

err do_policy_propose(struct request *r)
{
    return write_take(r, false);
}

/* ---- the case ---- */

struct case_load_ctx {
    struct request *r;
    int64_t id;
    struct policy_proposal p;
    struct policy last;
    int last_version;
};

static err case_read(struct tx *t, void *ctx)
{
    struct case_load_ctx *x = ctx;
    TRY(policy_proposal_load(t, x->r->mem, x->id, &x->p));
    TRY(store_policy_last(t, x->p.policy.kind, &x->last_version));
    if (!x->last_version)
        return OK;
    return policy_version(t, x->r->mem, x->p.policy.kind, x->last_version, &x->last);
}

err policy_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct case_load_ctx x = {.r = r, .id = c->subject};
    struct policy_case v = {.proposal = &x.p};
    TRY(request_read(r, case_read, &x));
    const struct policy *p = &x.p.policy;
    TRY(document_html(r->mem, p->doc, &v.text));
    TRY(document_diff(r->mem, x.last.doc, p->doc, &v.diff));
    v.last = x.last_version;
    struct fact facts[] = {
        {.label = msg(r->lang, MSG_policy_kind), .text = policy_label(r->lang, p->kind)},
        {.label = msg(r->lang, MSG_policy_proposer), .text = x.p.proposer},
        {.label = msg(r->lang, MSG_policy_effective),
         .text = date_text(r->mem, clock_china(p->effective_at).date)},
        {.label = msg(r->lang, MSG_policy_note), .text = p->note.n ? p->note : S("-")},
        {.label = msg(r->lang, MSG_policy_resign),
         .text = msg(r->lang, p->material ? MSG_word_yes : MSG_word_no)},
    };
    v.facts = (struct facts_view){facts, LEN(facts)};
    struct out *o = request_out(r);
    view_policy_case(o, &v);
    *ret_view = out_take(o);
    return OK;
}
