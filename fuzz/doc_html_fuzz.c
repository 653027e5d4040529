/* Pasted HTML: always a valid document. */
#include "doc_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    struct node *doc;
    str in = {(const char *)data, n};
    if (!str_valid(in))
        return 0;
    err e = doc_from_html(mem, in, NULL, NULL, &doc);
    ASSERT(e == OK || e == ERR_TOO_LARGE);
    if (e == OK)
        check_doc(mem, doc);
    return 0;
}
