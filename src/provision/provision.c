/* Asking, allowing, handing over, and what is written down of it. */
#include "provision/provision.h"

#include "account/account.h"
#include "base/hash.h"
#include "base/id.h"
#include "consent/consent.h"
#include "notice/notice.h"
#include "provision/provision_store.h"
#include "record/record.h"
#include "vault/vault.h"
#include "web/csv.h"

enum { FILE_MAX = 1024 * 1024 };
static const str BASES[] = {S_INIT("order"), S_INIT("law"), S_INIT("contract"), S_INIT("consent")};

static bool basis_known(str basis)
{
    for (size_t i = 0; i < LEN(BASES); i++)
        if (str_eq(basis, BASES[i]))
            return true;
    return false;
}

static bool field_known(str name, enum identity_field *ret_f)
{
    for (int f = 0; f < IDENTITY_FIELDS; f++)
        if (str_eq(name, str_from(identity_field_name((enum identity_field)f)))) {
            *ret_f = (enum identity_field)f;
            return true;
        }
    return false;
}

static err fields_check(str fields)
{
    enum identity_field f;
    if (!fields.n)
        return fault_field(ERR_INVALID, "required", "fields", "none");
    for (str rest = fields; rest.n;)
        if (!field_known(str_split(rest, ',', &rest), &f))
            return fault_field(ERR_INVALID, "bad_choice", "fields", "%.*s", FMT(fields));
    return OK;
}

/* ---- the record ---- */

static err record_step(struct tx *t, arena *mem, enum record_kind kind, const struct provision *p,
                       int64_t by)
{
    str hash = S("");
    if (p->hash.n == sizeof(struct sha256)) {
        struct sha256 h;
        memcpy(&h, p->hash.p, sizeof h);
        hash = sha256_hex(mem, h);
    }
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .actor = by,
               .subject = str_fmt(mem, "provision/%lld", (long long)p->id),
               RECORD_FIELDS(RECORD_TEXT("basis", p->basis), RECORD_TEXT("fields", p->fields),
                             RECORD_INT("persons", p->persons), RECORD_TEXT("sha256", hash)),
           });
}

/* ---- asking ---- */

struct asking {
    arena *mem;
    struct provision_person v[PROVISION_PERSONS_MAX];
    size_t n;
};

static err person_add(struct tx *t, struct asking *x, str handle)
{
    struct account a;
    struct registrant r;
    err e = account_find(t, x->mem, handle, &a);
    if (e == ERR_NOT_FOUND)
        return fault_field(ERR_INVALID, "no_such_account", "handles", "%.*s", FMT(handle));
    TRY(e);
    if (account_left(&a))
        return fault_field(ERR_INVALID, "no_such_account", "handles", "%.*s left", FMT(handle));
    for (size_t i = 0; i < x->n; i++)
        if (x->v[i].registrant_id == a.registrant_id)
            return OK;
    if (x->n == PROVISION_PERSONS_MAX)
        return fault_field(ERR_INVALID, "too_many_accounts", "handles", "over %d",
                           PROVISION_PERSONS_MAX);
    TRY(registrant_load(t, x->mem, a.registrant_id, &r));
    x->v[x->n++] = (struct provision_person){a.registrant_id, r.user_id, a.id, handle};
    return OK;
}

static err persons_read(struct tx *t, struct asking *x, str handles)
{
    for (str rest = handles; rest.n;) {
        str line = str_trim(str_split(rest, '\n', &rest));
        if (line.n)
            TRY(person_add(t, x, line));
    }
    return x->n ? OK : fault_field(ERR_INVALID, "required", "handles", "nobody");
}

static err consents_check(struct tx *t, str basis, const struct provision_person *v, size_t n)
{
    for (size_t i = 0; i < n && str_eq(basis, S("consent")); i++) {
        bool stands = false;
        TRY(consent_stands(t, v[i].user_id, PURPOSE_provision, &stands));
        if (!stands)
            return fault_field(ERR_INVALID, "consent_missing", "basis", "user %lld",
                               (long long)v[i].user_id);
    }
    return OK;
}

static err insert(struct tx *t, struct provision *p, const struct asking *x)
{
    p->id = id_new();
    p->persons = (int64_t)x->n;
    TRY(store_provision_insert(t, p));
    for (size_t i = 0; i < x->n; i++)
        TRY(store_provision_person(t, p->id, &x->v[i]));
    return OK;
}

err provision_ask(struct tx *t, arena *mem, struct provision *p, str handles)
{
    struct asking *x = NEW(mem, struct asking);
    x->mem = mem;
    if (!basis_known(p->basis))
        return fault_field(ERR_INVALID, "bad_choice", "basis", "%.*s", FMT(p->basis));
    TRY(fields_check(p->fields));
    TRY(persons_read(t, x, handles));
    TRY(consents_check(t, p->basis, x->v, x->n));
    p->state = S("asked");
    p->second_by = 0;
    TRY(insert(t, p, x));
    return record_step(t, mem, RECORD_provision_asked, p, p->asked_by);
}

/* ---- deciding ---- */

err provision_answer(struct tx *t, arena *mem, const struct provision_answer *a)
{
    struct provision p;
    int64_t n = 0;
    TRY(provision_load(t, mem, a->id, &p));
    if (p.asked_by == a->by)
        return fault(ERR_DENIED, "second_person_required", "asked by the same person");
    struct provision_step s = {.id = a->id,
                               .second_by = a->by,
                               .from = S("asked"),
                               .or_from = S(""),
                               .to = a->allow ? S("allowed") : S("refused"),
                               .ends = !a->allow};
    TRY(store_provision_step(t, &s, &n));
    if (!n)
        return fault(ERR_CONFLICT, "already_decided", "provision is %.*s", FMT(p.state));
    TRY(notice_send(t, p.asked_by, a->allow ? "provision_allowed" : "provision_refused",
                    str_fmt(mem, "/desk/provisions/%lld", (long long)p.id), 1,
                    (const str[]){p.recipient}));
    return record_step(t, mem, a->allow ? RECORD_provision_allowed : RECORD_provision_refused, &p,
                       a->by);
}

static err own(struct tx *t, arena *mem, int64_t id, int64_t by, struct provision *ret_p)
{
    TRY(provision_load(t, mem, id, ret_p));
    return ret_p->asked_by == by ? OK
                                 : fault(ERR_DENIED, "provision_not_yours", "asked by %lld",
                                         (long long)ret_p->asked_by);
}

static err over(const struct provision *p)
{
    return fault(ERR_CONFLICT, "provision_over", "provision is %.*s", FMT(p->state));
}

err provision_cancel(struct tx *t, arena *mem, int64_t id, int64_t by)
{
    struct provision p;
    int64_t n = 0;
    TRY(own(t, mem, id, by, &p));
    struct provision_step s = {
        .id = id, .from = S("asked"), .or_from = S("allowed"), .to = S("cancelled"), .ends = true};
    TRY(store_provision_step(t, &s, &n));
    return n ? record_step(t, mem, RECORD_provision_cancelled, &p, by) : over(&p);
}

/* ---- handing over ---- */

struct handing {
    const struct provision_hand *h;
    const struct provision *p;
    arena *mem;
    struct buf out;
};

static err value(struct tx *t, struct handing *x, int64_t registrant, enum identity_field f,
                 str *ret_text)
{
    struct vault_item item;
    struct vault_reader who = {.user_id = x->p->asked_by, .reason = x->p->purpose};
    *ret_text = S("");
    err e = identity_item(t, x->mem, registrant, f, &item);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    TRY(vault_open_text(VAULT_CTX(x->h->vault, t, x->mem), item.ref, item.sealed, ret_text));
    return vault_note_full(t, item.ref, who, x->p->second_by);
}

static err person_out(struct tx *t, struct handing *x, const struct provision_person *k)
{
    str cells[IDENTITY_FIELDS + 1] = {k->handle};
    size_t n = 1;
    for (str rest = x->p->fields; rest.n; n++) {
        enum identity_field f = IDENTITY_NAME;
        ASSERT(field_known(str_split(rest, ',', &rest), &f));
        TRY(value(t, x, k->registrant_id, f, &cells[n]));
    }
    csv_line(&x->out, cells, n);
    return OK;
}

static void head_out(struct handing *x)
{
    str cells[IDENTITY_FIELDS + 1] = {S("account")};
    size_t n = 1;
    csv_start(&x->out);
    for (str rest = x->p->fields; rest.n; n++)
        cells[n] = str_split(rest, ',', &rest);
    csv_line(&x->out, cells, n);
}

static err tell(struct tx *t, const struct provision *p, const struct provision_person *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].user_id)
            TRY(notice_send(t, v[i].user_id, "provision_handed", S("/me/data"), 1,
                            (const str[]){p->recipient}));
    return OK;
}

static err handed(struct tx *t, arena *mem, struct provision *p, int64_t by)
{
    struct provision_person *v;
    size_t n;
    TRY(store_provision_handed(t, p->id, p->hash, p->size));
    TRY(provision_persons(t, mem, p->id, &v, &n));
    TRY(tell(t, p, v, n));
    return record_step(t, mem, RECORD_provision_handed, p, by);
}

err provision_hand(struct tx *t, arena *mem, const struct provision_hand *h, str *ret_file)
{
    struct provision p;
    struct provision_person *v;
    size_t n;
    str file;
    TRY(own(t, mem, h->id, h->by, &p));
    if (!str_eq(p.state, S("allowed")))
        return over(&p);
    TRY(provision_persons(t, mem, p.id, &v, &n));
    if (consents_check(t, p.basis, v, n) != OK)
        return fault(ERR_CONFLICT, "consent_missing", "a consent was taken back");
    struct handing x = {.h = h, .p = &p, .mem = mem};
    buf_init(&x.out, mem, FILE_MAX);
    head_out(&x);
    for (size_t i = 0; i < n; i++)
        TRY(person_out(t, &x, &v[i]));
    TRY(buf_take(&x.out, &file));
    struct sha256 hash = sha256(str_bytes(file));
    p.hash = (struct bytes){(const uint8_t *)&hash, sizeof hash};
    p.size = (int64_t)file.n;
    TRY(handed(t, mem, &p, h->by));
    *ret_file = file;
    return OK;
}

err provision_note(struct tx *t, arena *mem, struct provision *p, int64_t account_id)
{
    struct asking *x = NEW(mem, struct asking);
    struct account a;
    x->mem = mem;
    TRY(account_load(t, mem, account_id, &a));
    struct registrant r;
    TRY(registrant_load(t, mem, a.registrant_id, &r));
    x->v[x->n++] = (struct provision_person){a.registrant_id, r.user_id, a.id, a.handle};
    p->basis = S("package");
    p->state = S("allowed");
    TRY(insert(t, p, x));
    return handed(t, mem, p, p->asked_by);
}
