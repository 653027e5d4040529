/* What every reader of a complaint sees of it: both sides, labels, proofs. */
#include "base/clock.h"
#include "casework/casework.h"
#include "rights/rights_view.h"
#include "rights_sides.html.h"
#include "ruling/ruling.h"

#include <sys/stat.h>

enum { CASE_COMPLAINTS = 20 };

str rights_kind_label(enum lang lang, str kind)
{
    AUTO_ARENA(mem);
    return msg_lookup(lang, "rights.kind_", str_z(mem, kind), MSG_word_none);
}

static str labelled(struct request *r, const char *prefix, str key)
{
    return key.n ? msg_lookup(r->lang, prefix, str_z(r->mem, key), MSG_word_none) : S("");
}

static str ruled(struct request *r, const struct complaint_item *i, enum tone *ret_tone)
{
    bool none = str_eq(i->measure, S("none"));
    *ret_tone = none ? TONE_NEUTRAL : TONE_OK;
    str measure = measure_label(r->lang, i->measure);
    return none ? msg(r->lang, MSG_rights_state_cleared)
                : msg_format(r->mem, r->lang, MSG_rights_state_acted, &measure, 1);
}

str rights_item_state(struct request *r, const struct complaint_item *i, enum tone *ret_tone)
{
    *ret_tone = TONE_INFO;
    if (str_eq(i->state, S("open")))
        return i->ruling ? ruled(r, i, ret_tone) : msg(r->lang, MSG_rights_state_open);
    if (str_eq(i->state, S("countered"))) {
        *ret_tone = TONE_WARN;
        str until = clock_china_text(r->mem, i->wait_until);
        return msg_format(r->mem, r->lang, MSG_rights_state_countered, &until, 1);
    }
    *ret_tone = str_eq(i->state, S("suit")) ? TONE_WARN : TONE_NEUTRAL;
    return labelled(r, "rights.state_", i->state);
}

static const struct file_link *links_of(const struct sides_want *w, const char *side,
                                        int64_t item_id, size_t *ret_n)
{
    struct request *r = w->r;
    struct file_link *v = NEW_N(r->mem, struct file_link, w->file_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < w->file_n; i++) {
        const struct complaint_file *f = &w->files[i];
        if (!str_eq(f->side, str_from(side)) || f->item_id != item_id)
            continue;
        str words[] = {str_fmt(r->mem, "%zu", n + 1),
                       str_fmt(r->mem, "%lld", (long long)f->size / 1024 + 1)};
        v[n++] =
            (struct file_link){str_fmt(r->mem, "%.*s%lld", FMT(w->file_base), (long long)f->id),
                               msg_format(r->mem, r->lang, MSG_rights_file, words, LEN(words))};
    }
    *ret_n = n;
    return v;
}

static struct side_word word_of(const struct sides_want *w, const char *kind, int64_t item_id)
{
    struct side_word x = {0};
    for (size_t i = 0; i < w->word_n; i++)
        if (w->words[i].item_id == item_id && str_eq(w->words[i].kind, str_from(kind)))
            x.w = &w->words[i];
    x.files = links_of(w, kind, item_id, &x.n);
    return x;
}

void rights_sides(const struct sides_want *w, struct sides_view *ret_v)
{
    struct request *r = w->r;
    struct side_item *items = NEW_N(r->mem, struct side_item, w->item_n + 1);
    for (size_t i = 0; i < w->item_n; i++) {
        const struct complaint_item *x = &w->items[i];
        items[i] = (struct side_item){
            .i = x,
            .href = str_fmt(r->mem, "/a/%.*s/%lld", FMT(x->handle), (long long)x->no),
            .outcome = x->ruling ? x->reasoning : S(""),
            .counter = word_of(w, "counter", x->id),
            .suit = word_of(w, "suit", x->id)};
        items[i].state = rights_item_state(r, x, &items[i].tone);
    }
    *ret_v = (struct sides_view){.c = w->c,
                                 .kind = rights_kind_label(r->lang, w->c->kind),
                                 .wanted = labelled(r, "rights.wanted_", w->c->wanted),
                                 .capacity = labelled(r, "rights.capacity_", w->c->capacity),
                                 .name = w->name ? w->c->name : S(""),
                                 .address = w->address ? w->c->address : S(""),
                                 .items = items,
                                 .item_n = w->item_n};
    if (w->proof)
        ret_v->files = links_of(w, "complaint", 0, &ret_v->n);
}

/* ---- proofs ---- */

err rights_upload(struct request *r, struct form *f, int64_t owner, struct evidence *ret_e,
                  size_t *ret_n)
{
    struct evidence_in in = {.kind = RIGHTS_PROOF, .upload = request_upload(r, RIGHTS_PROOF)};
    *ret_n = 0;
    if (!in.upload || in.upload->size <= 0)
        return OK;
    err e = evidence_check(r->mem, &in);
    if (e != OK)
        return form_take_fault(f, e) ? ERR_INVALID : e;
    TRY(evidence_seal(r, &in, owner, ret_e));
    *ret_n = 1;
    return OK;
}

err rights_file(struct request *r, int64_t complaint_id, const struct complaint_file *v, size_t n)
{
    int64_t id = 0;
    struct stat st;
    int fd = -1;
    TRY(request_arg_int(r, "file", &id));
    for (size_t i = 0; i < n; i++) {
        if (v[i].id != id)
            continue;
        struct vault_files f = {r->site->vault, r->site->blobs, r->mem};
        TRY(vault_open_file(f, VAULT_REF("evidence", RIGHTS_PROOF, complaint_id), v[i].blob, &fd));
        ASSERT(fstat(fd, &st) == 0);
        bool pdf = str_eq(v[i].mime, S("application/pdf"));
        reply_header(r, "Content-Disposition",
                     pdf ? S("attachment; filename=\"proof.pdf\"") : S("inline"));
        return reply_file(r, fd, st.st_size, v[i].mime);
    }
    return fault(ERR_NOT_FOUND, "not_found", "no such file");
}

/* ---- in a case ---- */

struct seeing {
    struct request *r;
    const struct casefile *c;
    struct rights_site site;
    struct complaint_item *items;
    size_t n;
    struct sides_view *sides;
    str *hrefs;
};

/* Who they are stays on the complaint's own page, where each look is noted. */
static err see_one(struct tx *t, struct seeing *s, size_t k)
{
    struct request *r = s->r;
    arena *mem = r->mem;
    struct complaint *c = NEW(mem, struct complaint);
    struct complaint_word *words;
    struct complaint_file *files;
    size_t word_n, file_n;
    int64_t id = s->items[k].complaint_id;
    TRY(rights_load(t, mem, &s->site, id, c));
    TRY(rights_words(t, mem, &s->site, id, &words, &word_n));
    TRY(rights_files(t, mem, id, &files, &file_n));
    for (size_t i = 0; i < word_n; i++)
        words[i].name = words[i].contact = S("");
    s->hrefs[k] = str_fmt(mem, "/desk/rights/%lld", (long long)id);
    struct sides_want w = {.r = r,
                           .c = c,
                           .items = &s->items[k],
                           .item_n = 1,
                           .words = words,
                           .word_n = word_n,
                           .files = files,
                           .file_n = file_n,
                           .file_base = str_cat(mem, s->hrefs[k], S("/file/")),
                           .proof = true};
    rights_sides(&w, &s->sides[k]);
    return OK;
}

static err see(struct tx *t, void *ctx)
{
    struct seeing *s = ctx;
    arena *mem = s->r->mem;
    TRY(rights_of_case(t, mem, s->c->id, &s->items, &s->n));
    s->sides = NEW_N(mem, struct sides_view, CASE_COMPLAINTS);
    s->hrefs = NEW_N(mem, str, CASE_COMPLAINTS);
    for (size_t i = 0; i < s->n; i++)
        TRY(see_one(t, s, i));
    return OK;
}

err rights_case_view(struct request *r, const struct casefile *c, html *ret_view)
{
    struct seeing s = {.r = r, .c = c, .site = rights_site_of(r)};
    html rest;
    TRY(ruling_case_view(r, c, &rest));
    TRY(request_read(r, see, &s));
    struct case_complaints_view v = {s.sides, s.hrefs, s.n, rest};
    struct out *o = request_out(r);
    view_rights_case(o, &v);
    *ret_view = out_take(o);
    return OK;
}
