/* What the templates of the articles' console show. */
#pragma once
#include "article/article.h"
#include "article/declare.h"
#include "text/diff.h"
#include "web/layout.h"

struct article_state_view {
    const struct request *r;
    const struct article *a;
    struct steps_view steps;
    struct timeline_view events;
    struct facts_view facts;
    str base, returned;
    bool has_draft, can_edit, can_unsubmit, can_withdraw, can_discard, can_pin, can_link, pinned;
    str second;       /* where a second member releases the version that waits; "" = none does */
    bool second_open; /* for this person */
    int64_t notes;    /* open threads */
    struct confirm_view discard;
    struct form withdraw;
};
struct article_edit_view {
    const struct request *r;
    struct form form;
    str base, state_word;
    str theirs; /* conflict: the text that stands, as Markdown */
    str theirs_who;
    int64_t theirs_at;
    struct refusal {
        str why, todo, href;
    } refusals[GATE_REASONS];
    size_t refusal_n;
    str returned;
    str doc, words; /* the editor's: the document and its texts, both JSON */
    str node;       /* path of the node that was refused, "content[3]" */
    int64_t user_id;
    size_t declare_from, declare_n; /* the fields of the declarations in the form */
};
struct article_permits_view {
    struct table_view table;
    struct form form;
    const struct confirm_view *acts;
    size_t act_n;
};
struct article_preview_view {
    str title, digest;
    html body, found; /* found: what rules found, for staff */
    html prints;      /* what it is a copy of, and copies of it, for staff */
    struct declared_view declared;
    struct facts_view facts; /* of what is declared, for staff */
    const struct diff *diff; /* from the public version, or the one before; NULL: there is none */
    bool from_before;
};
struct article_versions_view {
    struct table_view table;
    str intro;
};
struct article_version_view {
    struct article_preview_view preview;
    struct confirm_view restore;
    struct facts_view facts;
    bool can_restore;
};
