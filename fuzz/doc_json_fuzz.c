/* JSON of documents: what is accepted has one canonical form, and renders. */
#include "doc_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    struct node *doc;
    if (str_valid((str){(const char *)data, n}) &&
        doc_from_json(mem, (str){(const char *)data, n}, &doc) == OK)
        check_doc(mem, doc);
    return 0;
}
