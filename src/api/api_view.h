/* What the page of the API shows. */
#pragma once
#include "web/partials.h"

struct api_member {
    str name, type, href, text; /* href: of the type's own table; "" = none */
};
struct api_object {
    str id, name, note;
    const struct api_member *v;
    size_t n;
};
struct api_call {
    str id, method, path, text, need;
    const struct api_member *query;
    size_t query_n;
    str body, body_href, answer, answer_href;
};
struct api_view {
    struct facts_view scopes, errors, events;
    const struct api_call *calls;
    size_t call_n;
    const struct api_object *objects;
    size_t object_n;
    str example, hook; /* how a call looks; what a webhook gets */
};
