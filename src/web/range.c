/* Range requests: one range, or the whole. */
#include "web/server_impl.h"

static bool number(str s, int64_t *ret_n)
{
    return s.n > 0 && s.n <= 18 && s.p[0] != '-' && str_int(s, ret_n) == OK;
}

/* "-tail": the last bytes. */
static int suffix(str tail, int64_t size, struct range *ret_range)
{
    int64_t n = 0;
    if (!number(tail, &n))
        return 200;
    if (!n || !size)
        return 416;
    *ret_range = (struct range){n < size ? size - n : 0, size - 1};
    return 206;
}

/* "from-" or "from-to". */
static int between(str from, str to, int64_t size, struct range *ret_range)
{
    int64_t first = 0, last = size - 1;
    if (!number(from, &first) || (to.n && !number(to, &last)) || (to.n && last < first))
        return 200;
    if (first >= size)
        return 416;
    *ret_range = (struct range){first, last < size ? last : size - 1};
    return 206;
}

int range_read(str header, int64_t size, struct range *ret_range)
{
    if (!str_starts(header, S("bytes=")) || str_find(header, ',') < header.n)
        return 200;
    str to, from = str_trim(str_split(str_sub(header, 6, header.n), '-', &to));
    to = str_trim(to);
    if (!to.p || (!from.n && !to.n))
        return 200;
    return from.n ? between(from, to, size, ret_range) : suffix(to, size, ret_range);
}
