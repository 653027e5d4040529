/* What the pages of emergencies show. */
#pragma once
#include "emergency/emergency.h"
#include "web/layout.h"

struct emergencies_view {
    struct table_view table;
    struct page_link links[3]; /* plans, roster, drills */
    str on_duty;               /* who is on the roster now, or "" */
};
struct emergency_view {
    const struct emergency *e;
    struct facts_view facts, review;
    struct timeline_view events;
    const struct request *r;
    str base;
    const struct form *end, *note; /* NULL: not now */
    struct confirm_view declare, renew, withdraw;
    bool can_declare, can_renew, can_withdraw; /* buttons of this person */
    bool needs_review, has_review;
    str wait; /* who else must act, or "" */
};
/* A form below something. */
struct emergency_form_view {
    const struct form *form; /* NULL: not for this person */
    str intro, title;
    struct table_view table;
    bool has_table;
};
struct roster_view {
    struct emergency_form_view f;
    const struct confirm_view *drops;
    size_t drop_n;
};
struct package_view {
    const struct emergency *e;
    struct facts_view unit, facts, review;
    struct timeline_view events;
    str json;
    bool has_review;
};

str emergency_level(enum lang lang, str level);
str emergency_state_label(enum lang lang, const struct emergency *e, enum tone *ret_tone);
/* What it is, whom it reaches, what it does, as facts. */
struct facts_view emergency_facts(struct request *r, const struct emergency *e);
struct facts_view emergency_review_facts(struct request *r, const struct emergency_review *v);
struct timeline_view emergency_timeline(struct request *r, const struct emergency_event *v,
                                        size_t n);
