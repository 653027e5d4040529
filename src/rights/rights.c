/* Rules of complaints: what is missing, who is told, how long one waits, what is undone. */
#include "rights/rights.h"

#include "article/article.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/rand.h"
#include "finding/finding.h"
#include "notice/notice.h"
#include "record/record.h"
#include "rights/rights_store.h"
#include "ruling/ruling.h"
#include "user/user.h"

enum { NUMBER_DIGITS = 12, TOKEN_BYTES = 24, LINK_MAX = 400 };

static const struct {
    str key, family;
} KINDS[] = {
#define X(name, of) {S_INIT(#name), S_INIT(#of)},
    RIGHTS_KIND_TABLE(X)
#undef X
};
static const char *const NEEDS[] = {
#define X(name) #name,
    RIGHTS_NEED_TABLE(X)
#undef X
};

const char *rights_need_name(enum rights_need need)
{
    return NEEDS[need];
}

static str family_of(str kind)
{
    for (size_t i = 0; i < LEN(KINDS); i++)
        if (str_eq(kind, KINDS[i].key))
            return KINDS[i].family;
    return S("");
}

/* References only: what people write and who they are stays out of the record. */
static err leave(struct tx *t, arena *mem, enum record_kind kind, const struct complaint_item *i,
                 int64_t by)
{
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .account_id = i->account_id,
                             .actor = by,
                             .subject = str_fmt(mem, "rights/%lld", (long long)i->complaint_id),
                             RECORD_FIELDS(RECORD_INT("item", i->id), RECORD_INT("no", i->no)),
                         });
}

static err leave_complaint(struct tx *t, arena *mem, enum record_kind kind,
                           const struct complaint *c, int64_t by)
{
    return record_add(t, &(struct record_in){
                             .kind = kind,
                             .actor = by,
                             .subject = str_fmt(mem, "rights/%lld", (long long)c->id),
                             RECORD_FIELDS(RECORD_TEXT("kind", c->kind.p ? c->kind : S(""))),
                         });
}

/* ---- sealed ---- */

static struct vault_ref ref(const char *field, int64_t complaint_id)
{
    return VAULT_REF("rights", field, complaint_id);
}

static err seal(struct tx *t, arena *mem, const struct rights_site *s, struct vault_ref r,
                str plain, struct bytes *ret_sealed)
{
    *ret_sealed = str_bytes(S(""));
    return plain.n ? vault_seal_text(VAULT_CTX(s->vault, t, mem), r, plain, ret_sealed) : OK;
}

static err unseal(struct tx *t, arena *mem, const struct rights_site *s, struct vault_ref r,
                  struct bytes sealed, str *ret_plain)
{
    *ret_plain = S("");
    return sealed.n ? vault_open_text(VAULT_CTX(s->vault, t, mem), r, sealed, ret_plain) : OK;
}

static struct bytes token_hash(arena *mem, str token)
{
    struct sha256 *h = NEW(mem, struct sha256);
    *h = sha256(str_bytes(token));
    return (struct bytes){h->b, sizeof h->b};
}

/* ---- telling ---- */

struct rights_site rights_site_of(const struct request *r)
{
    struct provider_settings ps;
    provider_live_get(r->site->provider, r->mem, &ps);
    return (struct rights_site){r->site->vault, r->site->mail, request_origin(r),
                                ps.counter_notice_wait_days * (int64_t)DAY_MS};
}

/* Users by a notice, others by a message to the number that they proved. */
static err tell(struct tx *t, arena *mem, const struct rights_site *s, int64_t complaint_id)
{
    struct complaint c;
    struct complaint_sealed x;
    str token, mobile;
    TRY(store_complaint_load(t, mem, complaint_id, str_bytes(S("")), &c, &x));
    if (c.user_id)
        return notice_send(t, c.user_id, "rights_news",
                           str_fmt(mem, "/rights/c/%lld", (long long)c.id), 1, &c.number);
    TRY(unseal(t, mem, s, ref("token", c.id), x.token, &token));
    TRY(unseal(t, mem, s, ref("mobile", c.id), x.mobile, &mobile));
    str words[] = {c.number, str_fmt(mem, "%.*s/rights/c/%.*s", FMT(s->origin), FMT(token))};
    enum lang lang = str_eq(c.lang, S("en")) ? LANG_EN : LANG_ZH;
    return mail_send(
        s->mail, t,
        &(struct mail_in){.channel = MAIL_SMS,
                          .recipient = mobile,
                          .body = msg_format(mem, lang, MSG_rights_sms, words, LEN(words))});
}

static err tell_operator(struct tx *t, arena *mem, const struct complaint_item *i, const char *kind)
{
    str link = str_fmt(mem, "/console/%.*s/rights/%lld", FMT(i->handle), (long long)i->id);
    return notice_send_account(t, i->account_id, kind, link, 1, &i->title);
}

/* ---- beginning ---- */

static err contact_key(struct tx *t, arena *mem, const struct rights_site *s,
                       const struct rights_begin *b, struct bytes *ret_key)
{
    int64_t user = b->user_id;
    if (!user) {
        err e = user_of_mobile_key(t, user_mobile_key(s->vault, mem, b->mobile), &user);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        user = e == OK ? user : 0;
    }
    str who = user ? str_fmt(mem, "user/%lld", (long long)user) : b->mobile;
    *ret_key = vault_key_of(s->vault, mem, "rights", who);
    return OK;
}

static err allowed(struct tx *t, arena *mem, struct bytes key)
{
    int64_t until = 0;
    str reason;
    TRY(store_barred(t, mem, key, &until, &reason));
    return until ? fault(ERR_DENIED, "rights_barred", "barred") : OK;
}

static int64_t complete_ms(void)
{
    return clock_line_ms(CLOCK_rights_complete);
}

err rights_begin(struct tx *t, arena *mem, const struct rights_site *s,
                 const struct rights_begin *b, str *ret_token)
{
    struct complaint c = {.id = id_new(),
                          .user_id = b->user_id,
                          .lang = b->lang,
                          .number = rand_digits(mem, NUMBER_DIGITS),
                          .due_at = tx_now(t) + complete_ms()};
    struct complaint_sealed x = {.name = str_bytes(S("")), .address = str_bytes(S(""))};
    struct complaint_load load = {0};
    str token = rand_token(mem, TOKEN_BYTES);
    TRY(contact_key(t, mem, s, b, &c.contact_key));
    TRY(allowed(t, mem, c.contact_key));
    TRY(store_complaints_of(t, c.contact_key, &load));
    if (load.open >= RIGHTS_OPEN_MAX || load.today >= RIGHTS_DAILY_MAX)
        return fault(ERR_LIMIT, "rights_many", "%lld open, %lld today", (long long)load.open,
                     (long long)load.today);
    x.token_hash = token_hash(mem, token);
    TRY(seal(t, mem, s, ref("token", c.id), token, &x.token));
    TRY(seal(t, mem, s, ref("mobile", c.id), b->mobile, &x.mobile));
    TRY(store_complaint_insert(t, &c, &x));
    *ret_token = token;
    return leave_complaint(t, mem, RECORD_rights_begun, &c, b->user_id);
}

static err opened(struct tx *t, arena *mem, const struct rights_site *s,
                  const struct complaint_sealed *x, struct complaint *c)
{
    TRY(unseal(t, mem, s, ref("name", c->id), x->name, &c->name));
    return unseal(t, mem, s, ref("address", c->id), x->address, &c->address);
}

err rights_load(struct tx *t, arena *mem, const struct rights_site *s, int64_t id,
                struct complaint *ret_c)
{
    struct complaint c;
    struct complaint_sealed x;
    TRY(store_complaint_load(t, mem, id, str_bytes(S("")), &c, &x));
    TRY(opened(t, mem, s, &x, &c));
    *ret_c = c;
    return OK;
}

err rights_find(struct tx *t, arena *mem, const struct rights_site *s, str token, int64_t user_id,
                struct complaint *ret_c)
{
    struct complaint c;
    struct complaint_sealed x;
    int64_t id = 0;
    if (str_int(token, &id) == OK && id > 0) {
        TRY(store_complaint_load(t, mem, id, str_bytes(S("")), &c, &x));
        if (!user_id || c.user_id != user_id)
            return fault(ERR_NOT_FOUND, "not_found", "complaint of somebody else");
    } else {
        TRY(store_complaint_load(t, mem, 0, token_hash(mem, token), &c, &x));
    }
    TRY(opened(t, mem, s, &x, &c));
    *ret_c = c;
    return OK;
}

/* ---- sending ---- */

/* "https://this.site/a/<handle>/<no>?x" or without the site. */
static bool link_read(str line, str host, str *ret_handle, int64_t *ret_no)
{
    static const str SCHEMES[] = {S_INIT("https://"), S_INIT("http://")};
    str rest = STR_NONE, path = str_trim(line);
    for (size_t i = 0; i < LEN(SCHEMES); i++)
        if (str_starts(path, SCHEMES[i]))
            path = str_sub(path, SCHEMES[i].n, path.n);
    if (str_starts(path, host))
        path = str_sub(path, host.n, path.n);
    if (!str_starts(path, S("/a/")) || path.n > LINK_MAX)
        return false;
    path = str_split(str_split(str_sub(path, 3, path.n), '#', &rest), '?', &rest);
    *ret_handle = str_split(path, '/', &rest);
    if (!rest.p)
        return false;
    bool number = str_int(str_split(rest, '/', &rest), ret_no) == OK;
    if (!number)
        fault_clear();
    return number && ret_handle->n && *ret_no > 0;
}

struct named {
    struct article v[RIGHTS_LINKS_MAX];
    size_t n;
    bool wrong; /* a line that is no public article here, or too many */
};

static err link_find(struct tx *t, arena *mem, str line, str host, struct named *named)
{
    struct article a;
    str handle;
    int64_t no = 0;
    err e =
        link_read(line, host, &handle, &no) ? article_find(t, mem, handle, no, &a) : ERR_NOT_FOUND;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_NOT_FOUND || !str_eq(a.state, S("published"))) {
        named->wrong = true;
        return OK;
    }
    for (size_t i = 0; i < named->n; i++)
        if (named->v[i].account_id == a.account_id && named->v[i].no == a.no)
            return OK;
    if (named->n == RIGHTS_LINKS_MAX)
        named->wrong = true;
    else
        named->v[named->n++] = a;
    return OK;
}

static err links_find(struct tx *t, arena *mem, str links, str host, struct named *named)
{
    *named = (struct named){0};
    for (str rest = links; rest.p;) {
        str line = str_trim(str_split(rest, '\n', &rest));
        if (line.n)
            TRY(link_find(t, mem, line, host, named));
    }
    return OK;
}

static unsigned missing_of(const struct complaint *c, const struct named *named)
{
    const bool missing[RIGHTS_NEEDS] = {
        [RIGHTS_NEED_kind] = !family_of(c->kind).n,
        [RIGHTS_NEED_name] = !c->name.n,
        [RIGHTS_NEED_address] = !c->address.n,
        [RIGHTS_NEED_work] = !c->work.n,
        [RIGHTS_NEED_links] = !named->n || named->wrong,
        [RIGHTS_NEED_facts] = !c->facts.n,
        [RIGHTS_NEED_proof] = c->files == 0,
        [RIGHTS_NEED_declared] = !c->declared,
    };
    unsigned set = 0;
    for (int i = 0; i < RIGHTS_NEEDS; i++)
        set |= (unsigned)missing[i] << i;
    return set;
}

err rights_missing(struct tx *t, arena *mem, const struct complaint *c, str host,
                   unsigned *ret_missing)
{
    struct named *named = NEW(mem, struct named);
    TRY(links_find(t, mem, c->links, host, named));
    *ret_missing = missing_of(c, named);
    return OK;
}

static err files_add(struct tx *t, int64_t complaint_id, struct complaint_file of,
                     const struct evidence *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct complaint_file f = of;
        f.id = id_new();
        f.blob = v[i].blob;
        f.mime = v[i].mime;
        f.size = v[i].size;
        TRY(store_file_insert(t, complaint_id, &f));
    }
    return OK;
}

/* One article: its finding joins or opens the case, and its operator is told. */
static err item_open(struct tx *t, arena *mem, const struct complaint *c, const struct article *a)
{
    struct finding f = {.account_id = a->account_id,
                        .no = a->no,
                        .source = FINDING_RIGHTS,
                        .family = family_of(c->kind),
                        .note = str_fmt(mem, "#%.*s", FMT(c->number)),
                        .by = c->user_id};
    TRY(finding_raise(t, mem, &f));
    struct complaint_item i = {.complaint_id = c->id,
                               .id = id_new(),
                               .account_id = a->account_id,
                               .no = a->no,
                               .version = f.version,
                               .title = a->title,
                               .handle = a->handle,
                               .case_id = f.case_id};
    TRY(store_item_insert(t, &i));
    return tell_operator(t, mem, &i, "rights_against");
}

static err send_check(struct tx *t, arena *mem, const struct complaint *was, size_t files)
{
    if (str_eq(was->state, S("accepted")))
        return fault(ERR_CONFLICT, "rights_sent", "accepted already");
    if (str_eq(was->state, S("lapsed")))
        return fault(ERR_CONFLICT, "rights_lapsed", "lapsed");
    if (was->files + (int64_t)files > RIGHTS_FILES_MAX)
        return fault_field(ERR_LIMIT, "rights_files", "proof", "too many files");
    return allowed(t, mem, was->contact_key);
}

err rights_send(struct tx *t, arena *mem, const struct rights_site *s, const struct rights_put *p,
                unsigned *ret_missing)
{
    struct complaint was, c = *p->c;
    struct complaint_sealed x = {0};
    struct named *named = NEW(mem, struct named);
    TRY(rights_load(t, mem, s, c.id, &was));
    TRY(send_check(t, mem, &was, p->file_n));
    c.number = was.number;
    c.user_id = was.user_id;
    c.files = was.files + (int64_t)p->file_n;
    TRY(seal(t, mem, s, ref("name", c.id), c.name, &x.name));
    TRY(seal(t, mem, s, ref("address", c.id), c.address, &x.address));
    TRY(files_add(t, c.id, (struct complaint_file){.side = S("complaint")}, p->files, p->file_n));
    TRY(links_find(t, mem, c.links, p->host, named));
    unsigned missing = missing_of(&c, named);
    c.state = missing ? S("incomplete") : S("accepted");
    c.accepted_at = missing ? 0 : tx_now(t);
    TRY(store_complaint_written(t, &c, &x));
    for (size_t i = 0; i < named->n && !missing; i++)
        TRY(item_open(t, mem, &c, &named->v[i]));
    *ret_missing = missing;
    return leave_complaint(t, mem, missing ? RECORD_rights_incomplete : RECORD_rights_accepted, &c,
                           c.user_id);
}

/* ---- the other side ---- */

static bool over(const struct complaint_item *i)
{
    return i->ruling && str_eq(i->measure, S("none"));
}

err rights_counter(struct tx *t, arena *mem, const struct rights_site *s,
                   const struct rights_counter *c)
{
    struct complaint_item i;
    struct bytes name, contact;
    int64_t n = 0;
    TRY(rights_item_load(t, mem, c->item_id, &i));
    if (!str_eq(i.state, S("open")) || over(&i))
        return fault(ERR_CONFLICT, "rights_over", "item is %.*s", FMT(i.state));
    i.state = S("countered");
    i.countered_at = tx_now(t);
    i.wait_until = tx_now(t) + s->wait_ms;
    TRY(store_item_state(t, &i, &n));
    struct complaint_word w = {.id = id_new(),
                               .item_id = i.id,
                               .kind = S("counter"),
                               .by_user = c->user_id,
                               .text = c->text};
    TRY(seal(t, mem, s, ref("counter_name", i.complaint_id), c->name, &name));
    TRY(seal(t, mem, s, ref("counter_contact", i.complaint_id), c->contact, &contact));
    TRY(store_word_insert(t, i.complaint_id, &w, name, contact));
    TRY(files_add(t, i.complaint_id, (struct complaint_file){.item_id = i.id, .side = S("counter")},
                  c->files, c->file_n));
    TRY(leave(t, mem, RECORD_rights_countered, &i, c->user_id));
    return tell(t, mem, s, i.complaint_id);
}

err rights_words(struct tx *t, arena *mem, const struct rights_site *s, int64_t complaint_id,
                 struct complaint_word **ret_v, size_t *ret_n)
{
    struct word_sealed *x;
    size_t n;
    TRY(store_words(t, mem, complaint_id, &x, &n));
    struct complaint_word *v = NEW_N(mem, struct complaint_word, n + 1);
    for (size_t i = 0; i < n; i++) {
        v[i] = x[i].w;
        TRY(unseal(t, mem, s, ref("counter_name", complaint_id), x[i].name, &v[i].name));
        TRY(unseal(t, mem, s, ref("counter_contact", complaint_id), x[i].contact, &v[i].contact));
    }
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err rights_suit(struct tx *t, arena *mem, const struct rights_suit *s)
{
    struct complaint_item i;
    int64_t n = 0;
    TRY(rights_item_load(t, mem, s->item_id, &i));
    if (i.complaint_id != s->complaint_id)
        return fault(ERR_NOT_FOUND, "not_found", "item of another complaint");
    if (!str_eq(i.state, S("countered")))
        return fault(ERR_CONFLICT, "rights_not_countered", "item is %.*s", FMT(i.state));
    i.state = S("suit");
    i.ended_at = tx_now(t);
    TRY(store_item_state(t, &i, &n));
    struct complaint_word w = {
        .id = id_new(), .item_id = i.id, .kind = S("suit"), .by_user = s->user_id, .text = s->text};
    TRY(store_word_insert(t, i.complaint_id, &w, str_bytes(S("")), str_bytes(S(""))));
    TRY(files_add(t, i.complaint_id, (struct complaint_file){.item_id = i.id, .side = S("suit")},
                  s->files, s->file_n));
    TRY(leave(t, mem, RECORD_rights_suit, &i, s->user_id));
    return tell_operator(t, mem, &i, "rights_suit");
}

/* ---- ends ---- */

/* Somebody else's complaint about the same article that still counts. */
static bool unsettled(const struct complaint_item *i)
{
    return str_eq(i->state, S("open")) || str_eq(i->state, S("countered")) ||
           str_eq(i->state, S("suit"));
}

/* What the ruling did for the complaint alone; on other grounds too, it stands. */
static err undo(struct tx *t, arena *mem, const struct complaint_item *i, bool *ret_undone)
{
    struct measure *v;
    size_t n;
    struct complaint_item *all;
    *ret_undone = false;
    TRY(rights_of_case(t, mem, i->case_id, &all, &n));
    for (size_t k = 0; k < n; k++)
        if (all[k].id != i->id && unsettled(&all[k]))
            return OK;
    if (!i->ruling || !str_eq(i->sources, finding_source_name(FINDING_RIGHTS)))
        return OK;
    TRY(measure_of(t, mem, i->ruling, &v, &n));
    for (size_t k = 0; k < n; k++) {
        if (v[k].lifted_at)
            continue;
        TRY(effect_end(t, mem, &v[k], 0));
        *ret_undone = true;
    }
    return OK;
}

/* An officer who ruled after the waiting time knew that no suit was shown. */
static err waited(struct tx *t, arena *mem, const struct rights_site *s,
                  const struct complaint_item *was)
{
    struct complaint_item i = *was;
    bool undone = false;
    int64_t n = 0;
    if (i.ruled_at <= i.wait_until)
        TRY(undo(t, mem, &i, &undone));
    i.state = undone ? S("restored") : S("over");
    i.ended_at = tx_now(t);
    TRY(store_item_state(t, &i, &n));
    TRY(leave(t, mem, undone ? RECORD_rights_restored : RECORD_rights_over, &i, 0));
    if (undone)
        TRY(tell_operator(t, mem, &i, "rights_restored"));
    return tell(t, mem, s, i.complaint_id);
}

err rights_withdraw(struct tx *t, arena *mem, int64_t complaint_id)
{
    struct complaint_item *v;
    size_t n;
    int64_t changed = 0, all = 0;
    TRY(rights_items(t, mem, complaint_id, &v, &n));
    for (size_t i = 0; i < n; i++) {
        bool undone = false;
        v[i].state = S("withdrawn");
        v[i].ended_at = tx_now(t);
        TRY(store_item_state(t, &v[i], &changed));
        all += changed;
        if (!changed)
            continue;
        TRY(undo(t, mem, &v[i], &undone));
        TRY(leave(t, mem, RECORD_rights_withdrawn, &v[i], 0));
        TRY(tell_operator(t, mem, &v[i], "rights_withdrawn"));
    }
    return all ? OK : fault(ERR_CONFLICT, "rights_over", "nothing is open");
}

static err lapse(struct tx *t, arena *mem, const struct rights_site *s, int64_t id)
{
    struct complaint c;
    TRY(rights_load(t, mem, s, id, &c));
    TRY(store_complaint_state(t, id, S("lapsed")));
    TRY(leave_complaint(t, mem, RECORD_rights_lapsed, &c, 0));
    return str_eq(c.state, S("incomplete")) ? tell(t, mem, s, id) : OK;
}

err rights_watch(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    const struct rights_site *s = &((const struct rights_watch *)ctx)->site;
    struct complaint_item *v;
    int64_t *lapsing;
    size_t n;
    TRY(store_untold(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++) {
        v[i].told = v[i].ruling;
        TRY(store_item_told(t, &v[i]));
        TRY(tell(t, mem, s, v[i].complaint_id));
    }
    TRY(store_waited(t, mem, &v, &n));
    for (size_t i = 0; i < n; i++)
        TRY(waited(t, mem, s, &v[i]));
    TRY(store_lapsing(t, mem, &lapsing, &n));
    for (size_t i = 0; i < n; i++)
        TRY(lapse(t, mem, s, lapsing[i]));
    return OK;
}

err rights_bar(struct tx *t, arena *mem, const struct rights_site *s, const struct rights_bar *b)
{
    struct complaint c;
    if (!str_trim(b->reason).n)
        return fault_field(ERR_INVALID, "required", "reason", "no reason");
    if (b->days < 1 || b->days > RIGHTS_BAR_DAYS)
        return fault_field(ERR_INVALID, "days_range", "days", "%d days", b->days);
    TRY(rights_load(t, mem, s, b->complaint_id, &c));
    TRY(store_bar_insert(t, c.contact_key, b, tx_now(t) + b->days * (int64_t)DAY_MS));
    TRY(leave_complaint(t, mem, RECORD_rights_barred, &c, b->officer));
    return tell(t, mem, s, c.id);
}
