/* What both readers of exports give: articles one at a time, in the order of the file, in bounded
 * memory. For intake/ (and the fuzzers) only. */
#pragma once
#include "base/buf.h"

enum {
    INTAKE_FIELD_MAX = 4 << 20, /* bytes of one field of an export; longer ones are refused */
    INTAKE_ROW_MAX = 16 << 20,  /* of one row of a Ghost export */
    INTAKE_DEPTH_MAX = 60,      /* nesting of elements, objects and cards */
    INTAKE_TAGS_MAX = 5,
};

/* One article as the export has it; borrows until the callback returns. */
struct intake_item {
    str id; /* there; never empty */
    str title, excerpt;
    str html;       /* of the body, whatever it was written in */
    str link;       /* its address there; may be empty */
    str cover;      /* address of a picture; may be empty */
    str tags;       /* divided by commas */
    str published;  /* "2019-03-04 08:30" in China, "" when it never was */
    bool is_public; /* everybody could read it there */
    str left_out;   /* a reason: it is no article (page, revision, trash ...); else empty */
    str notes;      /* what the reader could not bring over, divided by "; " */
    int64_t line;   /* where it begins in the file */
};
typedef err intake_fn(void *ctx, arena *mem, const struct intake_item *item);

/* What the readers need, and where what they find goes. An error of fn ends the reading. */
struct intake_reader {
    int fd;   /* the export; borrowed, seekable */
    str from; /* address of the old site without a slash at its end; "" = the export says it */
    intake_fn *fn;
    void *ctx;
};
/* WordPress's WXR. Two passes: the first keeps the addresses of attachments only. ERR_INVALID
 * "bad_xml" naming the line; "xml_doctype": no document type is read, so that nothing expands. */
err wordpress_read(const struct intake_reader *in);
/* The old site's address as the file says it, "" when it does not. */
err wordpress_site(int fd, arena *mem, str *ret_site);
/* Ghost's JSON. Two passes: the first keeps tags and which article has which. ERR_INVALID
 * "bad_json" naming the line. */
err ghost_read(const struct intake_reader *in);

/* ---- bodies ---- */
/* Address of an attachment of WordPress by its id; no value when it is not in the export. */
typedef str wordpress_picture_fn(void *ctx, str id);
struct wordpress_text {
    str content;
    wordpress_picture_fn *picture;
    void *ctx;
};
/* HTML of WordPress's content: paragraphs from blank lines in what the old editor wrote, shortcodes
 * of captions, galleries and players; notes gets what was not understood. */
str wordpress_html(arena *mem, const struct wordpress_text *in, struct buf *notes);
/* HTML of Ghost's two editors. ERR_INVALID "bad_json", "bad_document". */
err mobiledoc_html(arena *mem, str json, struct buf *notes, str *ret_html);
err lexical_html(arena *mem, str json, struct buf *notes, str *ret_html);

/* ---- shared ---- */
/* "; what which"; of which the first 200 characters, on one line. */
void note_add(struct buf *notes, str what, str which);
/* "2019-03-04 00:30:00" or "2019-03-04T00:30:00.000Z", UTC, as people in China saw it; "" for
 * anything else. */
str china_time(arena *mem, str utc);
/* An address as import_item.link keeps it: no scheme, no www., host in small letters, no slash at
 * the end, no fragment, no query but WordPress's ?p=. */
str link_key(arena *mem, str address);

/* A map of texts in an arena, for what the first pass keeps. */
struct text_map {
    arena *mem;
    struct text_pair {
        str key, value;
    } * v;
    size_t n, cap;
};
void text_map_init(struct text_map *m, arena *mem);
/* Copies; a key that is there gets its value behind the old one, divided by a comma (join), or
 * keeps the old one. */
void text_map_add(struct text_map *m, str key, str value, bool join);
str text_map_get(const struct text_map *m, str key); /* no value: not there */
