/* Evidence packages: any bytes are refused with a reason, or every difference is counted. Nothing
 * but the real log signs for this key, so nothing is ever right. */
#include "verifier/verify.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    static const struct note_key KEY = {.name = {"example.org/log", 15}, .type = NOTE_ED25519};
    struct findings f = {.quiet = true};
    struct package_seen seen;
    int fd = memfd_create("package", MFD_CLOEXEC);
    ASSERT(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    err e = package_check(mem, fd, &KEY, &f, &seen);
    close(fd);
    ASSERT(e == OK ? f.n > 0 : fault_of(e).reason[0] != 0);
    return 0;
}
