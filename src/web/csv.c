/* Writing CSV. */
#include "web/csv.h"

void csv_start(struct buf *b)
{
    buf_add(b, S("\xEF\xBB\xBF"));
}

static void cell(struct buf *b, str s, bool last)
{
    buf_add_char(b, '"');
    if (s.n && strchr("=+-@\t\r", s.p[0]))
        buf_add_char(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, s.p[i]);
    }
    buf_add(b, last ? S("\"\r\n") : S("\","));
}

void csv_line(struct buf *b, const str *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cell(b, v[i], i + 1 == n);
}
