/* Tiles and bundles as objects. */
#include "record/log_impl.h"

/* Partial tiles beside a full one. What fails stays. */
static void partials_drop(struct s3 *s3, const char *full)
{
    AUTO_ARENA(mem);
    str *v = NULL;
    size_t n = 0;
    if (s3_list(s3, mem, str_fmt(mem, "%s.p/", full), S(""), &v, &n) != OK)
        return;
    for (size_t i = 0; i < n; i++)
        (void)s3_remove(s3, v[i]);
}

err log_object_put(struct s3 *s3, const char *path, struct bytes data)
{
    TRY(s3_put(s3, str_from(path), &(struct s3_body){.fd = -1, .data = data}, NULL));
    if (strncmp(path, "tile/", 5) == 0 && !strstr(path, ".p/"))
        partials_drop(s3, path);
    return OK;
}
