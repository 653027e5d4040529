/* gongqi user add|reset|roles: logins from the command line. */
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "base/rand.h"
#include "user/passkey.h"
#include "web/session.h"

#include <stdio.h>

enum { ARGS = 3, PASSWORD_BYTES = 12 };

struct user_act {
    struct boot *b;
    str verb, mobile, last; /* last: the name, or the roles */
    str password, hash;
};

static err find(struct tx *t, struct user_act *a, struct user *ret_u)
{
    err e = user_find_mobile(t, a->b->mem, a->b->site.vault, a->mobile, ret_u);
    return e == ERR_NOT_FOUND ? fault(ERR_NOT_FOUND, "not_found", "no login has this number") : e;
}

static err add(struct tx *t, void *ctx)
{
    struct user_act *a = ctx;
    int64_t id = 0;
    struct user_new n = {
        .name = a->last, .mobile = a->mobile, .password_hash = a->hash, .lang = S("zh")};
    return user_create(t, a->b->site.vault, &n, &id);
}

static err reset(struct tx *t, void *ctx)
{
    struct user_act *a = ctx;
    struct user u;
    TRY(find(t, a, &u));
    TRY(user_set_password(t, u.id, a->hash));
    TRY(totp_drop(t, u.id));
    TRY(passkey_drop(t, u.id, 0));
    return session_revoke_all(t, u.id, 0);
}

static err roles(struct tx *t, void *ctx)
{
    struct user_act *a = ctx;
    struct user u;
    unsigned set = 0;
    if (!str_eq(a->last, S("none")))
        TRY(roles_parse(a->last, &set));
    TRY(find(t, a, &u));
    TRY(user_roles_set(t, u.id, set, 0));
    return session_revoke_all(t, u.id, 0);
}

static err act(struct user_act *a)
{
    arena *mem = a->b->mem;
    struct db *db = a->b->site.db;
    if (str_eq(a->verb, S("roles")))
        return db_tx(db, roles, a);
    a->password = rand_token(mem, PASSWORD_BYTES);
    a->hash = password_hash(mem, a->password);
    TRY(db_tx(db, str_eq(a->verb, S("add")) ? add : reset, a));
    (void)printf("%.*s\t%.*s\n", FMT(a->mobile), FMT(a->password));
    return OK;
}

static err read_args(struct user_act *a, int n, char **v)
{
    str words[ARGS] = {{0}};
    for (int i = 0; i < n && i < ARGS; i++)
        words[i] = str_from(v[i]);
    a->verb = words[0];
    a->last = words[2];
    int want = str_eq(a->verb, S("reset")) ? 2 : 3;
    bool known = want == 2 || str_eq(a->verb, S("add")) || str_eq(a->verb, S("roles"));
    if (!known || n != want)
        return fault(ERR_INVALID, "usage", "add MOBILE NAME | reset MOBILE | roles MOBILE LIST");
    if (!str_valid(a->last))
        return fault(ERR_INVALID, "bad_text", "not UTF-8");
    return mobile_check(a->b->mem, words[1], &a->mobile);
}

err cmd_user(int argc, char **argv)
{
    struct boot b;
    struct user_act a = {.b = &b};
    int words = 0;
    while (words + 1 < argc && strncmp(argv[words + 1], "--", 2) != 0)
        words++;
    TRY(boot_open(argc - words, argv + words, BOOT_MIGRATE, &b));
    err e = read_args(&a, words, argv + 1);
    if (e == OK)
        e = services_open(&b, 0);
    if (e == OK)
        e = act(&a);
    services_close(&b);
    boot_close(&b);
    return e;
}
