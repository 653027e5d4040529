/* What the public pages show: templates of reader/. */
#pragma once
#include "account/account.h"
#include "account/series.h"
#include "article/article.h"
#include "article/declare.h"
#include "article/sequel.h"
#include "article/tag.h"
#include "reader/search.h"
#include "text/diff.h"
#include "web/partials.h"

struct article_item {
    struct declared_view declared; /* the labels that lists show */
    const struct article *a;
    str cover; /* path of a picture, or "" */
    struct mark_view mark;
    bool lead; /* shown large */
};
struct feed_view {
    const struct article_item *items;
    size_t n;
    str next;  /* address of the next page, or "" */
    bool wide; /* in two columns where there is room */
    bool own;  /* of one account, which is not named again */
};
struct chip {
    str href, label;
    bool on;
};
struct directory_item;
struct home_view {
    const struct chip *chips;
    size_t chip_n;
    struct feed_view feed, chosen;       /* chosen: by the editors, above the latest */
    const struct directory_item *bodies; /* of the directory */
    size_t body_n;
    struct empty_view empty;
};
struct topic_view {
    str name; /* as the newest article writes it */
    struct feed_view feed;
};
struct account_view {
    const struct account *a;
    struct avatar_view avatar;
    struct mark_view mark;
    struct feed_view feed, pinned; /* pinned: on the first page, above */
    const struct series *series;
    size_t series_n;
    struct facts_view licences, handovers;
    str csrf, here; /* here: path to come back to */
    bool subscribed, closed, staff;
};
struct sequel_view {
    const struct account *a;
    const struct series *s;
    struct mark_view mark;
    struct feed_view feed;
};
struct version_item {
    const struct article_version *v;
    str href;
    bool current;
};
struct article_view {
    const struct article *a;
    const struct article_version *v;
    struct avatar_view avatar;
    struct mark_view mark;
    html body;
    struct declared_view declared;
    str category, csrf;
    int minutes, place; /* place: per mille, where this reader stopped */
    bool subscribed, old_version, saved, history, staff;
    str before;       /* who published it, if another had the account then */
    str before_until; /* and until when */
    str label;        /* said by a measure, in words; "" = none */
    str url, here;    /* public address; path to come back to */
    char size, face;  /* of the reader's choice: pieces.h */
    struct tags tags;
    struct sequel sequel; /* series 0: in none */
    struct feed_view related;
};
struct versions_view {
    const struct article *a;
    const struct version_item *items;
    size_t n;
};
struct version_diff_view {
    const struct article *a;
    int old, new;
    struct diff diff;
};
struct gone_view {
    str title, reason, account, handle;
    bool withdrawn;
    int64_t at;
};
struct me_view {
    struct feed_view feed;
    struct empty_view empty;
    str name;
};
struct subscription_item {
    const struct account *a;
    struct avatar_view avatar;
    struct mark_view mark;
};
struct subscriptions_view {
    const struct subscription_item *items;
    size_t n;
    str csrf, here, next; /* next: the page after it; empty on the last */
    struct empty_view empty;
};
struct search_choice {
    str code, label;
    bool on;
};
struct search_item {
    const struct article *a;
    struct marked title, text, account;
    str cover;
    struct mark_view mark;
};
struct search_view {
    str q, handle, account, without_account, without_filters;
    const struct search_choice *kinds, *periods, *categories;
    size_t kind_n, period_n, category_n;
    const struct search_item *items;
    size_t n;
    int64_t found;
    bool filtered, too_long;
    str next;
    struct empty_view empty;
};
struct shelf_item;
struct shelf_row {
    const struct shelf_item *item;
    str cover;
    int percent;
    struct mark_view mark;
};
struct shelf_view {
    const struct shelf_row *rows;
    size_t n;
    str csrf, next, here;
    bool history;
    struct empty_view empty;
};

/* ---- the editors' choice and the directory ---- */
struct choice_line {
    str href, title, account, note, who; /* note: since when and until when */
    str move;                            /* address of the form that moves it */
    struct confirm_view remove;
    bool first, last, coming, hidden; /* hidden: no longer public */
    str reason;
};
struct choice_candidate {
    const struct article *a;
};
struct choices_view {
    const struct choice_line *lines;
    size_t n;
    const struct choice_candidate *candidates;
    size_t candidate_n;
    struct form *form;
    str csrf;
    struct empty_view empty;
};
struct directory_item {
    str href, name, intro, kind, field, province;
    int64_t subscribers;
    struct avatar_view avatar;
    struct mark_view mark;
};
struct directory_view {
    const struct directory_item *items;
    size_t n;
    const struct search_choice *kinds, *fields, *provinces;
    size_t kind_n, field_n, province_n;
    str q, next;
    bool filtered;
    struct feed_view news;
    struct empty_view empty;
};
struct directory_desk_view {
    struct table_view in, out;
};
struct directory_entry_view {
    struct facts_view facts;
    struct form *form;
    str remove, csrf;
    bool in;
};
