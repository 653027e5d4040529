/* What the page of notices shows. */
#pragma once
#include "notice/notice.h"
#include "web/layout.h"

struct notice_item {
    const struct notice *n;
    str text;
};
struct notices_view {
    const struct notice_item *items;
    size_t n;
    str csrf, next;
    bool unread;
    struct empty_view empty;
};
