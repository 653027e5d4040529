/* Blocking and releasing, what is found, the sweep, and lists. */
#include "print/print.h"

#include "base/hash.h"
#include "base/id.h"
#include "base/json.h"
#include "finding/finding.h"
#include "job/job.h"
#include "print/print_store.h"
#include "record/record.h"
#include "scan/rules.h"
#include "text/doc.h"

#include <stdlib.h>

static const str KINDS[PRINT_KINDS] = {[PRINT_FILE] = S_INIT("file"),
                                       [PRINT_PICTURE] = S_INIT("picture"),
                                       [PRINT_TEXT] = S_INIT("text")};

str print_kind_name(enum print_kind k)
{
    return KINDS[k];
}

err print_kind_parse(str name, enum print_kind *ret_k)
{
    for (int i = 0; i < PRINT_KINDS; i++)
        if (str_eq(name, KINDS[i])) {
            *ret_k = (enum print_kind)i;
            return OK;
        }
    return fault_field(ERR_INVALID, "choice", "kind", "kind %.*s", FMT(name));
}

static err sweep_start(struct tx *t, arena *mem, struct print_sweep s)
{
    s.id = id_new();
    TRY(store_sweep_insert(t, &s));
    return job_add(t, &(struct job_in){.kind = PRINT_JOB,
                                       .args = str_fmt(mem, "{\"sweep\":%lld}", (long long)s.id)});
}

/* ---- removal ---- */

static err block_add(struct tx *t, struct print_row *b, enum print_kind kind, struct bytes value,
                     int *n)
{
    b->kind = kind;
    b->value = value;
    ++*n;
    return store_block_insert(t, b);
}

static err piece_text(arena *mem, const struct print_piece *p, const struct node **ret_doc,
                      struct scan_article *ret_a)
{
    struct node *doc;
    TRY(doc_from_json(mem, p->doc, &doc));
    struct scan_text text = {p->title, p->digest, p->category, p->declared, doc};
    TRY(scan_article_of(mem, &text, ret_a));
    *ret_doc = doc;
    return OK;
}

static err block_text(struct tx *t, arena *mem, const struct print_removal *r, struct print_row *b,
                      int *n)
{
    struct print_piece p;
    struct scan_article a;
    const struct node *doc;
    struct sketch s;
    TRY(store_piece(t, mem, &(struct print_ref){r->account_id, r->no, r->version}, &p));
    TRY(piece_text(mem, &p, &doc, &a));
    sketch_of(mem, (const str[]){a.text[RULE_TITLE], a.text[RULE_BODY]}, 2, &s);
    return s.n ? block_add(t, b, PRINT_TEXT, sketch_bytes(mem, &s), n) : OK;
}

static err block_file(struct tx *t, arena *mem, struct print_row *b, str hash, int *n)
{
    struct bytes value;
    if (!hash.n)
        return OK;
    TRY(hex_parse(mem, hash, &value));
    return block_add(t, b, PRINT_FILE, value, n);
}

static err block_media(struct tx *t, arena *mem, struct print_row *b, str hash, int *n)
{
    struct print_media m[PRINT_MEDIA_MAX];
    size_t k;
    TRY(block_file(t, mem, b, hash, n));
    TRY(store_media_prints(t, mem, hash, m, &k));
    for (size_t i = 0; i < k; i++) {
        TRY(block_file(t, mem, b, m[i].sent, n));
        if (!i && m[i].quality >= PDQ_QUALITY && m[i].pdq.n >= PDQ_BYTES)
            TRY(block_add(t, b, PRINT_PICTURE, (struct bytes){m[i].pdq.p, PDQ_BYTES}, n));
    }
    return OK;
}

err print_block(struct tx *t, arena *mem, const struct print_removal *r)
{
    struct print_row b = {.measure_id = r->measure_id,
                          .case_id = r->case_id,
                          .account_id = r->account_id,
                          .no = r->no,
                          .family = r->family,
                          .severity = r->severity};
    str *media;
    size_t media_n;
    int n = 0;
    TRY(store_print_blocks_up(t, &b.epoch));
    TRY(block_text(t, mem, r, &b, &n));
    TRY(store_blocked_media(t, mem, r->measure_id, &media, &media_n));
    for (size_t i = 0; i < media_n; i++)
        TRY(block_media(t, mem, &b, media[i], &n));
    TRY(sweep_start(t, mem,
                    (struct print_sweep){.measure_id = r->measure_id, .case_id = r->case_id}));
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_prints_blocked,
               .account_id = r->account_id,
               .actor = r->officer,
               .subject = str_fmt(mem, "case/%lld", (long long)r->case_id),
               RECORD_FIELDS(RECORD_INT("measure", r->measure_id), RECORD_INT("prints", n)),
           });
}

/* Near copies that nothing else was found in need nobody's look any more. */
static err cases_drop(struct tx *t, int64_t measure_id)
{
    int64_t v[PRINT_BATCH], after = 0;
    size_t n;
    do {
        TRY(store_cases_alone(t, measure_id, after, v, &n));
        for (size_t i = 0; i < n; i++)
            TRY(case_drop(t, after = v[i]));
    } while (n == PRINT_BATCH);
    return OK;
}

err print_unblock(struct tx *t, arena *mem, int64_t measure_id, int64_t officer,
                  struct print_ref **ret_v, size_t *ret_n)
{
    int64_t epoch, n = 0;
    *ret_n = 0;
    TRY(store_print_blocks_up(t, &epoch));
    TRY(store_blocks_end(t, measure_id, epoch, &n));
    TRY(store_released(t, mem, measure_id, ret_v, ret_n));
    TRY(cases_drop(t, measure_id));
    return record_add(t,
                      &(struct record_in){
                          .kind = RECORD_prints_released,
                          .actor = officer,
                          .subject = str_fmt(mem, "measure/%lld", (long long)measure_id),
                          RECORD_FIELDS(RECORD_INT("measure", measure_id), RECORD_INT("prints", n)),
                      });
}

/* ---- what is found ---- */

static err hit_record(struct tx *t, arena *mem, const struct print_place *p,
                      const struct print_hit *h)
{
    return record_add(
        t, &(struct record_in){
               .kind = RECORD_print_hit,
               .account_id = p->account_id,
               .subject =
                   str_fmt(mem, "article/%lld/%lld", (long long)p->account_id, (long long)p->no),
               RECORD_FIELDS(
                   RECORD_TEXT("print", print_kind_name(h->kind)),
                   RECORD_TEXT("action", p->action.n ? p->action : scan_action_name(h->action)),
                   RECORD_INT("distance", h->distance), RECORD_INT("list", h->list_id),
                   RECORD_INT("case", h->case_id), RECORD_INT("version", p->version)),
           });
}

static err hit_keep(struct tx *t, arena *mem, const struct print_place *p,
                    const struct print_hit *h)
{
    struct finding f = {.account_id = p->account_id,
                        .no = p->no,
                        .version = p->version,
                        .source = FINDING_RULE,
                        .family = h->family,
                        .severity = h->severity,
                        .rule = h->list_id ? str_fmt(mem, "list/%lld", (long long)h->list_id)
                                           : str_fmt(mem, "measure/%lld", (long long)h->measure_id),
                        .rule_version = 1,
                        .note = h->name};
    bool marks = h->action == SCAN_MARK && !p->action.n;
    if (p->no && !marks)
        TRY(finding_raise(t, mem, &f));
    TRY(store_match_insert(t, p, h, f.case_id));
    if (h->list_id)
        TRY(store_list_hit(t, h->list_id));
    return hit_record(t, mem, p, h);
}

err print_keep(struct tx *t, arena *mem, const struct print_place *p, const struct print_result *r)
{
    for (size_t i = 0; i < r->n; i++) {
        bool again = false;
        TRY(store_match_again(t, p, &r->v[i], &again));
        if (!again)
            TRY(hit_keep(t, mem, p, &r->v[i]));
    }
    return OK;
}

/* ---- sweep ---- */

struct sweeping {
    arena *mem;
    struct print_live *l;
    struct print_sweep s;
    struct print_piece v[PRINT_BATCH];
    struct print_result found[PRINT_BATCH];
    size_t n;
};

static err batch_read(struct tx *t, void *ctx)
{
    struct sweeping *x = ctx;
    TRY(store_sweep_load(t, x->s.id, &x->s));
    return store_pieces_after(t, x->mem, &x->s, x->v, &x->n);
}

static err batch_write(struct tx *t, void *ctx)
{
    struct sweeping *x = ctx;
    struct print_sweep s = x->s;
    for (size_t i = 0; i < x->n; i++) {
        const struct print_piece *p = &x->v[i];
        struct print_place place = {p->account_id, p->no, p->version, false, S("found")};
        s.done++;
        s.hits += x->found[i].n > 0;
        s.at_account = p->account_id;
        s.at_no = p->no;
        TRY(print_keep(t, x->mem, &place, &x->found[i]));
    }
    return store_sweep_step(t, &s, x->n < PRINT_BATCH);
}

size_t print_pictures(arena *mem, const struct node *doc, str cover, const str **ret_v)
{
    size_t n = 0;
    const struct doc_media *m = doc_pictures(mem, doc, &n);
    str *v = NEW_N(mem, str, n + 1);
    for (size_t i = 0; i < n; i++)
        v[i] = m[i].blob;
    if (cover.n)
        v[n++] = cover;
    *ret_v = v;
    return n;
}

/* Of all that is found what this sweep is about. */
static err piece_look(struct sweeping *x, const struct print_piece *p, struct print_result *r)
{
    struct scan_article a;
    const struct node *doc;
    struct print_thing thing = {.text = &a, .account_id = p->account_id, .no = p->no};
    TRY(piece_text(x->mem, p, &doc, &a));
    thing.media_n = print_pictures(x->mem, doc, p->cover, &thing.media);
    TRY(print_check(x->l, x->mem, &thing, false, r));
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (x->s.list_id ? r->v[i].list_id == x->s.list_id : r->v[i].measure_id == x->s.measure_id)
            r->v[n++] = r->v[i];
    r->n = n;
    return OK;
}

static err batch(struct print_live *l, struct db *db, struct sweeping *x)
{
    AUTO_ARENA(mem);
    x->mem = mem;
    x->l = l;
    TRY(db_read(db, batch_read, x));
    for (size_t i = 0; i < x->n; i++)
        TRY(piece_look(x, &x->v[i], &x->found[i]));
    return db_tx(db, batch_write, x);
}

err print_sweep_job(struct db *db, struct print_live *l, const struct job *job)
{
    JSON_AUTO *args = NULL;
    struct print_result none;
    struct scan_article empty = {.account_class = S("")};
    TRY(json_read(job->args, &args));
    struct sweeping *x = NEW(job->mem, struct sweeping);
    x->s.id = json_number(args, "sweep", 0);
    TRY(print_check(l, job->mem, &(struct print_thing){.text = &empty}, true, &none));
    do {
        TRY(batch(l, db, x));
        TRY(job_renew(job));
    } while (x->n == PRINT_BATCH);
    return OK;
}

/* ---- lists ---- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char low = (char)(c | 32);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static bool line_hash(str s, uint8_t ret[PDQ_BYTES])
{
    bool ok =
        s.n >= 64 &&
        (s.n == 64 || (s.p[64] == ',' || s.p[64] == ';' || s.p[64] == ' ' || s.p[64] == '\t'));
    for (size_t i = 0; ok && i < PDQ_BYTES; i++) {
        int high = digit(s.p[2 * i]), low = digit(s.p[2 * i + 1]);
        ok = high >= 0 && low >= 0;
        ret[i] = (uint8_t)(high << 4 | (low & 15));
    }
    return ok;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, PDQ_BYTES);
}

static void in_order(struct print_lines *l)
{
    size_t n = 0;
    qsort(l->v, l->n, PDQ_BYTES, by_bytes);
    for (size_t i = 0; i < l->n; i++) {
        if (n && !memcmp(l->v[n - 1], l->v[i], PDQ_BYTES))
            l->doubles++;
        else
            memcpy(l->v[n++], l->v[i], PDQ_BYTES);
    }
    l->n = n;
}

err print_lines_read(arena *mem, str file, struct print_lines *ret_l)
{
    struct print_lines l = {.n = 0};
    size_t room = file.n / 64 + 1;
    if (room > PRINT_LINES_MAX)
        room = PRINT_LINES_MAX;
    l.v = arena_room(mem, room * PDQ_BYTES);
    if (str_starts(file, S("\xEF\xBB\xBF")))
        file = str_sub(file, 3, file.n);
    while (file.n) {
        str line = str_split(file, '\n', &file);
        uint8_t h[PDQ_BYTES];
        l.lines++;
        while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
            line.n--;
        if (!line.n || line.p[0] == '#')
            continue;
        if (!line_hash(line, h)) {
            if (l.odd < PRINT_ODD_MAX)
                l.odd_line[l.odd] = l.lines;
            l.odd++;
            continue;
        }
        if (l.n == room)
            return fault_field(ERR_LIMIT, "too_many_prints", "file", "over %d", PRINT_LINES_MAX);
        memcpy(l.v[l.n++], h, PDQ_BYTES);
    }
    if (!l.n)
        return fault_field(ERR_INVALID, "no_prints", "file", "%lld lines", (long long)l.lines);
    in_order(&l);
    *ret_l = l;
    return OK;
}

static err list_record(struct tx *t, arena *mem, enum record_kind kind, int64_t id, int64_t by,
                       int64_t n)
{
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .actor = by,
                             .subject = str_fmt(mem, "print_list/%lld", (long long)id),
                             RECORD_FIELDS(RECORD_INT("list", id), RECORD_INT("prints", n)),
                         });
}

err print_list_add(struct tx *t, arena *mem, struct print_list *l, const struct print_lines *lines)
{
    if (!family_find(l->family))
        return fault_field(ERR_INVALID, "choice", "family", "family %.*s", FMT(l->family));
    l->id = id_new();
    l->n = (int64_t)lines->n;
    TRY(store_list_insert(t, l));
    int no = 0;
    for (size_t at = 0; at < lines->n; at += PRINT_CHUNK) {
        size_t n = lines->n - at < PRINT_CHUNK ? lines->n - at : PRINT_CHUNK;
        TRY(store_chunk_insert(t, l->id, no++, (struct bytes){lines->v[at], n * PDQ_BYTES}));
    }
    TRY(store_print_lists_up(t));
    TRY(sweep_start(t, mem, (struct print_sweep){.list_id = l->id}));
    return list_record(t, mem, RECORD_print_list_added, l->id, l->by, l->n);
}

err print_list_retire(struct tx *t, int64_t id, int64_t by, str why)
{
    AUTO_ARENA(mem);
    int64_t n = 0;
    struct print_list l;
    if (!str_trim(why).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    TRY(print_list_load(t, mem, id, &l));
    TRY(store_list_retire(t, id, by, str_trim(why), &n));
    if (!n)
        return fault(ERR_CONFLICT, "list_retired", "list %lld", (long long)id);
    TRY(store_print_lists_up(t));
    return list_record(t, mem, RECORD_print_list_retired, id, by, l.n);
}
