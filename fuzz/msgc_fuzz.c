/* Any text as a message file, read as both languages. */
#include "tools/msgc/lib/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static err both(struct catalog *c, str text)
{
    TRY(catalog_add(c, "f.zh", 0, text));
    TRY(catalog_add(c, "f.en", 1, text));
    return catalog_check(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    str text = {(const char *)data, n};
    if (!str_valid(text))
        return 0;
    AUTO_ARENA(mem);
    struct catalog c;
    catalog_init(&c, mem);
    if (both(&c, text) != OK)
        return 0;
    struct buf out;
    buf_init(&out, mem, 16 * 1024 * 1024);
    catalog_header(&c, &out);
    catalog_tables(&c, &out);
    ASSERT(str_valid(buf_str(&out)));
    return 0;
}
