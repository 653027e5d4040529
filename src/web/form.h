/* Forms as tables: one struct form_field line per field is its type, limits, label, help, errors
 * and rendering (partial `form`), for pages and for JSON bodies alike.
 *
 *     static const struct form_field FIELDS[] = {
 *         {.name = "name", .kind = FIELD_TEXT, .label = MSG_account_name, .required = true, .max =
 * 30},
 *     };
 *     page_x: form_init(r, FIELDS, LEN(FIELDS), &f); form_set(&f, "name", a.name); show it
 *     do_x:   e = form_read(r, FIELDS, LEN(FIELDS), &f); if (e == ERR_INVALID) show it again, 422
 * The form comes back filled in (passwords and files apart). */
#pragma once
#include "web/request.h"

enum field_kind {
    FIELD_TEXT,     /* one line: trimmed, no control or bidirectional override characters */
    FIELD_TEXTAREA, /* many lines; CRLF becomes LF */
    FIELD_PASSWORD, /* not trimmed, never echoed */
    FIELD_TEL,
    FIELD_EMAIL,
    FIELD_NUMBER, /* decimal; min and max are of the value */
    FIELD_DATE,   /* YYYY-MM-DD */
    FIELD_TIME,   /* a day and a time of it, as clock_china_read takes them; its reader checks */
    FIELD_CODE,   /* one-time code: digits, autocomplete one-time-code */
    FIELD_SELECT, /* one of options */
    FIELD_RADIO,
    FIELD_MULTI,    /* any of options; the value is comma-separated */
    FIELD_CHECKBOX, /* "1" or "" */
    FIELD_FILE,
    FIELD_HIDDEN,
};
struct form_option {
    str value;
    enum msg label; /* used unless text has a value */
    str text;
};
struct form_field {
    const char *name;
    enum field_kind kind;
    enum msg label, help; /* help 0 (MSG_none): no help line */
    bool required;
    /* Code points of text (max 0 = 200), value of numbers, choices of FIELD_MULTI, bytes of files.
     */
    int64_t min, max;
    const char *autocomplete;
    const char *accept; /* FIELD_FILE */
    /* None here: the choices come from the database (form_options), and the page checks them. */
    const struct form_option *options;
    size_t option_n;
    /* Further check and normalisation: sets *ret_value (in mem) or returns ERR_INVALID by fault();
     * the fault's reason names the message "reason.<key>". May be NULL. */
    err (*check)(arena *mem, str value, str *ret_value);
};
struct form_value {
    str value;                         /* "" when absent */
    str error;                         /* in the reader's language; "" when fine */
    const struct form_option *options; /* overrides the table's (choices from the database) */
    size_t option_n;
};
struct form {
    struct request *r;
    const struct form_field *fields;
    struct form_value *values;
    size_t n;
    str error; /* of the form as a whole */
    bool bad;
    /* for the partial: */
    str action;      /* "" = the address that showed it */
    enum msg submit; /* label of the button; 0 = "save" */
    bool files;      /* multipart/form-data; set by form_init when a FIELD_FILE is there */
};

void form_init(struct request *r, const struct form_field *fields, size_t n, struct form *ret_form);
/* Reads and checks r's fields (or the members of a JSON object body). ERR_INVALID when a field is
 * bad; all fields are checked, so that all errors show at once. Unknown JSON members are refused.
 * ret_form is written in either case. */
err form_read(struct request *r, const struct form_field *fields, size_t n, struct form *ret_form);
str form_get(const struct form *f, const char *name);
int64_t form_int(const struct form *f, const char *name); /* 0 when empty */
bool form_on(const struct form *f, const char *name);     /* FIELD_CHECKBOX */
void form_set(struct form *f, const char *name, str value);
void form_options(struct form *f, const char *name, const struct form_option *options, size_t n);
/* Marks a field (or the whole form: name "") bad with message "reason.<reason>". ERR_INVALID. */
err form_refuse(struct form *f, const char *name, const char *reason);
/* Puts fault e of a transaction on its field when the form has that field, else on the form.
 * True when e is something that the person can correct (INVALID, CONFLICT, LIMIT, DENIED). */
bool form_take_fault(struct form *f, err e);
/* {"field": "text", …} of the errors, for API answers. */
str form_errors_json(const struct form *f);
