/* What the console shows around an article: series, links to drafts, the copy for WeChat. */
#pragma once
#include "article/article.h"
#include "article/declare.h"
#include "article/remark.h"
#include "web/layout.h"

struct series_list_view {
    struct table_view table;
    struct form form;
};
struct series_line {
    str href, title, state;
    int64_t no;
    enum tone tone;
    bool first, last;
};
struct series_view {
    const struct request *r;
    struct facts_view facts;
    const struct series_line *lines;
    size_t n, free_n; /* free_n: articles that could be added */
    const struct form *add, *words;
    struct confirm_view end;
    str here, see; /* see: public address, "" = not public */
};
struct draft_links_view {
    struct table_view table;
    const struct confirm_view *acts;
    size_t act_n;
    const struct form *form;
    str fresh; /* address of a new link, shown once */
    int views_max;
};
struct draft_shown_view {
    str title, account;
    html body;
    struct declared_view declared;
    int64_t until;
};
struct notes_view {
    const struct request *r;
    const struct remark *v;
    size_t n;
    const struct form *form;
    struct empty_view empty;
};
struct plan_line {
    str href, title, day, time, value, error, state; /* day: "" = as the line before */
    int64_t no;
    enum tone tone;
    struct confirm_view cancel;
};
struct plan_view {
    const struct request *r;
    str month, before, after, here;
    const struct plan_line *lines;
    size_t n;
    struct empty_view empty;
};
struct wechat_view {
    str html;
};
