/* Writing a rule: the form, the file, and the box that shows what it would find. */
#include "finding/finding.h"
#include "scan/scan_view.h"
#include "scan_desk.html.h"

#include <unistd.h>

enum { WORDS_SHOWN = 60000, TRY_MAX = 5000 }; /* code points in the form */

static const struct form_option ACTIONS[] = {
    {.value = S_INIT("hold"), .label = MSG_scan_action_hold},
    {.value = S_INIT("mark"), .label = MSG_scan_action_mark},
    {.value = S_INIT("refuse"), .label = MSG_scan_action_refuse}};
static const struct form_field FIELDS[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .label = MSG_scan_name,
     .required = true,
     .max = SCAN_NAME_MAX},
    {.name = "family",
     .kind = FIELD_SELECT,
     .label = MSG_scan_family,
     .help = MSG_scan_family_help,
     .required = true},
    {.name = "action",
     .kind = FIELD_SELECT,
     .label = MSG_scan_action,
     .required = true,
     .options = ACTIONS,
     .option_n = LEN(ACTIONS)},
    {.name = "words",
     .kind = FIELD_TEXTAREA,
     .label = MSG_scan_words,
     .help = MSG_scan_words_help,
     .max = WORDS_SHOWN},
    {.name = "file",
     .kind = FIELD_FILE,
     .label = MSG_scan_file,
     .help = MSG_scan_file_help,
     .max = SCAN_LIST_BYTES,
     .accept = ".txt,text/plain"},
    {.name = "exceptions",
     .kind = FIELD_TEXTAREA,
     .label = MSG_scan_exceptions,
     .help = MSG_scan_exceptions_help,
     .max = WORDS_SHOWN},
    {.name = "sound", .kind = FIELD_CHECKBOX, .label = MSG_scan_sound, .help = MSG_scan_sound_help},
    {.name = "condition",
     .kind = FIELD_TEXTAREA,
     .label = MSG_scan_condition,
     .help = MSG_scan_condition_help,
     .max = RULE_TEXT_MAX},
    {.name = "urgent",
     .kind = FIELD_CHECKBOX,
     .label = MSG_scan_urgent,
     .help = MSG_scan_urgent_help},
    {.name = "note",
     .kind = FIELD_TEXT,
     .label = MSG_scan_note,
     .help = MSG_scan_note_help,
     .max = SCAN_NOTE_MAX,
     .required = true},
    {.name = "sample",
     .kind = FIELD_TEXTAREA,
     .label = MSG_scan_try_text,
     .help = MSG_scan_try_help,
     .max = TRY_MAX},
    {.name = "version", .kind = FIELD_HIDDEN, .max = 10},
};

struct editing {
    struct request *r;
    int64_t id;
    struct scan_entry e; /* what stands; then what is to be written */
    struct scan_size size;
    struct form form;
    struct scan_edit_view v;
};

static err load(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    return scan_rule_load(t, x->r->mem, x->id, 0, &x->e);
}

static err begin(struct request *r, bool is_new, struct editing *ret_x)
{
    *ret_x = (struct editing){.r = r, .e.r = {.words = S(""), .exceptions = S("")}};
    if (is_new)
        return OK;
    TRY(request_arg_int(r, "id", &ret_x->id));
    return request_read(r, load, ret_x);
}

static void families(struct request *r, struct form *f)
{
    struct form_option *v = NEW_N(r->mem, struct form_option, FAMILY_COUNT);
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        v[i] = (struct form_option){.value = str_from(FAMILIES[i].key),
                                    .text = family_label(r->lang, str_from(FAMILIES[i].key))};
    form_options(f, "family", v, FAMILY_COUNT);
}

/* A list that is too long for the form stays unless a file or other words come. */
static bool is_long(const struct editing *x)
{
    return str_count(x->e.r.words) > WORDS_SHOWN;
}

static err show(struct editing *x, int status)
{
    struct request *r = x->r;
    families(r, &x->form);
    x->v.form = &x->form;
    if (is_long(x))
        x->v.kept = msg_format(r->mem, r->lang, MSG_scan_kept,
                               (const str[]){str_fmt(r->mem, "%lld", (long long)x->e.words_n)}, 1);
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/scan"), msg(r->lang, MSG_scan_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_scan_edit, &x->v);
}

static err page(struct request *r, bool is_new)
{
    struct editing x;
    TRY(begin(r, is_new, &x));
    form_init(r, FIELDS, LEN(FIELDS), &x.form);
    if (!is_new) {
        form_set(&x.form, "name", x.e.r.name);
        form_set(&x.form, "family", x.e.r.family);
        form_set(&x.form, "action", scan_action_name(x.e.r.action));
        form_set(&x.form, "words", is_long(&x) ? S("") : x.e.r.words);
        form_set(&x.form, "exceptions", x.e.r.exceptions);
        form_set(&x.form, "condition", x.e.r.condition);
        form_set(&x.form, "sound", x.e.r.sound ? S("1") : S(""));
        form_set(&x.form, "version", str_fmt(r->mem, "%d", x.e.newest));
    }
    return show(&x, 200);
}

err page_scan_new(struct request *r)
{
    return page(r, true);
}

err page_scan_edit(struct request *r)
{
    return page(r, false);
}

static err file_read(struct request *r, const struct upload *u, str *ret_words)
{
    if (u->size > SCAN_LIST_BYTES)
        return fault_field(ERR_INVALID, "list_too_large", "file", "too large");
    char *p = arena_room(r->mem, (size_t)u->size + 1);
    size_t n = 0;
    for (ssize_t got = 1; got > 0; n += got > 0 ? (size_t)got : 0)
        got = pread(u->fd, p + n, (size_t)u->size - n, (off_t)n);
    return scan_list_read(r->mem, (struct bytes){(uint8_t *)p, n}, ret_words);
}

/* The rule as the form has it. */
static err take(struct editing *x)
{
    struct request *r = x->r;
    const struct form *f = &x->form;
    const struct upload *file = request_upload(r, "file");
    struct scan_rule n = {.id = x->id,
                          .version = (int)form_int(f, "version"),
                          .name = form_get(f, "name"),
                          .family = form_get(f, "family"),
                          .words = form_get(f, "words"),
                          .exceptions = form_get(f, "exceptions"),
                          .condition = str_trim(form_get(f, "condition")),
                          .sound = form_on(f, "sound")};
    TRY(scan_action_parse(form_get(f, "action"), &n.action));
    if (file && file->size)
        TRY(file_read(r, file, &n.words));
    else if (!n.words.n && is_long(x))
        n.words = x->e.r.words;
    TRY(scan_rule_check(&n, &x->size));
    x->e = (struct scan_entry){.r = n,
                               .words_n = x->size.words,
                               .note = form_get(f, "note"),
                               .urgent = form_on(f, "urgent"),
                               .author = r->session.user_id};
    return OK;
}

static err write_rule(struct tx *t, void *ctx)
{
    struct editing *x = ctx;
    struct scan_entry e = x->e;
    TRY(scan_rule_write(t, &e, &x->size));
    x->id = e.r.id;
    return OK;
}

static err try_text(struct editing *x)
{
    struct request *r = x->r;
    struct scan_set *set = scan_set_new(&x->e.r, 1);
    struct scan_article a = {
        .text[RULE_BODY] = form_get(&x->form, "sample"), .account_class = S(""), .category = S("")};
    struct scan_finding *v;
    size_t n;
    scan_run(set, r->mem, &a, &v, &n);
    scan_set_free(set);
    struct scan_card *cards = NEW_N(r->mem, struct scan_card, n);
    for (size_t i = 0; i < n; i++) {
        struct scan_found f = scan_found_of(r->mem, &a, &v[i], scan_action_name(v[i].action));
        TRY(scan_card_of(r, &f, &cards[i]));
        cards[i].href = S("#tried");
    }
    x->v.tried = true;
    x->v.found = (struct scan_cards_view){cards, n};
    x->v.cost = msg_format(r->mem, r->lang, MSG_scan_size,
                           (const str[]){str_fmt(r->mem, "%lld", (long long)x->size.words),
                                         str_fmt(r->mem, "%lld", (long long)x->size.doubles),
                                         str_fmt(r->mem, "%d", x->size.cost)},
                           3);
    return OK;
}

/* Errors name the line of a list or the column of a condition: message {0}. */
static bool refuse(struct editing *x, err e)
{
    struct fault why = fault_of(e);
    enum msg m;
    if (!form_take_fault(&x->form, e))
        return false;
    str key = str_fmt(x->r->mem, "reason.%s", why.reason),
        at = str_dup(x->r->mem, str_from(why.text));
    for (size_t i = 0; i < x->form.n; i++)
        if (str_eq(str_from(FIELDS[i].name), str_from(why.field)) && msg_find(key, &m))
            x->form.values[i].error = msg_format(x->r->mem, x->r->lang, m, &at, 1);
    return true;
}

static err post(struct request *r, bool is_new)
{
    struct editing x;
    TRY(begin(r, is_new, &x));
    err e = form_read(r, FIELDS, LEN(FIELDS), &x.form);
    bool trying = str_eq(request_field(r, "act"), S("try"));
    bool only_note = trying && e == ERR_INVALID && !form_get(&x.form, "note").n;
    if (e == OK || only_note)
        e = take(&x);
    else
        return show(&x, 422);
    if (e == OK && trying) {
        for (size_t i = 0; i < x.form.n; i++)
            x.form.values[i].error = S("");
        x.form.bad = false;
        TRY(try_text(&x));
        return show(&x, 200);
    }
    if (e == OK)
        e = request_tx(r, write_rule, &x);
    if (e != OK)
        return refuse(&x, e) ? show(&x, err_http(e)) : e;
    reply_flash(r, MSG_scan_saved);
    return reply_redirect(r, str_fmt(r->mem, "/desk/scan/%lld", (long long)x.id));
}

err do_scan_new(struct request *r)
{
    return post(r, true);
}

err do_scan_edit(struct request *r)
{
    return post(r, false);
}
