/* SQL of provisions: for provision.c only. */
#pragma once
#include "provision/provision.h"

err store_provision_insert(struct tx *t, const struct provision *p);
err store_provision_person(struct tx *t, int64_t id, const struct provision_person *p);
/* From one of two states ("" = none) to another; *ret_n rows changed. */
struct provision_step {
    int64_t id, second_by /* 0 = stays */;
    str from, or_from, to;
    bool ends;
};
err store_provision_step(struct tx *t, const struct provision_step *s, int64_t *ret_n);
err store_provision_handed(struct tx *t, int64_t id, struct bytes hash, int64_t size);
