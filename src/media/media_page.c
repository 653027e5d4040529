/* Uploading pictures, and serving them. */
#include "base/json.h"
#include "blob/blob.h"
#include "media/media.h"

enum { ANSWER_MAX = 4096, WIDTH_MAX = 16384 };

struct adding {
    const struct media_in *in;
    const struct media_stored *stored;
};

static err add(struct tx *t, void *ctx)
{
    const struct adding *a = ctx;
    return media_store_add(t, a->in, a->stored);
}

err do_media_upload(struct request *r)
{
    const struct upload *u = request_upload(r, "file");
    if (!u)
        return fault_field(ERR_INVALID, "file_required", "file", "no file sent");
    str alt = request_field(r, "alt");
    struct media_in in = {.account_id = r->member.account_id,
                          .user_id = r->session.user_id,
                          .fd = u->fd,
                          .mime = u->mime,
                          .alt = alt.p ? str_trim(alt) : S(""),
                          .name = str_ellipsis(r->mem, u->filename, MEDIA_NAME_MAX - 1),
                          .kind = IMAGE_ARTICLE};
    struct media_stored m;
    TRY(media_take(r->site, r->mem, &in, &m));
    TRY(request_tx(r, add, &(struct adding){&in, &m}));
    struct jw j;
    jw_init(&j, r->mem, ANSWER_MAX);
    jw_object(&j);
    jw_key_str(&j, "hash", m.media.hash);
    jw_key_int(&j, "width", m.media.width);
    jw_key_int(&j, "height", m.media.height);
    jw_key_str(&j, "url", str_cat(r->mem, S("/media/"), m.media.hash));
    jw_end(&j);
    return reply_json(r, 200, buf_str(&j.out));
}

/* "<hash>" or "<hash>.w540.webp". */
static err name_read(str name, str *ret_hash, int *ret_width)
{
    str hash = str_sub(name, 0, BLOB_HASH_N), rest = str_sub(name, BLOB_HASH_N, name.n);
    int64_t width = 0;
    bool sized = str_starts(rest, S(".w")) && str_ends(rest, S(".webp")) && rest.n > 7;
    if (!blob_hash_valid(hash) || (rest.n && !sized))
        return fault(ERR_NOT_FOUND, "not_found", "not a name of media");
    if (sized &&
        (str_int(str_sub(rest, 2, rest.n - 7), &width) != OK || width < 1 || width > WIDTH_MAX))
        return fault(ERR_NOT_FOUND, "not_found", "not a width");
    *ret_hash = hash;
    *ret_width = (int)width;
    return OK;
}

struct serving {
    arena *mem;
    struct media_viewer who;
    str hash, blob, mime;
    int width;
    bool is_public, blocked, left;
};

/* Who may not have it hears that there is no such file. */
static err find(struct tx *t, void *ctx)
{
    struct serving *s = ctx;
    bool visible = true;
    TRY(media_blocked(t, s->hash, &s->blocked));
    TRY(media_left(t, s->hash, &s->left));
    s->is_public = true;
    TRY(media_serve(t, s->mem, s->hash, s->width, &s->blob, &s->mime));
    if (!str_starts(s->mime, S("image/")))
        TRY(media_visible(t, &s->who, s->hash, &visible, &s->is_public));
    return visible ? OK : fault(ERR_NOT_FOUND, "not_found", "not public");
}

err page_media(struct request *r)
{
    const struct session *me = &r->session;
    struct serving s = {
        .mem = r->mem,
        .who = {me->user_id, me->second_factor && (me->roles & (ROLE_STAFF | ROLE_REGULATOR))}};
    TRY(name_read(request_arg(r, "name"), &s.hash, &s.width));
    TRY(request_read(r, find, &s));
    bool judge = r->session.roles & (ROLE_REVIEWER | ROLE_EIC); /* whoever decides sees evidence */
    bool keeper = r->session.roles & (ROLE_COMPLIANCE | ROLE_SECURITY);
    if ((s.blocked && !judge) || (s.left && !keeper))
        return reply_text(r, 410, S("text/plain; charset=utf-8"), S("410\n"));
    int fd = -1;
    int64_t size = 0;
    TRY(blob_open(r->site->blobs, s.blob, &fd, &size));
    s.is_public = s.is_public && !s.blocked && !s.left;
    reply_header(r, "Cache-Control",
                 s.is_public ? S("public, max-age=31536000, immutable") : S("private, no-cache"));
    return reply_file(r, fd, size, s.mime);
}
