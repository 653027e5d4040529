/* Support for those who ask, and the public pages of contact and about. */
#include "settings/provider.h"
#include "support/support_view.h"
#include "support_public.html.h"
#include "support_ticket.html.h"

enum { COLUMNS = 4, FILE_MAX = 10 * 1024 * 1024, CACHE_SECONDS = 60 };

struct asking {
    struct request *r;
    struct form form;
    struct ticket k;
    struct ticket *v;
    struct ticket_message m, *messages;
    struct ticket_terms terms;
    size_t n;
    int64_t id;
    int rating;
};

/* ---- mine ---- */

static err load_own(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    return ticket_own(t, x->r->mem, x->r->session.user_id, &x->v, &x->n);
}

err page_my_tickets(struct request *r)
{
    struct asking x = {.r = r};
    TRY(request_read(r, load_own, &x));
    const struct table_col cols[COLUMNS] = {{.label = msg(r->lang, MSG_support_subject)},
                                            {.label = msg(r->lang, MSG_support_category)},
                                            {.label = msg(r->lang, MSG_word_status)},
                                            {.label = msg(r->lang, MSG_support_updated)}};
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    for (size_t i = 0; i < x.n; i++) {
        struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
        c[0].text = x.v[i].subject;
        c[1].text = support_category(r, x.v[i].category);
        c[2].status = true;
        c[2].text = support_state(r->lang, x.v[i].state, &c[2].tone);
        c[3].at_ms = x.v[i].updated_at;
        rows[i] = (struct table_row){str_fmt(r->mem, "/me/tickets/%lld", (long long)x.v[i].id), c};
    }
    struct tickets_view v = {.table = {.caption = msg(r->lang, MSG_support_tickets),
                                       .cols = cols,
                                       .col_n = COLUMNS,
                                       .rows = rows,
                                       .row_n = x.n,
                                       .empty = {.icon = S("lifebuoy"),
                                                 .title = msg(r->lang, MSG_support_none),
                                                 .text = msg(r->lang, MSG_support_none_text),
                                                 .href = S("/me/tickets/new"),
                                                 .action = msg(r->lang, MSG_support_new)}}};
    struct page page = {.place = PLACE_ME};
    page.action =
        (struct page_link){S("/me/tickets/new"), msg(r->lang, MSG_support_new), S("plus")};
    return REPLY_PAGE(r, &page, view_tickets, &v);
}

/* ---- a new one ---- */

static const struct form_field NEW[] = {
    {.name = "category", .kind = FIELD_SELECT, .label = MSG_support_category, .required = true},
    {.name = "subject",
     .kind = FIELD_TEXT,
     .label = MSG_support_subject,
     .help = MSG_support_subject_help,
     .required = true,
     .max = TICKET_SUBJECT_MAX},
    {.name = "body",
     .kind = FIELD_TEXTAREA,
     .label = MSG_support_body,
     .help = MSG_support_body_help,
     .required = true,
     .max = TICKET_BODY_MAX},
    {.name = "file",
     .kind = FIELD_FILE,
     .label = MSG_support_file,
     .help = MSG_support_file_help,
     .max = FILE_MAX,
     .accept = "image/*,application/pdf"},
};

static err new_show(struct asking *x, int status)
{
    struct request *r = x->r;
    struct form_option *o = NEW_N(r->mem, struct form_option, TICKET_CATEGORIES);
    for (size_t i = 0; i < TICKET_CATEGORIES; i++)
        o[i] = (struct form_option){.value = str_from(TICKET_CATEGORY[i]),
                                    .text = support_category(r, str_from(TICKET_CATEGORY[i]))};
    form_options(&x->form, "category", o, TICKET_CATEGORIES);
    x->form.submit = MSG_support_send;
    struct page page = {.place = PLACE_ME};
    page.back = (struct page_link){S("/me/tickets"), msg(r->lang, MSG_support_tickets), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_ticket_new, &x->form);
}

err page_ticket_new(struct request *r)
{
    struct asking x = {.r = r};
    form_init(r, NEW, LEN(NEW), &x.form);
    return new_show(&x, 200);
}

static bool category_known(str category)
{
    for (size_t i = 0; i < TICKET_CATEGORIES; i++)
        if (str_eq(category, str_from(TICKET_CATEGORY[i])))
            return true;
    return false;
}

static err open_tx(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    return ticket_open(t, &x->terms, &x->k, &x->m, &x->id);
}

static err new_take(struct asking *x)
{
    struct request *r = x->r;
    if (!category_known(form_get(&x->form, "category")))
        return form_refuse(&x->form, "category", "bad_choice");
    TRY(support_message(r, &x->form, r->session.user_id, &x->m));
    x->terms = support_terms(r);
    x->k = (struct ticket){.user_id = r->session.user_id,
                           .category = form_get(&x->form, "category"),
                           .subject = form_get(&x->form, "subject")};
    return request_tx(r, open_tx, x);
}

err do_ticket_new(struct request *r)
{
    struct asking x = {.r = r};
    err e = form_read(r, NEW, LEN(NEW), &x.form);
    if (e == OK) {
        e = new_take(&x);
        if (e != OK && !x.form.bad && !form_take_fault(&x.form, e))
            return e;
    }
    if (e != OK)
        return new_show(&x, 422);
    reply_flash(r, MSG_support_sent);
    return reply_redirect(r, str_fmt(r->mem, "/me/tickets/%lld", (long long)x.id));
}

/* ---- one ---- */

static err load_one(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    TRY(ticket_load(t, x->r->mem, x->id, &x->k));
    if (x->k.user_id != x->r->session.user_id)
        return fault(ERR_NOT_FOUND, "not_found", "somebody else's ticket");
    return ticket_messages(t, x->r->mem, x->id, &x->messages, &x->n);
}

static err one(struct request *r, struct asking *x)
{
    *x = (struct asking){.r = r};
    TRY(request_arg_int(r, "id", &x->id));
    x->terms = support_terms(r);
    return request_read(r, load_one, x);
}

err page_my_ticket(struct request *r)
{
    struct asking x;
    TRY(one(r, &x));
    support_form(r, &x.form);
    return support_show(r, &x.k, false, &x.form, 200);
}

static err say(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    return ticket_say(t, &x->terms, &x->m);
}

err do_my_ticket(struct request *r)
{
    struct asking x;
    TRY(one(r, &x));
    err e = support_form_read(r, &x.form);
    if (e == OK)
        e = support_message(r, &x.form, x.k.user_id, &x.m);
    if (e == ERR_INVALID && x.form.bad)
        return support_show(r, &x.k, false, &x.form, 422);
    TRY(e);
    x.m.ticket_id = x.id;
    x.m.author = r->session.user_id;
    TRY(request_tx(r, say, &x));
    reply_flash(r, MSG_support_sent);
    return reply_redirect(r, str_fmt(r->mem, "/me/tickets/%lld", (long long)x.id));
}

static err close_tx(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    return ticket_close(t, x->id, x->r->session.user_id);
}

err do_my_ticket_close(struct request *r)
{
    struct asking x;
    TRY(one(r, &x));
    TRY(request_tx(r, close_tx, &x));
    reply_flash(r, MSG_support_closed);
    return reply_redirect(r, str_fmt(r->mem, "/me/tickets/%lld", (long long)x.id));
}

static err rate(struct tx *t, void *ctx)
{
    struct asking *x = ctx;
    return ticket_rate(t, x->id, x->rating);
}

err do_my_ticket_rate(struct request *r)
{
    struct asking x;
    int64_t stars = 0;
    TRY(one(r, &x));
    if (str_int(request_field(r, "rating"), &stars) != OK || stars < 1 || stars > 5)
        return fault(ERR_INVALID, "bad_choice", "rating");
    x.rating = (int)stars;
    TRY(request_tx(r, rate, &x));
    reply_flash(r, MSG_support_rated);
    return reply_redirect(r, str_fmt(r->mem, "/me/tickets/%lld", (long long)x.id));
}

err page_my_ticket_file(struct request *r)
{
    struct asking x;
    TRY(one(r, &x));
    return support_file(r, x.k.user_id, x.messages, x.n);
}

/* ---- for everybody ---- */

static struct facts_view contact_facts(struct request *r, const struct provider_settings *s)
{
    const struct {
        enum msg label;
        str text;
    } all[] = {{MSG_label_provider_provider_name, s->provider_name},
               {MSG_label_provider_address, s->address},
               {MSG_label_provider_contact_phone, s->contact_phone},
               {MSG_label_provider_contact_email, s->contact_email},
               {MSG_label_provider_icp, s->icp},
               {MSG_label_provider_psb, s->psb}};
    struct fact *v = NEW_N(r->mem, struct fact, LEN(all));
    size_t n = 0;
    for (size_t i = 0; i < LEN(all); i++)
        if (all[i].text.n)
            v[n++] = (struct fact){.label = msg(r->lang, all[i].label), .text = all[i].text};
    return (struct facts_view){v, n};
}

err page_contact(struct request *r)
{
    struct provider_settings s;
    provider_live_get(r->site->provider, r->mem, &s);
    struct contact_view v = {contact_facts(r, &s), (int)s.support_days,
                             (int)s.support_priority_days};
    reply_cache(r, CACHE_SECONDS);
    struct page page = {.place = PLACE_READER, .canonical = S("/contact")};
    return REPLY_PAGE(r, &page, view_contact, &v);
}

err page_about(struct request *r)
{
    struct provider_settings s;
    provider_live_get(r->site->provider, r->mem, &s);
    struct about_view v = {contact_facts(r, &s),
                           s.site_name.n ? s.site_name : msg(r->lang, MSG_site_name)};
    reply_cache(r, CACHE_SECONDS);
    struct page page = {.place = PLACE_READER, .canonical = S("/about")};
    return REPLY_PAGE(r, &page, view_about, &v);
}
