/* How a picture comes in. */
#include "media/media.h"

#include "base/hash.h"
#include "blob/blob.h"

#include <unistd.h>

static err sent_hash(int fd, arena *mem, str *ret_hex)
{
    uint8_t part[16 * 1024];
    struct sha256_ctx c;
    ssize_t n;
    off_t at = 0;
    sha256_start(&c);
    while ((n = pread(fd, part, sizeof part, at)) > 0) {
        sha256_add(&c, (struct bytes){part, (size_t)n});
        at += n;
    }
    if (n < 0)
        return fault(ERR_IO, "storage_unavailable", "read of the picture");
    *ret_hex = sha256_hex(mem, sha256_end(&c));
    return OK;
}

err media_take(struct site *site, arena *mem, const struct media_in *in,
               struct media_stored *ret_stored)
{
    if (str_count(in->alt) > MEDIA_ALT_MAX)
        return fault_field(ERR_INVALID, "alt_too_long", "alt", "alt text over %d", MEDIA_ALT_MAX);
    AUTO_IMAGE_FILES(files);
    struct image_info info;
    TRY(image_import(
        &(struct image_request){.fd = in->fd, .kind = in->kind, .claimed_type = in->mime}, mem,
        &files, &info));
    struct media_stored m = {.n = files.n, .pdq = info.pdq};
    TRY(sent_hash(in->fd, mem, &m.sent));
    for (size_t i = 0; i < files.n; i++) {
        m.variant[i].width = i ? files.file[i].width : 0;
        TRY(blob_put_fd(site->blobs, mem, files.file[i].fd, &m.variant[i].blob,
                        &m.variant[i].size));
    }
    m.media = (struct media){.account_id = in->account_id,
                             .size = m.variant[0].size,
                             .hash = m.variant[0].blob,
                             .mime = S("image/webp"),
                             .alt = in->alt.p ? in->alt : S(""),
                             .width = files.file[0].width,
                             .height = files.file[0].height};
    *ret_stored = m;
    return OK;
}

struct add {
    const struct media_in *in;
    const struct media_stored *m;
};

static err add_tx(struct tx *t, void *ctx)
{
    const struct add *a = ctx;
    return media_store_add(t, a->in, a->m);
}

err media_import_file(struct site *site, arena *mem, const struct media_in *in,
                      struct media *ret_media)
{
    struct media_stored m;
    TRY(media_take(site, mem, in, &m));
    struct add a = {in, &m};
    TRY(db_tx(site->db, add_tx, &a));
    *ret_media = m.media;
    return OK;
}

err media_import(struct request *r, int64_t account_id, const struct upload *u,
                 enum image_kind kind, str *ret_hash)
{
    struct media_in in = {.account_id = account_id,
                          .user_id = r->session.user_id,
                          .fd = u->fd,
                          .mime = u->mime,
                          .alt = S(""),
                          .kind = kind};
    struct media m;
    TRY(media_import_file(r->site, r->mem, &in, &m));
    *ret_hash = m.hash;
    return OK;
}
