/* One file of an exported account coming back. For owndata/ only. */
#pragma once
#include "media/media.h"

struct media_back {
    struct site *site;
    int64_t account_id, user_id;
    const struct media *m; /* as account.json says: hash, mime, alt, name, poster */
};
/* ERR_INVALID "unreadable", "media_damaged" (not the bytes of its name), "media_not_ours" (not as
 * a gongqi site writes them), and those of pictures, sound and captions; ERR_DENIED
 * "media_blocked". */
err media_back(const struct media_back *in, arena *mem, const char *path);
