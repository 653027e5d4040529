/* What was found, as cards with the words marked. */
#include "base/json.h"
#include "finding/finding.h"
#include "scan/scan_view.h"
#include "scan_parts.html.h"

static str label_of(struct request *r, const json_t *place)
{
    str field = json_text(place, "field"), view = json_text(place, "view");
    const char *key = str_eq(view, S("sound"))                          ? "sound"
                      : json_is_true(json_object_get(place, "altered")) ? "altered"
                                                                        : "plain";
    str how = msg_lookup(r->lang, "scan.how_", key, MSG_scan_how_plain);
    str where = msg_lookup(r->lang, "scan.field_", str_z(r->mem, field), MSG_scan_field_body);
    return msg_format(r->mem, r->lang, MSG_scan_label,
                      (const str[]){where, str_dup(r->mem, json_text(place, "word")), how}, 3);
}

static err quotes(struct request *r, str places, struct scan_card *c)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(places, &root));
    c->n = json_array_size(root);
    struct scan_quote *v = NEW_N(r->mem, struct scan_quote, c->n);
    for (size_t i = 0; i < c->n; i++) {
        const json_t *p = json_array_get(root, i);
        v[i] = (struct scan_quote){str_dup(r->mem, json_text(p, "before")),
                                   str_dup(r->mem, json_text(p, "text")),
                                   str_dup(r->mem, json_text(p, "after")), label_of(r, p)};
    }
    c->v = v;
    return OK;
}

err scan_card_of(struct request *r, const struct scan_found *f, struct scan_card *ret_c)
{
    enum { MAX = 10 }; /* passages of a card */
    str action =
        msg_lookup(r->lang, "scan.action_", str_z(r->mem, f->action), MSG_scan_action_hold);
    struct scan_card c = {
        .title = f->rule_name,
        .href = str_fmt(r->mem, "/desk/scan/%lld", (long long)f->rule_id),
        .note = msg_format(r->mem, r->lang, MSG_scan_card,
                           (const str[]){action, family_label(r->lang, f->family),
                                         str_fmt(r->mem, "%lld", (long long)f->total)},
                           3),
        .refuses = str_eq(f->action, S("refuse"))};
    TRY(quotes(r, f->places, &c));
    c.n = c.n < MAX ? c.n : MAX;
    *ret_c = c;
    return OK;
}

struct looking {
    struct request *r;
    int64_t account_id, no;
    int version;
    struct scan_found *v;
    size_t n;
};

static err look(struct tx *t, void *ctx)
{
    struct looking *x = ctx;
    return scan_found_article(t, x->r->mem, x->account_id, x->no, x->version, &x->v, &x->n);
}

err scan_cards(struct request *r, int64_t account_id, int64_t no, int version, html *ret_cards)
{
    struct looking x = {.r = r, .account_id = account_id, .no = no, .version = version};
    TRY(request_read(r, look, &x));
    struct scan_card *v = NEW_N(r->mem, struct scan_card, x.n);
    for (size_t i = 0; i < x.n; i++)
        TRY(scan_card_of(r, &x.v[i], &v[i]));
    struct out *o = request_out(r);
    show_scan_cards(o, &(struct scan_cards_view){v, x.n});
    *ret_cards = out_take(o);
    return OK;
}
