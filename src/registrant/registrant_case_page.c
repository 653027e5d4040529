/* What staff see of a registrant: masked values, proof, results. Every look is noted. */
#include "registrant/registrant_store.h"
#include "registrant/registrant_view.h"
#include "registrant_case.html.h"
#include "user/user.h"

#include <sys/stat.h>

struct looking {
    struct request *r;
    const struct casefile *c;
    struct registrant_desk_view v;
};

static str reason_of(arena *mem, const struct casefile *c)
{
    return str_fmt(mem, "case %lld", (long long)c->id);
}

static err look_identity(struct tx *t, struct looking *l, const struct registrant *reg)
{
    struct request *r = l->r;
    struct fact *v = NEW_N(r->mem, struct fact, IDENTITY_FIELDS + 2);
    struct fact *sealed = NEW_N(r->mem, struct fact, IDENTITY_FIELDS);
    size_t n = 0, k = 0;
    struct vault_reader who = {.user_id = r->session.user_id, .reason = reason_of(r->mem, l->c)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_registrant_class),
                           .text = class_label(r->lang, reg->class)};
    for (int f = 0; f < IDENTITY_FIELDS; f++) {
        struct vault_item item;
        str text, label = identity_label(r->lang, (enum identity_field)f);
        err e = identity_item(t, r->mem, reg->id, (enum identity_field)f, &item);
        if (e == ERR_NOT_FOUND || f == IDENTITY_DOC_TYPE)
            continue;
        TRY(e);
        TRY(vault_read_masked(VAULT_CTX(r->site->vault, t, r->mem), &item, who, &text));
        v[n++] = (struct fact){.label = label, .text = text};
        sealed[k++] = (struct fact){.label = label,
                                    .text = str_from(identity_field_name((enum identity_field)f))};
    }
    v[n++] = (struct fact){.label = msg(r->lang, MSG_registrant_province),
                           .text = province_label(r->lang, reg->province)};
    l->v.facts = (struct facts_view){v, n};
    l->v.sealed = sealed;
    l->v.sealed_n = k;
    return OK;
}

static err look_others(struct tx *t, struct looking *l, const struct registrant *reg)
{
    struct request *r = l->r;
    struct same_identity *same = NULL;
    size_t n = 0;
    TRY(registrant_same(t, r->mem, reg, &same, &n));
    struct fact *v = NEW_N(r->mem, struct fact, n);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct fact){
            .label = same[i].account.n ? same[i].account
                                       : msg_lookup(r->lang, "class.", str_z(r->mem, same[i].class),
                                                    MSG_word_none),
            .text = msg_lookup(r->lang, "registrant.state.", str_z(r->mem, same[i].state),
                               MSG_registrant_account_exists)};
    l->v.others = (struct facts_view){v, n};
    return OK;
}

/* In restricted storage: reviewers have no business with it any more. */
static void look_left(struct looking *l, const struct registrant *reg)
{
    struct request *r = l->r;
    struct fact *v = NEW_N(r->mem, struct fact, 2);
    v[0] = (struct fact){.label = msg(r->lang, MSG_registrant_class),
                         .text = class_label(r->lang, reg->class)};
    v[1] = (struct fact){.label = msg(r->lang, MSG_word_status),
                         .text = msg(r->lang, MSG_registrant_left_note)};
    l->v.registrant_id = reg->id;
    l->v.facts = (struct facts_view){v, 2};
}

static err look(struct tx *t, void *ctx)
{
    struct looking *l = ctx;
    struct request *r = l->r;
    struct registrant reg;
    struct verification *results = NULL;
    struct evidence *files = NULL;
    size_t n = 0, file_n = 0;
    TRY(registrant_load(t, r->mem, l->c->subject, &reg));
    if (registrant_left(&reg)) {
        look_left(l, &reg);
        return OK;
    }
    TRY(look_identity(t, l, &reg));
    TRY(look_others(t, l, &reg));
    TRY(verification_list(t, r->mem, reg.id, &results, &n));
    TRY(evidence_list(t, r->mem, reg.id, &files, &file_n));
    struct evidence_link *links = NEW_N(r->mem, struct evidence_link, file_n);
    for (size_t i = 0; i < file_n; i++)
        links[i] =
            (struct evidence_link){.label = evidence_label(r->lang, files[i].kind),
                                   .href = str_fmt(r->mem, "/desk/evidence/%lld/%lld",
                                                   (long long)reg.id, (long long)files[i].id),
                                   .at = files[i].created_at,
                                   .size = files[i].size / 1024 + 1};
    l->v.registrant_id = reg.id;
    l->v.history = registrant_history(r, results, n);
    l->v.files = links;
    l->v.file_n = file_n;
    return OK;
}

err registrant_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct looking l = {.r = r, .c = c, .v = {.csrf = r->session.csrf}};
    TRY(request_tx(r, look, &l));
    struct out *o = request_out(r);
    view_registrant_case(o, &l.v);
    *ret_view = out_take(o);
    return OK;
}

struct opening {
    struct request *r;
    struct evidence e;
    int64_t owner, id;
};

static err open_row(struct tx *t, void *ctx)
{
    struct opening *o = ctx;
    TRY(registrant_stays(t, o->r->mem, o->owner));
    TRY(evidence_load(t, o->r->mem, o->owner, o->id, &o->e));
    return vault_note_read(
        t, VAULT_REF("evidence", str_z(o->r->mem, o->e.kind), o->owner),
        (struct vault_reader){.user_id = o->r->session.user_id, .reason = S("evidence")});
}

err page_evidence(struct request *r)
{
    struct opening o = {.r = r};
    struct stat st;
    int fd = -1;
    TRY(request_arg_int(r, "registrant", &o.owner));
    TRY(request_arg_int(r, "id", &o.id));
    TRY(request_tx(r, open_row, &o));
    struct vault_files f = {r->site->vault, r->site->blobs, r->mem};
    TRY(vault_open_file(f, VAULT_REF("evidence", str_z(r->mem, o.e.kind), o.owner), o.e.blob, &fd));
    ASSERT(fstat(fd, &st) == 0);
    bool pdf = str_eq(o.e.mime, S("application/pdf"));
    reply_header(r, "Content-Disposition",
                 pdf ? S("attachment; filename=\"evidence.pdf\"") : S("inline"));
    return reply_file(r, fd, st.st_size, o.e.mime);
}
