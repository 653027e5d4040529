/* The pieces that pages are made of. Each struct is what a partial of partials.html shows; a zero
 * member is left out. Texts are plain (escaped by the partial) and in the reader's language; where
 * a member is html it was made by another template (request_out, out_take). */
#pragma once
#include "web/form.h"

/* A colour that means something; always beside a word. */
enum tone { TONE_NEUTRAL, TONE_INFO, TONE_OK, TONE_WARN, TONE_BAD };
const char *tone_class(enum tone t); /* "neutral", "info", "ok", "warn", "bad" */
/* The tone of a deadline: WARN when a quarter of its time is left, BAD when breached. */
enum tone due_tone(int64_t start_ms, int64_t due_ms, int64_t now_ms);
/* First letter of a name, for avatars without a picture. */
str name_initial(str name);

/* show_status(o, tone, text): a dot and a word. show_due(o, start_ms, due_ms): a deadline as
 * "in 3 hours". show_icon(o, S("check")): one of assets/icons.txt, decorative. */

/* show_mark: class label and verification mark of a registrant (A7.3), beside a name. */
struct mark_view {
    str label;     /* of the registrant's class, in the reader's language */
    bool official; /* government, media, institution: the filled form */
    bool verified;
};
/* show_avatar: a picture, or the first letter. */
struct avatar_view {
    str src, name;
    bool large;
};

/* show_facts: a definition list. */
struct fact {
    str label, text;
    html body; /* instead of text */
};
struct facts_view {
    const struct fact *v;
    size_t n;
};

/* show_steps: where a long matter stands, what is missing and who has it now. */
enum step_state { STEP_TODO, STEP_NOW, STEP_DONE, STEP_BAD };
struct step {
    str title, note, who;
    int64_t at_ms;
    enum step_state state;
    str href;
};
struct steps_view {
    const struct step *v;
    size_t n;
};

/* show_timeline: what happened so far, newest first. */
struct event {
    int64_t at_ms;
    enum tone tone;
    str title, text, who;
    str href, link; /* to the receipt or the version */
};
struct timeline_view {
    const struct event *v;
    size_t n;
};

/* show_empty: what this is and what to do first. */
struct empty_view {
    str icon, title, text;
    str href, action;
};

/* show_pager: by key; an address left out is not offered. */
struct pager_view {
    str previous, next;
    str summary; /* "30 of 1,204" */
};

/* show_table: search, filter chips, sortable columns, rows that open, paging. Every state is in
 * the address: the page makes the addresses. */
enum sort { SORT_NONE, SORT_UP, SORT_DOWN };
struct table_col {
    str label;
    str href; /* sorts by this column; left out: not sortable */
    enum sort sort;
    bool number; /* right-aligned, tabular figures */
};
struct table_cell {
    str text;
    html body;   /* instead of text */
    bool status; /* text as a status in tone */
    enum tone tone;
    int64_t at_ms; /* instead of text: a time, relative */
};
struct table_row {
    str href;                       /* where the first cell's link, and a click on the row, leads */
    const struct table_cell *cells; /* col_n of them */
};
struct table_chip {
    str label, href;
    bool on;
    int64_t count; /* 0 = not shown; -n = counted no further than n, shown as "n+" */
};
struct table_view {
    str caption; /* for screen readers */
    const struct table_col *cols;
    size_t col_n;
    const struct table_row *rows;
    size_t row_n;
    const struct table_chip *chips;
    size_t chip_n;
    bool search; /* a search field that sends ?q= to the address itself */
    str q;
    struct pager_view pager;
    struct empty_view empty;
};

/* show_confirm: a button that opens a dialog naming the thing and the effect; only the button in
 * the dialog posts. Works without scripts. show_confirm_page is the same as a page's body. */
struct confirm_view {
    str id;     /* unique in the page */
    str button; /* what opens it, and what does it */
    str title, text;
    str action; /* address that gets the POST */
    str csrf;
    const struct param *hidden;
    size_t hidden_n;
    bool danger;
    str typed;  /* must be typed first (field "confirm"); only where nothing can be undone */
    str cancel; /* show_confirm_page: the address to go back to */
};

/* show_form(o, f): error summary, all fields, csrf, button. show_form_with(o, f, extra): the same
 * with markup before the button. show_field(o, f, i): one field, for forms laid out by hand (then
 * also show_form_errors(o, f) and show_csrf(o, f->r)). */
str form_input_type(enum field_kind kind, str value);
bool form_multi_has(str value, str option); /* comma-separated value has option */
const struct form_option *form_choices(const struct form *f, size_t i, size_t *ret_n);
