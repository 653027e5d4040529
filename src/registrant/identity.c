/* What a registrant states: which class states what, the checks, sealing and opening. */
#include "registrant/registrant_store.h"
#include "text/fold.h"
#include "text/idcode.h"
#include "user/user.h"

enum { NAME_MAX = 100, ADULT_YEARS = 18 };

static const struct {
    const char *name;
    bool of_person, of_organisation;
    enum mask mask;
} FIELDS[IDENTITY_FIELDS] = {
    [IDENTITY_NAME] = {"name", true, true, MASK_NAME},
    [IDENTITY_DOC_TYPE] = {"doc_type", true, true, MASK_ALL},
    [IDENTITY_DOC_NO] = {"doc_no", true, true, MASK_ID},
    [IDENTITY_LEGAL_REP] = {"legal_rep", false, true, MASK_NAME},
    [IDENTITY_OPERATOR] = {"operator", false, true, MASK_NAME},
    [IDENTITY_OPERATOR_NO] = {"operator_no", false, true, MASK_ID},
    [IDENTITY_MOBILE] = {"mobile", true, true, MASK_MOBILE},
};

const char *identity_field_name(enum identity_field f)
{
    return FIELDS[f].name;
}

bool identity_asked(enum registrant_class c, enum identity_field f)
{
    return c == CLASS_INDIVIDUAL ? FIELDS[f].of_person : FIELDS[f].of_organisation;
}

/* The fault of a check, told of this field. */
static err on_field(err e, enum identity_field f)
{
    if (e == OK)
        return OK;
    struct fault was = fault_of(e);
    return fault_field(e, was.reason, FIELDS[f].name, "%s", was.text);
}

static err name_check(enum identity_field f, str *name)
{
    *name = str_trim(*name);
    if (str_count(*name) < 2 || str_count(*name) > NAME_MAX || !text_clean_line(*name))
        return fault_field(ERR_INVALID, "name_length", FIELDS[f].name, "2 to %d characters",
                           NAME_MAX);
    return OK;
}

static err citizen_check(arena *mem, int64_t now_ms, enum identity_field f, str *number)
{
    struct citizen_id id;
    TRY(on_field(citizen_id_check(mem, *number, now_ms, &id), f));
    if (citizen_id_age(&id, now_ms) < ADULT_YEARS)
        return fault_field(ERR_INVALID, "minor_not_allowed", FIELDS[f].name, "under %d",
                           ADULT_YEARS);
    *number = id.number;
    return OK;
}

static err doc_check(arena *mem, enum registrant_class c, int64_t now_ms, struct identity *id)
{
    str type = id->field[IDENTITY_DOC_TYPE];
    str *number = &id->field[IDENTITY_DOC_NO];
    bool person = c == CLASS_INDIVIDUAL;
    if (person && (str_eq(type, S("citizen_id")) || str_eq(type, S("residence_permit"))))
        return citizen_check(mem, now_ms, IDENTITY_DOC_NO, number);
    if (!person && str_eq(type, S("uscc"))) {
        struct uscc u;
        TRY(on_field(uscc_check(mem, *number, &u), IDENTITY_DOC_NO));
        *number = u.code;
        return OK;
    }
    if (!person && str_eq(type, S("orgcode")))
        return on_field(orgcode_check(mem, *number, number), IDENTITY_DOC_NO);
    return fault_field(ERR_INVALID, "doc_type", FIELDS[IDENTITY_DOC_TYPE].name, "document type");
}

err identity_check(arena *mem, enum registrant_class c, int64_t now_ms, struct identity *id)
{
    TRY(name_check(IDENTITY_NAME, &id->field[IDENTITY_NAME]));
    TRY(doc_check(mem, c, now_ms, id));
    if (c != CLASS_INDIVIDUAL) {
        TRY(name_check(IDENTITY_LEGAL_REP, &id->field[IDENTITY_LEGAL_REP]));
        TRY(name_check(IDENTITY_OPERATOR, &id->field[IDENTITY_OPERATOR]));
        TRY(citizen_check(mem, now_ms, IDENTITY_OPERATOR_NO, &id->field[IDENTITY_OPERATOR_NO]));
    }
    return mobile_check(mem, id->field[IDENTITY_MOBILE], &id->field[IDENTITY_MOBILE]);
}

static struct vault_ref ref_of(int64_t registrant_id, enum identity_field f)
{
    return VAULT_REF("identity_field", FIELDS[f].name, registrant_id);
}

err identity_seal(struct tx *t, arena *mem, struct vault *v, int64_t registrant_id,
                  const struct identity *id)
{
    for (int f = 0; f < IDENTITY_FIELDS; f++) {
        if (!id->field[f].n)
            continue;
        struct bytes sealed;
        TRY(vault_seal_text(VAULT_CTX(v, t, mem), ref_of(registrant_id, (enum identity_field)f),
                            id->field[f], &sealed));
        TRY(store_identity_put(t, registrant_id, str_from(FIELDS[f].name), sealed));
    }
    return OK;
}

err identity_open(struct tx *t, arena *mem, struct vault *v, int64_t registrant_id,
                  struct identity *ret_id)
{
    struct identity id = {0};
    for (int f = 0; f < IDENTITY_FIELDS; f++) {
        struct bytes sealed;
        err e = store_identity_get(t, mem, registrant_id, str_from(FIELDS[f].name), &sealed);
        if (e == ERR_NOT_FOUND)
            continue;
        TRY(e);
        TRY(vault_open_text(VAULT_CTX(v, t, mem), ref_of(registrant_id, (enum identity_field)f),
                            sealed, &id.field[f]));
    }
    *ret_id = id;
    return OK;
}

err identity_item(struct tx *t, arena *mem, int64_t registrant_id, enum identity_field f,
                  struct vault_item *ret_item)
{
    struct vault_item item = {.ref = ref_of(registrant_id, f), .mask = FIELDS[f].mask};
    TRY(store_identity_get(t, mem, registrant_id, str_from(FIELDS[f].name), &item.sealed));
    *ret_item = item;
    return OK;
}

err registrant_masked_name(struct tx *t, arena *mem, struct vault *v, int64_t id, str *ret_name)
{
    struct vault_item item;
    str name;
    TRY(identity_item(t, mem, id, IDENTITY_NAME, &item));
    TRY(vault_open_text(VAULT_CTX(v, t, mem), item.ref, item.sealed, &name));
    *ret_name = mask_text(mem, MASK_NAME, name);
    return OK;
}
