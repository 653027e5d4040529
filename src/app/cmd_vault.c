/* gongqi vault rotate: a new master key. */
#include "app/boot.h"
#include "app/commands.h"
#include "vault/vault.h"

#include <stdio.h>

static err rotate(struct boot *b)
{
    struct vault *v = NULL;
    struct vault_opts keys = {.key_file = str_z(b->mem, b->settings.vault_key_file),
                              .key_command = str_z(b->mem, b->settings.vault_key_command)};
    int64_t n = 0;
    TRY(vault_start(b->site.db, &keys, &v));
    err e = vault_rotate(v, &n);
    struct fault why = fault_of(e);
    vault_stop(v);
    if (e != OK) {
        fault_copy(&why);
        return e;
    }
    (void)printf("a new master key is in force; %lld data keys were wrapped anew\n", (long long)n);
    return OK;
}

err cmd_vault(int argc, char **argv)
{
    struct boot b;
    if (argc < 2 || !str_eq(str_from(argv[1]), S("rotate")))
        return fault(ERR_INVALID, "usage", "gongqi vault rotate [--data DIR]");
    TRY(boot_open(argc - 1, argv + 1, 0, &b));
    err e = rotate(&b);
    struct fault why = fault_of(e);
    boot_close(&b);
    if (e != OK)
        fault_copy(&why);
    return e;
}
