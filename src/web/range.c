/* Range requests: one range, or the whole. */
#include "web/server_impl.h"

static bool number(str s, int64_t *ret_n)
{
    return s.n > 0 && s.n <= 18 && s.p[0] != '-' && str_int(s, ret_n) == OK;
}

int range_read(str header, int64_t size, struct range *ret_range)
{
    int64_t first = 0, last = size - 1, tail = 0;
    if (!str_starts(header, S("bytes=")) || str_find(header, ',') < header.n)
        return 200;
    str to, from = str_trim(str_split(str_sub(header, 6, header.n), '-', &to));
    to = str_trim(to);
    if (!to.p || (!from.n && !to.n))
        return 200;
    if (!from.n) {
        if (!number(to, &tail))
            return 200;
        first = tail < size ? size - tail : 0;
        if (!tail || !size)
            return 416;
    } else {
        if (!number(from, &first) || (to.n && !number(to, &last)) || (to.n && last < first))
            return 200;
        last = last < size ? last : size - 1;
        if (first >= size)
            return 416;
    }
    *ret_range = (struct range){first, last};
    return 206;
}
