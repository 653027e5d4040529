/* Labels, steps and histories that several pages of registrants show. */
#include "policy/policy.h"
#include "registrant/registrant_view.h"
#include "text/idcode.h"

static str label_of(enum lang lang, const char *prefix, str key)
{
    char z[48] = "";
    size_t n = key.n < sizeof z ? key.n : sizeof z - 1;
    if (n)
        memcpy(z, key.p, n);
    return msg_lookup(lang, prefix, z, MSG_word_none);
}

str class_label(enum lang lang, enum registrant_class c)
{
    return label_of(lang, "class.", class_name(c));
}

str province_label(enum lang lang, str code)
{
    return label_of(lang, "province.", code);
}

str identity_label(enum lang lang, enum identity_field f)
{
    return label_of(lang, "identity.", str_from(identity_field_name(f)));
}

str doc_type_label(enum lang lang, str type)
{
    return label_of(lang, "doc_type.", type);
}

str evidence_label(enum lang lang, str kind)
{
    return label_of(lang, "evidence.", kind);
}

static enum tone state_tone(str state)
{
    if (str_eq(state, S("verified")))
        return TONE_OK;
    if (str_eq(state, S("failed")) || str_eq(state, S("invalid")))
        return TONE_BAD;
    return str_eq(state, S("returned")) ? TONE_WARN : TONE_INFO;
}

enum { STEP_FILED, STEP_CHECKED, STEP_REVIEW, STEP_SIGN, STEP_APPLY, STEP_N };

static struct step review_step(struct request *r, const struct registrant *reg)
{
    struct step s = {.title = msg(r->lang, MSG_registrant_step_review)};
    if (registrant_left(reg)) {
        s.state = STEP_BAD;
        s.note = msg(r->lang, MSG_registrant_left_note);
        s.at_ms = reg->updated_at;
    } else if (str_eq(reg->state, S("verified"))) {
        s.state = STEP_DONE;
        str until[] = {clock_china_text(r->mem, reg->valid_to)};
        s.note = msg_format(r->mem, r->lang, MSG_registrant_valid_to, until, 1);
        s.at_ms = reg->updated_at;
    } else if (str_eq(reg->state, S("submitted"))) {
        s.state = STEP_NOW;
        s.note = msg(r->lang, MSG_registrant_step_review_note);
        s.who = msg(r->lang, MSG_registrant_with_staff);
    } else {
        s.state = STEP_BAD;
        s.note = reg->reason;
        s.who = msg(r->lang, MSG_registrant_with_you);
    }
    return s;
}

static struct steps_view steps_of(struct request *r, const struct registrant *reg,
                                  int64_t signed_at)
{
    struct step *v = NEW_N(r->mem, struct step, STEP_N);
    bool verified = str_eq(reg->state, S("verified"));
    str you = msg(r->lang, MSG_registrant_with_you);
    v[STEP_FILED] = (struct step){.title = msg(r->lang, MSG_registrant_step_filed),
                                  .at_ms = reg->created_at,
                                  .state = STEP_DONE};
    v[STEP_CHECKED] = (struct step){.title = msg(r->lang, MSG_registrant_step_checked),
                                    .note = msg(r->lang, MSG_registrant_step_checked_note),
                                    .state = STEP_DONE};
    v[STEP_REVIEW] = review_step(r, reg);
    v[STEP_SIGN] = (struct step){
        .title = msg(r->lang, MSG_registrant_step_sign),
        .at_ms = signed_at,
        .state = signed_at ? STEP_DONE : (verified ? STEP_NOW : STEP_TODO),
        .who = !signed_at && verified ? you : STR_NONE,
        .href = str_fmt(r->mem, "/me/registrants/%lld/agreement", (long long)reg->id)};
    v[STEP_APPLY] = (struct step){.title = msg(r->lang, MSG_registrant_step_apply),
                                  .state = signed_at && verified ? STEP_NOW : STEP_TODO,
                                  .href = signed_at && verified ? S("/me/accounts") : STR_NONE};
    return (struct steps_view){v, STEP_N};
}

static struct act act_of(struct request *r, const struct registrant *reg, int64_t signed_at)
{
    bool open = !str_eq(reg->state, S("submitted")) && !str_eq(reg->state, S("verified"));
    long long id = (long long)reg->id;
    if (registrant_left(reg))
        return (struct act){0};
    if (open)
        return (struct act){str_fmt(r->mem, "/me/registrants/%lld/edit", id),
                            msg(r->lang, MSG_registrant_mend)};
    if (!signed_at)
        return (struct act){str_fmt(r->mem, "/me/registrants/%lld/agreement", id),
                            msg(r->lang, MSG_registrant_sign)};
    if (registrant_may_renew(reg, r->now))
        return (struct act){str_fmt(r->mem, "/me/registrants/%lld/renew", id),
                            msg(r->lang, MSG_registrant_renew)};
    return (struct act){0};
}

/* When the version in force was signed; 0 = not, or there is none. */
static err signed_when(struct request *r, struct tx *t, int64_t id, int64_t *ret_at)
{
    struct policy p;
    struct signature s;
    *ret_at = 0;
    err e = policy_in_force(t, r->mem, S("service_agreement"), r->now, &p);
    if (e == OK)
        e = signature_load(t, r->mem, id, S("service_agreement"), &s);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (s.version == p.version)
        *ret_at = s.at;
    return OK;
}

err registrant_card(struct request *r, struct tx *t, const struct registrant *reg,
                    struct registrant_card *ret_card)
{
    str name = S("");
    int64_t signed_at = 0;
    TRY(registrant_masked_name(t, r->mem, r->site->vault, reg->id, &name));
    TRY(signed_when(r, t, reg->id, &signed_at));
    *ret_card = (struct registrant_card){
        .title = name,
        .class_label = class_label(r->lang, reg->class),
        .state_label = label_of(r->lang, "registrant.state.",
                                registrant_left(reg) ? REGISTRANT_LEFT : reg->state),
        .href = str_fmt(r->mem, "/me/registrants/%lld", (long long)reg->id),
        .act = act_of(r, reg, signed_at),
        .tone = state_tone(reg->state),
        .steps = steps_of(r, reg, signed_at),
    };
    return OK;
}

struct timeline_view registrant_history(struct request *r, const struct verification *v, size_t n)
{
    struct event *e = NEW_N(r->mem, struct event, n);
    for (size_t i = 0; i < n; i++) {
        bool pass = str_eq(v[i].verdict, S("pass")), fail = str_eq(v[i].verdict, S("fail"));
        str parts[] = {label_of(r->lang, "method.", v[i].method),
                       label_of(r->lang, "verdict.", v[i].verdict)};
        e[i] = (struct event){
            .at_ms = v[i].at,
            .tone = pass ? TONE_OK : (fail ? TONE_BAD : TONE_WARN),
            .title = msg_format(r->mem, r->lang, MSG_registrant_result, parts, LEN(parts)),
            .text = v[i].reason,
        };
    }
    return (struct timeline_view){e, n};
}

err registrant_own(struct request *r, struct tx *t, struct registrant *ret_reg)
{
    int64_t id = 0;
    struct registrant reg;
    TRY(request_arg_int(r, "id", &id));
    TRY(registrant_load(t, r->mem, id, &reg));
    if (reg.user_id != r->session.user_id)
        return fault(ERR_NOT_FOUND, "not_found", "registrant of somebody else");
    *ret_reg = reg;
    return OK;
}

err registrant_facts(struct request *r, struct tx *t, const struct registrant *reg,
                     struct facts_view *ret_facts)
{
    struct identity id;
    struct fact *v = NEW_N(r->mem, struct fact, IDENTITY_FIELDS + 2);
    size_t n = 0;
    TRY(identity_open(t, r->mem, r->site->vault, reg->id, &id));
    v[n++] = (struct fact){.label = msg(r->lang, MSG_registrant_class),
                           .text = class_label(r->lang, reg->class)};
    for (int f = 0; f < IDENTITY_FIELDS; f++) {
        struct vault_item item;
        if (!id.field[f].n)
            continue;
        TRY(identity_item(t, r->mem, reg->id, (enum identity_field)f, &item));
        str text = f == IDENTITY_DOC_TYPE ? doc_type_label(r->lang, id.field[f])
                                          : mask_text(r->mem, item.mask, id.field[f]);
        v[n++] =
            (struct fact){.label = identity_label(r->lang, (enum identity_field)f), .text = text};
    }
    v[n++] = (struct fact){.label = msg(r->lang, MSG_registrant_province),
                           .text = province_label(r->lang, reg->province)};
    *ret_facts = (struct facts_view){v, n};
    return OK;
}
