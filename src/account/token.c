/* API tokens of operators: making and revoking them. */
#include "account/account_store.h"

#include "base/hash.h"
#include "base/rand.h"
#include "record/record.h"

enum { TOKEN_BYTES = 32 };

static err token_record(struct tx *t, enum record_kind kind, const struct api_token_row *k,
                        int64_t by)
{
    AUTO_ARENA(mem);
    return record_add(t, &(struct record_in){.kind = kind,
                                             .account_id = k->account_id,
                                             .actor = by,
                                             .subject = account_subject(mem, k->account_id),
                                             RECORD_FIELDS(RECORD_INT("user", k->user_id),
                                                           RECORD_TEXT("scopes", k->scopes))});
}

err api_token_make(struct tx *t, arena *mem, const struct api_token_row *in, str *ret_token)
{
    if (!scopes_parse(in->scopes))
        return fault_field(ERR_INVALID, "scope_required", "scopes", "a token that may do nothing");
    str token = str_cat(mem, S("gq_"), rand_token(mem, TOKEN_BYTES));
    struct sha256 hash = sha256(str_bytes(token));
    TRY(store_token_insert(t, (struct bytes){hash.b, sizeof hash.b}, in));
    TRY(token_record(t, RECORD_token_made, in, in->user_id));
    *ret_token = token;
    return OK;
}

err api_token_revoke(struct tx *t, int64_t account_id, int64_t id, int64_t by)
{
    AUTO_ARENA(mem);
    struct api_token_row k;
    TRY(api_token_load(t, mem, account_id, id, &k));
    if (k.revoked_at)
        return fault(ERR_NOT_FOUND, "not_found", "token %lld is revoked", (long long)id);
    TRY(store_token_revoke(t, account_id, id));
    return token_record(t, RECORD_token_revoked, &k, by);
}
