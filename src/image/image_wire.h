/* Between image_import and its worker. */
#pragma once
#include "image/image_decode.h"

struct image_reply {
    int32_t source, width, height, frames, alpha, n;
    struct {
        int32_t width, height;
    } file[IMAGE_MAX_FILES];
    struct pdq pdq;
};

/* What is made of each kind. */
struct image_rule {
    bool square, original;
    int widths[3]; /* px, descending, 0 ends */
};
extern const struct image_rule IMAGE_RULES[];
