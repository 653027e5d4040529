/* SQL of imports: for intake/ only. */
#pragma once
#include "db/db.h"

struct import_item {
    int64_t account_id, no;
    str source, item, link;
    bool published;
    int stage;
};
err store_import_there(struct tx *t, const struct import_item *i, bool *ret_there);
err store_import_add(struct tx *t, const struct import_item *i);
err store_import_stage(struct tx *t, const struct import_item *i);
/* The next after no that has not passed that stage; no 0 when there is none. */
struct import_next {
    int64_t account_id, after;
    str source;
    int stage;
    bool published; /* only those that were public there */
};
err store_import_next(struct tx *t, arena *mem, const struct import_next *q,
                      struct import_item *ret_i);
/* The article made of what had this address; 0: none. */
err store_import_link(struct tx *t, int64_t account_id, str link, int64_t *ret_no);
err store_import_post(struct tx *t, const struct import_item *i, int64_t *ret_no);

struct import_picture {
    int64_t account_id;
    str address, media;
    int width, height;
};
/* ERR_NOT_FOUND: never fetched, or taken out of the library since. */
err store_picture_find(struct tx *t, arena *mem, struct import_picture *p);
err store_picture_add(struct tx *t, const struct import_picture *p);
