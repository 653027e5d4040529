/* What the pages of figures show. */
#pragma once
#include "figures/figures.h"
#include "web/layout.h"

struct bar {
    int x, y, width, height;
    str text; /* what it stands for, with its number */
};
/* A bar chart as SVG: works without scripts, in print and in both themes. */
struct chart {
    str title, low, high, first, last; /* high: the top of the scale; first, last: along the time */
    const struct bar *v;
    size_t n;
    int width, height;
};
struct period {
    str label, href;
    bool on;
};
struct tile {
    str label, text;
};
struct figures_view {
    const struct period *periods;
    size_t period_n;
    const struct tile *tiles;
    size_t tile_n;
    const struct chart *charts;
    size_t chart_n;
    const struct tile *sources;
    size_t source_n;
    struct table_view top, days;
    bool has_top, empty_top;
    str csv;
};
