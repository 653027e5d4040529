/* Reading by people: masked or with a second person, always logged. And masks. */
#include "base/buf.h"
#include "base/id.h"
#include "vault/vault_impl.h"

enum { MASKED_MAX = 1024, REASON_MAX = 500 };

/* The first `head` and last `tail` code points of s, stars between. */
static str keep_ends(arena *mem, str s, size_t head, size_t tail)
{
    struct buf b;
    buf_init(&b, mem, MASKED_MAX);
    size_t n = str_count(s);
    for (size_t i = 0; s.n; i++) {
        uint32_t cp = str_next(&s);
        buf_add_cp(&b, i < head || i >= n - tail ? cp : '*');
    }
    return buf_str(&b);
}

static str mask_email(arena *mem, str s)
{
    size_t at = str_find(s, '@');
    if (at == 0 || at == s.n)
        return S("******");
    str rest = s;
    (void)str_next(&rest);
    size_t first = s.n - rest.n;
    return str_fmt(mem, "%.*s***%.*s", FMT(str_sub(s, 0, first)), FMT(str_sub(s, at, s.n)));
}

str mask_text(arena *mem, enum mask mask, str plain)
{
    size_t n = str_count(plain);
    switch (mask) {
    case MASK_NAME:
        return keep_ends(mem, plain, n > 1 ? 1 : 0, 0);
    case MASK_ID:
    case MASK_USCC:
        if (n >= 14)
            return keep_ends(mem, plain, 6, 4);
        return n >= 8 ? keep_ends(mem, plain, 2, 2) : S("******");
    case MASK_MOBILE:
        return n >= 11 ? keep_ends(mem, plain, n - 8, 4) : S("******");
    case MASK_EMAIL:
        return mask_email(mem, plain);
    case MASK_ALL:
        break;
    }
    return S("******");
}

static err reason_check(str reason)
{
    str r = str_trim(reason);
    if (!r.n || str_count(r) > REASON_MAX)
        return fault_field(ERR_INVALID, "vault_reason", "reason", "1 to %d code points",
                           REASON_MAX);
    return OK;
}

err vault_read_masked(struct vault_ctx c, const struct vault_item *item, struct vault_reader who,
                      str *ret_text)
{
    TRY(reason_check(who.reason));
    str plain;
    TRY(vault_open_text(c, item->ref, item->sealed, &plain));
    TRY(vault_store_access_add(c.tx, item, who, 0));
    *ret_text = mask_text(c.mem, item->mask, plain);
    return OK;
}

err vault_read_full(struct vault_ctx c, const struct vault_item *item, struct vault_reader who,
                    str *ret_text)
{
    TRY(reason_check(who.reason));
    int64_t approver = 0;
    err e = vault_store_approver(c.tx, c.mem, item->ref, who, &approver);
    if (e == ERR_NOT_FOUND)
        return fault(ERR_DENIED, "vault_approval_required", "no approved request for %s of %lld",
                     item->ref.field, (long long)item->ref.owner);
    TRY(e);
    str plain;
    TRY(vault_open_text(c, item->ref, item->sealed, &plain));
    TRY(vault_store_access_add(c.tx, item, who, approver));
    *ret_text = plain;
    return OK;
}

err vault_request_ask(struct tx *t, struct vault_request *r)
{
    TRY(reason_check(r->reason));
    r->id = id_new();
    r->asked_at = tx_now(t);
    ASSERT(r->expires_at > r->asked_at);
    return vault_store_request_add(t, r);
}

err vault_request_approve(struct tx *t, int64_t owner_id, int64_t id, int64_t by)
{
    AUTO_ARENA(mem);
    int64_t n = 0;
    TRY(vault_store_approve(t, owner_id, id, by, &n));
    if (n)
        return OK;
    struct vault_request r = {.owner_id = owner_id, .id = id};
    TRY(vault_store_request(t, mem, &r));
    if (r.asked_by == by)
        return fault(ERR_DENIED, "second_person_required", "request %lld", (long long)id);
    return fault(ERR_CONFLICT, "already_decided", "request %lld", (long long)id);
}

err vault_note_read(struct tx *t, struct vault_ref ref, struct vault_reader who)
{
    TRY(reason_check(who.reason));
    return vault_store_access_add(t, &(struct vault_item){.ref = ref}, who, 0);
}

err vault_note_full(struct tx *t, struct vault_ref ref, struct vault_reader who, int64_t approver)
{
    ASSERT(approver && approver != who.user_id);
    TRY(reason_check(who.reason));
    return vault_store_access_add(t, &(struct vault_item){.ref = ref}, who, approver);
}
