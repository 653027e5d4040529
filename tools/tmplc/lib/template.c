/* Placeholder until the next landing. */
#include "tools/tmplc/lib/template.h"

err template_compile(arena *mem, const struct template *t, struct template_c *ret_c)
{
    (void)mem;
    (void)ret_c;
    return fault(ERR_BUG, "internal", "%s:1: error: not yet", t->path);
}
