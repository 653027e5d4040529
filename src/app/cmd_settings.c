/* gongqi settings: the manual, with the values in force. */
#include "app/commands.h"
#include "settings/settings.h"

#include <stdio.h>
#include <unistd.h>

enum { MANUAL_MAX = 256 * 1024 };

err cmd_settings(int argc, char **argv)
{
    AUTO_ARENA(mem);
    struct settings s = {0};
    struct settings_in in = {.args = (const char *const *)argv + 1,
                             .n_args = argc > 1 ? (size_t)argc - 1 : 0,
                             .env = environ};
    struct buf out;
    str text;
    TRY(settings_load(mem, &in, &s));
    buf_init(&out, mem, MANUAL_MAX);
    settings_manual(&s, &out);
    TRY(buf_take(&out, &text));
    (void)fwrite(text.p, 1, text.n, stdout);
    return OK;
}
