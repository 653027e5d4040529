/* What the pages of print/ share: for print/ only. */
#pragma once
#include "print/print_view.h"

struct table_view print_copies_table(struct request *r, enum msg caption,
                                     const struct print_match *v, size_t n);
str print_sweep_words(struct request *r, const struct print_sweep *s);
