/* Captions in WebVTT (W3C, 2019): read strictly, written anew. Kept: cues with their times and
 * text, <i> <b> <u> <v name>. Comments, styles, regions, cue identifiers and settings are dropped;
 * other tags lose their brackets' meaning (they become text). */
#pragma once
#include "base/str.h"

enum {
    WEBVTT_MAX = 1024 * 1024, /* bytes, as sent and as written */
    WEBVTT_CUES_MAX = 10000,
    WEBVTT_CUE_MAX = 2000,            /* bytes of one cue's text, as written */
    WEBVTT_END_MAX = 24 * 3600 * 1000 /* ms */
};

/* *ret_vtt is the file as the house writes it; reading that again gives the same. ERR_INVALID
 * "captions_encoding" (not UTF-8), "captions_head" (no WEBVTT line), "captions_line" (the number of
 * the line at fault in fault.field), "captions_empty"; ERR_TOO_LARGE "captions_too_large". */
err webvtt_clean(arena *mem, struct bytes file, str *ret_vtt, size_t *ret_cues);
