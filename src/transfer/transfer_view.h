/* What the pages of a transfer show. */
#pragma once
#include "transfer/transfer.h"
#include "web/form.h"
#include "web/layout.h"

struct transfer_ask_view {
    const struct transfer *last; /* NULL: never asked for */
    const str *stands;           /* what stands against it, in words */
    size_t stand_n;
    const struct form *form; /* NULL: not now */
    str link;                /* for the receiver, shown once */
    str state;               /* of the last one, in words */
    int64_t days;
};
struct transfer_offer_view {
    struct facts_view facts;
    const str *stands; /* against the choice that was sent, in words */
    size_t stand_n;
    const struct form *form; /* NULL: not any more, see note */
    str note;
    int64_t days;
};
struct transfer_one_view {
    struct facts_view facts;
    struct steps_view steps;
    const struct confirm_view *stop; /* NULL: not any more */
    bool held;
};
struct transfer_case_view {
    struct facts_view facts;
    str file; /* address of the documents */
};
/* transfer_page.c */
str transfer_state(const struct request *r, const struct transfer *x);
