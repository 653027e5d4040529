/* Lists of fingerprints on the desk: all of them, a new one from a file, one with what it found. */
#include "finding/finding.h"
#include "print/print_parts.h"
#include "print_desk.html.h"
#include "user/user.h"

#include <unistd.h>

static str number(struct request *r, int64_t n)
{
    return str_fmt(r->mem, "%lld", (long long)n);
}

static str kind_label(const struct request *r, enum print_kind k)
{
    return msg(r->lang, k == PRINT_FILE ? MSG_print_kind_file : MSG_print_kind_picture);
}

static str effect(struct request *r, const struct print_list *l)
{
    str name = scan_action_name(l->action);
    return msg_format(r->mem, r->lang, MSG_scan_does,
                      (const str[]){family_label(r->lang, l->family),
                                    msg_lookup(r->lang, "scan.action_", str_z(r->mem, name),
                                               MSG_scan_action_hold)},
                      2);
}

static struct table_cell state_cell(const struct request *r, const struct print_list *l)
{
    bool active = str_eq(l->state, S("active"));
    return (struct table_cell){.text = msg(r->lang, active ? MSG_print_active : MSG_print_retired),
                               .status = true,
                               .tone = active ? TONE_OK : TONE_NEUTRAL};
}

/* ---- all ---- */

struct listing {
    struct request *r;
    struct print_list *v;
    size_t n;
};

static err list_read(struct tx *t, void *ctx)
{
    struct listing *x = ctx;
    return print_list_all(t, x->r->mem, &x->v, &x->n);
}

enum { COLUMNS = 6 };

static struct table_row list_row(struct request *r, const struct print_list *l)
{
    struct table_cell *c = NEW_N(r->mem, struct table_cell, COLUMNS);
    c[0].text = l->name;
    c[1] = state_cell(r, l);
    c[2].text = kind_label(r, l->kind);
    c[3].text = effect(r, l);
    c[4].text = number(r, l->n);
    c[5].text = number(r, l->hits);
    return (struct table_row){str_fmt(r->mem, "/desk/prints/%lld", (long long)l->id), c};
}

err page_print_lists(struct request *r)
{
    struct listing x = {.r = r};
    TRY(request_read(r, list_read, &x));
    struct table_row *rows = NEW_N(r->mem, struct table_row, x.n);
    for (size_t i = 0; i < x.n; i++)
        rows[i] = list_row(r, &x.v[i]);
    const struct table_col cols[COLUMNS] = {
        {.label = msg(r->lang, MSG_print_name)},
        {.label = msg(r->lang, MSG_scan_state)},
        {.label = msg(r->lang, MSG_print_kind)},
        {.label = msg(r->lang, MSG_scan_effect)},
        {.label = msg(r->lang, MSG_print_n), .number = true},
        {.label = msg(r->lang, MSG_scan_hits), .number = true},
    };
    struct print_lists_view v = {
        .table = {.caption = msg(r->lang, MSG_print_title),
                  .cols = cols,
                  .col_n = COLUMNS,
                  .rows = rows,
                  .row_n = x.n,
                  .empty = {S("document-duplicate"), msg(r->lang, MSG_print_empty), S(""),
                            S("/desk/prints/new"), msg(r->lang, MSG_print_new)}}};
    struct page page = {.place = PLACE_DESK,
                        .action = {S("/desk/prints/new"), msg(r->lang, MSG_print_new), S("plus")}};
    return REPLY_PAGE(r, &page, view_print_lists, &v);
}

/* ---- a new one ---- */

static const struct form_option KINDS[] = {
    {.value = S_INIT("picture"), .label = MSG_print_kind_picture},
    {.value = S_INIT("file"), .label = MSG_print_kind_file}};
static const struct form_option ACTIONS[] = {
    {.value = S_INIT("hold"), .label = MSG_scan_action_hold},
    {.value = S_INIT("mark"), .label = MSG_scan_action_mark},
    {.value = S_INIT("refuse"), .label = MSG_scan_action_refuse}};
static const struct form_option LEVELS[] = {{.value = S_INIT("1"), .label = MSG_severity_1},
                                            {.value = S_INIT("2"), .label = MSG_severity_2},
                                            {.value = S_INIT("3"), .label = MSG_severity_3},
                                            {.value = S_INIT("4"), .label = MSG_severity_4}};
static const struct form_field FIELDS[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .label = MSG_print_name,
     .required = true,
     .max = PRINT_NAME_MAX},
    {.name = "source",
     .kind = FIELD_TEXT,
     .label = MSG_print_source,
     .help = MSG_print_source_help,
     .required = true,
     .max = PRINT_NAME_MAX},
    {.name = "kind",
     .kind = FIELD_SELECT,
     .label = MSG_print_kind,
     .required = true,
     .options = KINDS,
     .option_n = LEN(KINDS)},
    {.name = "family", .kind = FIELD_SELECT, .label = MSG_scan_family, .required = true},
    {.name = "severity",
     .kind = FIELD_SELECT,
     .label = MSG_print_severity,
     .required = true,
     .options = LEVELS,
     .option_n = LEN(LEVELS)},
    {.name = "action",
     .kind = FIELD_SELECT,
     .label = MSG_scan_action,
     .required = true,
     .options = ACTIONS,
     .option_n = LEN(ACTIONS)},
    {.name = "file",
     .kind = FIELD_FILE,
     .label = MSG_print_file,
     .help = MSG_print_file_help,
     .max = PRINT_FILE_BYTES,
     .accept = ".txt,.csv,text/plain,text/csv"},
    {.name = "note",
     .kind = FIELD_TEXT,
     .label = MSG_print_note,
     .required = true,
     .max = PRINT_NOTE_MAX},
};

struct making {
    struct request *r;
    struct form form;
    struct print_list l;
    struct print_lines lines;
};

static str odd_words(struct request *r, const struct print_lines *l)
{
    str which = S("");
    for (int64_t i = 0; i < l->odd && i < PRINT_ODD_MAX; i++)
        which = str_fmt(r->mem, "%.*s%s%lld", FMT(which), i ? ", " : "", (long long)l->odd_line[i]);
    return l->odd ? msg_format(r->mem, r->lang, MSG_print_odd,
                               (const str[]){number(r, l->odd), which, number(r, l->lines)}, 3)
                  : S("");
}

static err show_new(struct making *x, int status)
{
    struct request *r = x->r;
    struct form_option *v = NEW_N(r->mem, struct form_option, FAMILY_COUNT);
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        v[i] = (struct form_option){.value = str_from(FAMILIES[i].key),
                                    .text = family_label(r->lang, str_from(FAMILIES[i].key))};
    form_options(&x->form, "family", v, FAMILY_COUNT);
    x->form.submit = MSG_print_add;
    struct print_new_view view = {.form = &x->form, .odd = odd_words(r, &x->lines)};
    struct page page = {.place = PLACE_DESK,
                        .back = {S("/desk/prints"), msg(r->lang, MSG_print_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_print_new, &view);
}

err page_print_new(struct request *r)
{
    struct making x = {.r = r};
    form_init(r, FIELDS, LEN(FIELDS), &x.form);
    return show_new(&x, 200);
}

static err take(struct making *x)
{
    struct request *r = x->r;
    const struct upload *u = request_upload(r, "file");
    const struct form *f = &x->form;
    x->l = (struct print_list){.name = form_get(f, "name"),
                               .source = form_get(f, "source"),
                               .family = form_get(f, "family"),
                               .severity = (int)form_int(f, "severity"),
                               .note = form_get(f, "note"),
                               .by = r->session.user_id};
    TRY(print_kind_parse(form_get(f, "kind"), &x->l.kind));
    TRY(scan_action_parse(form_get(f, "action"), &x->l.action));
    if (!u || !u->size || u->size > PRINT_FILE_BYTES)
        return fault_field(ERR_INVALID, "no_prints", "file", "no file, or too large");
    char *p = arena_room(r->mem, (size_t)u->size + 1);
    size_t n = 0;
    for (ssize_t got = 1; got > 0; n += got > 0 ? (size_t)got : 0)
        got = pread(u->fd, p + n, (size_t)u->size - n, (off_t)n);
    TRY(print_lines_read(r->mem, (str){p, n}, &x->lines));
    return x->lines.odd ? fault_field(ERR_INVALID, "odd_prints", "file", "%lld lines",
                                      (long long)x->lines.odd)
                        : OK;
}

static err add(struct tx *t, void *ctx)
{
    struct making *x = ctx;
    return print_list_add(t, x->r->mem, &x->l, &x->lines);
}

err do_print_new(struct request *r)
{
    struct making x = {.r = r};
    err e = form_read(r, FIELDS, LEN(FIELDS), &x.form);
    if (e != OK)
        return show_new(&x, 422);
    e = take(&x);
    if (e == OK)
        e = request_tx(r, add, &x);
    if (e != OK)
        return form_take_fault(&x.form, e) ? show_new(&x, err_http(e)) : e;
    job_runner_poke(r->site->jobs);
    reply_flash(r, MSG_print_added);
    return reply_redirect(r, str_fmt(r->mem, "/desk/prints/%lld", (long long)x.l.id));
}

/* ---- one ---- */

static const struct form_field RETIRE[] = {{.name = "reason",
                                            .kind = FIELD_TEXTAREA,
                                            .label = MSG_scan_reason,
                                            .required = true,
                                            .max = PRINT_NOTE_MAX}};

struct showing {
    struct request *r;
    int64_t id;
    struct print_list l;
    struct print_match *found;
    size_t n;
    struct print_sweep sweep;
    struct form retire;
};

static err show_read(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    TRY(print_list_load(t, x->r->mem, x->id, &x->l));
    TRY(print_found_list(t, x->r->mem, x->id, &x->found, &x->n));
    err e = print_sweep_of(t, 0, x->id, &x->sweep);
    return e == ERR_NOT_FOUND ? OK : e;
}

static struct facts_view facts(struct request *r, const struct print_list *l)
{
    struct fact *v = NEW_N(r->mem, struct fact, 9);
    size_t n = 0;
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_state), .text = state_cell(r, l).text};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_print_source), .text = l->source};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_print_kind), .text = kind_label(r, l->kind)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_effect), .text = effect(r, l)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_print_n), .text = number(r, l->n)};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_author), .text = l->by_name};
    v[n++] = (struct fact){.label = msg(r->lang, MSG_print_note), .text = l->note};
    if (l->retired_at) {
        v[n++] =
            (struct fact){.label = msg(r->lang, MSG_print_retired_by), .text = l->retired_name};
        v[n++] = (struct fact){.label = msg(r->lang, MSG_scan_reason), .text = l->retired_why};
    }
    return (struct facts_view){v, n};
}

static err show(struct showing *x, int status)
{
    struct request *r = x->r;
    x->retire.action = str_fmt(r->mem, "/desk/prints/%lld/retire", (long long)x->id);
    x->retire.submit = MSG_print_retire;
    struct print_list_view v = {.facts = facts(r, &x->l),
                                .found =
                                    print_copies_table(r, MSG_print_list_found, x->found, x->n),
                                .retire = str_eq(x->l.state, S("active")) ? &x->retire : NULL,
                                .sweep = print_sweep_words(r, &x->sweep)};
    struct page page = {.place = PLACE_DESK,
                        .title = x->l.name,
                        .back = {S("/desk/prints"), msg(r->lang, MSG_print_title), S("")}};
    return REPLY_PAGE_STATUS(r, status, &page, view_print_list, &v);
}

static err open(struct request *r, struct showing *ret_x)
{
    *ret_x = (struct showing){.r = r};
    TRY(request_arg_int(r, "id", &ret_x->id));
    return request_read(r, show_read, ret_x);
}

err page_print_list(struct request *r)
{
    struct showing x;
    TRY(open(r, &x));
    form_init(r, RETIRE, LEN(RETIRE), &x.retire);
    return show(&x, 200);
}

static err retire(struct tx *t, void *ctx)
{
    struct showing *x = ctx;
    return print_list_retire(t, x->id, x->r->session.user_id, form_get(&x->retire, "reason"));
}

err do_print_retire(struct request *r)
{
    struct showing x;
    TRY(open(r, &x));
    err e = form_read(r, RETIRE, LEN(RETIRE), &x.retire);
    if (e != OK)
        return show(&x, 422);
    e = request_tx(r, retire, &x);
    if (e != OK)
        return form_take_fault(&x.retire, e) ? show(&x, err_http(e)) : e;
    reply_flash(r, MSG_print_retired_done);
    return reply_redirect(r, str_fmt(r->mem, "/desk/prints/%lld", (long long)x.id));
}
