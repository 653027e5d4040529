/* The frame around a page: head, header or navigation, flash line, footer. Handlers fill struct
 * page through REPLY_PAGE; reply_page adds the chrome (who reads, where, in what language) and
 * picks the layout by place. Everything works without scripts. */
#pragma once
#include "web/partials.h"

enum place {
    PLACE_READER, /* public pages: reader.css only */
    PLACE_PLAIN,  /* log in, sign up, error pages: one narrow column */
    PLACE_ME,
    PLACE_CONSOLE, /* /console/<handle>: chrome.member says which account */
    PLACE_DESK,
    PLACE_OVERSIGHT,
    PLACE_INDUSTRY,
    PLACE_COUNT
};

struct page_link {
    str href, label, icon;
};

struct page {
    enum place place;
    str title;                        /* "": the route's title */
    str description;                  /* og:description and meta description */
    str canonical;                    /* path; "": none */
    str image;                        /* path of a picture for og:image */
    bool article;                     /* og:type article, else website */
    str feed;                         /* path that "/atom.xml" and "/feed.json" follow; "": none */
    str json_ld;                      /* what the page is about, as schema.org JSON; "": none */
    int64_t published_at, updated_at; /* of an article; 0: not said */
    bool wide;   /* no maximum width (review, editor); readers: the width of the front page */
    bool editor; /* loads editor.js and editor.css */
    const char *script; /* one more script of assets/, "receipt.js"; NULL: none */
    bool noindex;
    struct page_link back;   /* consoles: above the title */
    struct page_link action; /* consoles: the one primary action */
    html aside;              /* consoles: beside the title (status, marks) */
};

/* What reply_page knows and pages need not say. */
struct chrome {
    const struct request *r;
    str title;
    str origin; /* "https://example.org", for og: and canonical; may be empty */
    str theme;  /* "light", "dark" or "" (as the system) */
    str flash;
    str here; /* path with query, to come back to after switching language */
    struct site_profile profile;
    const struct membership *accounts; /* of the person */
    size_t account_n;
    int64_t unread;
};

/* Navigation of a place: entries that the person's roles allow. href "" is the place itself. */
struct nav_item {
    const char *href; /* after the place's base ("/desk"); may be "" */
    enum msg label;
    const char *icon;
    unsigned need; /* PLACE_DESK: roles; PLACE_CONSOLE: least enum member_role; 0: everybody */
    char key;      /* "g" and this letter or digit go there; 0: none */
};
const struct nav_item *nav_items(enum place place, size_t *ret_n);
bool nav_allowed(const struct chrome *c, enum place place, const struct nav_item *item);
/* "/console/<handle>/articles", "/desk" … in the request's memory. */
str nav_href(const struct chrome *c, enum place place, const struct nav_item *item);
/* The current entry: the longest href that the path starts with. */
bool nav_is_here(const struct chrome *c, enum place place, const struct nav_item *item);

/* layout_reader(o, page, chrome, body), layout_console, layout_plain are in layout.html. */
