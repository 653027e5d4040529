/* Style sheets, scripts and icons, embedded in the program at build time (assets/build.mjs).
 *
 * Every file is named by its content (/static/reader-3f2a….css), so that it can be sent with
 * "immutable" for a year, and is there plain and, where that is smaller, as gzip and brotli. All
 * of it is constant: nothing to free, safe from every thread. */
#pragma once
#include "base/str.h"

struct asset {
    str name;                   /* logical: "reader.css" */
    str path;                   /* "/static/reader-0123456789ab.css" */
    str type;                   /* Content-Type */
    str hash;                   /* the part of the name that changes; good as an ETag */
    struct bytes plain, gz, br; /* gz and br: p NULL when not smaller */
};

/* The asset at this path ("/static/…"), or NULL. */
const struct asset *asset_find(str path);
/* The path of the asset of this logical name. An unknown name is our bug: asserts. */
str asset_url(str name);
