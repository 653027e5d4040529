/* What was signed last: a file of five lines that no backup restores. */
#include "record/log_impl.h"

#define FIRST "gongqi log state v1"

static err damaged(const char *path)
{
    return fault(ERR_CONFLICT, "log_state_damaged",
                 "%s is unreadable; see docs/sysadmin.md, \"The log does not sign\"", path);
}

err log_state_read(const char *path, str origin, struct log_state *ret_state)
{
    AUTO_ARENA(mem);
    str text, line[5];
    struct log_state s = {0};
    TRY(small_file_get(mem, path, true, &text));
    for (size_t i = 0; i < LEN(line); i++)
        line[i] = text.p ? str_split(text, '\n', &text) : STR_NONE;
    if (!text.p || text.n || !str_eq(line[0], S(FIRST)) || str_int(line[2], &s.head.size) != OK ||
        s.head.size < 0 || hash_parse(mem, line[3], &s.head.root) != OK ||
        hash_parse(mem, line[4], &s.last) != OK)
        return damaged(path);
    if (!str_eq(line[1], origin))
        return fault(ERR_CONFLICT, "log_forked", "%s belongs to the log %.*s, the key to %.*s",
                     path, FMT(line[1]), FMT(origin));
    *ret_state = s;
    return OK;
}

err log_state_write(const char *path, str origin, const struct log_state *s)
{
    AUTO_ARENA(mem);
    str text =
        str_fmt(mem, FIRST "\n%.*s\n%lld\n%.*s\n%.*s\n", FMT(origin), (long long)s->head.size,
                FMT(hash_text(mem, s->head.root)), FMT(hash_text(mem, s->last)));
    return small_file_put(path, str_bytes(text));
}
