/* A person's registrants: the list, the choice of a class, one of them. */
#include "base/clock.h"
#include "partials.html.h"
#include "registrant/registrant_view.h"
#include "registrant_list.html.h"
#include "registrant_new.html.h"
#include "registrant_show.html.h"
#include "settings/provider.h"
#include "user/user.h"

static err load_list(struct tx *t, void *ctx)
{
    struct request *r = ((void **)ctx)[0];
    struct registrant_list_view *v = ((void **)ctx)[1];
    struct registrant *list = NULL;
    size_t n = 0;
    TRY(registrant_list(t, r->mem, r->session.user_id, &list, &n));
    struct registrant_card *cards = NEW_N(r->mem, struct registrant_card, n);
    for (size_t i = 0; i < n; i++)
        TRY(registrant_card(r, t, &list[i], &cards[i]));
    v->v = cards;
    v->n = n;
    return OK;
}

err page_registrants(struct request *r)
{
    struct registrant_list_view v = {.empty = {.icon = S("identification"),
                                               .title = msg(r->lang, MSG_registrant_none),
                                               .text = msg(r->lang, MSG_registrant_none_text),
                                               .href = S("/me/registrants/new"),
                                               .action = msg(r->lang, MSG_registrant_begin)}};
    TRY(request_read(r, load_list, (void *[]){r, &v}));
    struct page page = {.place = PLACE_ME, .noindex = true};
    if (v.n)
        page.action = (struct page_link){S("/me/registrants/new"),
                                         msg(r->lang, MSG_registrant_another), S("plus")};
    return REPLY_PAGE(r, &page, view_registrant_list, &v);
}

err page_registrant_new(struct request *r)
{
    static const char *const ICONS[CLASS_COUNT] = {
        "user",      "building-office-2", "building-library", "newspaper",
        "book-open", "user-group",        "folder",
    };
    struct class_choice v[CLASS_COUNT];
    for (int i = 0; i < CLASS_COUNT; i++) {
        const char *name = class_name((enum registrant_class)i).p;
        v[i] = (struct class_choice){
            .href = str_fmt(r->mem, "/me/registrants/new/%s", name),
            .label = class_label(r->lang, (enum registrant_class)i),
            .text = msg_lookup(r->lang, "class_text.", name, MSG_word_none),
            .icon = str_from(ICONS[i]),
        };
    }
    struct page page = {.place = PLACE_ME, .noindex = true};
    page.back = (struct page_link){S("/me/registrants"), msg(r->lang, MSG_nav_registrant), S("")};
    return REPLY_PAGE(r, &page, view_registrant_new,
                      (&(struct registrant_new_view){v, CLASS_COUNT}));
}

/* One event for what somebody read at one moment, however many fields. */
static err load_reads(struct tx *t, struct request *r, int64_t id, struct timeline_view *ret_reads)
{
    struct vault_access *a = NULL;
    size_t n = 0, k = 0;
    TRY(vault_access_list(t, r->mem, id, &a, &n));
    struct event *e = NEW_N(r->mem, struct event, n);
    for (size_t i = 0; i < n; i++) {
        bool same = i && a[i].at == a[i - 1].at && a[i].reader_id == a[i - 1].reader_id;
        if (same && a[i].full == a[i - 1].full)
            continue;
        struct user u = {0};
        err found = user_load(t, r->mem, a[i].reader_id, &u);
        if (found != OK && found != ERR_NOT_FOUND)
            return found;
        e[k++] = (struct event){
            .at_ms = a[i].at,
            .tone = a[i].full ? TONE_WARN : TONE_NEUTRAL,
            .title =
                msg(r->lang, a[i].full ? MSG_registrant_read_full : MSG_registrant_read_masked),
            .text = a[i].reason,
            .who = u.name,
        };
    }
    *ret_reads = (struct timeline_view){e, k};
    return OK;
}

static err load_one(struct tx *t, void *ctx)
{
    struct request *r = ((void **)ctx)[0];
    struct registrant_view *v = ((void **)ctx)[1];
    struct registrant reg;
    struct verification *results = NULL;
    struct evidence *files = NULL;
    size_t n = 0, file_n = 0;
    TRY(registrant_own(r, t, &reg));
    TRY(registrant_card(r, t, &reg, &v->card));
    TRY(registrant_facts(r, t, &reg, &v->facts));
    TRY(verification_list(t, r->mem, reg.id, &results, &n));
    TRY(evidence_list(t, r->mem, reg.id, &files, &file_n));
    TRY(load_reads(t, r, reg.id, &v->reads));
    struct evidence_link *links = NEW_N(r->mem, struct evidence_link, file_n);
    for (size_t i = 0; i < file_n; i++)
        links[i] = (struct evidence_link){.label = evidence_label(r->lang, files[i].kind),
                                          .at = files[i].created_at,
                                          .size = files[i].size / 1024 + 1};
    v->history = registrant_history(r, results, n);
    v->files = links;
    v->file_n = file_n;
    v->left = registrant_left(&reg);
    return OK;
}

err page_registrant(struct request *r)
{
    struct registrant_view v = {0};
    TRY(request_read(r, load_one, (void *[]){r, &v}));
    struct page page = {.place = PLACE_ME, .title = v.card.title, .noindex = true};
    page.back = (struct page_link){S("/me/registrants"), msg(r->lang, MSG_nav_registrant), S("")};
    if (v.card.act.href.n)
        page.action = (struct page_link){v.card.act.href, v.card.act.label, S("pencil-square")};
    return REPLY_PAGE(r, &page, view_registrant_show, &v);
}

/* ---- again, before the verification ends ---- */

err page_renew(struct request *r)
{
    str here = str_fmt(r->mem, "/me/registrants/%.*s", FMT(request_arg(r, "id")));
    struct confirm_view v = {.id = S("renew"),
                             .button = msg(r->lang, MSG_registrant_renew),
                             .title = msg(r->lang, MSG_registrant_renew),
                             .text = msg(r->lang, MSG_registrant_renew_text),
                             .action = str_cat(r->mem, here, S("/renew")),
                             .csrf = r->session.csrf,
                             .cancel = here};
    struct page page = {.place = PLACE_ME, .noindex = true};
    page.back = (struct page_link){here, msg(r->lang, MSG_nav_registrant), S("")};
    return REPLY_PAGE(r, &page, show_confirm_page, &v);
}

static err renew(struct tx *t, void *ctx)
{
    struct request *r = ctx;
    struct provider_settings ps;
    int64_t id = 0;
    TRY(request_arg_int(r, "id", &id));
    provider_live_get(r->site->provider, r->mem, &ps);
    return registrant_renew(t, r->mem, r->session.user_id, id, review_span(&ps, r->now));
}

err do_renew(struct request *r)
{
    TRY(request_tx(r, renew, r));
    reply_flash(r, MSG_registrant_renew_sent);
    return reply_redirect(r, str_fmt(r->mem, "/me/registrants/%.*s", FMT(request_arg(r, "id"))));
}
