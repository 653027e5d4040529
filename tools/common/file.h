/* Whole files for the build tools. */
#pragma once
#include "base/str.h"

enum { FILE_TEXT_MAX = 16 * 1024 * 1024 };

/* ERR_IO when it can't be read, ERR_TOO_LARGE, ERR_INVALID when it isn't UTF-8. */
err file_text(arena *mem, const char *path, str *ret_text);
/* Leaves the file alone when it holds this text already, so that what depends on it isn't built
 * again. */
err file_update(arena *mem, const char *path, str text);
