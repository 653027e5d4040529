/* Members of accounts: invitations, roles, the person responsible (A10.1). */
#include "account/account_store.h"

#include "base/hash.h"
#include "base/id.h"
#include "base/rand.h"
#include "measure/measure.h"
#include "notice/notice.h"
#include "record/record.h"
#include "user/user.h"

static err member_record(struct tx *t, enum record_kind kind, int64_t account_id, int64_t by,
                         const struct member *m)
{
    AUTO_ARENA(mem);
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = account_id,
               .actor = by,
               .subject = account_subject(mem, account_id),
               RECORD_FIELDS(RECORD_INT("user", m->user_id),
                             RECORD_TEXT("role", m->role ? member_role_name(m->role) : S(""))),
           });
}

static err owner_left_check(struct tx *t, int64_t account_id, int64_t user_id)
{
    int64_t others = 0;
    TRY(store_other_owners(t, account_id, user_id, &others));
    return others ? OK : fault(ERR_CONFLICT, "last_owner", "account would have no owner");
}

err member_put(struct tx *t, int64_t account_id, const struct member *m, int64_t by)
{
    TRY(store_member_put(t, account_id, m, by));
    return member_record(t, RECORD_member_added, account_id, by, m);
}

err member_set(struct tx *t, int64_t account_id, const struct member *m, int64_t by)
{
    bool there = false;
    TRY(store_is_member(t, account_id, m->user_id, &there));
    if (!there)
        return fault(ERR_NOT_FOUND, "not_found", "not a member");
    if (m->role != MEMBER_OWNER)
        TRY(owner_left_check(t, account_id, m->user_id));
    return member_put(t, account_id, m, by);
}

err member_remove(struct tx *t, int64_t account_id, int64_t user_id, int64_t by)
{
    TRY(owner_left_check(t, account_id, user_id));
    int64_t changed = 0;
    TRY(store_member_drop(t, account_id, user_id, &changed));
    if (!changed)
        return fault(ERR_NOT_FOUND, "not_found", "not a member");
    TRY(store_duty_drop(t, account_id, user_id));
    return member_record(t, RECORD_member_removed, account_id, by,
                         &(struct member){.user_id = user_id});
}

err member_responsible(struct tx *t, int64_t account_id, int64_t user_id, int64_t by)
{
    bool there = false;
    TRY(store_is_member(t, account_id, user_id, &there));
    if (!there)
        return fault(ERR_NOT_FOUND, "not_found", "not a member");
    TRY(store_duty_set(t, account_id, user_id, by));
    return member_record(t, RECORD_responsible_named, account_id, by,
                         &(struct member){.user_id = user_id});
}

/* ---- invitations ---- */

static struct sha256 token_hash(str token)
{
    return sha256(str_bytes(token));
}

err member_invite(struct tx *t, arena *mem, struct vault *v, const struct member_invite *in,
                  str *ret_token)
{
    str token = rand_token(mem, 32);
    struct sha256 h = token_hash(token);
    struct member_invite row = *in;
    int64_t live = 0;
    TRY(measure_pass(t, in->account_id, FUNCTION_invite));
    TRY(store_invites_live(t, in->account_id, &live));
    if (live >= MEMBER_INVITES_MAX)
        return fault(ERR_LIMIT, "too_many_invites", "%lld invitations wait", (long long)live);
    row.id = id_new();
    row.expires_at = tx_now(t) + user_limits()->invite_ttl_ms;
    row.mobile_key = in->mobile.n ? user_mobile_key(v, mem, in->mobile) : (struct bytes){0};
    row.mobile_mask = in->mobile.n ? mask_text(mem, MASK_MOBILE, in->mobile) : S("");
    TRY(store_member_invite_insert(t, (struct bytes){h.b, sizeof h.b}, &row));
    TRY(member_record(t, RECORD_member_invited, in->account_id, in->created_by,
                      &(struct member){.role = in->role}));
    *ret_token = token;
    return OK;
}

const char *member_invite_dead(const struct member_invite *i, int64_t now)
{
    return i->used_at             ? "invite_spent"
           : i->revoked_at        ? "invite_revoked"
           : i->expires_at <= now ? "invite_over"
                                  : NULL;
}

err member_invite_find(struct tx *t, arena *mem, str token, struct member_invite *ret_i)
{
    struct sha256 h = token_hash(token);
    return store_member_invite_find(t, mem, (struct bytes){h.b, sizeof h.b}, ret_i);
}

err member_invite_accept(struct tx *t, arena *mem, str token, int64_t user_id)
{
    struct sha256 h = token_hash(token);
    struct member_invite i;
    int64_t holder = 0, changed = 0;
    bool there = false;
    TRY(member_invite_find(t, mem, token, &i));
    const char *dead = member_invite_dead(&i, tx_now(t));
    if (dead)
        return fault(ERR_CONFLICT, dead, "dead invitation");
    if (i.mobile_mask.n) {
        err e = user_of_mobile_key(t, i.mobile_key, &holder);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        if (holder != user_id)
            return fault(ERR_DENIED, "invite_other_mobile", "bound to another number");
    }
    TRY(store_is_member(t, i.account_id, user_id, &there));
    if (there)
        return fault(ERR_CONFLICT, "already_member", "user is a member");
    TRY(store_member_invite_use(t, (struct bytes){h.b, sizeof h.b}, user_id, &changed));
    if (!changed)
        return fault(ERR_CONFLICT, "invite_spent", "used meanwhile");
    TRY(member_put(t, i.account_id, &(struct member){.user_id = user_id, .role = i.role},
                   i.created_by));
    return notice_send(t, i.created_by, "member_joined", console_link(mem, i.handle), 1,
                       (const str[]){i.name});
}

err member_invite_revoke(struct tx *t, int64_t account_id, int64_t id, int64_t by)
{
    int64_t changed = 0;
    TRY(store_member_invite_revoke(t, account_id, id, &changed));
    if (!changed)
        return fault(ERR_NOT_FOUND, "not_found", "no waiting invitation of that id");
    return member_record(t, RECORD_member_invite_revoked, account_id, by, &(struct member){0});
}
