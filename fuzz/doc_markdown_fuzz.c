/* Markdown: what was read once is written and read again without change. */
#include "doc_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    struct node *doc, *second;
    str md, a, b;
    str in = {(const char *)data, n};
    if (!str_valid(in) || doc_from_markdown(mem, in, NULL, NULL, &doc) != OK)
        return 0;
    check_doc(mem, doc);
    ASSERT(doc_markdown(mem, doc, &md) == OK);
    if (doc_from_markdown(mem, md, NULL, NULL, &second) == OK) {
        ASSERT(doc_json(mem, doc, &a) == OK && doc_json(mem, second, &b) == OK);
        ASSERT(str_eq(a, b));
    }
    return 0;
}
