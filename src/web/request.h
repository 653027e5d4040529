/* One request: what the dispatcher hands to a handler, and how the handler answers. All memory is
 * in r->mem and lives until the answer is queued. Everything here is already checked: texts are
 * valid UTF-8 without NUL, sizes within limits, the route's who, CSRF and rate columns enforced. */
#pragma once
#include "base/hash.h"
#include "web/out.h"
#include "web/route.h"
#include "web/site.h"

struct param {
    str name, value;
};
struct params {
    struct param *v;
    size_t n;
};
struct upload {
    str field, filename, mime; /* what the client claims; never trusted */
    int fd;                    /* temporary file at its start; closed by the dispatcher */
    int64_t size;
};

struct session {
    int64_t user_id; /* 0 = nobody */
    int64_t id;
    str user_name;
    unsigned roles;
    bool second_factor;                   /* done in this session */
    bool totp_on, passkey_on, two_factor; /* set up: authenticator app, passkey, either */
    bool minor;                           /* reads in minors' mode */
    str csrf;         /* what forms carry as "_csrf"; empty when nobody or by API token */
    int64_t token_id; /* WHO_TOKEN: the token, 0 = none */
    unsigned scopes;  /* WHO_TOKEN: what it may do, bits of enum scope */
};

struct reply {
    int status;
    str body, mime, location;
    struct params headers; /* extra; values free of control bytes */
    int fd;                /* file answer when >= 0: ranges are served from it */
    int64_t size;
    int cache_seconds; /* 0: no-store (default) */
    str tags[8];       /* page cache tags ("a:<handle>", "home" …) */
    size_t tag_n;
    int64_t modified; /* ms; 0: unknown */
};

struct request {
    arena *mem;
    struct site *site;
    const struct route *route;
    str id; /* reference number: in logs, on error pages, in the header X-Request-Id */
    enum method method;
    str path, host, ip, user_agent;
    int port; /* source port (regulation 2017 art. 16) */
    enum lang lang;
    int64_t now;
    struct session session;
    struct membership member; /* WHO_MEMBER and WHO_TOKEN: the account */
    struct params headers, cookies, query, fields;
    struct upload *uploads;
    size_t upload_n;
    str body;                 /* JSON or other non-form body */
    struct sha256 *body_hash; /* of the whole body; NULL without one */
    str args[ROUTE_MAX_ARGS]; /* the pattern's ":x" segments in order */
    struct reply reply;
    bool in_oplog; /* request_tx wrote the operation log row already */
};

/* ---- input ---- */
str request_query(const struct request *r, const char *name); /* STR_NONE when absent */
str request_field(const struct request *r, const char *name);
str request_header(const struct request *r, const char *name);
str request_cookie(const struct request *r, const char *name);
str request_arg(const struct request *r, const char *name); /* ":name" of the pattern */
err request_arg_int(const struct request *r, const char *name, int64_t *ret_n);  /* ERR_NOT_FOUND */
const struct upload *request_upload(const struct request *r, const char *field); /* or NULL */
bool request_wants_json(const struct request *r);
/* Path and query as an address; the path alone when that is long. */
str request_here(const struct request *r);
/* Adds s percent-encoded, but for letters, digits and - . _ ~ / */
void url_part_add(struct buf *b, str s);
/* Adds "name=value&", or nothing when value is empty: what a list's next page asks for again. */
void url_pair_add(struct buf *b, const char *name, str value);

/* ---- database ---- */
/* Runs fn in a write transaction and adds the operation log row to it. The only way for a handler
 * to write; lint refuses db_tx in *_page.c. fn may run again: what it did to r->reply and
 * r->session is undone before, and also when the transaction fails. */
err request_tx(struct request *r, tx_fn *fn, void *ctx);
err request_read(struct request *r, tx_fn *fn, void *ctx);

/* ---- answers (the last one wins) ---- */
err reply_redirect(struct request *r, str path); /* 303 to a path of this site, else to "/" */
err reply_json(struct request *r, int status, str json);
err reply_text(struct request *r, int status, str mime, str body);
err reply_file(struct request *r, int fd, int64_t size, str mime); /* takes fd; serves ranges */
void reply_header(struct request *r, const char *name, str value);
void reply_cookie(struct request *r, str name, str value, int64_t max_age_s);
/* Lets the page cache (and Cache-Control) keep this anonymous answer until a tag is touched. */
void reply_cache(struct request *r, int seconds);
void reply_tag(struct request *r, str tag);
/* When what the answer shows changed last: Last-Modified, and 304 to If-Modified-Since. */
void reply_modified(struct request *r, int64_t ms);
/* "https://example.org": the public address of the site (setting public_url). */
str request_origin(const struct request *r);
/* A line shown once on the next page ("saved"): the cookie "flash" carries the message's key. */
void reply_flash(struct request *r, enum msg text);
/* That line, for the layout; shown once (clears the cookie). False when there is none. */
bool request_flash(struct request *r, enum msg *ret_text);

/* ---- pages: body first, then the layout around it ----
 *     return REPLY_PAGE(r, &(struct page){.place = PLACE_CONSOLE}, view_article_list, &v);
 * struct page is in web/layout.h; an empty page title takes the route's. */
struct page;
err reply_page(struct request *r, int status, const struct page *page, html body);
struct out *request_out(struct request *r); /* a fresh collector in r->mem, r->lang */
#define REPLY_PAGE(r, page, view, v) REPLY_PAGE_STATUS((r), 200, (page), view, (v))
#define REPLY_PAGE_STATUS(r, status, page, view, v)                                                \
    __extension__({                                                                                \
        struct out *o_ = request_out(r);                                                           \
        view(o_, (v));                                                                             \
        reply_page((r), (status), (page), out_take(o_));                                           \
    })

/* Announces in the same transaction that public pages with this tag changed: this node's cache
 * drops them at commit, other nodes within 0.5 s (table page_change). */
err page_touch(struct tx *t, str tags /* separated by spaces, together at most 150 bytes */);
