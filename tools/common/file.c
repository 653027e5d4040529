/* Whole files for the build tools. */
#include "tools/common/file.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>

static void file_close(FILE **f)
{
    if (*f)
        fclose(*f);
}

err file_text(arena *mem, const char *path, str *ret_text)
{
    __attribute__((cleanup(file_close))) FILE *f = fopen(path, "rb");
    if (!f)
        return fault(ERR_IO, "storage_unavailable", "%s: %s", path, strerror(errno));
    struct buf b;
    buf_init(&b, mem, FILE_TEXT_MAX);
    char chunk[8192];
    for (size_t n = fread(chunk, 1, sizeof chunk, f); n; n = fread(chunk, 1, sizeof chunk, f))
        buf_add(&b, (str){chunk, n});
    if (ferror(f))
        return fault(ERR_IO, "storage_unavailable", "%s: %s", path, strerror(errno));
    if (!str_valid(buf_str(&b)))
        return fault(ERR_INVALID, "bad_text", "%s:1: not UTF-8", path);
    return buf_take(&b, ret_text);
}

err file_update(arena *mem, const char *path, str text)
{
    str old = STR_NONE;
    if (file_text(mem, path, &old) == OK && str_eq(old, text))
        return OK;
    FILE *f = fopen(path, "wb");
    if (!f)
        return fault(ERR_IO, "storage_unavailable", "%s: %s", path, strerror(errno));
    size_t n = fwrite(text.p, 1, text.n, f);
    if (fclose(f) != 0 || n != text.n)
        return fault(ERR_IO, "storage_unavailable", "%s: %s", path, strerror(errno));
    return OK;
}
