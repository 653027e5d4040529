/* Building e-mails. */
#include "mail/mime.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"

enum { MIME_MAX = 1 << 20, WORD_BYTES = 42, PLAIN_MAX = 60, LINE = 76 };

bool mime_address_valid(str s)
{
    if (s.n < 3 || s.n > 254)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("<>(),;:\\\"[]", s.p[i]))
            return false;
    size_t at = str_find(s, '@');
    str domain = str_sub(s, at + 1, s.n);
    return at > 0 && at + 1 < s.n && str_find(domain, '@') == domain.n;
}

static bool plain(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return s.n <= PLAIN_MAX && !str_has(s, S("=?"));
}

str mime_header(arena *mem, str text)
{
    if (plain(text))
        return text;
    struct buf b;
    buf_init(&b, mem, MIME_MAX);
    while (text.n) {
        /* Whole code points only: a word must decode by itself. */
        str rest = text;
        for (str next = rest; rest.n; rest = next) {
            (void)str_next(&next);
            if (text.n - next.n > WORD_BYTES)
                break;
        }
        str piece = str_sub(text, 0, text.n - rest.n);
        if (b.n)
            buf_add(&b, S("\r\n "));
        buf_fmt(&b, "=?UTF-8?B?%.*s?=", FMT(base64(mem, str_bytes(piece))));
        text = rest;
    }
    return buf_str(&b);
}

str mime_make(arena *mem, const struct mime_in *in)
{
    struct buf b;
    buf_init(&b, mem, MIME_MAX);
    str date = clock_http(mem, in->at);
    str domain = str_sub(in->from, str_find(in->from, '@') + 1, in->from.n);
    buf_fmt(&b, "From: <%.*s>\r\nTo: <%.*s>\r\n", FMT(in->from), FMT(in->to));
    buf_fmt(&b, "Subject: %.*s\r\n", FMT(mime_header(mem, in->subject)));
    /* clock_http ends with GMT, which mail writes as a number. */
    buf_fmt(&b, "Date: %.*s+0000\r\n", FMT(str_sub(date, 0, date.n - 3)));
    buf_fmt(&b, "Message-ID: <%lld@%.*s>\r\n", (long long)in->id, FMT(domain));
    buf_add(&b, S("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n"));
    str body = base64(mem, str_bytes(in->body));
    for (size_t i = 0; i < body.n; i += LINE) {
        buf_add(&b, str_sub(body, i, LINE));
        buf_add(&b, S("\r\n"));
    }
    return buf_str(&b);
}
