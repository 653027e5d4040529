/* Files of an exported account coming back: the same bytes under the same name, when they are what
 * a gongqi site writes. */
#include "owndata/media_in.h"
#include "base/hash.h"
#include "blob/blob.h"
#include "media/convert.h"
#include "media/webvtt.h"
#include "owndata/owndata_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, RIFF_HEAD = 12, RIFF_CHUNK = 8 };

struct taking {
    const struct media_back *in;
    arena *mem;
    int fd;
    int64_t size;
    bool known;
    struct media_in row;
    struct media_stored stored; /* a picture */
    struct media file;          /* anything else */
};

static err sum(struct taking *x, str *ret_hash)
{
    struct sha256_ctx c;
    uint8_t *chunk = arena_room(x->mem, CHUNK);
    sha256_start(&c);
    for (int64_t at = 0; at < x->size;) {
        ssize_t n = pread(x->fd, chunk, CHUNK, at);
        if (n <= 0)
            return fault(ERR_IO, "storage_unavailable", "reading a file of the export");
        sha256_add(&c, (struct bytes){chunk, (size_t)n});
        at += n;
    }
    *ret_hash = sha256_hex(x->mem, sha256_end(&c));
    return OK;
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Nothing but the picture: no place, camera, profile, animation, and nothing behind it. */
static bool picture_only(const struct taking *x)
{
    static const char PLAIN[][5] = {"VP8 ", "VP8L", "VP8X", {'A', 'L', 'P', 'H'}};
    uint8_t b[RIFF_HEAD];
    if (x->size < RIFF_HEAD || pread(x->fd, b, RIFF_HEAD, 0) != RIFF_HEAD ||
        memcmp(b, "RIFF", 4) != 0 || memcmp(b + 8, "WEBP", 4) != 0 ||
        (int64_t)le32(b + 4) + RIFF_CHUNK != x->size)
        return false;
    int64_t at = RIFF_HEAD;
    while (at < x->size) {
        bool plain = false;
        if (pread(x->fd, b, RIFF_CHUNK, at) != RIFF_CHUNK)
            return false;
        for (size_t i = 0; i < LEN(PLAIN); i++)
            plain |= memcmp(b, PLAIN[i], 4) == 0;
        if (!plain)
            return false;
        int64_t n = le32(b + 4);
        at += RIFF_CHUNK + n + (n & 1);
    }
    return at == x->size;
}

static err picture(struct taking *x)
{
    if (!picture_only(x))
        return fault(ERR_INVALID, "media_not_ours", "not a picture as a gongqi site writes it");
    AUTO_IMAGE_FILES(files);
    struct image_info info;
    TRY(image_import(&(struct image_request){.fd = x->fd,
                                             .kind = IMAGE_ARTICLE,
                                             .claimed_type = S("image/webp")},
                     x->mem, &files, &info));
    struct media_stored *m = &x->stored;
    m->n = files.n ? files.n : 1;
    m->pdq = info.pdq;
    m->sent = S("");
    TRY(blob_put_fd(x->in->site->blobs, x->mem, x->fd, &m->variant[0].blob, &m->variant[0].size));
    for (size_t i = 1; i < files.n; i++) {
        m->variant[i].width = files.file[i].width;
        TRY(blob_put_fd(x->in->site->blobs, x->mem, files.file[i].fd, &m->variant[i].blob,
                        &m->variant[i].size));
    }
    m->media = (struct media){.account_id = x->in->account_id,
                              .size = m->variant[0].size,
                              .hash = m->variant[0].blob,
                              .mime = S("image/webp"),
                              .alt = x->in->m->alt,
                              .width = info.width,
                              .height = info.height};
    return OK;
}

static err sound_or_video(struct taking *x)
{
    struct convert_probe p;
    TRY(convert_probe(x->fd, x->mem, &p));
    if (!str_eq(x->in->m->mime, p.video ? S(MEDIA_VIDEO_MIME) : S(MEDIA_AUDIO_MIME)))
        return fault(ERR_INVALID, "media_not_ours", "another type than it says");
    x->file.width = p.width;
    x->file.height = p.height;
    x->file.duration_ms = p.ms;
    x->file.poster = x->in->m->poster;
    return blob_put_fd(x->in->site->blobs, x->mem, x->fd, &x->file.hash, &x->file.size);
}

static err captions(struct taking *x)
{
    str vtt;
    size_t cues;
    if (x->size > WEBVTT_MAX)
        return fault(ERR_TOO_LARGE, "captions_too_large", "%lld bytes", (long long)x->size);
    uint8_t *p = arena_room(x->mem, (size_t)x->size + 1);
    if (pread(x->fd, p, (size_t)x->size, 0) != x->size)
        return fault(ERR_IO, "storage_unavailable", "reading a file of the export");
    TRY(webvtt_clean(x->mem, (struct bytes){p, (size_t)x->size}, &vtt, &cues));
    if (!str_eq(vtt, (str){(const char *)p, (size_t)x->size}))
        return fault(ERR_INVALID, "media_not_ours", "captions that no gongqi site wrote");
    return blob_put_fd(x->in->site->blobs, x->mem, x->fd, &x->file.hash, &x->file.size);
}

static err known_tx(struct tx *t, void *ctx)
{
    struct taking *x = ctx;
    const struct media *m = x->in->m;
    bool blocked = false;
    TRY(media_blocked(t, m->hash, &blocked));
    if (blocked)
        return fault(ERR_DENIED, "media_blocked", "hash is blocked");
    struct media_again again = {.account_id = x->in->account_id,
                                .user_id = x->in->user_id,
                                .hash = m->hash,
                                .alt = m->alt,
                                .name = m->name};
    return store_media_again(t, &again, &x->known);
}

static err new_tx(struct tx *t, void *ctx)
{
    const struct taking *x = ctx;
    return x->stored.n ? media_store_add(t, &x->row, &x->stored)
                       : media_store_file(t, &x->file, x->in->user_id);
}

static err take(struct taking *x)
{
    const struct media *m = x->in->m;
    str hash;
    TRY(sum(x, &hash));
    if (!str_eq(hash, m->hash))
        return fault(ERR_INVALID, "media_damaged", "the bytes are not those of its name");
    TRY(db_tx(x->in->site->db, known_tx, x));
    if (x->known)
        return OK;
    x->row = (struct media_in){.account_id = x->in->account_id,
                               .user_id = x->in->user_id,
                               .fd = x->fd,
                               .alt = m->alt,
                               .name = m->name};
    x->file = (struct media){
        .account_id = x->in->account_id, .mime = m->mime, .name = m->name, .poster = S("")};
    if (str_eq(m->mime, S("image/webp")))
        TRY(picture(x));
    else if (str_eq(m->mime, S(MEDIA_CAPTIONS_MIME)))
        TRY(captions(x));
    else
        TRY(sound_or_video(x));
    return db_tx(x->in->site->db, new_tx, x);
}

err media_back(const struct media_back *in, arena *mem, const char *path)
{
    struct taking x = {.in = in, .mem = mem};
    struct stat st;
    x.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (x.fd < 0 || fstat(x.fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (x.fd >= 0)
            close(x.fd);
        return fault(ERR_INVALID, "unreadable", "the file is not there");
    }
    x.size = st.st_size;
    err e = take(&x);
    close(x.fd);
    return e;
}
