/* Classes of data: what the table says, and what is masked. */
#include "owndata/owndata.h"

#include "base/buf.h"
#include "owndata/owndata_store.h"
#include "registrant/registrant.h"
#include "user/email.h"
#include "user/user.h"

const struct own_spec OWN_SPEC[OWN_CLASSES] = {
#define X(name, source, kept, href, shown, ...)                                                    \
    [OWN_##name] = {#name, #source, #kept, href, shown, {__VA_ARGS__}},
#include "owndata/classes.def"
#undef X
};

/* Who looked, by their roles today: the person looked at need not know the officer's name. */
static err post_of(struct tx *t, arena *mem, str id, str *ret_post)
{
    int64_t user = 0;
    unsigned roles = 0;
    TRY(str_int(id, &user));
    if (user)
        TRY(user_roles(t, user, &roles));
    *ret_post = user && !roles ? S("former_staff") : roles_text(mem, roles);
    return OK;
}

static err look_posts(struct tx *t, arena *mem, struct own_row *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        TRY(post_of(t, mem, v[i].v[3], &v[i].v[3]));
        TRY(post_of(t, mem, v[i].v[4], &v[i].v[4]));
    }
    return OK;
}

static err registrant_names(struct tx *t, arena *mem, struct vault *v, struct own_row *rows,
                            size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t id = 0;
        TRY(str_int(rows[i].v[3], &id));
        err e = registrant_masked_name(t, mem, v, id, &rows[i].v[4]);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
    }
    return OK;
}

err own_rows(struct tx *t, arena *mem, struct vault *v, int64_t user_id, enum own_class c,
             int limit, struct own_row **ret_v, size_t *ret_n)
{
    struct own_row *rows;
    size_t n;
    TRY(store_own_rows(t, mem, user_id, c, limit, &rows, &n));
    if (c == OWN_look)
        TRY(look_posts(t, mem, rows, n));
    if (c == OWN_registrant)
        TRY(registrant_names(t, mem, v, rows, n));
    if (c == OWN_login && n)
        TRY(user_masked_mobile(t, mem, v, user_id, &rows[0].v[3]));
    if (c == OWN_email && n)
        TRY(email_masked(t, mem, v, user_id, &rows[0].v[0]));
    *ret_v = rows;
    *ret_n = n;
    return OK;
}
