/* What the page of notices shows. */
#pragma once
#include "notice/choice.h"
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
struct notice_group_view {
    str name, title, what;
    str why; /* it can't be switched off on the site; "" = it can */
    struct notice_ways ways;
};
struct notice_settings_view {
    const struct notice_group_view *groups;
    size_t n;
    str csrf;
    bool address; /* there is one for e-mail */
};
