/* Fetching pictures, each address once. */
#include "intake/picture.h"

#include "intake/intake_store.h"
#include "mail/fetch.h"
#include "media/media.h"

#include <sys/mman.h>
#include <unistd.h>

enum { REDIRECTS_MAX = 5, TIMEOUT_MS = 30000, HTTP_OK = 200 };

struct noting {
    arena *mem;
    struct import_picture p;
};

static err find_tx(struct tx *t, void *ctx)
{
    struct noting *n = ctx;
    return store_picture_find(t, n->mem, &n->p);
}

static err add_tx(struct tx *t, void *ctx)
{
    const struct noting *n = ctx;
    return store_picture_add(t, &n->p);
}

static err fetch_following(struct picture_source *s, arena *mem, str url, str *ret_bytes)
{
    for (int i = 0; i <= REDIRECTS_MAX; i++) {
        struct fetch_out out;
        const struct fetch_in in = {.method = "GET",
                                    .url = url,
                                    .allow = s->in->fetch_allow,
                                    .timeout_ms = TIMEOUT_MS,
                                    .max = IMAGE_MAX_BYTES};
        TRY(fetch(mem, &in, &out));
        if (out.location.n) {
            url = out.location;
            continue;
        }
        if (out.status != HTTP_OK)
            return fault(ERR_INVALID, "fetch_status", "%d", out.status);
        *ret_bytes = out.body;
        return OK;
    }
    return fault(ERR_INVALID, "fetch_redirects", "over %d", REDIRECTS_MAX);
}

static str file_name(str url)
{
    url = str_sub(url, 0, str_find(url, '?'));
    size_t at = url.n;
    while (at > 0 && url.p[at - 1] != '/')
        at--;
    str name = str_sub(url, at, url.n);
    return str_count(name) > MEDIA_NAME_MAX ? S("") : name;
}

static err import(struct picture_source *s, arena *mem, str bytes, str address, struct media *ret_m)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n) {
        if (fd >= 0)
            close(fd);
        return fault(ERR_IO, "storage_unavailable", "memfd");
    }
    const struct media_in in = {.account_id = s->in->account_id,
                                .user_id = s->in->user_id,
                                .fd = fd,
                                .mime = S(""),
                                .alt = S(""),
                                .name = file_name(address),
                                .kind = IMAGE_ARTICLE};
    err e = media_import_file(s->in->site, mem, &in, ret_m);
    close(fd);
    return e;
}

static err take_new(struct picture_source *s, struct noting *n, str address)
{
    AUTO_ARENA(scratch); /* up to 32 MiB, not to be kept for the article */
    str bytes = S("");
    struct media m = {0};
    TRY(fetch_following(s, scratch, address, &bytes));
    TRY(import(s, scratch, bytes, address, &m));
    n->p.media = str_dup(n->mem, m.hash);
    n->p.width = m.width;
    n->p.height = m.height;
    s->fetched++;
    return db_tx(s->in->site->db, add_tx, n);
}

err picture_take(struct picture_source *s, arena *mem, str address_hash, str address,
                 struct picture *ret_p)
{
    uint64_t mark = 0;
    if (!s->in->pictures)
        return fault(ERR_INVALID, "pictures_off", "not fetched");
    struct noting n = {mem, {.account_id = s->in->account_id, .address = address_hash}};
    memcpy(&mark, address_hash.p, sizeof mark);
    uint64_t *slot = &s->lost[mark * 0x9E3779B97F4A7C15U >> 52];
    err e = db_read(s->in->site->db, find_tx, &n);
    if (e == ERR_NOT_FOUND && *slot == mark)
        return fault(ERR_INVALID, "fetch_again", "failed before");
    if (e == ERR_NOT_FOUND) {
        e = take_new(s, &n, address);
        if (e != OK)
            *slot = mark;
    }
    TRY(e);
    *ret_p = (struct picture){n.p.media, n.p.width, n.p.height};
    return OK;
}
