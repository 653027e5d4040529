/* Any text as a template: refused or compiled, without a crash, and the C is
 * valid text. */
#include "tools/tmplc/lib/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    str source = {(const char *)data, n};
    if (!str_valid(source))
        return 0;
    AUTO_ARENA(mem);
    struct template t = {.path = "f.html", .header = "f.html.h", .source = source};
    struct template_c c;
    if (template_compile(mem, &t, &c) == OK)
        ASSERT(str_valid(c.code) && str_valid(c.header));
    return 0;
}
