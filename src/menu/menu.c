/* Menus: their entries, the draft, and the way to the public. */
#include "menu/menu_store.h"

#include "account/account.h"
#include "account/series.h"
#include "article/article.h"
#include "article/tag.h"
#include "base/json.h"
#include "gate/gate.h"
#include "measure/measure.h"
#include "notice/notice.h"
#include "record/record.h"

enum { TEXT_MAX = 64 * 1024 };

static const str KINDS[] = {
#define X(name) [MENU_##name] = S_INIT(#name),
    MENU_KIND_TABLE(X)
#undef X
};

str menu_kind_name(enum menu_kind k)
{
    return KINDS[k];
}

static bool kind_parse(str name, enum menu_kind *ret_k)
{
    for (int i = 0; i < MENU_KINDS; i++)
        if (str_eq(name, KINDS[i])) {
            *ret_k = (enum menu_kind)i;
            return true;
        }
    return false;
}

/* ---- as stored ---- */

str menu_text(arena *mem, const struct menu *m)
{
    struct jw j;
    jw_init(&j, mem, TEXT_MAX);
    jw_array(&j);
    for (size_t i = 0; i < m->n; i++) {
        jw_object(&j);
        jw_key_bool(&j, "sub", m->v[i].sub);
        jw_key_str(&j, "kind", KINDS[m->v[i].kind]);
        jw_key_str(&j, "label", m->v[i].label);
        jw_key_str(&j, "target", m->v[i].target);
        jw_end(&j);
    }
    jw_end(&j);
    return buf_str(&j.out);
}

err menu_parse(arena *mem, str text, struct menu *ret_m)
{
    JSON_AUTO *root = NULL;
    struct menu m = {0};
    TRY(json_read(text, &root));
    for (size_t i = 0; i < json_array_size(root) && m.n < MENU_ITEMS_MAX; i++) {
        const json_t *one = json_array_get(root, i);
        struct menu_item *item = &m.v[m.n];
        *item = (struct menu_item){.sub = json_is_true(json_object_get(one, "sub")),
                                   .no = (int)i + 1,
                                   .label = str_dup(mem, json_text(one, "label")),
                                   .target = str_dup(mem, json_text(one, "target"))};
        if (!kind_parse(json_text(one, "kind"), &item->kind))
            return fault(ERR_BUG, "internal", "menu entry %zu", i);
        m.n++;
    }
    *ret_m = m;
    return OK;
}

str menu_host(str link)
{
    str rest = str_starts(link, S("https://")) ? str_sub(link, 8, link.n) : link;
    size_t n = 0;
    while (n < rest.n && !strchr("/?#", rest.p[n]))
        n++;
    return str_sub(rest, 0, n);
}

/* ---- entries ---- */

static size_t width(str label)
{
    size_t n = 0;
    while (label.n)
        n += str_next(&label) < 0x2E80 ? 1 : 2; /* from the first CJK radical on */
    return n;
}

/* An https address whose host has a dot. */
static bool link_ok(str link)
{
    str host = menu_host(link);
    size_t dot = str_find(host, '.');
    for (size_t i = 0; i < host.n; i++)
        if ((unsigned char)host.p[i] >= 0x80) /* letters that look like others: punycode shows it */
            return false;
    return str_starts(link, S("https://")) && doc_href_ok(link) && dot > 0 && dot + 1 < host.n &&
           str_count(link) <= MENU_LINK_MAX;
}

static err number_check(str target, const char *field)
{
    int64_t no = 0;
    bool ok = str_int(target, &no) == OK && no > 0;
    fault_clear();
    return ok ? OK : fault_field(ERR_INVALID, "required", field, "no number");
}

static err target_check(arena *mem, struct menu_item *item)
{
    switch (item->kind) {
    case MENU_group:
        item->target = S("");
        return OK;
    case MENU_article:
        return number_check(item->target, "article");
    case MENU_series:
        return number_check(item->target, "series");
    case MENU_topic:
        return str_has(item->target, S(",")) || !tag_fold(mem, item->target).n
                   ? fault_field(ERR_INVALID, "menu_topic", "topic", "not a topic")
                   : OK;
    case MENU_text:
        return !item->target.n || str_count(item->target) > MENU_BODY_MAX
                   ? fault_field(ERR_INVALID, "menu_body", "text", "1 to %d", MENU_BODY_MAX)
                   : OK;
    case MENU_link:
        return link_ok(item->target) ? OK
                                     : fault_field(ERR_INVALID, "menu_link", "link", "not https");
    case MENU_KINDS:
        break;
    }
    return fault_field(ERR_INVALID, "menu_kind", "kind", "unknown");
}

err menu_item_check(arena *mem, struct menu_item *item)
{
    if (!item->label.n)
        return fault_field(ERR_INVALID, "required", "label", "no label");
    if (width(item->label) > (item->sub ? MENU_SUB_WIDTH : MENU_TOP_WIDTH))
        return fault_field(ERR_INVALID, item->sub ? "menu_long" : "menu_long_top", "label",
                           "too long");
    if (item->sub && item->kind == MENU_group)
        return fault_field(ERR_INVALID, "menu_kind", "kind", "a group in a group");
    return target_check(mem, item);
}

/* The entries that belong to the one at i: itself, and what is below it. */
static size_t span(const struct menu *m, size_t i)
{
    size_t n = 1;
    if (!m->v[i].sub)
        while (i + n < m->n && m->v[i + n].sub)
            n++;
    return n;
}

static void number(struct menu *m)
{
    for (size_t i = 0; i < m->n; i++)
        m->v[i].no = (int)i + 1;
}

static err at(const struct menu *m, int64_t no, size_t *ret_i)
{
    if (no < 1 || (uint64_t)no > m->n)
        return fault(ERR_NOT_FOUND, "not_found", "entry %lld", (long long)no);
    *ret_i = (size_t)no - 1;
    return OK;
}

static size_t tops(const struct menu *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += !m->v[i].sub;
    return n;
}

err menu_add(struct menu *m, const struct menu_item *item, int64_t under)
{
    size_t i = m->n, n = tops(m);
    if (under) {
        TRY(at(m, under, &i));
        if (m->v[i].kind != MENU_group)
            return fault_field(ERR_INVALID, "menu_under", "under", "not a group");
        n = span(m, i) - 1;
        i += span(m, i);
    }
    if (n >= (under ? MENU_SUBS : MENU_TOPS) || m->n >= MENU_ITEMS_MAX)
        return fault(ERR_LIMIT, under ? "menu_full_below" : "menu_full", "%zu entries", n);
    memmove(&m->v[i + 1], &m->v[i], (m->n - i) * sizeof m->v[0]);
    m->v[i] = *item;
    m->v[i].sub = under != 0;
    m->n++;
    number(m);
    return OK;
}

err menu_set(struct menu *m, int64_t no, const struct menu_item *item)
{
    size_t i = 0;
    TRY(at(m, no, &i));
    if (span(m, i) > 1 && item->kind != MENU_group)
        return fault_field(ERR_CONFLICT, "menu_group_keeps", "kind", "entry %zu", i);
    bool sub = m->v[i].sub;
    m->v[i] = *item;
    m->v[i].sub = sub;
    number(m);
    return OK;
}

err menu_drop(struct menu *m, int64_t no)
{
    size_t i = 0;
    TRY(at(m, no, &i));
    size_t n = span(m, i);
    memmove(&m->v[i], &m->v[i + n], (m->n - i - n) * sizeof m->v[0]);
    m->n -= n;
    number(m);
    return OK;
}

/* The one before i of the same level; i itself when it is the first. */
static size_t before(const struct menu *m, size_t i)
{
    size_t k = i;
    if (m->v[i].sub)
        return m->v[i - 1].sub ? i - 1 : i;
    while (k > 0)
        if (!m->v[--k].sub)
            return k;
    return i;
}

/* Two neighbours, a before b, change places with all below them. */
static void swap(struct menu *m, size_t a, size_t b)
{
    struct menu old = *m;
    size_t na = b - a, nb = span(m, b);
    memcpy(&m->v[a], &old.v[b], nb * sizeof m->v[0]);
    memcpy(&m->v[a + nb], &old.v[a], na * sizeof m->v[0]);
    number(m);
}

err menu_move(struct menu *m, int64_t no, bool up)
{
    size_t i = 0;
    TRY(at(m, no, &i));
    size_t b = up ? i : i + span(m, i);
    if (b >= m->n || m->v[b].sub != m->v[i].sub)
        return OK; /* the last stays */
    size_t a = before(m, b);
    if (a != b)
        swap(m, a, b);
    return OK;
}

/* ---- the draft ---- */

err menu_draft_load(struct tx *t, arena *mem, int64_t account_id, struct menu *ret_m)
{
    struct menu_version live;
    str entries = S("");
    int64_t rev = 0;
    err e = store_menu_draft(t, mem, account_id, &entries, &rev);
    if (e == ERR_NOT_FOUND) {
        e = menu_version_newest(t, mem, account_id, S("live"), &live);
        entries = e == OK ? live.entries : S("[]");
    }
    if (e != ERR_NOT_FOUND)
        TRY(e);
    fault_clear();
    TRY(menu_parse(mem, entries, ret_m));
    ret_m->rev = rev;
    return OK;
}

err menu_draft_save(struct tx *t, arena *mem, const struct menu_save *s)
{
    int64_t changed = 0;
    TRY(store_menu_draft_save(t, s, menu_text(mem, s->m), &changed));
    return changed
               ? OK
               : fault(ERR_CONFLICT, "menu_elsewhere", "draft is not %lld", (long long)s->m->rev);
}

/* ---- sending ---- */

void menu_scanned(arena *mem, const struct menu *m, struct scan_article *ret_a)
{
    struct buf labels, body, links;
    buf_init(&labels, mem, TEXT_MAX);
    buf_init(&body, mem, TEXT_MAX);
    buf_init(&links, mem, TEXT_MAX);
    for (size_t i = 0; i < m->n; i++) {
        buf_add(&labels, m->v[i].label);
        buf_add_char(&labels, '\n');
        if (m->v[i].kind == MENU_text || m->v[i].kind == MENU_topic) {
            buf_add(&body, m->v[i].target);
            buf_add_char(&body, '\n');
        }
        if (m->v[i].kind == MENU_link) {
            buf_add(&links, m->v[i].target);
            buf_add_char(&links, '\n');
        }
    }
    *ret_a = (struct scan_article){.text = {[RULE_TITLE] = buf_str(&labels),
                                            [RULE_DIGEST] = S(""),
                                            [RULE_BODY] = buf_str(&body),
                                            [RULE_LINK] = buf_str(&links)},
                                   .account_class = S(""),
                                   .category = S("")};
}

/* Is what it leads to public now? */
static err leads(struct tx *t, arena *mem, int64_t account_id, const struct menu_item *item,
                 bool *ret_yes)
{
    int64_t no = 0;
    err e = OK;
    *ret_yes = true;
    if (item->kind == MENU_article) {
        struct article a;
        TRY(str_int(item->target, &no));
        e = article_load(t, mem, account_id, no, &a);
        *ret_yes = e == OK && str_eq(a.state, S("published"));
    } else if (item->kind == MENU_series) {
        struct series s;
        TRY(str_int(item->target, &no));
        e = series_load(t, mem, account_id, no, &s);
        *ret_yes = e == OK && series_public(&s);
    }
    if (e == ERR_NOT_FOUND)
        fault_clear();
    return e == ERR_NOT_FOUND ? OK : e;
}

static err complete(struct tx *t, arena *mem, int64_t account_id, const struct menu *m)
{
    if (!m->n)
        return fault(ERR_INVALID, "menu_empty", "no entries");
    for (size_t i = 0; i < m->n; i++) {
        bool yes = false;
        if (m->v[i].kind == MENU_group && span(m, i) == 1)
            return fault(ERR_INVALID, "menu_group_empty", "entry %zu", i);
        TRY(leads(t, mem, account_id, &m->v[i], &yes));
        if (!yes)
            return fault(ERR_INVALID, "menu_target", "entry %zu", i);
    }
    return OK;
}

static err leave(struct tx *t, arena *mem, enum record_kind kind, const struct menu_version *v,
                 int64_t actor)
{
    return record_add(
        t, &(struct record_in){
               .kind = kind,
               .account_id = v->account_id,
               .actor = actor,
               .subject = str_fmt(mem, "account/%lld", (long long)v->account_id),
               RECORD_FIELDS(RECORD_INT("version", v->version), RECORD_TEXT("entries", v->entries),
                             RECORD_TEXT("found", v->found), RECORD_TEXT("reason", v->reason))});
}

/* The account may show texts to the public, and its menu is not taken away. */
static err may(struct tx *t, arena *mem, int64_t account_id)
{
    struct gate_answer a;
    TRY(measure_pass(t, account_id, FUNCTION_menu));
    return gate_pass(t, mem, &(struct gate_question){.account_id = account_id, .category = S("")},
                     &a);
}

static str found_text(arena *mem, const struct scan_result *r)
{
    struct buf b;
    buf_init(&b, mem, 1024);
    for (size_t i = 0; r && i < r->n; i++) {
        if (r->v[i].stage == SCAN_SHADOW)
            continue;
        if (b.n)
            buf_add(&b, S(", "));
        buf_add(&b, r->v[i].name);
    }
    return buf_str(&b);
}

/* What waits is taken back with its case. */
static err take_back(struct tx *t, arena *mem, int64_t account_id)
{
    struct menu_version v;
    err e = menu_version_newest(t, mem, account_id, S("pending"), &v);
    if (e == ERR_NOT_FOUND) {
        fault_clear();
        return OK;
    }
    TRY(e);
    TRY(store_menu_decide(t, account_id, v.version, S("cancelled"), S("")));
    return case_cancel(t, CASE_MENU, account_id, v.version);
}

/* The same as what is public, or waits already. */
static err other(struct tx *t, arena *mem, int64_t account_id, str entries)
{
    static const str STATES[] = {S_INIT("live"), S_INIT("pending")};
    for (size_t i = 0; i < LEN(STATES); i++) {
        struct menu_version v;
        err e = menu_version_newest(t, mem, account_id, STATES[i], &v);
        if (e == OK && str_eq(v.entries, entries))
            return fault(ERR_CONFLICT, "menu_same", "as version %lld", (long long)v.version);
        if (e != ERR_NOT_FOUND)
            TRY(e);
    }
    fault_clear();
    return OK;
}

/* Another session may have saved since. */
static err draft_as_scanned(struct tx *t, arena *mem, const struct menu_wish *w, struct menu *ret_m)
{
    TRY(menu_draft_load(t, mem, w->account_id, ret_m));
    return ret_m->rev == w->rev
               ? OK
               : fault(ERR_CONFLICT, "menu_elsewhere", "draft is not %lld", (long long)w->rev);
}

err menu_send(struct tx *t, arena *mem, const struct menu_wish *w)
{
    struct menu m;
    struct account a;
    TRY(account_load(t, mem, w->account_id, &a));
    TRY(may(t, mem, a.id));
    TRY(draft_as_scanned(t, mem, w, &m));
    TRY(complete(t, mem, a.id, &m));
    if (w->scan) {
        TRY(scan_still(t, w->scan));
        if (w->scan->refuse)
            return fault(ERR_DENIED, "scan_refused", "a rule of the scan refuses it");
    }
    struct menu_version v = {.account_id = a.id,
                             .asked_by = w->user_id,
                             .entries = menu_text(mem, &m),
                             .found = found_text(mem, w->scan),
                             .reason = S("")};
    TRY(other(t, mem, a.id, v.entries));
    TRY(take_back(t, mem, a.id));
    TRY(store_menu_insert(t, &v, &v.version));
    TRY(case_open(t, &(struct casefile){.kind = CASE_MENU,
                                        .account_id = a.id,
                                        .subject = v.version,
                                        .title = a.name,
                                        .opened_by = w->user_id,
                                        .due_at = tx_now(t) + w->review_ms}));
    return leave(t, mem, RECORD_menu_asked, &v, w->user_id);
}

err menu_refused(struct tx *t, arena *mem, const struct menu_wish *w)
{
    struct menu m;
    TRY(draft_as_scanned(t, mem, w, &m));
    return leave(t, mem, RECORD_menu_refused,
                 &(struct menu_version){.account_id = w->account_id,
                                        .entries = menu_text(mem, &m),
                                        .found = found_text(mem, w->scan),
                                        .reason = S("")},
                 w->user_id);
}

err menu_clear(struct tx *t, arena *mem, int64_t account_id, int64_t user_id)
{
    struct account a;
    TRY(account_load(t, mem, account_id, &a));
    TRY(take_back(t, mem, account_id));
    TRY(store_menu_state(t, account_id, S("live"), S("replaced")));
    TRY(account_page_touch(t, mem, a.handle));
    return leave(t, mem, RECORD_menu_cleared,
                 &(struct menu_version){
                     .account_id = account_id, .entries = S(""), .found = S(""), .reason = S("")},
                 user_id);
}

/* ---- deciding ---- */

err menu_case_decided(struct tx *t, arena *mem, const struct casefile *c, const struct decision *d)
{
    struct account a;
    struct menu_version v;
    bool approved = d->verdict == VERDICT_APPROVE;
    TRY(account_load(t, mem, c->account_id, &a));
    TRY(menu_version_load(t, mem, a.id, c->subject, &v));
    if (approved) {
        TRY(may(t, mem, a.id));
        TRY(store_menu_state(t, a.id, S("live"), S("replaced")));
    }
    TRY(store_menu_decide(t, a.id, v.version, approved ? S("live") : S("rejected"), d->reason));
    TRY(account_page_touch(t, mem, a.handle));
    v.reason = d->reason;
    TRY(notice_send_account(t, a.id, approved ? "menu_approved" : "menu_rejected",
                            str_fmt(mem, "/console/%.*s/menu", FMT(a.handle)), 2,
                            (const str[]){a.name, d->reason}));
    return leave(t, mem, approved ? RECORD_menu_approved : RECORD_menu_rejected, &v, d->officer);
}

/* ---- reading ---- */

/* Groups without entries lead nowhere. */
static void prune(struct menu *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->v[i].kind != MENU_group || span(m, i) > 1)
            m->v[n++] = m->v[i];
    m->n = n;
}

err menu_public(struct tx *t, arena *mem, int64_t account_id, struct menu *ret_m)
{
    struct menu_version v;
    struct menu m = {0};
    size_t n = 0;
    *ret_m = m;
    err e = menu_version_newest(t, mem, account_id, S("live"), &v);
    if (e == OK)
        e = measure_pass(t, account_id, FUNCTION_menu);
    if (e == ERR_NOT_FOUND || e == ERR_DENIED) {
        fault_clear();
        return OK;
    }
    TRY(e);
    TRY(menu_parse(mem, v.entries, &m));
    for (size_t i = 0; i < m.n; i++) {
        bool yes = false;
        TRY(leads(t, mem, account_id, &m.v[i], &yes));
        if (yes)
            m.v[n++] = m.v[i];
    }
    m.n = n;
    prune(&m);
    *ret_m = m;
    return OK;
}
