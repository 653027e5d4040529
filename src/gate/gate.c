/* The gate's answer as text and as error. */
#include "gate/gate.h"

#include "base/buf.h"

static const str NAMES[] = {
#define X(name) {#name, sizeof #name - 1},
    GATE_TABLE(X)
#undef X
};

str gate_reason_name(enum gate_reason reason)
{
    return NAMES[reason];
}

str gate_reasons_text(arena *mem, unsigned closed)
{
    struct buf b;
    buf_init(&b, mem, 512);
    for (int i = 0; i < GATE_REASONS; i++) {
        if (!(closed >> i & 1))
            continue;
        if (b.n)
            buf_add(&b, S(", "));
        buf_add(&b, NAMES[i]);
    }
    return buf_str(&b);
}

err gate_pass(struct tx *t, arena *mem, const struct gate_question *q, struct gate_answer *ret_a)
{
    struct gate_answer a;
    TRY(gate_ask(t, mem, q, &a));
    *ret_a = a;
    for (int i = 0; i < GATE_REASONS; i++)
        if (a.closed >> i & 1)
            return fault(ERR_DENIED, NAMES[i].p, "gate closed: %.*s",
                         FMT(gate_reasons_text(mem, a.closed)));
    return OK;
}
