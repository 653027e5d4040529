/* Writing files: what every store of files needs. */
#pragma once
#include "base/err.h"
#include "base/str.h"

/* What errno says about a file: ERR_IO "disk_full" or "storage_unavailable". Call it at once,
 * before anything else may change errno. what: which step failed; path: of what, "" when that is
 * plain. */
err file_fault(const char *what, const char *path);
/* All of it, through short writes and signals. Errors: as file_fault. */
err file_write(int fd, struct bytes b, const char *path);
