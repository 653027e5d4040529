/* The periodic look for issues whose time has come. */
#include "issue/issue.h"

#include "web/site.h"

static err due(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    return issue_due(t, mem, ctx);
}

err issue_due_job(void *ctx, const struct job *job)
{
    const struct site *s = ctx;
    int n = 0;
    (void)job;
    return db_tx(s->db, due, &n);
}
