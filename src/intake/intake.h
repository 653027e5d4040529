/* Exports of other systems coming in: WordPress (WXR) and Ghost (JSON), into one account. Each
 * article becomes a draft; with `submit`, those that everybody could read there go on through the
 * gate and the review like every other text (A6.3). Nothing here publishes.
 *
 * Three steps, each one article at a time and in a transaction of its own, so that what is cut off
 * can be run again: drafts (with their pictures, fetched through the guard), links between them,
 * submissions. What was brought once is never brought again (import_item), nor is a picture's
 * address asked twice (import_picture). Bodies are parsed in the sandbox. */
#pragma once
#include "web/site.h"

enum intake_kind { INTAKE_WORDPRESS, INTAKE_GHOST };

struct intake_in {
    struct site *site;
    enum intake_kind kind;
    int64_t account_id, user_id;
    str handle, categories; /* of the account; the first is taken when nothing fits */
    int fd;                 /* the export; borrowed, seekable */
    str from;               /* address of the old site; "" for WordPress's: what the export says */
    bool submit, pictures;
    str fetch_allow; /* hosts that may be private (setting fetch_allow) */
    /* One line of the report: the article there, "draft", "there", "left_out", "submitted" ...,
     * its address here, and what was lost or why. */
    void (*say)(void *ctx, str what, str result, str where, str why);
    /* Now and then, and at the end of each step. */
    void (*progress)(void *ctx, const char *step, int64_t done);
    void *ctx;
};
struct intake_counts {
    int64_t drafts, there, left_out, refused, relinked, submitted, kept /* by the gate */, pictures,
        pictures_lost;
};
/* ERR_INVALID when the file can't be read to its end, naming the line; what came before it stays
 * and *ret_counts is set all the same. ERR_INVALID "from" when the old address is needed. */
err intake_run(const struct intake_in *in, struct intake_counts *ret_counts);
