/* The officers' form of a ruling. */
#include "ruling/ruling_view.h"

static const struct form_option OUTCOMES[] = {
    {.value = S_INIT("uphold"), .label = MSG_appeal_uphold},
    {.value = S_INIT("partly"), .label = MSG_appeal_partly},
    {.value = S_INIT("reverse"), .label = MSG_appeal_reverse},
    {.value = S_INIT("replace"), .label = MSG_appeal_replace},
};
static const struct form_option SEVERITIES[] = {
    {.value = S_INIT("1"), .label = MSG_severity_1},
    {.value = S_INIT("2"), .label = MSG_severity_2},
    {.value = S_INIT("3"), .label = MSG_severity_3},
    {.value = S_INIT("4"), .label = MSG_severity_4},
};
static const struct form_option FUNCTIONS[] = {
    {.value = S_INIT("publish"), .label = MSG_function_publish},
    {.value = S_INIT("profile"), .label = MSG_function_profile},
    {.value = S_INIT("invite"), .label = MSG_function_invite},
    {.value = S_INIT("api"), .label = MSG_function_api},
    {.value = S_INIT("menu"), .label = MSG_function_menu},
};
enum { APPEAL_FIELDS = 2 };
static const struct form_field FIELDS[] = {
    {.name = "outcome",
     .kind = FIELD_SELECT,
     .label = MSG_appeal_outcome,
     .help = MSG_appeal_outcome_help,
     .options = OUTCOMES,
     .option_n = LEN(OUTCOMES)},
    {.name = "reasons",
     .kind = FIELD_TEXTAREA,
     .label = MSG_appeal_reasons,
     .max = RULING_FACTS_MAX},
    {.name = "measure",
     .kind = FIELD_SELECT,
     .label = MSG_ruling_measure,
     .help = MSG_ruling_measure_help},
    {.name = "functions",
     .kind = FIELD_MULTI,
     .label = MSG_ruling_functions,
     .help = MSG_ruling_functions_help,
     .options = FUNCTIONS,
     .option_n = LEN(FUNCTIONS),
     .max = LEN(FUNCTIONS)},
    {.name = "days",
     .kind = FIELD_NUMBER,
     .label = MSG_ruling_days,
     .help = MSG_ruling_days_help,
     .min = 0,
     .max = RULING_DAYS_MAX},
    {.name = "severity",
     .kind = FIELD_SELECT,
     .label = MSG_ruling_severity,
     .options = SEVERITIES,
     .option_n = LEN(SEVERITIES)},
    {.name = "basis", .kind = FIELD_SELECT, .label = MSG_ruling_basis},
    {.name = "facts",
     .kind = FIELD_TEXTAREA,
     .label = MSG_ruling_facts,
     .help = MSG_ruling_facts_help,
     .max = RULING_FACTS_MAX},
    {.name = "reasoning",
     .kind = FIELD_TEXTAREA,
     .label = MSG_ruling_reasoning,
     .help = MSG_ruling_reasoning_help,
     .max = RULING_FACTS_MAX},
};

static const struct form_option *measure_options(struct request *r, const struct wish_form *w,
                                                 size_t *ret_n)
{
    struct form_option *v = NEW_N(r->mem, struct form_option, MEASURE_KINDS + 1);
    size_t n = 0;
    unsigned things = w->no ? FAMILY_ARTICLE | FAMILY_ACCOUNT : FAMILY_ACCOUNT;
    if (!w->appeal)
        v[n++] =
            (struct form_option){.value = S("none"), .text = measure_label(r->lang, S("none"))};
    for (size_t i = 0; i < MEASURE_KINDS; i++) {
        str name = str_from(MEASURES[i].name);
        if (MEASURES[i].things & things)
            v[n++] = (struct form_option){.value = name, .text = measure_label(r->lang, name)};
    }
    *ret_n = n;
    return v;
}

static const struct form_option *basis_options(struct request *r)
{
    struct form_option *v = NEW_N(r->mem, struct form_option, CITATION_COUNT);
    for (size_t i = 0; i < CITATION_COUNT; i++) {
        str key = str_from(CITATIONS[i].key);
        v[i] = (struct form_option){.value = key, .text = citation_label(r->lang, key)};
    }
    return v;
}

static void fill(struct request *r, struct form *f, const struct ruling_wish *w)
{
    form_set(f, "measure", w->measure);
    form_set(f, "functions", w->functions.p ? w->functions : S(""));
    form_set(f, "basis", w->basis.p ? w->basis : S(""));
    form_set(f, "facts", w->facts.p ? w->facts : S(""));
    form_set(f, "reasoning", w->reasoning.p ? w->reasoning : S(""));
    form_set(f, "days", w->days ? str_fmt(r->mem, "%d", w->days) : S(""));
    form_set(f, "severity", w->severity ? str_fmt(r->mem, "%d", w->severity) : S(""));
}

/* An appeal needs the new decision only for two of its outcomes. */
static const struct form_field *fields_of(struct request *r, bool appeal, size_t *ret_n)
{
    size_t skip = appeal ? 0 : APPEAL_FIELDS, n = LEN(FIELDS) - skip;
    struct form_field *v = NEW_N(r->mem, struct form_field, n);
    for (size_t i = 0; i < n; i++) {
        v[i] = FIELDS[skip + i];
        str name = str_from(v[i].name);
        v[i].required =
            appeal ? i < APPEAL_FIELDS : str_eq(name, S("measure")) || str_eq(name, S("reasoning"));
    }
    *ret_n = n;
    return v;
}

void wish_form(struct request *r, const struct wish_form *w, struct form *ret_f)
{
    size_t n = 0, measures = 0;
    const struct form_field *fields = fields_of(r, w->appeal, &n);
    if (r->method == METHOD_POST && request_field(r, "reasoning").p)
        (void)form_read(r, fields, n, ret_f);
    else
        form_init(r, fields, n, ret_f);
    const struct form_option *options = measure_options(r, w, &measures);
    form_options(ret_f, "measure", options, measures);
    form_options(ret_f, "basis", basis_options(r), CITATION_COUNT);
    if (w->fill && !request_field(r, "reasoning").p)
        fill(r, ret_f, w->fill);
    ret_f->submit = MSG_ruling_decide;
}

static str field(struct request *r, const char *name)
{
    str s = request_field(r, name);
    return s.p ? str_trim(s) : S("");
}

/* The boxes of a FIELD_MULTI come as fields of the same name. */
static str chosen(struct request *r, const char *name)
{
    str all = S("");
    for (size_t i = 0; i < r->fields.n; i++)
        if (str_eq(r->fields.v[i].name, str_from(name)) && r->fields.v[i].value.n)
            all = all.n ? str_fmt(r->mem, "%.*s,%.*s", FMT(all), FMT(r->fields.v[i].value))
                        : r->fields.v[i].value;
    return all;
}

void wish_of(struct request *r, struct ruling_wish *ret_w)
{
    int64_t days = 0, severity = 0;
    str d = field(r, "days");
    if (d.n && str_int(d, &days) != OK)
        days = -1; /* refused by the check */
    if (days > RULING_DAYS_MAX)
        days = -1;
    if (str_int(field(r, "severity"), &severity) != OK || severity > 4)
        severity = 0;
    *ret_w = (struct ruling_wish){.measure = field(r, "measure"),
                                  .functions = chosen(r, "functions"),
                                  .basis = field(r, "basis"),
                                  .facts = field(r, "facts"),
                                  .reasoning = field(r, "reasoning"),
                                  .days = (int)days,
                                  .severity = (int)severity};
}

const struct form_option *family_options(struct request *r, unsigned things, size_t *ret_n)
{
    struct form_option *v = NEW_N(r->mem, struct form_option, FAMILY_COUNT);
    size_t n = 0;
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        str key = str_from(FAMILIES[i].key);
        if (FAMILIES[i].things & things)
            v[n++] = (struct form_option){.value = key, .text = family_label(r->lang, key)};
    }
    *ret_n = n;
    return v;
}
