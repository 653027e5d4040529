/* The statement of reasons: what an operator is told, in both languages, and the fields that the EU
 * transparency database asks for (Regulation 2022/2065 art. 17, 24(5)). */
#include "base/clock.h"
#include "base/json.h"
#include "ruling/steps.h"

enum { TEXT_MAX = 32 * 1024, JSON_MAX = 96 * 1024 };

struct writing {
    struct buf b;
    arena *mem;
    enum lang lang;
};

static void line(struct writing *w, enum msg label, str value)
{
    if (value.n)
        buf_fmt(&w->b, "%.*s%.*s%.*s\n", FMT(msg(w->lang, label)),
                FMT(msg(w->lang, MSG_ruling_colon)), FMT(value));
}

static str until_text(const struct writing *w, const struct ruling *r)
{
    return r->days ? clock_china_text(w->mem, r->at + r->days * (int64_t)DAY_MS)
                   : msg(w->lang, MSG_ruling_no_end);
}

static str basis_text(const struct writing *w, const struct ruling *r)
{
    str label = citation_label(w->lang, r->basis);
    if (!r->basis_version)
        return label;
    str n = str_fmt(w->mem, "%d", r->basis_version);
    return msg_format(w->mem, w->lang, MSG_ruling_basis_version, (const str[]){label, n}, 2);
}

static str functions_text(const struct writing *w, const struct ruling *r)
{
    str all = S("");
    for (str rest = r->functions; rest.n;) {
        str one = str_split(rest, ',', &rest);
        str label = msg_lookup(w->lang, "function.", str_z(w->mem, one), MSG_function_publish);
        all = all.n ? str_fmt(w->mem, "%.*s, %.*s", FMT(all), FMT(label)) : label;
    }
    return all;
}

static err text_of(arena *mem, enum lang lang, const struct ruling *r, str *ret_text)
{
    struct writing w = {.mem = mem, .lang = lang};
    buf_init(&w.b, mem, TEXT_MAX);
    line(&w, MSG_ruling_about, r->title);
    line(&w, MSG_ruling_address,
         r->no ? str_fmt(mem, "/a/%.*s/%lld", FMT(r->handle), (long long)r->no)
               : str_cat(mem, S("/a/"), r->handle));
    line(&w, MSG_ruling_quote, r->quote);
    line(&w, MSG_ruling_family, family_label(lang, r->family));
    line(&w, MSG_ruling_measure, measure_label(lang, r->measure));
    line(&w, MSG_ruling_functions, functions_text(&w, r));
    line(&w, MSG_ruling_from, clock_china_text(mem, r->at));
    line(&w, MSG_ruling_until, until_text(&w, r));
    line(&w, MSG_ruling_basis, basis_text(&w, r));
    line(&w, MSG_ruling_facts, r->facts);
    line(&w, MSG_ruling_reasoning, r->reasoning);
    line(&w, MSG_ruling_automation,
         msg(lang,
             str_eq(r->automation, S("none")) ? MSG_ruling_by_people : MSG_ruling_found_by_rule));
    line(&w, MSG_ruling_officers, msg(lang, r->second_officer ? MSG_ruling_two : MSG_ruling_one));
    line(&w, MSG_ruling_todo,
         msg_lookup(lang, "measure.todo.", str_z(mem, r->measure), MSG_ruling_redress));
    line(&w, MSG_ruling_redress_label, msg(lang, MSG_ruling_redress));
    return buf_take(&w.b, ret_text);
}

static str source_type(str sources)
{
    return str_has(sources, S("report"))   ? S("SOURCE_TYPE_OTHER_NOTIFICATION")
           : str_has(sources, S("rights")) ? S("SOURCE_ARTICLE_16")
                                           : S("SOURCE_VOLUNTARY");
}

static void decision_members(struct jw *j, arena *mem, const struct ruling *r)
{
    enum measure_kind kind;
    str dsa = S(""),
        end = r->days ? clock_rfc3339(mem, r->at + r->days * (int64_t)DAY_MS) : STR_NONE;
    if (measure_kind_parse(r->measure, &kind) == OK)
        dsa = str_from(MEASURES[kind].dsa);
    bool account = str_starts(dsa, S("DECISION_ACCOUNT"));
    bool service = str_starts(dsa, S("DECISION_PROVISION"));
    bool seen = str_starts(dsa, S("DECISION_VISIBILITY"));
    jw_key(j, "decision_visibility");
    jw_array(j);
    if (seen)
        jw_str(j, dsa);
    jw_end(j);
    jw_key_str(j, "end_date_visibility_restriction", seen ? end : STR_NONE);
    jw_key_str(j, "decision_monetary", STR_NONE);
    jw_key_str(j, "decision_provision", service ? dsa : STR_NONE);
    jw_key_str(j, "end_date_service_restriction", service ? end : STR_NONE);
    jw_key_str(j, "decision_account", account ? dsa : STR_NONE);
    jw_key_str(j, "end_date_account_restriction", account ? end : STR_NONE);
}

static void ground_members(struct jw *j, const struct ruling *r)
{
    bool illegal = r->severity <= 2;
    str ground = citation_label(LANG_EN, r->basis);
    jw_key_str(j, "decision_ground",
               illegal ? S("DECISION_GROUND_ILLEGAL_CONTENT")
                       : S("DECISION_GROUND_INCOMPATIBLE_CONTENT"));
    jw_key_str(j, "illegal_content_legal_ground", illegal ? ground : STR_NONE);
    jw_key_str(j, "illegal_content_explanation", illegal ? r->reasoning : STR_NONE);
    jw_key_str(j, "incompatible_content_ground", illegal ? STR_NONE : ground);
    jw_key_str(j, "incompatible_content_explanation", illegal ? STR_NONE : r->reasoning);
}

static void dsa_members(struct jw *j, arena *mem, const struct ruling *r)
{
    const struct family *f = family_find(r->family);
    decision_members(j, mem, r);
    ground_members(j, r);
    jw_key_str(j, "category", f ? str_from(f->dsa) : STR_NONE);
    jw_key(j, "content_type");
    jw_array(j);
    jw_str(j, r->no ? S("CONTENT_TYPE_TEXT") : S("CONTENT_TYPE_OTHER"));
    jw_end(j);
    jw_key_str(j, "application_date", clock_rfc3339(mem, r->at));
    jw_key_str(j, "decision_facts", r->facts);
    jw_key_str(j, "source_type", source_type(r->sources));
    jw_key_str(j, "automated_detection", str_eq(r->automation, S("none")) ? S("No") : S("Yes"));
    jw_key_str(j, "automated_decision", S("AUTOMATED_DECISION_NOT_AUTOMATED"));
    jw_key_str(j, "puid", str_fmt(mem, "gongqi-%lld", (long long)r->id));
}

err statement_make(arena *mem, const struct ruling *r, str *ret_json)
{
    str zh, en;
    struct jw j;
    TRY(text_of(mem, LANG_ZH, r, &zh));
    TRY(text_of(mem, LANG_EN, r, &en));
    jw_init(&j, mem, JSON_MAX);
    jw_object(&j);
    jw_key_int(&j, "ruling", r->id);
    jw_key_str(&j, "zh", zh);
    jw_key_str(&j, "en", en);
    jw_key(&j, "dsa");
    jw_object(&j);
    dsa_members(&j, mem, r);
    jw_end(&j);
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}

err statement_text(arena *mem, str json, enum lang lang, str *ret_text)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(json, &root));
    *ret_text = str_dup(mem, json_text(root, lang == LANG_ZH ? "zh" : "en"));
    return OK;
}
