/* gongqi outbox: prints the newest messages of the outbox with their texts, for installations
 * without a gateway and for tests. */
#include "app/boot.h"
#include "app/commands.h"
#include "app/services.h"
#include "base/clock.h"
#include "mail/mail.h"

#include <stdio.h>

enum { SHOWN = 20 };

struct outbox {
    struct boot *b;
    struct mail_row *v;
    size_t n;
};

static err read_all(struct tx *t, void *ctx)
{
    struct outbox *o = ctx;
    const struct site *s = &o->b->site;
    TRY(mail_list(t, o->b->mem, &(struct mail_query){.limit = SHOWN}, &o->v, &o->n));
    for (size_t i = 0; i < o->n && i < SHOWN; i++)
        TRY(mail_read(VAULT_CTX(s->vault, t, o->b->mem), o->v[i].id, &o->v[i]));
    return OK;
}

static err print_all(struct boot *b)
{
    struct outbox o = {.b = b};
    TRY(services_open(b, 0));
    err e = db_read(b->site.db, read_all, &o);
    for (size_t i = 0; e == OK && i < o.n && i < SHOWN; i++)
        (void)printf("%.*s\t%.*s\t%.*s\t%.*s\n", FMT(clock_china_text(b->mem, o.v[i].created_at)),
                     FMT(o.v[i].channel), FMT(o.v[i].recipient_masked), FMT(o.v[i].body));
    services_close(b);
    return e;
}

err cmd_outbox(int argc, char **argv)
{
    struct boot b;
    TRY(boot_open(argc, argv, 0, &b));
    err e = print_all(&b);
    boot_close(&b);
    return e;
}
