/* ffprobe and ffmpeg. */
#include "media/convert.h"

#include "base/json.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define FFMPEG "/usr/bin/ffmpeg"
#define FFPROBE "/usr/bin/ffprobe"
#define IN "file:" SANDBOX_PROGRAM_IN
#define OUT "file:" SANDBOX_PROGRAM_OUT

enum {
    HEAD = 16,
    ANSWER_MAX = 64 * 1024,
    PROBE_MS = 60 * 1000,
    PROBE_CPU_S = 30,
    CONVERT_MIN_MS = 10 * 60 * 1000,
    SLOWEST = 6, /* times the duration */
    CORES = 2,
    LOST_PART = 10, /* a tenth missing, and a second, is more than rounding */
    SECOND = 1000,
};
static const int64_t MEMORY = 3LL << 30, OUTPUT_MAX = 2LL << 30, POSTER_MAX = 64LL << 20;

/* Names of decoders; what is not here is refused by ffmpeg itself. */
#define DECODERS                                                                                   \
    "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,libdav1d,libaom-av1,av1,mpeg4,theora,mjpeg,aac,mp3float," \
    "mp3,vorbis,libvorbis,opus,libopus,flac,alac,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,"  \
    "pcm_s16be"
/* What ffprobe may call the streams (mp4 knows av1 by its codec, not its decoder). */
static const char *const VIDEO_CODECS[] = {"h264", "hevc",  "vp8",    "vp9",
                                           "av1",  "mpeg4", "theora", "mjpeg"};
static const char *const AUDIO_CODECS[] = {"aac",       "mp3",       "vorbis",    "opus",
                                           "flac",      "alac",      "pcm_s16le", "pcm_s24le",
                                           "pcm_s32le", "pcm_f32le", "pcm_u8",    "pcm_s16be"};

/* ---- what kind of file ---- */

static bool at(const uint8_t *head, ssize_t n, size_t from, str magic)
{
    return n >= (ssize_t)(from + magic.n) && memcmp(head + from, magic.p, magic.n) == 0;
}

err convert_sniff(int fd, const char **ret_format)
{
    static const struct {
        size_t from;
        str magic;
        const char *format;
    } kinds[] = {
        {4, S_INIT("ftyp"), "mov"},
        {4, S_INIT("moov"), "mov"},
        {4, S_INIT("mdat"), "mov"},
        {4, S_INIT("wide"), "mov"},
        {4, S_INIT("skip"), "mov"},
        {4, S_INIT("free"), "mov"},
        {0, S_INIT("\x1A\x45\xDF\xA3"), "matroska"},
        {0, S_INIT("OggS"), "ogg"},
        {0, S_INIT("fLaC"), "flac"},
        {8, S_INIT("WAVE"), "wav"},
        {0, S_INIT("ID3"), "mp3"},
    };
    uint8_t head[HEAD];
    ssize_t n = pread(fd, head, sizeof head, 0);
    if (n < 0)
        return fault(ERR_IO, "storage_unavailable", "read: errno %d", errno);
    if (n == 0)
        return fault(ERR_INVALID, "media_empty", "no bytes");
    for (size_t i = 0; i < LEN(kinds); i++)
        if (at(head, n, kinds[i].from, kinds[i].magic)) {
            *ret_format = kinds[i].format;
            return OK;
        }
    /* MPEG audio, layer III, without a tag in front */
    if (n < 2 || head[0] != 0xFF || (head[1] & 0xE6) != 0xE2)
        return fault(ERR_INVALID, "media_type", "unknown first bytes");
    *ret_format = "mp3";
    return OK;
}

/* ---- looking ---- */

err convert_ready(void)
{
    if (sandbox_has_program(FFMPEG) && sandbox_has_program(FFPROBE))
        return OK;
    return fault(ERR_IO, "media_unavailable", "no " FFMPEG " or " FFPROBE);
}

static bool answer_line(void *ctx, struct bytes line)
{
    struct buf *answer = ctx;
    buf_add(answer, bytes_str(line));
    return !answer->full;
}

/* Both programs' refusals are the file's fault; what is left is ours. */
static err reason_of(err e, const char *died)
{
    str why = e == OK ? STR_NONE : str_from(fault_last()->reason);
    if (str_eq(why, S("sandbox_limit")))
        return fault(ERR_TOO_LARGE, "media_too_costly", "time, memory or size");
    if (str_eq(why, S("sandbox_died")))
        return fault(ERR_INVALID, died, "ffmpeg refused it");
    return e;
}

static bool listed(const char *const *v, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_from(v[i])))
            return true;
    return false;
}

/* "12.345678" to milliseconds; 0 for anything else. */
static int64_t duration_of(const json_t *format)
{
    str fraction, text = json_text(format, "duration");
    int64_t s = 0, ms = 0;
    str whole = str_split(text, '.', &fraction);
    if (str_int(whole, &s) != OK || s < 0 || s > INT32_MAX)
        return 0;
    if (str_int(str_sub(fraction, 0, 3), &ms) != OK || ms < 0)
        ms = 0;
    return s * SECOND + ms;
}

struct streams {
    int video, audio; /* usable ones */
    int unknown;      /* of a codec that is not ours */
    int width, height;
};

static void stream_count(const json_t *stream, struct streams *s)
{
    str type = json_text(stream, "codec_type"), codec = json_text(stream, "codec_name");
    const json_t *d = json_object_get(stream, "disposition");
    if (str_eq(type, S("video")) && json_number(d, "attached_pic", 0) == 0) {
        bool ours = listed(VIDEO_CODECS, LEN(VIDEO_CODECS), codec);
        s->unknown += !ours;
        if (!ours || s->video++)
            return;
        s->width = (int)json_number(stream, "width", 0);
        s->height = (int)json_number(stream, "height", 0);
    } else if (str_eq(type, S("audio"))) {
        bool ours = listed(AUDIO_CODECS, LEN(AUDIO_CODECS), codec);
        s->audio += ours;
        s->unknown += !ours;
    }
}

static err probe_judge(const struct streams *s)
{
    if (s->unknown)
        return fault(ERR_INVALID, "media_codec", "%d streams of other codecs", s->unknown);
    if (!s->video && !s->audio)
        return fault(ERR_INVALID, "media_type", "neither audio nor video in it");
    bool sane = s->width > 0 && s->height > 0 && s->width <= CONVERT_SIDE_MAX &&
                s->height <= CONVERT_SIDE_MAX;
    return !s->video || sane
               ? OK
               : fault(ERR_INVALID, "media_dimensions", "%d × %d", s->width, s->height);
}

static err probe_read(str answer, struct convert_probe *p)
{
    JSON_AUTO *root = NULL;
    if (json_read(answer, &root) != OK)
        return fault(ERR_INVALID, "media_damaged", "ffprobe's answer");
    struct streams s = {0};
    const json_t *all = json_object_get(root, "streams");
    for (size_t i = 0; i < json_array_size(all); i++)
        stream_count(json_array_get(all, i), &s);
    TRY(probe_judge(&s));
    p->video = s.video > 0;
    p->width = s.width;
    p->height = s.height;
    p->ms = duration_of(json_object_get(root, "format"));
    return OK;
}

struct args {
    const char *v[SANDBOX_MAX_ARGC + 1];
    size_t n;
};

static void args_add(struct args *a, const char *const *v, size_t n)
{
    ASSERT(a->n + n <= SANDBOX_MAX_ARGC);
    for (size_t i = 0; i < n; i++)
        a->v[a->n++] = v[i];
}
#define ARGS(a, ...)                                                                               \
    args_add((a), (const char *const[]){__VA_ARGS__}, LEN(((const char *const[]){__VA_ARGS__})))

static err probe_run(int fd, arena *mem, const struct args *a, struct convert_probe *p)
{
    struct buf answer;
    buf_init(&answer, mem, ANSWER_MAX);
    struct sandbox_program run = {.argv = a->v,
                                  .argc = a->n,
                                  .in = fd,
                                  .out = -1,
                                  .wall_ms = PROBE_MS,
                                  .cpu_s = PROBE_CPU_S,
                                  .memory_bytes = MEMORY,
                                  .file_bytes = 1,
                                  .line = answer_line,
                                  .ctx = &answer};
    TRY(reason_of(sandbox_run_program(&run, mem), "media_damaged"));
    str text;
    if (buf_take(&answer, &text) != OK || !str_valid(text))
        return fault(ERR_INVALID, "media_damaged", "ffprobe's answer");
    return probe_read(text, p);
}

/* decode: with the decoders of our list, so that ffprobe ends at the first other one. Without, the
 * container's head alone is read, and nothing is decoded. */
static void args_probe(struct args *a, const char *format, bool decode)
{
    ARGS(a, FFPROBE, "-v", "quiet", "-protocol_whitelist", "file", "-format_whitelist", format);
    if (decode)
        ARGS(a, "-codec_whitelist", DECODERS);
    else
        ARGS(a, "-nofind_stream_info");
    ARGS(a, "-f", format, "-of", "json", "-show_entries",
         "format=duration:stream=codec_type,codec_name,width,height:"
         "stream_disposition=attached_pic",
         IN);
}

err convert_probe(int fd, arena *mem, struct convert_probe *ret_probe)
{
    struct convert_probe p = {0};
    struct args full = {0}, head = {0};
    TRY(convert_ready());
    TRY(convert_sniff(fd, &p.format));
    args_probe(&full, p.format, true);
    args_probe(&head, p.format, false);
    err e = probe_run(fd, mem, &full, &p);
    if (e == ERR_INVALID && str_eq(str_from(fault_last()->reason), S("media_damaged"))) {
        struct fault why = fault_of(e);
        struct convert_probe other = p;
        if (probe_run(fd, mem, &head, &other) == ERR_INVALID &&
            str_eq(str_from(fault_last()->reason), S("media_codec")))
            return ERR_INVALID; /* not damaged, but of a codec that is not ours */
        fault_copy(&why);
    }
    TRY(e);
    *ret_probe = p;
    return OK;
}

/* ---- converting ---- */

static void args_input(struct args *a, const char *format)
{
    ARGS(a, FFMPEG, "-v", "quiet", "-nostdin", "-y", "-nostats", "-protocol_whitelist", "file",
         "-format_whitelist", format, "-codec_whitelist", DECODERS, "-threads", "2", "-f", format);
}

/* Both sides fit into long × short, whichever way the picture stands; even, as H.264 wants. */
static const char *scale_filter(arena *mem, int short_side)
{
    int long_side = short_side * 16 / 9;
    return str_z(mem, str_fmt(mem,
                              "scale=w='if(gt(iw,ih),min(iw,%d),min(iw,%d))'"
                              ":h='if(gt(iw,ih),min(ih,%d),min(ih,%d))'"
                              ":force_original_aspect_ratio=decrease:force_divisible_by=2",
                              long_side, short_side, short_side, long_side));
}

static void args_video(struct args *a, arena *mem, int short_side)
{
    ARGS(a, "-map", "0:V:0", "-map", "0:a:0?", "-vf", scale_filter(mem, short_side), "-fpsmax",
         "60", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high",
         "-pix_fmt", "yuv420p", "-maxrate", short_side > 720 ? "4500k" : "2500k", "-bufsize",
         "9000k", "-threads", "2");
}

struct listening {
    const struct convert *c;
    int64_t done_ms;
};

/* "out_time_us=1234567", now and then. */
static bool progress_line(void *ctx, struct bytes line)
{
    struct listening *l = ctx;
    str name = S("out_time_us="), text = bytes_str(line);
    int64_t us = 0;
    if (str_starts(text, name) && str_int(str_sub(text, name.n, text.n), &us) == OK && us > 0)
        l->done_ms = us / 1000;
    return l->c->go_on(l->c->ctx, l->done_ms);
}

static err ffmpeg_run(const struct convert *c, const struct args *a, arena *mem)
{
    struct listening l = {.c = c};
    int64_t ms = c->probe->ms ? c->probe->ms : c->max_ms;
    int64_t wall = ms * SLOWEST > CONVERT_MIN_MS ? ms * SLOWEST : CONVERT_MIN_MS;
    struct sandbox_program run = {.argv = a->v,
                                  .argc = a->n,
                                  .in = c->in,
                                  .out = c->out,
                                  .wall_ms = wall,
                                  .cpu_s = (int)(wall / SECOND * CORES),
                                  .memory_bytes = MEMORY,
                                  .file_bytes = OUTPUT_MAX,
                                  .line = progress_line,
                                  .ctx = &l};
    return reason_of(sandbox_run_program(&run, mem), "media_damaged");
}

/* Containers that say how long they are and hold less were cut off on the way. */
static bool cut_off(const struct convert_probe *in, const struct convert_probe *made)
{
    bool says = str_eq(str_from(in->format), S("mov")) || str_eq(str_from(in->format), S("wav")) ||
                str_eq(str_from(in->format), S("matroska"));
    return says && in->ms > 0 && made->ms + in->ms / LOST_PART + SECOND < in->ms;
}

err convert_run(const struct convert *c, arena *mem, struct convert_probe *ret_made)
{
    if (c->probe->ms > c->max_ms)
        return fault(ERR_TOO_LARGE, "media_too_long", "%lld ms", (long long)c->probe->ms);
    struct args a = {0};
    struct convert_probe made;
    args_input(&a, c->probe->format);
    long long seconds = c->max_ms / SECOND;
    const char *limit = str_z(mem, str_fmt(mem, "%lld", seconds + 2));
    ARGS(&a, "-t", limit, "-i", IN);
    if (c->probe->video)
        args_video(&a, mem, c->short_side);
    else
        ARGS(&a, "-map", "0:a:0", "-vn");
    ARGS(&a, "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-c:a", "aac", "-b:a",
         "128k", "-ac", "2", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a",
         "+bitexact", "-movflags", "+faststart", "-f", c->probe->video ? "mp4" : "ipod",
         "-progress", "pipe:1", OUT);
    TRY(ffmpeg_run(c, &a, mem));
    err e = convert_probe(c->out, mem, &made);
    if (e == ERR_INVALID || (e == OK && (!made.ms || made.video != c->probe->video)))
        return fault(ERR_INVALID, "media_damaged", "nothing came out of it");
    TRY(e);
    if (made.ms > c->max_ms + SECOND)
        return fault(ERR_TOO_LARGE, "media_too_long", "%lld ms", (long long)made.ms);
    if (cut_off(c->probe, &made))
        return fault(ERR_INVALID, "media_truncated", "%lld of %lld ms", (long long)made.ms,
                     (long long)c->probe->ms);
    *ret_made = made;
    return OK;
}

static bool poster_line(void *ctx, struct bytes line)
{
    (void)ctx;
    (void)line;
    return true;
}

err convert_poster(int in, const struct convert_probe *made, int out, arena *mem)
{
    struct args a = {0};
    int64_t third = made->ms / 3;
    str from = str_fmt(mem, "%lldms", (long long)(third < SECOND ? third : SECOND));
    args_input(&a, made->format);
    ARGS(&a, "-ss", str_z(mem, from), "-i", IN, "-map", "0:V:0", "-frames:v", "1", "-c:v", "png",
         "-f", "rawvideo", OUT);
    struct sandbox_program run = {.argv = a.v,
                                  .argc = a.n,
                                  .in = in,
                                  .out = out,
                                  .wall_ms = PROBE_MS,
                                  .cpu_s = PROBE_CPU_S,
                                  .memory_bytes = MEMORY,
                                  .file_bytes = POSTER_MAX,
                                  .line = poster_line};
    return reason_of(sandbox_run_program(&run, mem), "media_damaged");
}
