/* JSON lines on standard error. */
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdatomic.h>
#include <unistd.h>

static _Atomic int lowest_level = LOG_INFO;

void log_set_level(enum log_level lowest)
{
    lowest_level = (int)lowest;
}

void log_line_(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    static const char *const NAMES[] = {"debug", "info", "warn", "error"};
    if ((int)level < lowest_level)
        return;
    AUTO_ARENA(mem);
    struct jw j;
    jw_init(&j, mem, 64 * 1024);
    jw_object(&j);
    jw_key_str(&j, "ts", clock_rfc3339(mem, clock_ms()));
    jw_key_str(&j, "level", str_from(NAMES[level]));
    jw_key_str(&j, "event", str_from(event));
    for (size_t i = 0; i < n; i++) {
        if (fields[i].text.p)
            jw_key_str(&j, fields[i].key, fields[i].text);
        else
            jw_key_int(&j, fields[i].key, fields[i].number);
    }
    jw_end(&j);
    buf_add_char(&j.out, '\n');
    str line = buf_str(&j.out);
    if (write(STDERR_FILENO, line.p, line.n) < 0)
        return; /* nobody left to tell */
}
