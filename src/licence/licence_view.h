/* What the templates of licences show. */
#pragma once
#include "licence/licence.h"
#include "web/layout.h"

struct licence_console_view {
    struct table_view table;
    struct form form;
    bool can_file;
};
struct licence_one_view {
    struct facts_view facts;
    str file, note;   /* address of the document; what a second officer must know */
    struct form form; /* ending it; form.n 0: not offered */
};
struct licence_table_view {
    str intro;
    struct table_view table;
};
struct news_sources_view {
    const struct news_source *sources;
    size_t source_n;
    str intro;
    struct table_view table;
    struct form form;                /* form.n 0: only read */
    const struct confirm_view *acts; /* taking one off the list */
    size_t act_n;
};

/* What is stated, and where it stands. */
struct facts_view licence_facts(struct request *r, const struct licence *l);
struct table_cell licence_state_cell(struct request *r, const struct licence *l);
str licence_until(struct request *r, const struct licence *l);
