/* Ghost's export: whatever comes, every item that is given has an id and HTML that converts. */
#include "doc_check.h"
#include "intake/convert.h"
#include "intake/source.h"

#include <sys/mman.h>
#include <unistd.h>

static err on_item(void *ctx, arena *mem, const struct intake_item *i)
{
    str json;
    struct converted c;
    (void)ctx;
    ASSERT(i->id.n && str_valid(i->id) && str_valid(i->title) && str_valid(i->notes));
    if (i->left_out.n)
        return OK;
    ASSERT(str_valid(i->html));
    if (convert_here(mem, S("https://old.example"), i->html, &json) == OK) {
        ASSERT(converted_read(mem, json, &c) == OK);
        check_doc(mem, c.doc);
    }
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    ASSERT(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    const struct intake_reader in = {fd, S("https://old.example"), on_item, NULL};
    err e = ghost_read(&in);
    ASSERT(e == OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
    close(fd);
    return 0;
}
