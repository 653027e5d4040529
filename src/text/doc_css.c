/* Inline styles, nearest equals. */
#include "text/doc_css.h"

#include <stdio.h>
#include <stdlib.h>

static str lower(char *to, size_t max, str s)
{
    s = str_trim(s);
    size_t n = s.n < max ? s.n : max;
    for (size_t i = 0; i < n; i++)
        to[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 32 : s.p[i]);
    to[n] = 0;
    return (str){to, n};
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(str s, int rgb[3])
{
    size_t each = s.n == 4 ? 1 : 2;
    if (s.n != 4 && s.n != 7)
        return false;
    for (size_t i = 0; i < 3; i++) {
        int high = hex_digit(s.p[1 + i * each]), low = hex_digit(s.p[i * each + each]);
        if (high < 0 || low < 0)
            return false;
        rgb[i] = high * 16 + low;
    }
    return true;
}

static bool read_color(str s, int rgb[3])
{
    static const struct {
        const char *name;
        int rgb[3];
    } names[] = {{"red", {255, 0, 0}},      {"orange", {255, 165, 0}}, {"yellow", {255, 220, 0}},
                 {"green", {0, 128, 0}},    {"teal", {0, 128, 128}},   {"blue", {0, 0, 255}},
                 {"purple", {128, 0, 128}}, {"gray", {128, 128, 128}}, {"grey", {128, 128, 128}},
                 {"navy", {0, 0, 128}},     {"maroon", {128, 0, 0}},   {"crimson", {220, 20, 60}}};
    if (s.n && s.p[0] == '#')
        return read_hex(s, rgb);
    if (sscanf(s.p, "rgb(%3d,%3d,%3d", &rgb[0], &rgb[1], &rgb[2]) == 3 ||
        sscanf(s.p, "rgba(%3d,%3d,%3d", &rgb[0], &rgb[1], &rgb[2]) == 3)
        return true;
    for (size_t i = 0; i < LEN(names); i++)
        if (str_eq(s, str_from(names[i].name))) {
            memcpy(rgb, names[i].rgb, sizeof names[i].rgb);
            return true;
        }
    return false;
}

static int hue(const int c[3], int high, int low)
{
    int d = high - low;
    if (high == c[0])
        return (60 * (c[1] - c[2]) / d + 360) % 360;
    if (high == c[1])
        return 60 * (c[2] - c[0]) / d + 120;
    return 60 * (c[0] - c[1]) / d + 240;
}

enum doc_color css_color(str value)
{
    static const struct {
        int below;
        enum doc_color color;
    } hues[] = {{16, COLOR_RED},   {45, COLOR_ORANGE}, {70, COLOR_YELLOW}, {160, COLOR_GREEN},
                {190, COLOR_TEAL}, {255, COLOR_BLUE},  {335, COLOR_PURPLE}};
    enum { DARK = 70, FADED = 40, GRAY_FROM = 100, GRAY_TO = 200 };
    char text[40];
    int c[3];
    if (!read_color(lower(text, sizeof text - 1, value), c))
        return COLOR_NONE;
    int high = c[0] > c[1] ? c[0] : c[1], low = c[0] < c[1] ? c[0] : c[1];
    high = c[2] > high ? c[2] : high;
    low = c[2] < low ? c[2] : low;
    if (high - low < FADED)
        return high >= GRAY_FROM && high <= GRAY_TO ? COLOR_GRAY : COLOR_NONE;
    if (high < DARK)
        return COLOR_NONE;
    int h = hue(c, high, low);
    for (size_t i = 0; i < LEN(hues); i++)
        if (h < hues[i].below)
            return hues[i].color;
    return COLOR_RED;
}

static double css_pixels(double n, str unit)
{
    static const struct {
        const char *name;
        double pixels;
    } units[] = {{"px", 1}, {"pt", 4.0 / 3}, {"em", 16}, {"rem", 16}, {"%", 0.16}};
    for (size_t i = 0; i < LEN(units); i++)
        if (str_eq(unit, str_from(units[i].name)))
            return n * units[i].pixels;
    return 16;
}

enum doc_size css_size(str value)
{
    static const struct {
        const char *name;
        enum doc_size size;
    } names[] = {{"small", SIZE_SMALL},    {"x-small", SIZE_SMALL},  {"xx-small", SIZE_SMALL},
                 {"smaller", SIZE_SMALL},  {"large", SIZE_LARGE},    {"larger", SIZE_LARGE},
                 {"x-large", SIZE_XLARGE}, {"xx-large", SIZE_XLARGE}};
    char text[40], *end;
    str s = lower(text, sizeof text - 1, value);
    for (size_t i = 0; i < LEN(names); i++)
        if (str_eq(s, str_from(names[i].name)))
            return names[i].size;
    double n = strtod(text, &end);
    if (end == text)
        return SIZE_NORMAL;
    n = css_pixels(n, str_trim(str_from(end)));
    return n < 13.5 ? SIZE_SMALL : n < 19 ? SIZE_NORMAL : n < 25 ? SIZE_LARGE : SIZE_XLARGE;
}

static bool is(str s, const char *z)
{
    return str_eq(s, str_from(z));
}

static void read_font(struct css *c, str name, str value)
{
    if (is(name, "font-weight")) {
        bool bold = is(value, "bold") || is(value, "bolder") ||
                    (value.n == 3 && value.p[0] >= '6' && value.p[0] <= '9');
        c->bold = bold ? 1 : -1;
    } else if (is(name, "font-style")) {
        c->italic = is(value, "italic") || is(value, "oblique") ? 1 : -1;
    } else if (is(name, "font-size")) {
        c->size = (int)css_size(value);
    } else if (is(name, "font-family")) {
        c->lost++;
    }
}

static void read_one(struct css *c, str name, str value)
{
    if (str_starts(name, S("font-"))) {
        read_font(c, name, value);
    } else if (is(name, "color")) {
        c->color = (int)css_color(value);
    } else if (str_starts(name, S("text-decoration"))) {
        c->underline = str_has(value, S("underline")) ? 1 : c->underline;
        c->strike = str_has(value, S("line-through")) ? 1 : c->strike;
    } else if (is(name, "text-align")) {
        for (int i = 0; i < ALIGN_COUNT; i++)
            c->align = is(value, doc_align_names[i]) ? i : c->align;
    } else if (is(name, "display")) {
        c->hidden = is(value, "none");
    } else if (str_starts(name, S("background")) || str_starts(name, S("border"))) {
        c->lost++;
    }
}

struct css css_read(str style)
{
    struct css c = {.color = -1, .size = -1, .align = -1};
    for (str rest = style; rest.p;) {
        str value, one = str_split(rest, ';', &rest), name = str_split(one, ':', &value);
        char a[40], b[80];
        if (value.p)
            read_one(&c, lower(a, sizeof a - 1, name), lower(b, sizeof b - 1, value));
    }
    return c;
}
