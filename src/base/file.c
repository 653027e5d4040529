/* Writing files. */
#include "base/file.h"

#include <errno.h>
#include <unistd.h>

err file_fault(const char *what, const char *path)
{
    int number = errno;
    bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return fault(ERR_IO, full ? "disk_full" : "storage_unavailable", "%s %s: errno %d", what, path,
                 number);
}

err file_write(int fd, struct bytes b, const char *path)
{
    while (b.n > 0) {
        ssize_t n = write(fd, b.p, b.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return file_fault("write", path);
        b.p += n;
        b.n -= (size_t)n;
    }
    return OK;
}
