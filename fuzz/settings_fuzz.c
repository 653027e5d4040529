/* The settings file: any bytes either load, within the limits of settings.def, or are refused with
 * a place and a reason. */
#include "settings/settings.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MANUAL_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    int fd = memfd_create("settings", MFD_CLOEXEC);
    ASSERT(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    char path[64];
    ASSERT(snprintf(path, sizeof path, "/proc/self/fd/%d", fd) > 0);
    const char *const args[] = {"--config", path};
    struct settings s;
    err e = settings_load(mem, &(struct settings_in){.args = args, .n_args = 2}, &s);
    close(fd);
    ASSERT(e == OK || e == ERR_INVALID);
    if (e != OK) {
        ASSERT(fault_last()->text[0] && fault_last()->reason[0]);
        return 0;
    }
    ASSERT(s.workers >= 1 && s.workers <= 1024 && s.body_max >= 65536);
    ASSERT(str_valid(s.data) && str_valid(s.public_url) && s.database.n);
    struct buf out;
    buf_init(&out, mem, MANUAL_MAX);
    settings_manual(&s, &out);
    str manual;
    ASSERT(buf_take(&out, &manual) == OK);
    ASSERT(!s.sms_secret.n || s.sms_secret.n < 12 || !str_has(manual, s.sms_secret));
    return 0;
}
