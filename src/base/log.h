/* JSON lines on standard error. Only the dispatcher, the job runner and main log: modules return
 * errors. Never personal data above level debug. */
#pragma once
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level lowest);
struct log_field {
    const char *key;
    str text; /* used when p is set, else number */
    int64_t number;
};
#define LOG_TEXT(k, s) ((struct log_field){.key = (k), .text = (s)})
#define LOG_INT(k, i) ((struct log_field){.key = (k), .number = (i)})
/* log_line(LOG_INFO, "request", LOG_TEXT("path", p), LOG_INT("ms", 3)); */
#define log_line(level, event, ...)                                                                \
    log_line_((level), (event), (const struct log_field[]){__VA_ARGS__},                           \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
void log_line_(enum log_level level, const char *event, const struct log_field *fields, size_t n);
