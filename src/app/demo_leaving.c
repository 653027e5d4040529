/* The account of the demo that has left. */
#include "app/demo.h"
#include "leaving/departure.h"
#include "leaving/leaving.h"

enum { ROADWORKS = 28 };

static err leave_all(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    struct closing c;
    int64_t id = 0;
    bool done = false;
    struct closing_wish wish = {d->account[ROADWORKS], demo_author(d, ROADWORKS), 0};
    TRY(closing_ask(t, d->mem, &wish, &id));
    TRY(closing_finish(t, d->mem, id, &done));
    TRY(closing_load(t, d->mem, id, demo_author(d, ROADWORKS), &c));
    return restricted_note(t, d->mem,
                           &(struct restricted_look){.account_id = c.account_id,
                                                     .reader_id = d->user[DEMO_COMPLIANCE],
                                                     .basis = S("inspection"),
                                                     .number = S("演示检查〔2026〕1 号"),
                                                     .reason = S("核对停更前的通知。")});
}

/* A reader who thought of leaving, and stayed. */
static err change_mind(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    int64_t id = 0;
    struct departure_wish wish = {d->user[DEMO_STAFF + DEMO_OPERATORS], 0, 7};
    TRY(departure_ask(t, d->mem, &wish, &id));
    return departure_take_back(t, d->mem, wish.user_id, id);
}

err demo_leaving(struct demo *d)
{
    TRY(db_tx(d->site->db, change_mind, d));
    return db_tx(d->site->db, leave_all, d);
}
