/* A registrant states who it is: one form per kind of class, mobile proved by code, proof
 * uploaded. */
#include "base/id.h"
#include "job/job.h"
#include "minors/minors.h"
#include "registrant/evidence.h"
#include "registrant/registrant_view.h"
#include "registrant/verify_http.h"
#include "registrant_form.html.h"
#include "settings/provider.h"
#include "user/user.h"

enum { LINE_MAX = 100 };

static const struct form_option PERSON_DOCS[] = {
    {.value = S_INIT("citizen_id"), .label = MSG_doc_type_citizen_id},
    {.value = S_INIT("residence_permit"), .label = MSG_doc_type_residence_permit},
};
static const struct form_option ORGANISATION_DOCS[] = {
    {.value = S_INIT("uscc"), .label = MSG_doc_type_uscc},
    {.value = S_INIT("orgcode"), .label = MSG_doc_type_orgcode},
};

#define P(code)                                                                                    \
    {                                                                                              \
        .value = S_INIT(#code), .label = MSG_province_##code                                       \
    }
static const struct form_option PROVINCE_OPTIONS[] = {
    P(11), P(12), P(13), P(14), P(15), P(21), P(22), P(23), P(31), P(32), P(33), P(34),
    P(35), P(36), P(37), P(41), P(42), P(43), P(44), P(45), P(46), P(50), P(51), P(52),
    P(53), P(54), P(61), P(62), P(63), P(64), P(65), P(71), P(81), P(82),
};
#undef P

#define LINE(field, text, note)                                                                    \
    {                                                                                              \
        .name = field, .kind = FIELD_TEXT, .label = text, .help = note, .required = true,          \
        .max = LINE_MAX                                                                            \
    }
#define CHOICE(field, text, list)                                                                  \
    {                                                                                              \
        .name = field, .kind = FIELD_SELECT, .label = text, .required = true, .options = list,     \
        .option_n = LEN(list)                                                                      \
    }
#define PROVINCE CHOICE("province", MSG_registrant_province, PROVINCE_OPTIONS)
#define MOBILE                                                                                     \
    {.name = "mobile",                                                                             \
     .kind = FIELD_TEL,                                                                            \
     .label = MSG_identity_mobile,                                                                 \
     .help = MSG_registrant_mobile_help,                                                           \
     .required = true,                                                                             \
     .autocomplete = "tel"},                                                                       \
    {                                                                                              \
        .name = "code", .kind = FIELD_CODE, .label = MSG_registrant_code, .required = true,        \
        .help = MSG_registrant_code_help                                                           \
    }
#define PROOF(field, text, note)                                                                   \
    {                                                                                              \
        .name = field, .kind = FIELD_FILE, .label = text, .help = note,                            \
        .accept = "image/jpeg,image/png,image/webp,application/pdf", .max = 33 * 1024 * 1024       \
    }

static const struct form_field PERSON[] = {
    LINE("name", MSG_registrant_person_name, MSG_registrant_person_name_help),
    CHOICE("doc_type", MSG_identity_doc_type, PERSON_DOCS),
    LINE("doc_no", MSG_identity_doc_no, MSG_registrant_doc_no_help),
    PROVINCE,
    MOBILE,
    PROOF("id_photo", MSG_evidence_id_photo, MSG_registrant_id_photo_help),
};
static const struct form_field ORGANISATION[] = {
    LINE("name", MSG_registrant_org_name, MSG_registrant_org_name_help),
    CHOICE("doc_type", MSG_registrant_org_doc_type, ORGANISATION_DOCS),
    LINE("doc_no", MSG_registrant_org_code, MSG_registrant_org_code_help),
    PROVINCE,
    LINE("legal_rep", MSG_identity_legal_rep, 0),
    LINE("operator", MSG_identity_operator, MSG_registrant_operator_help),
    LINE("operator_no", MSG_identity_operator_no, MSG_registrant_doc_no_help),
    MOBILE,
    PROOF("licence", MSG_evidence_licence, MSG_registrant_licence_help),
    PROOF("letter", MSG_evidence_letter, MSG_registrant_letter_help),
};

/* What one form works on. */
struct filing {
    struct request *r;
    enum registrant_class class;
    struct registrant old; /* id 0: new */
    struct form form;
    struct identity identity;
    struct evidence_in in[EVIDENCE_FILES];
    struct evidence files[EVIDENCE_FILES];
    size_t in_n;
    bool has_files, code_sent;
    const char *code_reason;
    int64_t new_id, review_ms;
};

/* Proof is asked for until there is some. */
static void filing_form(struct filing *f)
{
    bool person = f->class == CLASS_INDIVIDUAL;
    size_t n = person ? LEN(PERSON) : LEN(ORGANISATION);
    struct form_field *fields = NEW_N(f->r->mem, struct form_field, n);
    memcpy(fields, person ? PERSON : ORGANISATION, n * sizeof *fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i].kind == FIELD_FILE)
            fields[i].required = !f->has_files;
    form_init(f->r, fields, n, &f->form);
}

static err filing_load(struct tx *t, void *ctx)
{
    struct filing *f = ctx;
    struct evidence *files = NULL;
    size_t n = 0;
    TRY(registrant_own(f->r, t, &f->old));
    if (str_eq(f->old.state, S("submitted")))
        return fault(ERR_CONFLICT, "in_review", "already submitted");
    if (str_eq(f->old.state, S("verified")))
        return fault(ERR_CONFLICT, "already_verified", "already verified");
    TRY(identity_open(t, f->r->mem, f->r->site->vault, f->old.id, &f->identity));
    TRY(evidence_list(t, f->r->mem, f->old.id, &files, &n));
    f->has_files = n > 0;
    return OK;
}

/* The class of the address, or the registrant of the address. */
static err filing_open(struct request *r, struct filing *ret_f)
{
    *ret_f = (struct filing){.r = r};
    if (strstr(r->route->pattern, ":class"))
        return class_parse(request_arg(r, "class"), &ret_f->class) == OK ? OK : ERR_NOT_FOUND;
    TRY(request_read(r, filing_load, ret_f));
    ret_f->class = ret_f->old.class;
    return OK;
}

static err filing_show(struct filing *f, int status)
{
    struct request *r = f->r;
    struct registrant_form_view v = {.form = &f->form,
                                     .class_label = class_label(r->lang, f->class),
                                     .returned = f->old.reason,
                                     .code_sent = f->code_sent,
                                     .has_files = f->has_files};
    struct page page = {.place = PLACE_ME, .noindex = true};
    str parts[] = {v.class_label};
    page.title = msg_format(r->mem, r->lang, MSG_registrant_form_title, parts, 1);
    page.back = (struct page_link){S("/me/registrants"), msg(r->lang, MSG_nav_registrant), S("")};
    return REPLY_PAGE_STATUS(r, status, &page, view_registrant_form, &v);
}

err page_registrant_form(struct request *r)
{
    struct filing f;
    TRY(filing_open(r, &f));
    filing_form(&f);
    /* What was stated comes back to the person who stated it; numbers must be typed again. */
    for (int i = 0; f.old.id && i < IDENTITY_FIELDS; i++) {
        bool number = i == IDENTITY_DOC_NO || i == IDENTITY_OPERATOR_NO;
        if (identity_asked(f.class, (enum identity_field)i) && !number && f.identity.field[i].p)
            form_set(&f.form, identity_field_name((enum identity_field)i), f.identity.field[i]);
    }
    if (f.old.id)
        form_set(&f.form, "province", f.old.province);
    return filing_show(&f, 200);
}

static err send_code(struct tx *t, void *ctx)
{
    struct filing *f = ctx;
    return mobile_code_send(t, f->r->site->mail, f->identity.field[IDENTITY_MOBILE], "registrant");
}

/* The button "send code" keeps what was filled in so far. */
static err filing_code(struct filing *f)
{
    struct request *r = f->r;
    filing_form(f);
    for (size_t i = 0; i < f->form.n; i++) {
        str value = request_field(r, f->form.fields[i].name);
        if (value.p && f->form.fields[i].kind != FIELD_FILE)
            form_set(&f->form, f->form.fields[i].name, value);
    }
    err e = mobile_check(r->mem, form_get(&f->form, "mobile"), &f->identity.field[IDENTITY_MOBILE]);
    if (e != OK) {
        (void)form_refuse(&f->form, "mobile", fault_of(e).reason);
        return filing_show(f, 422);
    }
    e = request_tx(r, send_code, f);
    if (e != OK && !form_take_fault(&f->form, e))
        return e;
    f->code_sent = e == OK;
    if (f->code_sent && r->site->jobs)
        job_runner_poke(r->site->jobs);
    return filing_show(f, e == OK ? 200 : 422);
}

static err filing_check(struct filing *f)
{
    struct request *r = f->r;
    for (int i = 0; i < IDENTITY_FIELDS; i++)
        f->identity.field[i] = identity_asked(f->class, (enum identity_field)i)
                                   ? form_get(&f->form, identity_field_name((enum identity_field)i))
                                   : STR_NONE;
    TRY(identity_check(r->mem, f->class, r->now, &f->identity));
    size_t n = 0;
    const char *const *kinds = evidence_kinds(f->class, &n);
    for (size_t i = 0; i < n; i++) {
        struct evidence_in *in = &f->in[f->in_n];
        *in = (struct evidence_in){.kind = kinds[i], .upload = request_upload(r, kinds[i])};
        if (!in->upload || !in->upload->size)
            continue;
        f->in_n++;
        TRY(evidence_check(r->mem, in));
    }
    return OK;
}

static err check_code(struct tx *t, void *ctx)
{
    struct filing *f = ctx;
    return mobile_code_check(t, f->r->site->vault, f->identity.field[IDENTITY_MOBILE], "registrant",
                             form_get(&f->form, "code"), &f->code_reason);
}

static err submit(struct tx *t, void *ctx)
{
    struct filing *f = ctx;
    struct request *r = f->r;
    int64_t id = 0;
    struct registrant_submission s = {.id = f->old.id,
                                      .new_id = f->new_id,
                                      .user_id = r->session.user_id,
                                      .review_ms = f->review_ms,
                                      .class = f->class,
                                      .province = form_get(&f->form, "province"),
                                      .identity = &f->identity};
    TRY(minors_may_act(t, r->session.user_id));
    TRY(registrant_submit(t, r->mem, r->site->vault, &s, &id));
    for (size_t i = 0; i < f->in_n; i++)
        TRY(evidence_add(t, id, &f->files[i]));
    return verify_queue(t, r->site->settings, id);
}

static err filing_submit(struct filing *f)
{
    struct request *r = f->r;
    struct provider_settings ps;
    TRY(filing_check(f));
    TRY(request_tx(r, check_code, f));
    if (f->code_reason)
        return fault_field(ERR_INVALID, f->code_reason, "code", "mobile code");
    f->new_id = f->old.id ? f->old.id : id_new();
    for (size_t i = 0; i < f->in_n; i++)
        TRY(evidence_seal(r, &f->in[i], f->new_id, &f->files[i]));
    provider_live_get(r->site->provider, r->mem, &ps);
    f->review_ms = review_span(&ps, f->r->now);
    return request_tx(r, submit, f);
}

err do_registrant_form(struct request *r)
{
    struct filing f;
    TRY(filing_open(r, &f));
    if (str_eq(request_field(r, "act"), S("code")))
        return filing_code(&f);
    filing_form(&f);
    err e = form_read(r, f.form.fields, f.form.n, &f.form);
    if (e == OK) {
        e = filing_submit(&f);
        for (size_t i = 0; i < f.in_n; i++)
            image_files_done(&f.in[i].image);
        if (e != OK && !form_take_fault(&f.form, e))
            return e;
    }
    if (e != OK)
        return filing_show(&f, 422);
    if (r->site->jobs)
        job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_registrant_submitted);
    return reply_redirect(r, str_fmt(r->mem, "/me/registrants/%lld", (long long)f.new_id));
}
