/* Declarations as people see them: labels for readers, facts for reviewers, fields for writers. */
#pragma once
#include "article/declaration.h"
#include "web/form.h"
#include "web/partials.h"

/* The rules in force. */
void declaration_rules_now(const struct site *site, arena *mem,
                           struct declaration_rules *ret_rules);
void declaration_rules_of(const struct request *r, struct declaration_rules *ret_rules);

enum { DECLARED_LABELS = 8 };
struct declared_label {
    str word, text; /* text: what it means; lists show words only */
    str href, link; /* to the source of a reprint */
    bool loud;      /* to be seen at once: advertising, AI, minors */
};
struct declared_view {
    struct declared_label v[DECLARED_LABELS];
    size_t n;
    str minors; /* the prompt that stands before the text; "" without one */
};
/* All labels; brief: those that lists must show too. */
void declared_labels(const struct request *r, const struct declaration *d, bool brief,
                     struct declared_view *ret_v);
/* Everything that is declared, for those who decide. */
struct facts_view declared_facts(const struct request *r, const struct declaration *d);
/* The same from the stored form; what does not read is nothing declared. */
struct declaration declared_of(arena *mem, str declared);

/* ---- the fields of the article's form ---- */
#define DECLARE_FIELDS                                                                             \
    {.name = "tags", .label = MSG_declare_tags, .help = MSG_declare_tags_help, .max = 200},        \
        {.name = "origin",                                                                         \
         .kind = FIELD_SELECT,                                                                     \
         .label = MSG_declare_origin,                                                              \
         .help = MSG_declare_origin_help},                                                         \
        {.name = "source", .label = MSG_declare_source, .max = 60},                                \
        {.name = "source_url",                                                                     \
         .label = MSG_declare_source_url,                                                          \
         .help = MSG_declare_source_url_help,                                                      \
         .max = 500},                                                                              \
        {.name = "source_title", .label = MSG_declare_source_title, .max = 100},                   \
        {.name = "source_author", .label = MSG_declare_source_author, .max = 60},                  \
        {.name = "source_licence",                                                                 \
         .label = MSG_declare_source_licence,                                                      \
         .help = MSG_declare_source_licence_help,                                                  \
         .max = 200},                                                                              \
        {.name = "ai",                                                                             \
         .kind = FIELD_SELECT,                                                                     \
         .label = MSG_declare_ai,                                                                  \
         .help = MSG_declare_ai_help},                                                             \
        {.name = "ad", .kind = FIELD_CHECKBOX, .label = MSG_declare_ad},                           \
        {.name = "fiction", .kind = FIELD_CHECKBOX, .label = MSG_declare_fiction},                 \
        {.name = "news",                                                                           \
         .kind = FIELD_CHECKBOX,                                                                   \
         .label = MSG_declare_news,                                                                \
         .help = MSG_declare_news_help},                                                           \
        {.name = "place", .label = MSG_declare_place, .max = 60},                                  \
        {.name = "happened",                                                                       \
         .label = MSG_declare_happened,                                                            \
         .help = MSG_declare_happened_help,                                                        \
         .max = 16},                                                                               \
        {.name = "first_published",                                                                \
         .label = MSG_declare_first_published,                                                     \
         .help = MSG_declare_first_published_help,                                                 \
         .max = 16},                                                                               \
    {                                                                                              \
        .name = "minors", .kind = FIELD_SELECT, .label = MSG_declare_minors,                       \
        .help = MSG_declare_minors_help                                                            \
    }
/* Choices and values into a form that has those fields, and back. */
void declare_form(struct form *f, const struct declaration *d);
void declare_read(const struct form *f, struct declaration *ret_d);
