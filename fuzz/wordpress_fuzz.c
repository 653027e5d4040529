/* WordPress's export: whatever comes, every item that is given has an id, and its texts are UTF-8.
 */
#include "intake/source.h"

#include <sys/mman.h>
#include <unistd.h>

static err on_item(void *ctx, arena *mem, const struct intake_item *i)
{
    (void)ctx;
    ASSERT(i->id.n && str_valid(i->id) && str_valid(i->title) && str_valid(i->html));
    ASSERT(str_valid(i->tags) && str_valid(i->notes) && str_valid(i->excerpt));
    ASSERT(str_valid(link_key(mem, i->link)));
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    ASSERT(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    const struct intake_reader in = {fd, S("https://old.example"), on_item, NULL};
    err e = wordpress_read(&in);
    ASSERT(e == OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
    close(fd);
    return 0;
}
