/* Labels, facts and fields of declarations. */
#include "article/declare.h"

#include "base/buf.h"
#include "settings/provider.h"
#include "settings/settings.h"
#include "web/site.h"

enum { LINE_MAX = 2048 };

void declaration_rules_now(const struct site *site, arena *mem, struct declaration_rules *ret_rules)
{
    struct provider_settings ps;
    provider_live_get(site->provider, mem, &ps);
    *ret_rules = (struct declaration_rules){.origin = site->settings->public_url,
                                            .minors = provider_rule(&ps, ps.minors_rule)};
}

void declaration_rules_of(const struct request *r, struct declaration_rules *ret_rules)
{
    declaration_rules_now(r->site, r->mem, ret_rules);
    ret_rules->host = r->host;
}

struct declaration declared_of(arena *mem, str declared)
{
    struct declaration d = {0};
    if (declaration_parse(mem, declared, &d) != OK)
        fault_clear();
    return d;
}

/* ---- labels ---- */

static const struct {
    enum declare what;
    const char *value;
    enum msg word, text;
    bool loud, brief;
} LABELS[] = {
    {DECLARE_ad, "1", MSG_declare_mark_ad, MSG_declare_why_ad, true, true},
    {DECLARE_ai, "generated", MSG_declare_mark_generated, MSG_declare_why_generated, true, true},
    {DECLARE_ai, "assisted", MSG_declare_mark_assisted, MSG_declare_why_assisted, true, true},
    {DECLARE_fiction, "1", MSG_declare_mark_fiction, MSG_declare_why_fiction, false, true},
    {DECLARE_origin, "original", MSG_declare_mark_original, MSG_declare_why_original, false, false},
    {DECLARE_news, "1", MSG_declare_mark_news, MSG_declare_why_news, false, false},
};
static const struct {
    const char *value;
    enum msg text;
} MINORS[] = {{"conduct", MSG_declare_minors_conduct},
              {"values", MSG_declare_minors_values},
              {"image", MSG_declare_minors_image},
              {"data", MSG_declare_minors_data}};

static str minors_text(const struct request *r, const struct declaration *d)
{
    for (size_t i = 0; i < LEN(MINORS); i++)
        if (declares(d, DECLARE_minors, MINORS[i].value)) {
            str what = msg(r->lang, MINORS[i].text);
            return msg_format(r->mem, r->lang, MSG_declare_why_minors, &what, 1);
        }
    return S("");
}

static void line(struct buf *b, const struct request *r, enum msg label, str value)
{
    str args[] = {msg(r->lang, label), value};
    if (value.n)
        buf_add(b, msg_format(r->mem, r->lang, MSG_declare_line, args, LEN(args)));
}

static struct declared_label reprint_label(const struct request *r, const struct declaration *d)
{
    struct buf b;
    buf_init(&b, r->mem, 4 * LINE_MAX);
    buf_add(&b, msg(r->lang, MSG_declare_why_reprint));
    line(&b, r, MSG_declare_source_title, d->v[DECLARE_source_title]);
    line(&b, r, MSG_declare_source_author, d->v[DECLARE_source_author]);
    line(&b, r, MSG_declare_source_licence, d->v[DECLARE_source_licence]);
    str source = d->v[DECLARE_source];
    return (struct declared_label){
        .word = msg_format(r->mem, r->lang, MSG_declare_mark_reprint, &source, 1),
        .text = buf_str(&b),
        .href = d->v[DECLARE_source_url].n ? d->v[DECLARE_source_url] : S(""),
        .link = msg(r->lang, MSG_declare_to_source)};
}

static struct declared_label place_label(const struct request *r, const struct declaration *d)
{
    str place = d->v[DECLARE_place], when = d->v[DECLARE_happened];
    str word = place.n && when.n ? str_fmt(r->mem, "%.*s · %.*s", FMT(place), FMT(when))
                                 : (place.n ? place : when);
    return (struct declared_label){.word = word, .text = msg(r->lang, MSG_declare_why_place)};
}

static struct declared_label first_label(const struct request *r, const struct declaration *d)
{
    str when = d->v[DECLARE_first_published];
    return (struct declared_label){
        .word = msg_format(r->mem, r->lang, MSG_declare_mark_first, &when, 1),
        .text = msg(r->lang, MSG_declare_why_first)};
}

void declared_labels(const struct request *r, const struct declaration *d, bool brief,
                     struct declared_view *ret_v)
{
    struct declared_view v = {.minors = minors_text(r, d)};
    for (size_t i = 0; i < LEN(LABELS); i++)
        if (declares(d, LABELS[i].what, LABELS[i].value) && (!brief || LABELS[i].brief))
            v.v[v.n++] = (struct declared_label){.word = msg(r->lang, LABELS[i].word),
                                                 .text = msg(r->lang, LABELS[i].text),
                                                 .loud = LABELS[i].loud};
    if (declares(d, DECLARE_origin, "reprint")) {
        v.v[v.n++] = reprint_label(r, d);
        if (brief)
            v.v[v.n - 1].word = msg(r->lang, MSG_declare_origin_reprint);
    }
    if (v.minors.n)
        v.v[v.n++] = (struct declared_label){
            .word = msg(r->lang, MSG_declare_mark_minors), .text = v.minors, .loud = true};
    if (!brief && (d->v[DECLARE_place].n || d->v[DECLARE_happened].n))
        v.v[v.n++] = place_label(r, d);
    if (!brief && d->v[DECLARE_first_published].n)
        v.v[v.n++] = first_label(r, d);
    *ret_v = v;
}

/* ---- facts ---- */

static str value_text(const struct request *r, int i, str value)
{
    const struct declare_spec *spec = &DECLARE_SPEC[i];
    if (spec->kind == DECLARE_FLAG)
        return msg(r->lang, MSG_declare_yes);
    if (spec->kind != DECLARE_CHOICE)
        return value;
    str key = str_fmt(r->mem, "%s.%.*s", spec->name, FMT(value));
    return msg_lookup(r->lang, "declare.", str_z(r->mem, key), MSG_declare_yes);
}

struct facts_view declared_facts(const struct request *r, const struct declaration *d)
{
    struct fact *v = NEW_N(r->mem, struct fact, DECLARATIONS);
    size_t n = 0;
    for (int i = 0; i < DECLARATIONS; i++)
        if (d->v[i].n)
            v[n++] = (struct fact){
                .label = msg_lookup(r->lang, "declare.", DECLARE_SPEC[i].name, MSG_declare_title),
                .text = value_text(r, i, d->v[i])};
    return (struct facts_view){v, n};
}

/* ---- fields ---- */

static void choices(struct form *f, const struct declare_spec *spec)
{
    arena *mem = f->r->mem;
    struct form_option *v = NEW_N(mem, struct form_option, DECLARATIONS);
    size_t n = 0;
    for (str rest = str_from(spec->choices); rest.p;) {
        str one = str_split(rest, '|', &rest);
        str key = str_fmt(mem, "%s.%.*s", spec->name, FMT(one));
        v[n++] = (struct form_option){
            .value = one,
            .text = msg_lookup(f->r->lang, "declare.", str_z(mem, key), MSG_word_none)};
    }
    form_options(f, spec->name, v, n);
}

void declare_form(struct form *f, const struct declaration *d)
{
    for (int i = 0; i < DECLARATIONS; i++) {
        const struct declare_spec *spec = &DECLARE_SPEC[i];
        bool choice = spec->kind == DECLARE_CHOICE;
        if (choice)
            choices(f, spec);
        if (d)
            form_set(f, spec->name, d->v[i].n ? d->v[i] : choice ? S("none") : S(""));
    }
}

void declare_read(const struct form *f, struct declaration *ret_d)
{
    for (int i = 0; i < DECLARATIONS; i++)
        ret_d->v[i] = form_get(f, DECLARE_SPEC[i].name);
}
