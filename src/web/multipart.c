/* multipart/form-data, streaming. */
#include "web/multipart.h"

#include "web/urlencoded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BOUNDARY_MAX = 70, MARK_MAX = BOUNDARY_MAX + 4 };

enum state {
    AT_MARK,  /* inside "\r\n--boundary", mark_n bytes of it met */
    AT_AFTER, /* the two bytes behind it: CRLF or "--" */
    AT_HEAD,
    AT_DATA,
    AT_END, /* behind the closing boundary: CRLF or nothing */
    AT_ERROR,
};
struct multipart {
    arena *mem;
    const char *dir;
    int64_t file_max;
    enum state state;
    err failed;
    struct fault why;
    char mark[MARK_MAX];
    size_t mark_len, mark_n;
    char after[2];
    size_t after_n, end_n, fields_bytes, field_n, upload_n, part_n;
    char head[MULTIPART_HEAD_MAX];
    size_t head_n;
    str name;
    struct buf text;     /* of the field being read */
    struct upload *file; /* being written, or NULL */
    struct param fields[MULTIPART_PARTS];
    struct upload uploads[MULTIPART_PARTS];
};

static bool boundary_valid(str b)
{
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (!c || !strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return b.n > 0 && b.n <= BOUNDARY_MAX && b.p[b.n - 1] != ' ';
}

str multipart_boundary(str content_type)
{
    str rest, found = STR_NONE;
    (void)str_split(content_type, ';', &rest);
    while (rest.p) {
        str value, item = str_trim(str_split(rest, ';', &rest));
        if (!str_eq_ci(str_split(item, '=', &value), S("boundary")))
            continue;
        if (found.p)
            return STR_NONE;
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = str_sub(value, 1, value.n - 2);
        found = value;
    }
    return found.p && boundary_valid(found) ? found : STR_NONE;
}

err multipart_new(arena *mem, str boundary, const char *dir, int64_t file_max,
                  struct multipart **ret_m)
{
    if (!boundary_valid(boundary))
        return fault(ERR_INVALID, "bad_content_type", "malformed multipart boundary");
    struct multipart *m = NEW(mem, struct multipart);
    m->mem = mem;
    m->dir = dir;
    m->file_max = file_max;
    memcpy(m->mark, "\r\n--", 4);
    memcpy(m->mark + 4, boundary.p, boundary.n);
    m->mark_len = boundary.n + 4;
    m->mark_n = 2; /* the first boundary stands at the very start, without CRLF */
    *ret_m = m;
    return OK;
}

static err malformed(const char *what)
{
    return fault(ERR_INVALID, "bad_multipart", "%s", what);
}

/* Takes one parameter of a disposition: ; name="value". Backslash and quote come as browsers send
 * them (%22), so an escape inside the quotes is refused rather than read in two ways. */
static err take_param(str *rest, str *ret_name, str *ret_value)
{
    str s = str_trim(*rest);
    size_t eq = str_find(s, '=');
    if (eq + 1 >= s.n || s.p[eq + 1] != '"')
        return malformed("parameter without quotes");
    str value = str_sub(s, eq + 2, s.n);
    size_t end = str_find(value, '"');
    if (end == value.n || str_find(str_sub(value, 0, end), '\\') < end)
        return malformed("parameter with an escape or without an end");
    *ret_name = str_sub(s, 0, eq);
    *ret_value = str_sub(value, 0, end);
    str behind = str_trim(str_sub(value, end + 1, value.n));
    if (behind.n && behind.p[0] != ';')
        return malformed("junk behind a parameter");
    *rest = behind.n ? str_sub(behind, 1, behind.n) : STR_NONE;
    return OK;
}

static err take_disposition(struct multipart *m, str value, str *ret_filename)
{
    str rest;
    if (m->name.p || !str_eq_ci(str_trim(str_split(value, ';', &rest)), S("form-data")))
        return malformed("not one form-data disposition");
    while (rest.p) {
        str name, text;
        TRY(take_param(&rest, &name, &text));
        if (!field_text_valid(text))
            return malformed("parameter is not UTF-8");
        if (str_eq_ci(name, S("name")) && !m->name.p && text.n && text.n <= MULTIPART_NAME_MAX)
            m->name = str_dup(m->mem, text);
        else if (str_eq_ci(name, S("filename")) && !ret_filename->p &&
                 text.n <= MULTIPART_FILENAME_MAX)
            *ret_filename = str_dup(m->mem, text);
        else
            return malformed("unknown, repeated or oversized parameter");
    }
    return m->name.p ? OK : malformed("part without a name");
}

static err file_fault(void)
{
    bool full = errno == ENOSPC || errno == EDQUOT;
    return fault(ERR_IO, full ? "disk_full" : "storage_unavailable", "temporary file: errno %d",
                 errno);
}

static err file_open(struct multipart *m, str filename, str mime)
{
    if (!m->file_max)
        return fault(ERR_INVALID, "file_unexpected", "a file where none is expected");
    int fd = open(m->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        char path[512];
        if (snprintf(path, sizeof path, "%s/upload-XXXXXX", m->dir) >= (int)sizeof path)
            return fault(ERR_IO, "storage_unavailable", "path too long");
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            (void)unlink(path);
    }
    if (fd < 0)
        return file_fault();
    m->file = &m->uploads[m->upload_n++];
    *m->file = (struct upload){m->name, filename, str_dup(m->mem, mime), fd, 0};
    return OK;
}

static err head_end(struct multipart *m)
{
    str filename = STR_NONE, mime = S(""), rest = {m->head, m->head_n - 4};
    m->name = STR_NONE;
    m->file = NULL;
    if (++m->part_n > MULTIPART_PARTS)
        return fault(ERR_TOO_LARGE, "too_many_fields", "more than %d parts", MULTIPART_PARTS);
    while (rest.p) {
        str value, line = str_split(rest, '\n', &rest);
        if (rest.p && (!line.n || line.p[line.n - 1] != '\r'))
            return malformed("bare LF in a part's header");
        line = rest.p ? str_sub(line, 0, line.n - 1) : line;
        str name = str_split(line, ':', &value);
        value = str_trim(value);
        if (!value.p || !field_text_valid(line) || str_find(line, '\r') < line.n)
            return malformed("part's header line");
        if (str_eq_ci(name, S("content-disposition")))
            TRY(take_disposition(m, value, &filename));
        else if (str_eq_ci(name, S("content-type")) && !mime.n)
            mime = value;
        else
            return malformed("unknown part header");
    }
    if (!m->name.p)
        return malformed("part without a disposition");
    if (filename.p)
        return file_open(m, filename, mime);
    buf_init(&m->text, m->mem, MULTIPART_FIELDS_MAX);
    return OK;
}

static err data_add(struct multipart *m, const char *p, size_t n)
{
    if (!m->file) {
        m->fields_bytes += n;
        if (m->fields_bytes > MULTIPART_FIELDS_MAX)
            return fault(ERR_TOO_LARGE, "field_too_large", "form fields too large");
        buf_add(&m->text, (str){p, n});
        return OK;
    }
    m->file->size += (int64_t)n;
    if (m->file->size > m->file_max)
        return fault(ERR_TOO_LARGE, "file_too_large", "file of more than %lld bytes",
                     (long long)m->file_max);
    while (n) {
        ssize_t w = write(m->file->fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return file_fault();
        p += w;
        n -= (size_t)w;
    }
    return OK;
}

static err part_end(struct multipart *m)
{
    if (!m->part_n)
        return OK;
    if (m->file) {
        if (lseek(m->file->fd, 0, SEEK_SET) != 0)
            return file_fault();
        return OK;
    }
    str text;
    TRY(buf_take(&m->text, &text));
    if (!text.p)
        text = S("");
    if (!field_text_valid(text))
        return fault(ERR_INVALID, "bad_encoding", "field is not UTF-8 text");
    m->fields[m->field_n++] = (struct param){m->name, text};
    return OK;
}

/* Eats what it can of p; returns how much. */
static err step_mark(struct multipart *m, const char *p, size_t *ret_eaten)
{
    if (*p == m->mark[m->mark_n]) {
        *ret_eaten = 1;
        if (++m->mark_n < m->mark_len)
            return OK;
        m->state = AT_AFTER;
        m->after_n = 0;
        return part_end(m);
    }
    if (!m->part_n)
        return malformed("does not start with its boundary");
    /* It only looked like one. "\r" occurs in the mark at its start only, so no restart inside. */
    size_t n = m->mark_n;
    m->mark_n = 0;
    m->state = AT_DATA;
    *ret_eaten = 0;
    return data_add(m, m->mark, n);
}

static err step_data(struct multipart *m, const char *p, size_t n, size_t *ret_eaten)
{
    const char *cr = memchr(p, '\r', n);
    size_t plain = cr ? (size_t)(cr - p) : n;
    *ret_eaten = plain;
    if (cr) {
        m->state = AT_MARK;
        m->mark_n = 0;
    }
    return plain ? data_add(m, p, plain) : OK;
}

static err step_after(struct multipart *m, char c)
{
    m->after[m->after_n++] = c;
    if (m->after_n < 2)
        return OK;
    if (memcmp(m->after, "--", 2) == 0) {
        m->state = AT_END;
        return OK;
    }
    if (memcmp(m->after, "\r\n", 2) != 0)
        return malformed("junk behind a boundary");
    m->state = AT_HEAD;
    m->head_n = 0;
    return OK;
}

static err step_head(struct multipart *m, char c)
{
    if (m->head_n == sizeof m->head)
        return fault(ERR_TOO_LARGE, "bad_multipart", "part's header too large");
    m->head[m->head_n++] = c;
    if (m->head_n < 4 || memcmp(m->head + m->head_n - 4, "\r\n\r\n", 4) != 0)
        return OK;
    m->state = AT_DATA;
    return head_end(m);
}

static err step_end(struct multipart *m, char c)
{
    if (m->end_n >= 2 || c != "\r\n"[m->end_n])
        return malformed("something behind the closing boundary");
    m->end_n++;
    return OK;
}

static err step(struct multipart *m, const char *p, size_t n, size_t *ret_eaten)
{
    *ret_eaten = 1;
    switch (m->state) {
    case AT_MARK:
        return step_mark(m, p, ret_eaten);
    case AT_AFTER:
        return step_after(m, *p);
    case AT_HEAD:
        return step_head(m, *p);
    case AT_DATA:
        return step_data(m, p, n, ret_eaten);
    case AT_END:
        return step_end(m, *p);
    case AT_ERROR:
        break;
    }
    fault_copy(&m->why);
    return m->failed;
}

err multipart_add(struct multipart *m, struct bytes data)
{
    const char *p = (const char *)data.p;
    for (size_t at = 0, eaten; at < data.n; at += eaten) {
        err e = step(m, p + at, data.n - at, &eaten);
        if (e == OK)
            continue;
        if (m->state != AT_ERROR) {
            m->state = AT_ERROR;
            m->failed = e;
            m->why = fault_of(e);
        }
        return e;
    }
    return OK;
}

err multipart_end(struct multipart *m, struct params *ret_fields, struct upload **ret_uploads,
                  size_t *ret_upload_n)
{
    if (m->state == AT_ERROR) {
        fault_copy(&m->why);
        return m->failed;
    }
    if (m->state != AT_END || m->end_n == 1)
        return malformed("ends before its closing boundary");
    *ret_fields = (struct params){m->fields, m->field_n};
    *ret_uploads = m->uploads;
    *ret_upload_n = m->upload_n;
    return OK;
}

void multipart_close(struct multipart *m)
{
    for (size_t i = 0; m && i < m->upload_n; i++) {
        if (m->uploads[i].fd >= 0)
            (void)close(m->uploads[i].fd);
        m->uploads[i].fd = -1;
    }
}
