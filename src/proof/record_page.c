/* The log itself: its files for programs, and a page that explains it to people. */
#include "proof/proof_view.h"
#include "proof_log.html.h"
#include "web/layout.h"

enum { BARS = 30, BAR_STEP = 10, BAR_TOP = 58 };

#define CHECKPOINT_CACHE "public, max-age=1"
#define TILE_CACHE "public, max-age=31536000, immutable"

/* Monitors run in browsers, too; everything here is public. */
static err log_text(struct request *r, str text)
{
    reply_header(r, "Cache-Control", S(CHECKPOINT_CACHE));
    reply_header(r, "Access-Control-Allow-Origin", S("*"));
    return reply_text(r, 200, S("text/plain; charset=utf-8"), text);
}

static err log_of(const struct request *r, struct record_log **ret_log)
{
    *ret_log = r->site->log;
    return r->site->log ? OK : fault(ERR_NOT_FOUND, "not_found", "no log here");
}

err page_log_key(struct request *r)
{
    struct record_log *l = NULL;
    TRY(log_of(r, &l));
    str key = note_key_text(r->mem, record_log_key(l));
    return log_text(r, str_cat(r->mem, key, S("\n")));
}

err page_log_checkpoint(struct request *r)
{
    struct record_log *l = NULL;
    str text;
    TRY(log_of(r, &l));
    TRY(record_log_checkpoint(l, r->mem, &text));
    return log_text(r, text);
}

err page_log_witnessed(struct request *r)
{
    struct record_log *l = NULL;
    str text;
    TRY(log_of(r, &l));
    TRY(record_log_witnessed(l, r->mem, &text));
    return log_text(r, text);
}

static err tile(struct request *r, bool everything, const char *cache)
{
    struct record_log *l = NULL;
    struct tile_id id;
    struct bytes data;
    TRY(log_of(r, &l));
    TRY(tile_path_parse(request_arg(r, "path"), &id));
    if (id.level == TILE_ENTRIES && record_log_private(l) && !everything)
        return fault(ERR_NOT_FOUND, "not_found", "entries are private (setting log_entries)");
    TRY(record_log_tile(l, r->mem, id, &data));
    reply_header(r, "Cache-Control", str_from(cache));
    reply_header(r, "Access-Control-Allow-Origin", S("*"));
    return reply_text(r, 200, S("application/octet-stream"), bytes_str(data));
}

err page_log_tile(struct request *r)
{
    return tile(r, false, TILE_CACHE);
}

err page_desk_record_tile(struct request *r)
{
    return tile(r, true, "no-store");
}

/* ---- the page ---- */

static err growth_load(struct tx *t, void *ctx)
{
    return record_log_growth(t, ctx);
}

static void bars_of(struct request *r, const struct record_log_growth *g, struct log_view *v)
{
    struct growth_bar *bars = NEW_N(r->mem, struct growth_bar, BARS);
    for (int i = 0; i < BARS; i++)
        v->bar_most = g->days[i].leaves > v->bar_most ? g->days[i].leaves : v->bar_most;
    for (int i = 0; i < BARS; i++) {
        int64_t n = g->days[i].leaves;
        int height = n ? (int)(n * (BAR_TOP - 2) / v->bar_most) + 2 : 0;
        bars[i] = (struct growth_bar){n, i * BAR_STEP + 1, BAR_TOP + 2 - height, height,
                                      days_date(g->days[i].day)};
    }
    v->bars = bars;
    v->bar_n = BARS;
}

static void witnesses_of(struct request *r, struct log_view *v)
{
    struct witness_status *w;
    size_t n = record_log_witnesses(r->site->log, r->mem, &w, &v->quorum);
    struct witness_view *to = NEW_N(r->mem, struct witness_view, n);
    for (size_t i = 0; i < n; i++) {
        bool ahead = str_eq(w[i].problem, S("witness_ahead")) ||
                     str_eq(w[i].problem, S("witness_refused")) ||
                     str_eq(w[i].problem, S("witness_lies"));
        enum msg m = w[i].problem.n == 0 ? w[i].at ? MSG_proof_witness_ok : MSG_proof_witness_none
                     : ahead             ? MSG_proof_witness_refuses
                                         : MSG_proof_witness_down;
        enum tone tone = w[i].problem.n == 0 ? w[i].at ? TONE_OK : TONE_NEUTRAL
                         : ahead             ? TONE_BAD
                                             : TONE_WARN;
        to[i] =
            (struct witness_view){w[i].name, w[i].url, msg(r->lang, m), tone, w[i].size, w[i].at};
    }
    v->witnesses = to;
    v->witness_n = n;
}

static err log_show(struct request *r, bool desk)
{
    struct record_log *l = NULL;
    struct record_log_status s;
    struct record_log_growth g = {0};
    TRY(log_of(r, &l));
    TRY(request_read(r, growth_load, &g));
    record_log_status(l, &s);
    struct log_view v = {.desk = desk,
                         .private_entries = record_log_private(l),
                         .any = s.size > 0,
                         .origin = record_log_key(l)->name,
                         .key = note_key_text(r->mem, record_log_key(l)),
                         .root = hash_text(r->mem, s.root),
                         .size = s.size,
                         .pending = g.pending + g.sealed - s.size,
                         .signed_at = s.signed_at,
                         .witnessed_size = s.witnessed_size};
    if (s.state != OK) {
        v.problem =
            msg_lookup(r->lang, "reason.", str_z(r->mem, str_from(s.reason)), MSG_proof_problem);
        v.problem_text = str_dup(r->mem, str_from(s.text));
    }
    if (v.pending < 0)
        v.pending = 0;
    bars_of(r, &g, &v);
    witnesses_of(r, &v);
    struct page page = {.place = desk ? PLACE_DESK : PLACE_READER,
                        .script = "receipt.js",
                        .canonical = S("/log"),
                        .description = msg(r->lang, MSG_proof_lead)};
    return REPLY_PAGE(r, &page, view_log, &v);
}

err page_public_record(struct request *r)
{
    return log_show(r, false);
}

err page_desk_record(struct request *r)
{
    return log_show(r, true);
}
