/* What the pages of menus show. */
#pragma once
#include "menu/menu.h"
#include "web/layout.h"

struct menu_shown {
    const struct menu *m;
    str handle;
};
struct menu_line {
    str label, kind, leads; /* leads: where to, in words */
    int64_t no;
    bool sub, first, last, gone; /* gone: what it leads to is not public */
};
struct menu_edit_view {
    const struct request *r;
    const struct menu_line *lines;
    size_t n;
    struct menu_shown shown;     /* the preview, of the draft */
    str name, state, here, note; /* note: why the last one was refused, or "" */
    enum tone tone;
    const struct form *add;
    str error;
    bool waits, live;
    struct confirm_view clear;
    int64_t rev;
};
struct menu_item_view {
    const struct form *form;
    struct confirm_view drop;
};
struct menu_case_view {
    struct facts_view facts;
    struct table_view now, old; /* entries, in words */
    struct menu_shown shown;
};
struct menu_text_view {
    str name, handle, label, text;
};
