/* What both sides of a ticket need: the thread, the reply with its attachment, labels. */
#include "settings/provider.h"
#include "support/support_view.h"
#include "support_ticket.html.h"

#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 10 * 1024 * 1024 };
#define FILE_KIND "file" /* the form's field, and the name of the vault's field */

static const struct form_field FIELDS[] = {
    {.name = "body",
     .kind = FIELD_TEXTAREA,
     .label = MSG_support_reply,
     .required = true,
     .max = TICKET_BODY_MAX},
    {.name = FILE_KIND,
     .kind = FIELD_FILE,
     .label = MSG_support_file,
     .help = MSG_support_file_help,
     .max = FILE_MAX,
     .accept = "image/*,application/pdf"},
};

struct ticket_terms support_terms(const struct request *r)
{
    struct provider_settings s;
    provider_live_get(r->site->provider, r->mem, &s);
    return (struct ticket_terms){(int)s.support_days, (int)s.support_priority_days};
}

str support_state(enum lang lang, str state, enum tone *ret_tone)
{
    bool open = str_eq(state, S("open")), closed = str_eq(state, S("closed"));
    *ret_tone = open ? TONE_INFO : closed ? TONE_NEUTRAL : TONE_OK;
    return msg(lang, open     ? MSG_support_state_open
                     : closed ? MSG_support_state_closed
                              : MSG_support_state_answered);
}

str support_category(const struct request *r, str category)
{
    return msg_lookup(r->lang, "support.category_", str_z(r->mem, category), MSG_word_none);
}

void support_form(struct request *r, struct form *ret_f)
{
    form_init(r, FIELDS, LEN(FIELDS), ret_f);
}

err support_form_read(struct request *r, struct form *ret_f)
{
    return form_read(r, FIELDS, LEN(FIELDS), ret_f);
}

err support_message(struct request *r, struct form *f, int64_t owner, struct ticket_message *ret_m)
{
    struct evidence_in in = {.kind = FILE_KIND, .upload = request_upload(r, FILE_KIND)};
    struct ticket_message m = {.body = form_get(f, "body"), .blob = S(""), .mime = S("")};
    if (in.upload && in.upload->size > 0) {
        struct evidence e;
        err bad = evidence_check(r->mem, &in);
        if (bad != OK)
            return form_take_fault(f, bad) ? ERR_INVALID : bad;
        TRY(evidence_seal(r, &in, owner, &e));
        m.blob = e.blob;
        m.mime = e.mime;
        m.size = e.size;
    }
    *ret_m = m;
    return OK;
}

struct thread {
    struct request *r;
    int64_t id;
    struct ticket_message *v;
    size_t n;
};

static err load(struct tx *t, void *ctx)
{
    struct thread *x = ctx;
    return ticket_messages(t, x->r->mem, x->id, &x->v, &x->n);
}

static struct facts_view facts_of(struct request *r, const struct ticket *k, bool staff)
{
    struct fact *v = NEW_N(r->mem, struct fact, 8);
    size_t n = 0;
    enum tone tone;
    struct out *o = request_out(r);
    str state = support_state(r->lang, k->state, &tone);
    show_status(o, tone, state);
    v[n++] = (struct fact){.label = msg(r->lang, MSG_word_status), .body = out_take(o)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_support_category),
                           .text = support_category(r, k->category)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_support_opened),
                           .text = clock_china_text(r->mem, k->opened_at)};
    if (k->priority)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_support_lane),
                               .text = msg(r->lang, MSG_support_priority)};
    if (str_eq(k->state, S("open"))) {
        struct out *d = request_out(r);
        show_due(d, k->waits_since, k->due_at);
        v[n++] = (struct fact){.label = msg(r->lang, MSG_support_due), .body = out_take(d)};
    }
    if (staff)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_support_asker), .text = k->user_name};
    if (staff && k->claimed_by)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_support_claimed), .text = k->claimed_name};
    if (k->rating)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_support_rating),
                               .text = str_fmt(r->mem, "%d / 5", k->rating)};
    return (struct facts_view){v, n};
}

err support_show(struct request *r, const struct ticket *k, bool staff, struct form *f, int status)
{
    struct thread x = {.r = r, .id = k->id};
    TRY(request_read(r, load, &x));
    str base = str_fmt(r->mem, staff ? "/desk/tickets/%lld" : "/me/tickets/%lld", (long long)k->id);
    struct ticket_line *lines = NEW_N(r->mem, struct ticket_line, x.n);
    for (size_t i = 0; i < x.n; i++) {
        lines[i] = (struct ticket_line){.m = &x.v[i], .own = x.v[i].staff == staff, .file = S("")};
        if (x.v[i].blob.n)
            lines[i].file = str_fmt(r->mem, "%.*s/file/%lld", FMT(base), (long long)x.v[i].id);
    }
    f->submit = MSG_support_send;
    f->action = base;
    struct ticket_view v = {.k = k,
                            .lines = lines,
                            .n = x.n,
                            .facts = facts_of(r, k, staff),
                            .form = f,
                            .base = base,
                            .csrf = r->session.csrf,
                            .staff = staff,
                            .mine = k->claimed_by == r->session.user_id,
                            .closed = str_eq(k->state, S("closed"))};
    struct page page = {.place = staff ? PLACE_DESK : PLACE_ME, .title = k->subject};
    page.back = (struct page_link){staff ? S("/desk/tickets") : S("/me/tickets"),
                                   msg(r->lang, MSG_support_tickets), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_ticket, &v);
}

err support_file(struct request *r, int64_t owner, const struct ticket_message *v, size_t n)
{
    int64_t id = 0;
    struct stat st;
    int fd = -1;
    TRY(request_arg_int(r, "message", &id));
    for (size_t i = 0; i < n; i++) {
        if (v[i].id != id || !v[i].blob.n)
            continue;
        struct vault_files f = {r->site->vault, r->site->blobs, r->mem};
        TRY(vault_open_file(f, VAULT_REF("evidence", FILE_KIND, owner), v[i].blob, &fd));
        ASSERT(fstat(fd, &st) == 0);
        bool pdf = str_eq(v[i].mime, S("application/pdf"));
        reply_header(r, "Content-Disposition",
                     pdf ? S("attachment; filename=\"attachment.pdf\"") : S("inline"));
        return reply_file(r, fd, st.st_size, v[i].mime);
    }
    return fault(ERR_NOT_FOUND, "not_found", "no such attachment");
}
