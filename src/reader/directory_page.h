/* What the front page shows of the directory. */
#pragma once
#include "reader/directory.h"
#include "reader/pieces.h"

struct directory_item *directory_items(const struct request *r, const struct directory_entry *v,
                                       size_t n);
