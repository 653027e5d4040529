/* Audio and video from users: looked at by ffprobe and written anew by ffmpeg, both inside the
 * sandbox (sandbox_run_program) with nothing but files, the containers and the decoders of the
 * lists in convert.c. What a user sent is never served as it came, and its metadata (place,
 * device, chapters) do not come along.
 *
 * Taken in: MP4, MOV, M4A, WebM, Matroska, MP3, Ogg, WAV, FLAC; the bytes decide. Made: H.264 and
 * AAC in MP4, its index in front, or AAC in M4A. */
#pragma once
#include "base/str.h"

#define MEDIA_VIDEO_MIME "video/mp4"
#define MEDIA_AUDIO_MIME "audio/mp4"

enum { CONVERT_SIDE_MAX = 4096 }; /* px, of a video sent */

struct convert_probe {
    const char *format; /* name of the container for ffmpeg's -f */
    bool video;         /* else audio alone */
    int width, height;  /* px; 0 for audio */
    int64_t ms;         /* 0: the file does not say */
};
/* By the first bytes. ERR_INVALID "media_empty", "media_type". */
err convert_sniff(int fd, const char **ret_format);
/* ERR_INVALID media_empty, media_type, media_damaged, media_codec, media_dimensions; ERR_IO as
 * sandbox_run_program, "media_unavailable" when ffmpeg is not installed. */
err convert_probe(int fd, arena *mem, struct convert_probe *ret_probe);
/* Are the programs there? ERR_IO "media_unavailable". */
err convert_ready(void);

struct convert {
    int in, out; /* out: an empty file of the caller, opened for reading and writing */
    const struct convert_probe *probe;
    int64_t max_ms; /* longer is refused, whatever the file says of itself */
    int short_side; /* px: 720 or 1080; videos get smaller, never larger */
    bool (*go_on)(void *ctx, int64_t done_ms); /* often; false ends it */
    void *ctx;
};
/* Slow (up to several times the duration). *ret_made is what was written, looked at again. As
 * above, and ERR_INVALID "media_truncated", ERR_TOO_LARGE "media_too_long", "media_too_costly";
 * ERR_CONFLICT "sandbox_ended" when go_on said no. */
err convert_run(const struct convert *c, arena *mem, struct convert_probe *ret_made);
/* A PNG of one frame of a video made by convert_run, into out (may be anonymous memory). */
err convert_poster(int in, const struct convert_probe *made, int out, arena *mem);
