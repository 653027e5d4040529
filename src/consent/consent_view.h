/* What the page of consents shows. */
#pragma once
#include "consent/consent.h"
#include "web/layout.h"

struct purpose_line {
    str key, title, what, back, state, href;
    enum tone tone;
    bool given;
    struct confirm_view withdraw;
};
struct consents_view {
    str csrf;
    struct notice_standing notice;
    struct purpose_line v[PURPOSE_COUNT];
    struct table_view past;
};
