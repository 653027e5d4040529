/* Captions: any bytes are refused with a reason, or become a file that reads as itself. */
#include "media/webvtt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_ARENA(mem);
    str once, twice;
    size_t cues = 0, again = 0;
    err e = webvtt_clean(mem, (struct bytes){data, n}, &once, &cues);
    if (e != OK) {
        ASSERT((e == ERR_INVALID || e == ERR_TOO_LARGE) && fault_last()->reason[0]);
        return 0;
    }
    ASSERT(str_valid(once) && cues >= 1 && cues <= WEBVTT_CUES_MAX);
    ASSERT(webvtt_clean(mem, str_bytes(once), &twice, &again) == OK);
    ASSERT(str_eq(once, twice) && cues == again);
    return 0;
}
