/* A checkpoint and the key that signed it. */
#include "verify.h"

err checkpoint_check(arena *mem, str text, const struct note_key *key, struct checkpoint *ret_c)
{
    struct note n;
    TRY(note_parse(mem, text, &n));
    if (!note_verified(&n, key, NULL))
        return fault(ERR_INVALID, "bad_signature", "no valid signature by %.*s", FMT(key->name));
    TRY(checkpoint_parse(mem, n.body, ret_c));
    if (!str_eq(ret_c->origin, key->name))
        return fault(ERR_INVALID, "bad_checkpoint", "the checkpoint is of %.*s",
                     FMT(ret_c->origin));
    return OK;
}
