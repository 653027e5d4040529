/* The media library of an account: what came in, what is on its way, what can go. */
#include "base/json.h"
#include "blob/blob.h"
#include "media/media_view.h"
#include "media/webvtt.h"
#include "media_item.html.h"
#include "media_library.html.h"
#include "settings/settings.h"

#include <unistd.h>

enum { PAGE_ROWS = 30, ANSWER_MAX = 1024, MINUTE_S = 60 };

static const struct form_field UPLOAD[] = {
    {.name = "file",
     .kind = FIELD_FILE,
     .label = MSG_media_file,
     .help = MSG_media_file_help,
     .required = true,
     .max = 4LL << 30, /* the setting upload_max is the limit */
     .accept = "audio/*,video/*,image/*"},
};
static const struct form_field CAPTIONS[] = {
    {.name = "file",
     .kind = FIELD_FILE,
     .label = MSG_media_captions_file,
     .help = MSG_media_captions_help,
     .required = true,
     .max = WEBVTT_MAX,
     .accept = ".vtt,text/vtt"},
};

static str base_of(const struct request *r)
{
    return str_fmt(r->mem, "/console/%.*s/media", FMT(r->member.handle));
}

static str kind_of(const struct media *m)
{
    return str_sub(m->mime, 0, 5); /* image, audio, video */
}

static str kind_word(const struct request *r, str kind)
{
    return msg_lookup(r->lang, "media.kind.", str_z(r->mem, kind), MSG_media_file);
}

static str size_text(arena *mem, int64_t bytes)
{
    return bytes < 1000000 ? str_fmt(mem, "%lld KB", (long long)(bytes + 999) / 1000)
                           : str_fmt(mem, "%lld.%lld MB", (long long)bytes / 1000000,
                                     (long long)bytes / 100000 % 10);
}

static str duration_text(arena *mem, int64_t ms)
{
    int64_t s = (ms + 500) / 1000;
    return ms ? str_fmt(mem, "%lld:%02lld", (long long)s / MINUTE_S, (long long)s % MINUTE_S)
              : S("");
}

static str name_text(const struct request *r, const struct media *m)
{
    return m->name.n ? m->name : m->alt.n ? m->alt : kind_word(r, kind_of(m));
}

/* ---- the list ---- */

struct listing {
    struct request *r;
    struct media_query q;
    struct media *v;
    struct media_work *works;
    size_t n, work_n;
};

static err list_read(struct tx *t, void *ctx)
{
    struct listing *l = ctx;
    TRY(work_list(t, l->r->mem, l->q.account_id, &l->works, &l->work_n));
    return media_list(t, l->r->mem, &l->q, &l->v, &l->n);
}

static struct work_view work_show(struct request *r, const struct media_work *w)
{
    bool failed = str_eq(w->state, S("failed"));
    struct work_view v = {
        .name = w->name,
        .state = msg_lookup(r->lang, "media.state.", str_z(r->mem, w->state), MSG_word_status),
        .note = S(""),
        .cancel = S(""),
        .tone = failed ? TONE_BAD : TONE_INFO,
        .percent = -1};
    if (failed)
        v.note = msg_lookup(r->lang, "reason.", str_z(r->mem, w->reason), MSG_reason_internal);
    else
        v.cancel = str_fmt(r->mem, "%.*s/uploads/%lld/cancel", FMT(base_of(r)), (long long)w->id);
    if (str_eq(w->state, S("receiving")))
        v.percent = (int)(w->received * 100 / w->size);
    if (str_eq(w->state, S("working")))
        v.percent = w->progress / 10;
    return v;
}

static struct work_view *works_show(struct request *r, const struct listing *l)
{
    struct work_view *v = NEW_N(r->mem, struct work_view, l->work_n);
    for (size_t i = 0; i < l->work_n; i++)
        v[i] = work_show(r, &l->works[i]);
    return v;
}

static struct table_row *rows(struct request *r, const struct listing *l)
{
    struct table_row *v = NEW_N(r->mem, struct table_row, l->n);
    for (size_t i = 0; i < l->n; i++) {
        const struct media *m = &l->v[i];
        struct table_cell *c = NEW_N(r->mem, struct table_cell, 5);
        c[0].text = name_text(r, m);
        c[1].text = kind_word(r, kind_of(m));
        c[2].text = duration_text(r->mem, m->duration_ms);
        c[3].text = size_text(r->mem, m->size);
        c[4].at_ms = m->created_at;
        v[i] = (struct table_row){str_fmt(r->mem, "%.*s/%.*s", FMT(base_of(r)), FMT(m->hash)), c};
    }
    return v;
}

static const struct {
    const char *kind;
    str mime;
} KINDS[] = {
    {"", S_INIT("")},
    {"image", S_INIT("image/webp")},
    {"audio", S_INIT("audio/mp4")},
    {"video", S_INIT("video/mp4")},
};

static struct table_chip *chips(struct request *r, const struct listing *l)
{
    struct table_chip *v = NEW_N(r->mem, struct table_chip, LEN(KINDS));
    for (size_t i = 0; i < LEN(KINDS); i++)
        v[i] = (struct table_chip){
            .label = i ? kind_word(r, str_from(KINDS[i].kind)) : msg(r->lang, MSG_word_all),
            .href =
                i ? str_fmt(r->mem, "%.*s?kind=%s", FMT(base_of(r)), KINDS[i].kind) : base_of(r),
            .on = str_eq(l->q.mime, KINDS[i].mime)};
    return v;
}

static str next_page(struct request *r, const struct listing *l)
{
    if (l->n < PAGE_ROWS)
        return STR_NONE;
    struct buf b;
    buf_init(&b, r->mem, 2000);
    const struct media *last = &l->v[l->n - 1];
    str kind = l->q.mime.n ? str_sub(l->q.mime, 0, 5) : S("");
    buf_fmt(&b, "%.*s?kind=%.*s&at=%lld&hash=%.*s&q=", FMT(base_of(r)), FMT(kind),
            (long long)last->created_at, FMT(last->hash));
    url_part_add(&b, l->q.find);
    return buf_str(&b);
}

static err show_library(struct request *r, int status, struct form *form)
{
    str q = request_query(r, "q"), kind = request_query(r, "kind"), hash = request_query(r, "hash");
    struct listing l = {.r = r,
                        .q = {.account_id = r->member.account_id,
                              .mime = S(""),
                              .find = q.p ? str_trim(q) : S(""),
                              .before_hash = hash.p ? hash : S(""),
                              .limit = PAGE_ROWS}};
    for (size_t i = 0; i < LEN(KINDS); i++)
        if (str_eq(kind, str_from(KINDS[i].kind)))
            l.q.mime = KINDS[i].mime;
    if (str_int(request_query(r, "at"), &l.q.before_at) != OK)
        l.q.before_at = 0;
    TRY(request_read(r, list_read, &l));
    struct table_col cols[] = {{.label = msg(r->lang, MSG_word_name)},
                               {.label = msg(r->lang, MSG_media_kind)},
                               {.label = msg(r->lang, MSG_media_duration), .number = true},
                               {.label = msg(r->lang, MSG_media_size), .number = true},
                               {.label = msg(r->lang, MSG_media_came)}};
    form->submit = MSG_word_upload;
    form->action = str_cat(r->mem, base_of(r), S("/file"));
    struct media_library_view v = {.r = r,
                                   .form = *form,
                                   .works = works_show(r, &l),
                                   .work_n = l.work_n,
                                   .table = {.caption = msg(r->lang, MSG_media_library),
                                             .cols = cols,
                                             .col_n = LEN(cols),
                                             .rows = rows(r, &l),
                                             .row_n = l.n,
                                             .chips = chips(r, &l),
                                             .chip_n = LEN(KINDS),
                                             .search = true,
                                             .q = l.q.find,
                                             .pager = {.next = next_page(r, &l)},
                                             .empty = {.icon = S("film"),
                                                       .title = msg(r->lang, MSG_media_none),
                                                       .text = msg(r->lang, MSG_media_none_text),
                                                       .href = S("#upload"),
                                                       .action = msg(r->lang, MSG_media_upload)}}};
    struct page page = {.place = PLACE_CONSOLE,
                        .title = msg(r->lang, MSG_media_library),
                        .action = {str_cat(r->mem, base_of(r), S("#upload")),
                                   msg(r->lang, MSG_media_upload), S("arrow-up-tray")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_media_library, &v);
}

err page_library(struct request *r)
{
    struct form f;
    form_init(r, UPLOAD, LEN(UPLOAD), &f);
    return show_library(r, 200, &f);
}

/* A picture goes its own way; the bytes of anything else decide what it is. */
err do_library_upload(struct request *r)
{
    struct form f;
    const struct upload *u = request_upload(r, "file");
    err e = form_read(r, UPLOAD, LEN(UPLOAD), &f);
    if (e == OK) {
        str hash;
        bool picture = u && str_starts(u->mime, S("image/"));
        e = picture ? media_import(r, r->member.account_id, u, IMAGE_ARTICLE, &hash)
                    : work_take(r, u);
        if (e != OK && e != ERR_IO)
            (void)form_refuse(&f, "file", fault_of(e).reason);
    }
    if (e == ERR_INVALID || e == ERR_TOO_LARGE || e == ERR_LIMIT)
        return show_library(r, 422, &f);
    TRY(e);
    reply_flash(r, MSG_media_taken);
    return reply_redirect(r, base_of(r));
}

/* ---- one file ---- */

struct showing {
    struct request *r;
    str hash, captions;
    struct media m;
    int64_t used; /* as media_users */
    str vtt;
    struct media vtt_media;
};

static err item_read(struct tx *t, void *ctx)
{
    struct showing *s = ctx;
    int64_t account = s->r->member.account_id;
    TRY(media_load(t, s->r->mem, account, s->hash, &s->m));
    return media_users(t, account, s->hash, &s->used);
}

static str markdown_of(arena *mem, const struct media *m, str captions)
{
    str kind = kind_of(m);
    if (str_eq(kind, S("image")))
        return str_fmt(mem, "![%.*s](blob:%.*s)", FMT(m->alt), FMT(m->hash));
    return str_fmt(mem, "![%.*s](%.*s:%.*s%s%.*s%s%.*s)", FMT(m->name), FMT(kind), FMT(m->hash),
                   m->poster.n ? "?" : "", FMT(m->poster), captions.n ? "#" : "", FMT(captions));
}

static str used_text(struct request *r, int64_t used)
{
    if (used > 0)
        return str_fmt(r->mem, "%.*s %lld", FMT(msg(r->lang, MSG_media_in_article)),
                       (long long)used);
    return msg(r->lang, used == -1   ? MSG_media_is_avatar
                        : used == -2 ? MSG_media_is_poster
                                     : MSG_media_unused);
}

static struct facts_view facts_of(struct request *r, const struct showing *s)
{
    const struct media *m = &s->m;
    struct fact *v = NEW_N(r->mem, struct fact, 6);
    size_t n = 0;
    v[n++] = (struct fact){.label = msg(r->lang, MSG_media_kind), .text = kind_word(r, kind_of(m))};
    v[n++] =
        (struct fact){.label = msg(r->lang, MSG_media_size), .text = size_text(r->mem, m->size)};
    if (m->width)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_media_pixels),
                               .text = str_fmt(r->mem, "%d × %d", m->width, m->height)};
    if (m->duration_ms)
        v[n++] = (struct fact){.label = msg(r->lang, MSG_media_duration),
                               .text = duration_text(r->mem, m->duration_ms)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_media_used), .text = used_text(r, s->used)};
    return (struct facts_view){v, n};
}

static err show_item(struct showing *s, int status, struct form *captions)
{
    struct request *r = s->r;
    TRY(request_read(r, item_read, s));
    const struct media *m = &s->m;
    str here = str_fmt(r->mem, "%.*s/%.*s", FMT(base_of(r)), FMT(s->hash));
    bool picture = str_eq(kind_of(m), S("image"));
    struct media_item_view v = {
        .r = r,
        .src = str_fmt(r->mem, "/media/%.*s", FMT(m->hash)),
        .kind = kind_of(m),
        .alt = m->alt,
        .width = m->width,
        .height = m->height,
        .poster = m->poster.n ? str_fmt(r->mem, "/media/%.*s.w540.webp", FMT(m->poster)) : S(""),
        .facts = facts_of(r, s),
        .markdown = markdown_of(r->mem, m, s->captions),
        .may_delete = !s->used,
        .drop = {.id = S("drop"),
                 .button = msg(r->lang, MSG_word_delete),
                 .title = msg(r->lang, MSG_media_delete_title),
                 .text = msg(r->lang, MSG_media_delete_text),
                 .action = str_cat(r->mem, here, S("/delete")),
                 .csrf = r->session.csrf,
                 .danger = true}};
    captions->action = str_cat(r->mem, here, S("/captions"));
    captions->submit = MSG_word_upload;
    if (!picture)
        v.captions = *captions;
    struct page page = {.place = PLACE_CONSOLE,
                        .title = name_text(r, m),
                        .back = {base_of(r), msg(r->lang, MSG_media_library), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_media_item, &v);
}

err page_library_item(struct request *r)
{
    struct form f;
    str captions = request_query(r, "captions");
    struct showing s = {.r = r,
                        .hash = request_arg(r, "hash"),
                        .captions = blob_hash_valid(captions) ? captions : S("")};
    form_init(r, CAPTIONS, LEN(CAPTIONS), &f);
    return show_item(&s, 200, &f);
}

static err delete_tx(struct tx *t, void *ctx)
{
    const struct showing *s = ctx;
    return media_delete(t, s->r->member.account_id, s->hash);
}

err do_library_delete(struct request *r)
{
    struct showing s = {.r = r, .hash = request_arg(r, "hash")};
    TRY(request_tx(r, delete_tx, &s));
    reply_flash(r, MSG_media_deleted);
    return reply_redirect(r, base_of(r));
}

/* ---- captions ---- */

static err captions_tx(struct tx *t, void *ctx)
{
    const struct showing *s = ctx;
    return media_store_file(t, &s->vtt_media, s->r->session.user_id);
}

static err captions_take(struct showing *s, const struct upload *u, size_t *ret_cues)
{
    struct request *r = s->r;
    if (u->size > WEBVTT_MAX)
        return fault(ERR_TOO_LARGE, "captions_too_large", "%lld bytes", (long long)u->size);
    uint8_t *bytes = arena_alloc(r->mem, (size_t)u->size + 1);
    if (pread(u->fd, bytes, (size_t)u->size, 0) != (ssize_t)u->size)
        return fault(ERR_IO, "storage_unavailable", "read of the captions");
    TRY(webvtt_clean(r->mem, (struct bytes){bytes, (size_t)u->size}, &s->vtt, ret_cues));
    struct media *m = &s->vtt_media;
    *m = (struct media){.account_id = r->member.account_id,
                        .size = (int64_t)s->vtt.n,
                        .mime = S(MEDIA_CAPTIONS_MIME),
                        .name = str_ellipsis(r->mem, u->filename, MEDIA_NAME_MAX - 1),
                        .poster = S("")};
    TRY(blob_put_bytes(r->site->blobs, r->mem, str_bytes(s->vtt), &m->hash));
    return request_tx(r, captions_tx, s);
}

/* For the editor: {"hash": …, "cues": …}. */
err do_captions_json(struct request *r)
{
    struct showing s = {.r = r};
    size_t cues = 0;
    const struct upload *u = request_upload(r, "file");
    if (!u)
        return fault_field(ERR_INVALID, "file_required", "file", "no file sent");
    TRY(captions_take(&s, u, &cues));
    struct jw j;
    jw_init(&j, r->mem, ANSWER_MAX);
    jw_object(&j);
    jw_key_str(&j, "hash", s.vtt_media.hash);
    jw_key_int(&j, "cues", (int64_t)cues);
    jw_end(&j);
    return reply_json(r, 200, buf_str(&j.out));
}

err do_captions(struct request *r)
{
    struct form f;
    size_t cues = 0;
    struct showing s = {.r = r, .hash = request_arg(r, "hash"), .captions = S("")};
    err e = form_read(r, CAPTIONS, LEN(CAPTIONS), &f);
    if (e == OK) {
        e = captions_take(&s, request_upload(r, "file"), &cues);
        if (e == ERR_INVALID || e == ERR_TOO_LARGE)
            (void)form_refuse(&f, "file", fault_of(e).reason);
    }
    if (e == ERR_INVALID || e == ERR_TOO_LARGE)
        return show_item(&s, 422, &f);
    TRY(e);
    reply_flash(r, MSG_media_captions_taken);
    return reply_redirect(r, str_fmt(r->mem, "%.*s/%.*s?captions=%.*s", FMT(base_of(r)),
                                     FMT(s.hash), FMT(s.vtt_media.hash)));
}
