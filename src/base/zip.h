/* Writing a ZIP file (APPNOTE 6.3.10) into an open file, one entry after the other, of any size
 * (ZIP64 where needed). Entries are stored as they are: what is large here, media, is compressed
 * already. Names are UTF-8 with "/" between folders. */
#pragma once
#include "base/buf.h"

struct zip {
    int fd;     /* borrowed; written from its present end by position, from 0 */
    int64_t at; /* bytes written */
    int64_t entries;
    uint16_t date, time; /* of all entries, in China's time */
    struct buf central;
};

/* ret_zip writes to fd, which is empty; at_ms is the time that the entries carry. */
void zip_start(struct zip *ret_zip, arena *mem, int fd, int64_t at_ms);
/* ERR_IO "disk_full" and others of writing; ERR_BUG for a name that is empty, over 500 bytes,
 * absolute or with "..". */
err zip_add(struct zip *z, str name, struct bytes data);
/* All that fd holds, from its beginning, streaming. */
err zip_add_fd(struct zip *z, str name, int fd);
/* The directory; *ret_size = bytes of the whole file. */
err zip_end(struct zip *z, int64_t *ret_size);
