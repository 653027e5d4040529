/* Programs of accounts: a token, and a webhook that is off, so that the demo calls nobody. */
#include "app/demo.h"
#include "base/clock.h"
#include "webhook/webhook.h"

enum { WITH_PROGRAMS = 3, TOKEN_DAYS = 90 };

static err token_of(struct tx *t, struct demo *d, int account)
{
    str token;
    return api_token_make(
        t, d->mem,
        &(struct api_token_row){.account_id = d->account[account],
                                .user_id = demo_author(d, account),
                                .name = S("官网同步"),
                                .scopes = S("read,draft,figures"),
                                .expires_at = tx_now(t) + TOKEN_DAYS * (int64_t)DAY_MS},
        &token);
}

static err webhook_of(struct tx *t, struct demo *d, int account)
{
    struct webhook *v;
    size_t n;
    str secret;
    int64_t by = demo_author(d, account);
    TRY(webhook_add(VAULT_CTX(d->site->vault, t, d->mem),
                    &(struct webhook){.account_id = d->account[account],
                                      .url = S("https://hooks.example.cn/gongqi"),
                                      .events = S("article_published,article_returned,notice"),
                                      .created_by = by},
                    &secret));
    TRY(webhook_list(t, d->mem, d->account[account], &v, &n));
    TRY(event_ping(t, v->account_id, v->id));
    return webhook_switch(t, v, false, by);
}

static err make(struct tx *t, void *ctx)
{
    for (int i = 0; i < WITH_PROGRAMS; i++) {
        TRY(token_of(t, ctx, i));
        TRY(webhook_of(t, ctx, i));
    }
    return OK;
}

err demo_programs(struct demo *d)
{
    return db_tx(d->site->db, make, d);
}
