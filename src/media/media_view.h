/* What the pages of the media library show. */
#pragma once
#include "media/work.h"
#include "web/layout.h"

struct work_view {
    str name, state, note, cancel; /* cancel: address, "" when it has ended */
    enum tone tone;
    int percent; /* below 0: no bar */
};
struct media_library_view {
    const struct request *r;
    struct form form; /* a plain upload */
    const struct work_view *works;
    size_t work_n;
    struct table_view table;
};
struct media_item_view {
    const struct request *r;
    str src, kind, alt, poster; /* kind: image, audio, video */
    int width, height;          /* px of a picture; 0 for sound */
    struct facts_view facts;
    str markdown;
    struct form captions;
    bool may_delete;
    struct confirm_view drop;
};
