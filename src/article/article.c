/* The way of an article: draft, version, gate, review, public. */
#include "article/article.h"

#include "article/article_store.h"
#include "article/going.h"
#include "article/release.h"
#include "article/tag.h"
#include "base/clock.h"
#include "base/hash.h"
#include "emergency/emergency.h"
#include "event/event.h"
#include "media/media.h"
#include "notice/notice.h"
#include "record/record.h"
#include "web/request.h"

/* Of title, digest, cover, category and document, a NUL behind each; and of what is declared, if
 * anything is. */
static struct sha256 text_hash(arena *mem, const struct article_text *x)
{
    const str parts[] = {x->title, x->digest, x->cover, x->category, x->doc, x->declared};
    size_t n = 0, count = LEN(parts) - (x->declared.n == 0);
    for (size_t i = 0; i < count; i++)
        n += parts[i].n + 1;
    char *all = arena_alloc(mem, n), *at = all;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].n)
            memcpy(at, parts[i].p, parts[i].n);
        at += parts[i].n + 1;
    }
    return sha256((struct bytes){(const uint8_t *)all, n});
}

/* ---- what every step leaves behind ---- */

struct step {
    const struct article *a;
    int version;
    enum record_kind kind; /* RECORD_article_*; the event is what follows "article_" */
    int64_t actor;
    str reason;
    struct bytes hash; /* of the version's text; may be empty */
};

static err step_record(struct tx *t, arena *mem, const struct step *s)
{
    return record_add(
        t, &(struct record_in){
               .kind = s->kind,
               .account_id = s->a->account_id,
               .actor = s->actor,
               .subject = str_fmt(mem, "article/%lld/%lld", (long long)s->a->account_id,
                                  (long long)s->a->no),
               RECORD_FIELDS(RECORD_INT("version", s->version),
                             RECORD_TEXT("sha256", s->hash.n ? hex(mem, s->hash) : S("")),
                             RECORD_TEXT("reason", s->reason.p ? s->reason : S(""))),
           });
}

/* Programs of the account that listen. */
static err step_tell(struct tx *t, arena *mem, const struct step *s)
{
    enum event_kind kind;
    if (!event_of_record(s->kind, &kind))
        return OK;
    str url = str_fmt(mem, "/a/%.*s/%lld", FMT(s->a->handle), (long long)s->a->no);
    return event_add(t, &(struct event_in){.kind = kind,
                                           .account_id = s->a->account_id,
                                           RECORD_FIELDS(RECORD_INT("no", s->a->no),
                                                         RECORD_INT("version", s->version),
                                                         RECORD_TEXT("title", s->a->title),
                                                         RECORD_TEXT("url", url),
                                                         RECORD_TEXT("reason", s->reason))});
}

static err step_leave(struct tx *t, arena *mem, const struct step *s)
{
    TRY(step_tell(t, mem, s));
    TRY(store_event(t, s->a, s->version, record_kind_name(s->kind) + sizeof "article_" - 1,
                    s->actor, s->reason));
    return step_record(t, mem, s);
}

/* Public pages that show the article: its account's, home, its category's, its topics'. The search
 * index follows store_changed's rows. */
static err pages_touch(struct tx *t, arena *mem, const struct article *a, str category)
{
    TRY(store_changed(t, a));
    return page_touch(t, str_fmt(mem, "a:%.*s home c:%.*s%.*s", FMT(a->handle), FMT(category),
                                 FMT(tag_pages(mem, a->declared))));
}

/* Rows of tags follow the version that is or will be public; articles without tags cost nothing. */
static err tags_follow(struct tx *t, arena *mem, const struct article *a, str declared, int64_t at)
{
    str now = tag_pages(mem, declared), before = tag_pages(mem, a->declared);
    if (!now.n && !before.n)
        return OK;
    TRY(tags_put(
        t, mem,
        &(struct tagging){a->account_id, a->no, a->published_at ? a->published_at : at, declared}));
    return str_eq(now, before) || !now.n ? OK : page_touch(t, str_sub(now, 1, now.n));
}

static err tell(struct tx *t, arena *mem, const struct article *a, const char *kind, str reason)
{
    str link = str_fmt(mem, "/console/%.*s/articles/%lld", FMT(a->handle), (long long)a->no);
    return notice_send_account(t, a->account_id, kind, link, 2,
                               (const str[]){a->title, reason.p ? reason : S("")});
}

/* The draft that the writers go on with: theirs if there is one, else the version's text. */
err draft_restore(struct tx *t, arena *mem, const struct article *a, int version, str reason)
{
    struct draft d;
    err e = draft_load(t, mem, a->account_id, a->no, &d);
    if (e == OK)
        return store_draft_returned(t, a->account_id, a->no, reason);
    if (e != ERR_NOT_FOUND)
        return e;
    struct article_version v;
    TRY(article_version_load(t, mem, a->account_id, a->no, version, &v));
    TRY(store_draft_insert(t, &(struct draft){.account_id = a->account_id,
                                              .no = a->no,
                                              .base_version = version,
                                              .saved_by = v.author_id,
                                              .text = v.text}));
    return store_draft_returned(t, a->account_id, a->no, reason);
}

/* ---- writing ---- */

err article_create(struct tx *t, int64_t account_id, int64_t user_id,
                   const struct article_text *text, int64_t *ret_no)
{
    int64_t no = 0;
    TRY(store_next_no(t, account_id, false, false, &no));
    struct article_text x = *text;
    x.kind = S("text");
    TRY(store_insert(t, &(struct article_put){.account_id = account_id,
                                              .no = no,
                                              .user_id = user_id,
                                              .state = S("draft"),
                                              .text = &x}));
    TRY(store_draft_insert(
        t, &(struct draft){.account_id = account_id, .no = no, .saved_by = user_id, .text = x}));
    *ret_no = no;
    return OK;
}

err article_save(struct tx *t, int64_t account_id, int64_t no, int64_t user_id, int rev,
                 const struct article_text *text, int *ret_rev)
{
    AUTO_ARENA(mem);
    struct article a;
    TRY(article_load(t, mem, account_id, no, &a));
    if (str_eq(a.state, S("discarded")) || str_eq(a.state, S("removed")))
        return fault(ERR_DENIED, "article_closed", "article is %.*s", FMT(a.state));
    struct draft d = {.account_id = account_id,
                      .no = no,
                      .base_version = a.versions,
                      .rev = rev,
                      .saved_by = user_id,
                      .text = *text};
    if (rev == 0) {
        TRY(store_draft_insert(t, &d));
        *ret_rev = 1;
        return OK;
    }
    int64_t changed = 0;
    TRY(store_draft_update(t, &d, &changed));
    if (!changed)
        return fault(ERR_CONFLICT, "edited_elsewhere", "draft revision is not %d", rev);
    if (str_eq(a.state, S("draft")))
        TRY(store_title(t, &a, text));
    *ret_rev = rev + 1;
    return OK;
}

/* The public gets this version now (or at its time): state, counters, pages, record. */
static err publish(struct tx *t, arena *mem, const struct article *a,
                   const struct article_version *v, int64_t actor)
{
    TRY(store_publish(t, a, v, S("published"), 0));
    TRY(tags_follow(t, mem, a, v->text.declared, tx_now(t)));
    if (!str_eq(a->state, S("published")))
        TRY(store_count_public(t, a->account_id, +1));
    TRY(store_draft_drop(t, a->account_id, a->no, v->version));
    TRY(pages_touch(t, mem, a, v->text.category));
    if (!str_eq(a->category, v->text.category))
        TRY(pages_touch(t, mem, a, a->category));
    return step_leave(
        t, mem,
        &(struct step){.a = a,
                       .version = v->version,
                       .kind = a->published_at ? RECORD_article_updated : RECORD_article_published,
                       .actor = actor,
                       .hash = v->hash});
}

/* This version waits for its time. */
static err plan(struct tx *t, arena *mem, const struct article *a, const struct article_version *v,
                int64_t publish_at)
{
    publish_at = publish_at ? publish_at : tx_now(t); /* none: as soon as its issue is */
    TRY(store_publish(t, a, v, S("scheduled"), publish_at));
    return tags_follow(t, mem, a, v->text.declared, publish_at);
}

/* The next to look at a version: a second member of the account, or staff. */
static err review_open(struct tx *t, arena *mem, const struct going *g)
{
    const struct article *a = g->a;
    int64_t author = g->v->author_id;
    if (g->second_person)
        return release_open(
            t, mem, a,
            &(struct release){.version = g->v->version,
                              .asked_by = author,
                              .review_first = g->rules->mode == ARTICLE_REVIEW_FIRST});
    return case_open(t, &(struct casefile){.kind = CASE_ARTICLE,
                                           .account_id = a->account_id,
                                           .subject = a->no,
                                           .version = g->v->version,
                                           .title = a->title,
                                           .opened_by = author,
                                           .due_at = tx_now(t) + g->rules->review_ms});
}

static bool goes_public(const struct article_rules *rules, bool second_person)
{
    return rules->mode == ARTICLE_REVIEW_AFTER && !second_person;
}

err article_go_on(struct tx *t, arena *mem, const struct going *g, str *ret_state)
{
    const struct article *a = g->a;
    *ret_state = str_eq(a->state, S("published")) ? a->state : S("held");
    if (goes_public(g->rules, g->second_person)) {
        bool together = false; /* with the others of its issue */
        TRY(store_waits_for_issue(t, a->account_id, a->no, &together));
        bool later = together || g->publish_at > tx_now(t);
        *ret_state = later ? S("scheduled") : S("published");
        TRY(later ? plan(t, mem, a, g->v, g->publish_at) : publish(t, mem, a, g->v, g->actor));
    } else if (g->publish_at) {
        TRY(store_plan(t, a, g->publish_at));
    }
    return review_open(t, mem, g);
}

/* A new article without a draft: one row each, no reading back. */
static err submit_new(struct tx *t, arena *mem, const struct article_submission *s, str handle,
                      struct article_outcome *ret_o)
{
    bool passes = goes_public(s->rules, s->second_person);
    bool now = passes && s->publish_at <= tx_now(t);
    struct article a = {.account_id = s->account_id,
                        .handle = handle,
                        .title = s->text->title,
                        .category = s->text->category};
    TRY(store_next_no(t, s->account_id, true, now, &a.no));
    a.state = now ? S("published") : passes ? S("scheduled") : S("held");
    struct sha256 hash = text_hash(mem, s->text);
    struct article_version v = {.account_id = a.account_id,
                                .no = a.no,
                                .version = 1,
                                .author_id = s->user_id,
                                .text = *s->text,
                                .hash = {hash.b, sizeof hash.b}};
    TRY(store_insert(t, &(struct article_put){.account_id = a.account_id,
                                              .no = a.no,
                                              .user_id = s->user_id,
                                              .published_at = now ? tx_now(t) : 0,
                                              .publish_at = s->publish_at,
                                              .state = a.state,
                                              .version = passes,
                                              .versions = 1,
                                              .text = s->text}));
    TRY(store_insert_version(t, &v));
    if (passes)
        TRY(tags_follow(t, mem, &a, s->text->declared, tx_now(t)));
    TRY(review_open(
        t, mem, &(struct going){&a, &v, s->rules, s->publish_at, s->user_id, s->second_person}));
    TRY(step_leave(t, mem,
                   &(struct step){.a = &a,
                                  .version = 1,
                                  .kind = now ? RECORD_article_published : RECORD_article_submitted,
                                  .actor = s->user_id,
                                  .hash = v.hash}));
    if (now)
        TRY(pages_touch(t, mem, &a, a.category));
    *ret_o = (struct article_outcome){a.no, 1, a.state, handle, s->second_person, STR_NONE};
    return OK;
}

static err submit_check(const struct article *a)
{
    if (str_eq(a->state, S("held")) || str_eq(a->state, S("scheduled")))
        return fault(ERR_CONFLICT, "in_review", "article is %.*s", FMT(a->state));
    if (str_eq(a->state, S("removed")) || str_eq(a->state, S("discarded")))
        return fault(ERR_DENIED, "article_closed", "article is %.*s", FMT(a->state));
    return OK;
}

static err submit_again(struct tx *t, arena *mem, const struct article_submission *s, str handle,
                        struct article_outcome *ret_o)
{
    struct article a;
    TRY(article_load(t, mem, s->account_id, s->no, &a));
    TRY(submit_check(&a));
    TRY(store_use_quota(t, s->account_id));
    struct sha256 hash = text_hash(mem, s->text);
    struct article_version v = {.account_id = a.account_id,
                                .no = a.no,
                                .version = a.versions + 1,
                                .author_id = s->user_id,
                                .text = *s->text,
                                .hash = {hash.b, sizeof hash.b}};
    bool is_public = str_eq(a.state, S("published"));
    TRY(store_insert_version(t, &v));
    TRY(store_draft_base(t, a.account_id, a.no, v.version));
    TRY(step_leave(t, mem,
                   &(struct step){.a = &a,
                                  .version = v.version,
                                  .kind = RECORD_article_submitted,
                                  .actor = s->user_id,
                                  .hash = v.hash}));
    str state = is_public ? a.state : S("held");
    TRY(store_versions_up(t, &a, v.version, state));
    a.title = s->text->title;
    TRY(article_go_on(
        t, mem, &(struct going){&a, &v, s->rules, s->publish_at, s->user_id, s->second_person},
        &state));
    *ret_o = (struct article_outcome){a.no, v.version, state, handle, s->second_person, STR_NONE};
    return OK;
}

err article_question(arena *mem, int64_t account_id, const struct article_text *x,
                     struct gate_question *ret_q)
{
    struct declaration d;
    TRY(declaration_parse(mem, x->declared, &d));
    *ret_q = (struct gate_question){.account_id = account_id,
                                    .category = x->category,
                                    .news = declares(&d, DECLARE_news, "1"),
                                    .reprint = declares(&d, DECLARE_origin, "reprint"),
                                    .source = d.v[DECLARE_source],
                                    .source_url = d.v[DECLARE_source_url]};
    if (ret_q->reprint)
        (void)declaration_here(&d, &ret_q->of_handle, &ret_q->of_no);
    return OK;
}

err version_question(arena *mem, const struct article_version *v, struct gate_question *ret_q)
{
    TRY(article_question(mem, v->account_id, &v->text, ret_q));
    ret_q->no = v->no;
    ret_q->version = v->version;
    ret_q->author_id = v->author_id;
    return OK;
}

/* Audio, video and captions are served once a version that shows them is public. */
static err media_note(struct tx *t, arena *mem, const struct article_submission *s,
                      const struct article_outcome *o)
{
    struct node *doc;
    size_t n;
    if (!str_eq(s->text->kind, S("audio")) && !str_eq(s->text->kind, S("video")))
        return OK; /* has neither: its document need not be read again */
    TRY(doc_from_json(mem, s->text->doc, &doc));
    const struct doc_media *media = doc_pictures(mem, doc, &n);
    for (size_t i = 0; i < n; i++)
        if (media[i].type != NODE_PICTURE)
            TRY(media_used_by(t, s->account_id, o->no, o->version, media[i].blob));
    return OK;
}

static err submit_any(struct tx *t, arena *mem, const struct article_submission *s, str handle,
                      struct article_outcome *ret_o)
{
    return s->no ? submit_again(t, mem, s, handle, ret_o) : submit_new(t, mem, s, handle, ret_o);
}

/* During an emergency: does what one reads of this text have to be reviewed first (A5.6)? */
err emergency_asks(struct tx *t, arena *mem, int64_t account_id, const struct article_text *x,
                   bool *ret_holds)
{
    const struct node *tree = x->tree;
    struct node *read = NULL;
    if (!tree) {
        TRY(doc_from_json(mem, x->doc, &read));
        tree = read;
    }
    str body = doc_text(mem, tree, DOC_TEXT_READ);
    struct emergency_thing thing = {
        account_id, x->category,
        str_fmt(mem, "%.*s\n%.*s\n%.*s", FMT(x->title), FMT(x->digest), FMT(body))};
    return emergency_holds(t, mem, &thing, ret_holds);
}

static err submit_scanned(struct tx *t, arena *mem, const struct article_submission *s, str handle,
                          struct article_outcome *ret_o)
{
    struct article_submission held = *s;
    struct article_rules rules = *s->rules;
    if (!s->scan)
        return submit_any(t, mem, s, handle, ret_o);
    TRY(scan_still(t, s->scan));
    if (s->scan->refuse)
        return fault(ERR_DENIED, "scan_refused", "a rule of the scan refuses it");
    if (s->scan->hold)
        rules.mode = ARTICLE_REVIEW_FIRST;
    held.rules = &rules;
    TRY(submit_any(t, mem, &held, handle, ret_o));
    return scan_keep(t, mem, s->account_id, ret_o->no, ret_o->version, s->scan);
}

/* Fingerprints that hold send it to review; alone: nothing else would have. */
static err submit_printed(struct tx *t, arena *mem, const struct article_submission *s, str handle,
                          struct article_outcome *ret_o)
{
    struct article_submission held = *s;
    struct article_rules rules = *s->rules;
    const struct print_result *p = s->prints;
    if (!p || !p->n)
        return submit_scanned(t, mem, s, handle, ret_o);
    bool alone = rules.mode == ARTICLE_REVIEW_AFTER && !(s->scan && s->scan->hold);
    if (p->hold)
        rules.mode = ARTICLE_REVIEW_FIRST;
    held.rules = &rules;
    TRY(submit_scanned(t, mem, &held, handle, ret_o));
    if (p->hold) {
        ret_o->reason = S("near_copy");
        struct article a = {.account_id = s->account_id, .no = ret_o->no};
        if (str_eq(ret_o->state, S("held")))
            TRY(store_state(t, &a, ret_o->state, ret_o->reason));
    }
    struct print_place at = {s->account_id, ret_o->no, ret_o->version, alone, S("")};
    return print_keep(t, mem, &at, p);
}

err article_submit(struct tx *t, arena *mem, const struct article_submission *s,
                   struct article_outcome *ret_o)
{
    struct gate_question q;
    struct gate_answer gate;
    TRY(article_question(mem, s->account_id, s->text, &q));
    q.listed = s->prints && s->prints->refuse;
    q.counts = true;
    q.daily_quota = s->rules->daily_quota;
    q.author_id = s->user_id;
    TRY(gate_pass(t, mem, &q, &gate));
    if (s->prints)
        TRY(print_still(s->prints, gate.prints));
    struct article_submission sent = *s;
    struct article_rules rules = *s->rules;
    bool holds = false;
    if (gate.emergency_hold)
        TRY(emergency_asks(t, mem, s->account_id, s->text, &holds));
    if (holds)
        rules.mode = ARTICLE_REVIEW_FIRST;
    sent.second_person = gate.second_person;
    sent.rules = &rules;
    TRY(submit_printed(t, mem, &sent, gate.handle, ret_o));
    return media_note(t, mem, s, ret_o);
}

err article_replan(struct tx *t, arena *mem, const struct article_ref *ref, int64_t user_id,
                   int64_t publish_at)
{
    struct article a;
    TRY(article_load(t, mem, ref->account_id, ref->no, &a));
    bool scheduled = str_eq(a.state, S("scheduled"));
    if (!scheduled && !(str_eq(a.state, S("held")) && a.publish_at))
        return fault(ERR_CONFLICT, "not_planned", "article is %.*s", FMT(a.state));
    if (publish_at <= tx_now(t))
        return fault_field(ERR_INVALID, "time_past", "publish_at", "in the past");
    TRY(store_plan(t, &a, publish_at));
    return step_leave(
        t, mem,
        &(struct step){
            .a = &a, .version = a.versions, .kind = RECORD_article_scheduled, .actor = user_id});
}

err article_unsubmit(struct tx *t, int64_t account_id, int64_t no, int64_t user_id)
{
    AUTO_ARENA(mem);
    struct article a;
    TRY(article_load(t, mem, account_id, no, &a));
    if (!str_eq(a.state, S("held")) && !str_eq(a.state, S("scheduled")))
        return fault(ERR_CONFLICT, "not_in_review", "article is %.*s", FMT(a.state));
    TRY(case_cancel(t, CASE_ARTICLE, account_id, no));
    TRY(release_drop(t, account_id, no));
    TRY(store_state(t, &a, S("draft"), S("")));
    TRY(draft_restore(t, mem, &a, a.versions, S("")));
    return step_leave(
        t, mem,
        &(struct step){
            .a = &a, .version = a.versions, .kind = RECORD_article_unsubmitted, .actor = user_id});
}

err article_withdraw(struct tx *t, arena *mem, int64_t account_id, int64_t no, int64_t user_id,
                     str reason)
{
    struct article a;
    TRY(article_load(t, mem, account_id, no, &a));
    if (!str_eq(a.state, S("published")))
        return fault(ERR_CONFLICT, "not_published", "article is %.*s", FMT(a.state));
    if (!str_trim(reason).n)
        return fault_field(ERR_INVALID, "reason_required", "reason", "no reason given");
    TRY(case_cancel(t, CASE_ARTICLE, account_id, no));
    TRY(release_drop(t, account_id, no));
    TRY(store_state(t, &a, S("withdrawn"), reason));
    TRY(store_count_public(t, account_id, -1));
    TRY(pages_touch(t, mem, &a, a.category));
    return step_leave(t, mem,
                      &(struct step){.a = &a,
                                     .version = a.version,
                                     .kind = RECORD_article_withdrawn,
                                     .actor = user_id,
                                     .reason = reason});
}

err article_discard(struct tx *t, int64_t account_id, int64_t no, int64_t user_id)
{
    AUTO_ARENA(mem);
    struct article a;
    TRY(article_load(t, mem, account_id, no, &a));
    if (!str_eq(a.state, S("draft")) || a.version)
        return fault(ERR_CONFLICT, "not_a_draft", "article is %.*s", FMT(a.state));
    TRY(store_state(t, &a, S("discarded"), S("")));
    return step_leave(t, mem,
                      &(struct step){.a = &a, .kind = RECORD_article_discarded, .actor = user_id});
}

/* ---- deciding ---- */

static err approve(struct tx *t, arena *mem, const struct article *a,
                   const struct article_version *v, const struct decision *d)
{
    if (a->version == v->version && !str_eq(a->state, S("held")))
        return step_leave(t, mem,
                          &(struct step){.a = a,
                                         .version = v->version,
                                         .kind = RECORD_article_cleared,
                                         .actor = d->officer,
                                         .hash = v->hash});
    struct gate_question q;
    struct gate_answer gate;
    TRY(version_question(mem, v, &q));
    TRY(gate_pass(t, mem, &q, &gate));
    bool together = false;
    TRY(store_waits_for_issue(t, a->account_id, a->no, &together));
    if (together || a->publish_at > tx_now(t)) {
        TRY(plan(t, mem, a, v, a->publish_at));
        TRY(tell(t, mem, a, "article_scheduled", STR_NONE));
        return step_leave(t, mem,
                          &(struct step){.a = a,
                                         .version = v->version,
                                         .kind = RECORD_article_scheduled,
                                         .actor = d->officer,
                                         .hash = v->hash});
    }
    TRY(publish(t, mem, a, v, d->officer));
    return tell(t, mem, a, "article_published", STR_NONE);
}

err article_let_go(struct tx *t, arena *mem, const struct print_ref *at, int64_t officer)
{
    struct article a;
    struct article_version v;
    struct casefile c;
    struct gate_question q;
    struct gate_answer gate;
    TRY(article_load(t, mem, at->account_id, at->no, &a));
    err e = case_of(t, mem, CASE_ARTICLE, at->account_id, at->no, &c);
    bool waits = e == OK && str_eq(c.state, S("open")) && c.version == at->version;
    if (!waits || a.versions != at->version || a.version == at->version)
        return e == ERR_NOT_FOUND ? OK : e;
    TRY(article_version_load(t, mem, at->account_id, at->no, at->version, &v));
    TRY(version_question(mem, &v, &q));
    TRY(gate_ask(t, mem, &q, &gate));
    struct decision d = {.officer = officer};
    return gate.closed ? OK : approve(t, mem, &a, &v, &d);
}

/* Back to the writers: the version stays on record, its text becomes the draft again. */
static err send_back(struct tx *t, arena *mem, const struct article *a,
                     const struct article_version *v, const struct decision *d)
{
    bool is_return = d->verdict == VERDICT_RETURN;
    if (str_eq(a->state, S("held")))
        TRY(store_state(t, a, S("draft"), d->reason));
    TRY(draft_restore(t, mem, a, v->version, d->reason));
    TRY(tell(t, mem, a, is_return ? "article_returned" : "article_rejected", d->reason));
    return step_leave(
        t, mem,
        &(struct step){.a = a,
                       .version = v->version,
                       .kind = is_return ? RECORD_article_returned : RECORD_article_rejected,
                       .actor = d->officer,
                       .reason = d->reason,
                       .hash = v->hash});
}

static err remove_public(struct tx *t, arena *mem, const struct article *a,
                         const struct decision *d)
{
    TRY(store_state(t, a, S("removed"), d->reason));
    if (str_eq(a->state, S("published")))
        TRY(store_count_public(t, a->account_id, -1));
    TRY(pages_touch(t, mem, a, a->category));
    TRY(tell(t, mem, a, "article_removed", d->reason));
    return step_leave(t, mem,
                      &(struct step){.a = a,
                                     .version = a->version,
                                     .kind = RECORD_article_removed,
                                     .actor = d->officer,
                                     .reason = d->reason});
}

err article_case_decided(struct tx *t, arena *mem, const struct casefile *c,
                         const struct decision *d)
{
    struct article a;
    struct article_version v;
    TRY(article_load(t, mem, c->account_id, c->subject, &a));
    TRY(article_version_load(t, mem, c->account_id, c->subject, c->version, &v));
    if (d->verdict == VERDICT_APPROVE)
        return approve(t, mem, &a, &v, d);
    bool public_now = a.version == v.version &&
                      (str_eq(a.state, S("published")) || str_eq(a.state, S("scheduled")));
    return public_now ? remove_public(t, mem, &a, d) : send_back(t, mem, &a, &v, d);
}

/* ---- measures ---- */

err article_take_down(struct tx *t, arena *mem, const struct article_act *act, str *ret_state,
                      str *ret_reason)
{
    struct article a;
    TRY(article_load(t, mem, act->account_id, act->no, &a));
    if (str_eq(a.state, S("draft")) || str_eq(a.state, S("discarded")))
        return fault(ERR_CONFLICT, "article_not_removable", "article is %.*s", FMT(a.state));
    *ret_state = a.state;
    *ret_reason = a.reason;
    TRY(case_cancel(t, CASE_ARTICLE, a.account_id, a.no));
    TRY(release_drop(t, a.account_id, a.no));
    TRY(store_state(t, &a, S("removed"), act->reason));
    if (str_eq(a.state, S("published")))
        TRY(store_count_public(t, a.account_id, -1));
    TRY(pages_touch(t, mem, &a, a.category));
    return step_leave(t, mem,
                      &(struct step){.a = &a,
                                     .version = a.version,
                                     .kind = RECORD_article_removed,
                                     .actor = act->actor,
                                     .reason = act->reason});
}

/* Whether it was public, withdrawn or waiting, the record says so again. */
static enum record_kind back_as(str state)
{
    return str_eq(state, S("published"))   ? RECORD_article_restored
           : str_eq(state, S("withdrawn")) ? RECORD_article_withdrawn
                                           : RECORD_article_returned;
}

err article_put_back(struct tx *t, arena *mem, const struct article_act *act, str state)
{
    struct article a;
    TRY(article_load(t, mem, act->account_id, act->no, &a));
    if (!str_eq(a.state, S("removed")))
        return fault(ERR_CONFLICT, "not_removed", "article is %.*s", FMT(a.state));
    bool waited = str_eq(state, S("held")) || str_eq(state, S("scheduled"));
    TRY(store_state(t, &a, waited ? S("draft") : state, act->reason));
    if (waited)
        TRY(draft_restore(t, mem, &a, a.versions, S("")));
    if (str_eq(state, S("published")))
        TRY(store_count_public(t, a.account_id, +1));
    TRY(pages_touch(t, mem, &a, a.category));
    return step_leave(t, mem,
                      &(struct step){.a = &a,
                                     .version = a.version,
                                     .kind = back_as(state),
                                     .actor = act->actor,
                                     .reason = act->reason});
}

err article_mark(struct tx *t, arena *mem, const struct article_act *act, bool limited, str label)
{
    struct article a;
    TRY(article_load(t, mem, act->account_id, act->no, &a));
    TRY(store_mark(t, &a, limited, label));
    return pages_touch(t, mem, &a, a.category);
}

static err add_media(arena *mem, const struct article_version *v, str *hashes, size_t *n)
{
    struct node *doc;
    size_t found = 0;
    TRY(doc_from_json(mem, v->text.doc, &doc));
    const struct doc_media *m = doc_pictures(mem, doc, &found);
    for (size_t i = 0; i < found && *n < ARTICLE_MEDIA_MAX; i++)
        hashes[(*n)++] = m[i].blob;
    if (v->text.cover.n && *n < ARTICLE_MEDIA_MAX)
        hashes[(*n)++] = v->text.cover;
    return OK;
}

err article_media(struct tx *t, arena *mem, int64_t account_id, int64_t no, str **ret_v,
                  size_t *ret_n)
{
    struct article_version *versions, v;
    size_t count = 0, n = 0;
    str *hashes = NEW_N(mem, str, ARTICLE_MEDIA_MAX);
    TRY(article_versions(t, mem, account_id, no, &versions, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(article_version_load(t, mem, account_id, no, versions[i].version, &v));
        TRY(add_media(mem, &v, hashes, &n));
    }
    *ret_v = hashes;
    *ret_n = n;
    return OK;
}

err emergency_waits(struct tx *t, arena *mem, const struct article *a,
                    const struct article_version *v, bool *ret_waits)
{
    struct casefile c;
    bool holds = false;
    *ret_waits = false;
    TRY(emergency_asks(t, mem, a->account_id, &v->text, &holds));
    err e = holds ? case_of(t, mem, CASE_ARTICLE, a->account_id, a->no, &c) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    *ret_waits = str_eq(c.state, S("open")) && c.version == v->version;
    return OK;
}

static err hold_back(struct tx *t, arena *mem, const struct article *a,
                     const struct article_version *v)
{
    TRY(store_state(t, a, S("held"), S("")));
    return step_leave(
        t, mem,
        &(struct step){
            .a = a, .version = v->version, .kind = RECORD_article_held, .hash = v->hash});
}

err article_publish_planned(struct tx *t, arena *mem, const struct article_ref *ref)
{
    struct article a;
    struct article_version v;
    TRY(article_load(t, mem, ref->account_id, ref->no, &a));
    TRY(article_version_load(t, mem, a.account_id, a.no, a.version, &v));
    struct gate_question q;
    struct gate_answer gate;
    TRY(version_question(mem, &v, &q));
    TRY(gate_ask(t, mem, &q, &gate));
    bool waits = false;
    if (!gate.closed && gate.emergency_hold)
        TRY(emergency_waits(t, mem, &a, &v, &waits));
    if (waits)
        return hold_back(t, mem, &a, &v);
    if (!gate.closed) {
        TRY(publish(t, mem, &a, &v, 0));
        return tell(t, mem, &a, "article_published", STR_NONE);
    }
    str reasons = gate_reasons_text(mem, gate.closed);
    TRY(store_state(t, &a, S("draft"), reasons));
    TRY(draft_restore(t, mem, &a, v.version, reasons));
    TRY(tell(t, mem, &a, "article_gate_closed", reasons));
    return step_leave(t, mem,
                      &(struct step){.a = &a,
                                     .version = v.version,
                                     .kind = RECORD_article_gate_closed,
                                     .reason = reasons,
                                     .hash = v.hash});
}

err article_publish_due(struct tx *t, arena *mem, int *ret_published)
{
    struct article_ref *due;
    size_t n;
    TRY(store_due(t, mem, &due, &n));
    for (size_t i = 0; i < n; i++)
        TRY(article_publish_planned(t, mem, &due[i]));
    *ret_published = (int)n;
    return OK;
}
