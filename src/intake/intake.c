/* The three steps of an import: drafts, links, submissions. */
#include "intake/intake.h"

#include "article/console.h"
#include "article/declare.h"
#include "article/tag.h"
#include "intake/convert.h"
#include "intake/intake_store.h"
#include "intake/picture.h"
#include "intake/plain.h"
#include "intake/source.h"
#include "settings/settings.h"

enum {
    PROGRESS_EVERY = 200,
    NOTED_PICTURES = 5,
    NOTES_MAX = 64 << 10,
    BATCH = 64,           /* bodies for one worker */
    BATCH_HTML = 4 << 20, /* and about so many bytes */
};

struct intake {
    const struct intake_in *in;
    struct article_rules rules;
    struct declaration_rules declaring;
    str source; /* kind and address */
    str from;
    struct picture_source *pictures;
    struct intake_counts counts;
    int64_t seen;
    /* articles that wait for the worker, and their bytes */
    arena *batch_mem;
    struct intake_item batch[BATCH];
    size_t n, html;
};

/* The article at hand. */
struct work {
    struct intake *x;
    arena *mem;
    const struct intake_item *item;
    struct converting *body;
    struct buf notes;
    int lost_pictures;
    struct article_text text;
    struct import_item row;
};

static void say(const struct intake *x, str what, str result, str where, str why)
{
    if (x->in->say)
        x->in->say(x->in->ctx, what, result, where, why);
}

static void progress(struct intake *x, const char *step, bool end)
{
    if (x->in->progress && (end || ++x->seen % PROGRESS_EVERY == 0))
        x->in->progress(x->in->ctx, step, x->seen);
}

/* The errors of one article are said, and do not end the import. */
static bool goes_on(err e)
{
    return e == ERR_INVALID || e == ERR_DENIED || e == ERR_TOO_LARGE || e == ERR_LIMIT ||
           e == ERR_CONFLICT;
}

static str address_of(const struct intake *x, arena *mem, int64_t no)
{
    return str_fmt(mem, "/console/%.*s/articles/%lld", FMT(x->in->handle), (long long)no);
}

/* ---- pictures ---- */

static str stands_for(const struct converted *c, str blob)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->pictures[i].stand_in, blob))
            return c->pictures[i].address;
    return STR_NONE;
}

/* In its place a link to where it is, with its caption behind. */
static void picture_lost(struct work *w, struct node *n, str address)
{
    struct node *text = node_new(w->mem, NODE_TEXT);
    text->text = n->alt.n ? n->alt : address;
    if (doc_href_ok(address))
        text->href = address;
    text->next = n->child;
    *n = (struct node){
        .type = NODE_PARAGRAPH, .child = text, .last = n->last ? n->last : text, .next = n->next};
}

static err picture_place(struct work *w, str blob, str address, struct picture *ret_p)
{
    err e = picture_take(w->x->pictures, w->mem, blob, address, ret_p);
    if (e == OK)
        return OK;
    struct fault f = fault_of(e);
    if (!goes_on(e) && strcmp(f.reason, "fetch_failed") != 0)
        return e;
    w->x->counts.pictures_lost++;
    if (w->lost_pictures++ < NOTED_PICTURES)
        note_add(&w->notes, str_fmt(w->mem, "picture (%s)", f.reason), address);
    *ret_p = (struct picture){.media = STR_NONE};
    return OK;
}

/* The document is at most DOC_DEPTH_MAX deep. */
static err pictures_place(struct work *w, const struct converted *c, struct node *parent)
{
    for (struct node *n = parent->child; n; n = n->next) {
        if (n->type != NODE_PICTURE) {
            TRY(pictures_place(w, c, n));
            continue;
        }
        struct picture p;
        str address = stands_for(c, n->blob);
        if (!address.p)
            return fault(ERR_INVALID, "bad_document", "a picture from nowhere");
        TRY(picture_place(w, n->blob, address, &p));
        if (p.media.n) {
            n->blob = p.media;
            n->width = p.width;
            n->height = p.height;
        } else {
            picture_lost(w, n, address);
        }
    }
    return OK;
}

static err cover_place(struct work *w, str address)
{
    struct picture p;
    w->text.cover = S("");
    if (!doc_href_ok(address))
        return OK;
    TRY(picture_place(w, sha256_hex(w->mem, sha256(str_bytes(address))), address, &p));
    if (p.media.n)
        w->text.cover = p.media;
    return OK;
}

/* ---- what was lost ---- */

static void note_count(struct work *w, int n, const char *what)
{
    if (n > 0)
        note_add(&w->notes, str_fmt(w->mem, "%d %s", n, what), S(""));
}

static void note_dropped(struct work *w, const struct converted *c)
{
    if (c->embeds.n)
        note_add(&w->notes, S("players became links:"), c->embeds);
    note_count(w, c->dropped.scripts, "scripts, forms or frames dropped");
    note_count(w, c->dropped.pictures, "pictures without an address dropped");
    note_count(w, c->dropped.links, "links dropped");
    note_count(w, c->dropped.styles, "looks dropped");
    note_count(w, c->dropped.deep, "blocks flattened");
    note_count(w, w->lost_pictures - NOTED_PICTURES, "more pictures lost");
}

/* ---- words about the article ---- */

static str cut(struct work *w, str s, size_t max, str what)
{
    if (str_count(s) <= max)
        return s;
    note_add(&w->notes, what, S(""));
    return str_ellipsis(w->mem, s, max - 1);
}

/* A term that is a category of the account is its category; others are tags, five at most. */
static str topics(struct work *w)
{
    str all = S(""), one, checked;
    struct buf b;
    int n = 0;
    buf_init(&b, w->mem, NOTES_MAX);
    for (str rest = w->item->tags; rest.p;) {
        one = plain_text(w->mem, str_split(rest, ',', &rest));
        bool category = false;
        for (str c = w->x->in->categories; c.p && one.n;)
            if (str_eq_ci(str_split(c, ',', &c), one)) {
                w->text.category = str_lower_ascii(w->mem, one);
                category = true;
            }
        if (!one.n || category || str_eq_ci(one, S("uncategorized")))
            continue;
        bool fits = n < TAGS_MAX && tags_check(w->mem, one, &checked) == OK &&
                    str_find(checked, ',') == checked.n;
        fault_clear();
        if (!fits) {
            note_add(&w->notes, S("tag dropped:"), one);
            continue;
        }
        buf_fmt(&b, "%s%.*s", n++ ? "," : "", FMT(checked));
        all = buf_str(&b);
    }
    return all;
}

static err words(struct work *w)
{
    const struct intake_item *i = w->item;
    struct declaration d = {0};
    str rest;
    w->text.title = cut(w, plain_text(w->mem, i->title), ARTICLE_TITLE_MAX, S("title cut"));
    w->text.digest = cut(w, plain_text(w->mem, i->excerpt), ARTICLE_DIGEST_MAX, S("excerpt cut"));
    w->text.category = str_split(w->x->in->categories, ',', &rest);
    d.v[DECLARE_tags] = topics(w);
    d.v[DECLARE_first_published] = i->published;
    if (!w->text.title.n)
        note_add(&w->notes, S("no title"), S(""));
    return declaration_json(w->mem, &d, &w->x->declaring, &w->text.declared);
}

/* ---- step 1: drafts ---- */

static err draft_tx(struct tx *t, void *ctx)
{
    struct work *w = ctx;
    const struct intake_in *in = w->x->in;
    TRY(article_create(t, in->account_id, in->user_id, &w->text, &w->row.no));
    return store_import_add(t, &w->row);
}

static err draft_make(struct work *w)
{
    struct node *settled;
    struct converted *c = &w->body->c;
    if (w->body->failed != OK) {
        fault_copy(&w->body->why);
        return w->body->failed;
    }
    TRY(words(w));
    TRY(pictures_place(w, c, c->doc));
    TRY(cover_place(w, w->item->cover));
    TRY(doc_settle(w->mem, c->doc, &settled));
    TRY(doc_json(w->mem, settled, &w->text.doc));
    note_dropped(w, c);
    return db_tx(w->x->in->site->db, draft_tx, w);
}

static str what_of(arena *mem, const struct intake_item *i)
{
    return str_fmt(mem, "%.*s (line %lld)", FMT(i->id), (long long)i->line);
}

static err item_bring(struct work *w)
{
    struct intake *x = w->x;
    str what = what_of(w->mem, w->item);
    err e = draft_make(w);
    if (e != OK && !goes_on(e))
        return e;
    if (e != OK) {
        struct fault f = fault_of(e);
        x->counts.refused++;
        say(x, what, S("refused"), S(""), str_fmt(w->mem, "%s %s", f.reason, f.text));
        return OK;
    }
    x->counts.drafts++;
    say(x, what, S("draft"), address_of(x, w->mem, w->row.no), buf_str(&w->notes));
    return OK;
}

static struct import_item row_of(const struct intake *x, arena *mem, const struct intake_item *i)
{
    return (struct import_item){.account_id = x->in->account_id,
                                .source = x->source,
                                .item = i->id,
                                .link = link_key(mem, i->link),
                                .published = i->is_public};
}

static err batch_bring(struct intake *x)
{
    struct converting *bodies = NEW_N(x->batch_mem, struct converting, BATCH);
    for (size_t i = 0; i < x->n; i++)
        bodies[i].html = x->batch[i].html;
    if (x->n)
        TRY(convert_batch(x->batch_mem, x->from, bodies, x->n));
    for (size_t i = 0; i < x->n; i++) {
        AUTO_ARENA(mem);
        struct work w = {.x = x, .mem = mem, .item = &x->batch[i], .body = &bodies[i]};
        w.row = row_of(x, mem, w.item);
        buf_init(&w.notes, mem, NOTES_MAX);
        buf_add(&w.notes, w.item->notes);
        TRY(item_bring(&w));
        progress(x, "drafts", false);
    }
    x->n = x->html = 0;
    arena_reset(x->batch_mem);
    return OK;
}

static void batch_add(struct intake *x, const struct intake_item *i)
{
    struct intake_item copy = *i;
    str *const TEXTS[] = {&copy.id,    &copy.title, &copy.excerpt,   &copy.html, &copy.link,
                          &copy.cover, &copy.tags,  &copy.published, &copy.notes};
    for (size_t k = 0; k < LEN(TEXTS); k++)
        *TEXTS[k] = TEXTS[k]->n ? str_dup(x->batch_mem, *TEXTS[k]) : S("");
    x->batch[x->n++] = copy;
    x->html += copy.html.n;
}

struct asking {
    struct import_item row;
    bool there;
};

static err there_tx(struct tx *t, void *ctx)
{
    struct asking *a = ctx;
    return store_import_there(t, &a->row, &a->there);
}

static bool in_batch(const struct intake *x, str id)
{
    for (size_t i = 0; i < x->n; i++)
        if (str_eq(x->batch[i].id, id))
            return true;
    return false;
}

static err on_item(void *ctx, arena *mem, const struct intake_item *item)
{
    struct intake *x = ctx;
    struct asking a = {.row = row_of(x, mem, item)};
    if (item->left_out.n) {
        x->counts.left_out++;
        say(x, what_of(mem, item), S("left_out"), S(""), item->left_out);
        return OK;
    }
    TRY(db_read(x->in->site->db, there_tx, &a));
    if (a.there || in_batch(x, item->id)) { /* also twice in one file */
        x->counts.there++;
        progress(x, "drafts", false);
        return OK;
    }
    batch_add(x, item);
    return x->n == BATCH || x->html >= BATCH_HTML ? batch_bring(x) : OK;
}

/* ---- steps 2 and 3: over what was brought ---- */

struct going {
    struct intake *x;
    arena *mem;
    struct import_next next;
    struct import_item row;
    struct article article;
    struct draft draft;
    bool has_draft;
    struct node *doc;
    int relinked;
    struct article_text text;
    struct scan_result scan;
    struct print_result prints;
    struct article_outcome outcome;
};

static err next_tx(struct tx *t, void *ctx)
{
    struct going *g = ctx;
    TRY(store_import_next(t, g->mem, &g->next, &g->row));
    if (!g->row.no)
        return OK;
    TRY(article_load(t, g->mem, g->row.account_id, g->row.no, &g->article));
    err e = draft_load(t, g->mem, g->row.account_id, g->row.no, &g->draft);
    g->has_draft = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* The article here that this address of the old site is; 0: none. */
static err target_of(struct tx *t, const struct going *g, str href, int64_t *ret_no)
{
    str key = link_key(g->mem, href), site = link_key(g->mem, g->x->from);
    *ret_no = 0;
    if (!site.n || !str_starts(key, site))
        return OK;
    TRY(store_import_link(t, g->row.account_id, key, ret_no));
    size_t p = str_find(key, '?');
    if (*ret_no || p >= key.n)
        return OK;
    const struct import_item post = {.account_id = g->row.account_id,
                                     .source = g->x->source,
                                     .item = str_sub(key, p + 3, key.n)};
    return store_import_post(t, &post, ret_no);
}

static err links_turn(struct tx *t, struct going *g, struct node *parent)
{
    for (struct node *n = parent->child; n; n = n->next) {
        int64_t no = 0;
        if (n->type == NODE_TEXT && n->href.n)
            TRY(target_of(t, g, n->href, &no));
        if (no) {
            n->href = str_fmt(g->mem, "%.*s/a/%.*s/%lld", FMT(g->x->in->site->settings->public_url),
                              FMT(g->x->in->handle), (long long)no);
            g->relinked++;
        }
        TRY(links_turn(t, g, n));
    }
    return OK;
}

static err links_tx(struct tx *t, void *ctx)
{
    struct going *g = ctx;
    return links_turn(t, g, g->doc);
}

static err links_save_tx(struct tx *t, void *ctx)
{
    struct going *g = ctx;
    int rev;
    g->row.stage = 1;
    if (g->relinked)
        TRY(article_save(t, g->row.account_id, g->row.no, g->x->in->user_id, g->draft.rev,
                         &g->draft.text, &rev));
    return store_import_stage(t, &g->row);
}

static err link_one(struct going *g)
{
    struct db *db = g->x->in->site->db;
    if (g->has_draft && g->draft.text.doc.n) {
        struct node *settled;
        TRY(doc_from_json(g->mem, g->draft.text.doc, &g->doc));
        TRY(db_read(db, links_tx, g));
        TRY(doc_settle(g->mem, g->doc, &settled));
        TRY(doc_json(g->mem, settled, &g->draft.text.doc));
    }
    TRY(db_tx(db, links_save_tx, g));
    g->x->counts.relinked += g->relinked;
    return OK;
}

static err submit_tx(struct tx *t, void *ctx)
{
    struct going *g = ctx;
    g->row.stage = 2;
    const struct article_submission s = {.account_id = g->row.account_id,
                                         .no = g->row.no,
                                         .user_id = g->x->in->user_id,
                                         .text = &g->text,
                                         .rules = &g->x->rules,
                                         .scan = &g->scan,
                                         .prints = &g->prints};
    TRY(article_submit(t, g->mem, &s, &g->outcome));
    return store_import_stage(t, &g->row);
}

static err done_tx(struct tx *t, void *ctx)
{
    struct going *g = ctx;
    g->row.stage = 2;
    return store_import_stage(t, &g->row);
}

static err submit_draft(struct going *g)
{
    struct site *site = g->x->in->site;
    TRY(doc_from_json(g->mem, g->draft.text.doc, &g->doc));
    TRY(article_text_check(g->mem, &g->draft.text, g->doc, &g->text));
    TRY(article_scan(site, g->mem, g->row.account_id, &g->text, &g->scan));
    struct article_ref at = {g->row.account_id, g->row.no};
    TRY(article_prints(site, g->mem, &at, &g->text, true, &g->prints));
    return db_tx(site->db, submit_tx, g);
}

/* What people have gone on with since is theirs. */
static err submit_one(struct going *g)
{
    struct intake *x = g->x;
    if (!g->has_draft || !str_eq(g->article.state, S("draft")))
        return db_tx(x->in->site->db, done_tx, g);
    err e = submit_draft(g);
    if (e != OK && !goes_on(e))
        return e;
    struct fault f = e == OK ? (struct fault){0} : fault_of(e);
    x->counts.submitted += e == OK;
    x->counts.kept += e != OK;
    say(x, g->row.item, e == OK ? g->outcome.state : S("draft"), address_of(x, g->mem, g->row.no),
        str_from(f.reason));
    return OK;
}

static err over_all(struct intake *x, const char *step, const struct import_next *first,
                    err (*one)(struct going *g))
{
    struct import_next next = *first;
    x->seen = 0;
    for (;;) {
        AUTO_ARENA(mem);
        struct going g = {.x = x, .mem = mem, .next = next};
        TRY(db_read(x->in->site->db, next_tx, &g));
        if (!g.row.no)
            break;
        next.after = g.row.no;
        TRY(one(&g));
        progress(x, step, false);
    }
    progress(x, step, true);
    return OK;
}

/* ---- all of it ---- */

static err source_name(struct intake *x, arena *mem)
{
    bool wordpress = x->in->kind == INTAKE_WORDPRESS;
    x->from = x->in->from;
    if (wordpress && !x->from.n)
        TRY(wordpress_site(x->in->fd, mem, &x->from));
    while (str_ends(x->from, S("/")))
        x->from.n--;
    if (!doc_href_ok(x->from) || !link_key(mem, x->from).n)
        return fault(ERR_INVALID, "from",
                     "say the address of the old site: --from https://old.example");
    x->source =
        str_fmt(mem, "%s %.*s", wordpress ? "wordpress" : "ghost", FMT(link_key(mem, x->from)));
    return OK;
}

static err steps(struct intake *x, arena *mem)
{
    const struct intake_in *in = x->in;
    TRY(source_name(x, mem));
    const struct intake_reader reader = {in->fd, x->from, on_item, x};
    err e = in->kind == INTAKE_WORDPRESS ? wordpress_read(&reader) : ghost_read(&reader);
    struct fault f = fault_of(e);
    TRY(batch_bring(x)); /* what came before a broken place, too */
    if (e != OK) {
        fault_copy(&f);
        return e;
    }
    progress(x, "drafts", true);
    struct import_next next = {.account_id = in->account_id, .source = x->source};
    TRY(over_all(x, "links", &next, link_one));
    if (!in->submit)
        return OK;
    next.stage = 1;
    next.published = true;
    return over_all(x, "submissions", &next, submit_one);
}

err intake_run(const struct intake_in *in, struct intake_counts *ret_counts)
{
    AUTO_ARENA(mem);
    AUTO_ARENA(batch);
    struct intake *x = NEW(mem, struct intake);
    *x = (struct intake){.in = in, .batch_mem = batch};
    x->pictures = NEW(mem, struct picture_source);
    x->pictures->in = in;
    article_rules_now(in->site, mem, &x->rules);
    declaration_rules_now(in->site, mem, &x->declaring);
    err e = steps(x, mem);
    x->counts.pictures = x->pictures->fetched;
    *ret_counts = x->counts;
    return e;
}
