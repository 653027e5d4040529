/* Retention of content and files: what goes when, what a hold or an open case keeps, and that the
 * bytes are named for removal (A9.3, A11.5, A16.3). */
#include "base/clock.h"
#include "record/record.h"
#include "record/retention.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static const struct retention_plan SIX = {{6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 36}};
enum { ACCOUNT = 7, LEFT = 8, PERSON = 5 };

/* An article with one version, a draft, and its last event at that time. */
struct thing {
    int64_t account, no, at;
    const char *state;
};
static err article_tx(struct tx *t, void *ctx)
{
    const struct thing *x = ctx;
    uint8_t h[32] = {1};
    struct bytes hash = {h, sizeof h};
    TRY(db_exec(t,
                "INSERT INTO article (account_id, no, state, category, title, digest, cover,"
                " version, versions, author_id, created_at, updated_at) VALUES ($1, $2, $3, 'life',"
                " 'Title', 'd', 'c', 1, 1, 9, 1, 1)",
                DB_IN(x->account, x->no, str_from(x->state))));
    TRY(db_exec(t,
                "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                " category, doc, hash, author_id, created_at) VALUES ($1, $2, 1, 'Title', 'd', 'c',"
                " 'life', '{}', $3, 9, 1)",
                DB_IN(x->account, x->no, hash)));
    TRY(db_exec(t,
                "INSERT INTO draft (account_id, no, title, digest, cover, category, doc,"
                " base_version, saved_by, saved_at, rev) VALUES ($1, $2, 'T', '', '', 'life', '{}',"
                " 1, 9, 1, 1)",
                DB_IN(x->account, x->no)));
    return db_exec(t,
                   "INSERT INTO article_event (account_id, no, id, version, event, actor, reason,"
                   " at) VALUES ($1, $2, $2, 1, $3, 9, '', $4)",
                   DB_IN(x->account, x->no, str_from(x->state), x->at));
}
static void article(int64_t account, int64_t no, const char *state, int64_t at)
{
    assert_int_equal(db_tx(db, article_tx, &(struct thing){account, no, at, state}), OK);
}

static err media_tx(struct tx *t, void *ctx)
{
    const struct thing *x = ctx;
    str hash = str_from(x->state), small = str_cat(mem, hash, S("-small"));
    TRY(db_exec(t,
                "INSERT INTO media (account_id, hash, mime, width, height, size, alt, created_by,"
                " created_at, deleted_at) VALUES ($1, $2, 'image/webp', 1, 1, 1, '', 9, 1, $3)",
                DB_IN(x->account, hash, x->at)));
    return db_exec(t,
                   "INSERT INTO media_variant (hash, width, blob, mime, size) VALUES"
                   " ($1, 0, $1, 'image/webp', 1), ($1, 320, $2, 'image/webp', 1)"
                   " ON CONFLICT (hash, width) DO NOTHING",
                   DB_IN(hash, small));
}
static void media(int64_t account, const char *hash, int64_t deleted_at)
{
    assert_int_equal(db_tx(db, media_tx, &(struct thing){account, 0, deleted_at, hash}), OK);
}

#define DO(name, ...)                                                                              \
    static err name(struct tx *t, void *ctx)                                                       \
    {                                                                                              \
        const int64_t *at = ctx;                                                                   \
        (void)at;                                                                                  \
        return db_exec(t, __VA_ARGS__);                                                            \
    }
DO(case_open,
   "INSERT INTO cases (id, kind, account_id, subject, version, title, state, opened_by,"
   " opened_at, due_at) VALUES (1, 'finding', 7, 2, 1, 't', 'open', 9, 1, 1)",
   DB_IN())
DO(case_over, "UPDATE cases SET state = 'decided' WHERE id = 1", DB_IN())
DO(left_at,
   "INSERT INTO closing (account_id, id, asked_by, asked_at, due_at, state, ended_at)"
   " VALUES (8, 1, 5, 1, 1, 'closed', $1)",
   DB_IN(*at))
DO(evidence_at,
   "INSERT INTO evidence (registrant_id, id, kind, blob, mime, size, created_by, created_at,"
   " dropped_at) VALUES (70, 1, 'licence', 'ev1', 'x', 1, 5, 1, $1),"
   " (70, 2, 'licence', 'ev2', 'x', 1, 5, 1, NULL)",
   DB_IN(*at))
DO(person_left,
   "INSERT INTO departure (user_id, id, registrant_id, asked_at, due_at, state, ended_at)"
   " VALUES (5, 3, 0, 1, 1, 'done', $1)",
   DB_IN(*at))
DO(version_delete, "DELETE FROM article_version WHERE no = 2", DB_IN())
DO(media_back,
   "INSERT INTO media_variant (hash, width, blob, mime, size) VALUES ('n', 0, 'aa', 'x', 1)",
   DB_IN())

static err seed(struct tx *t, void *ctx)
{
    struct bytes b = str_bytes(S("x"));
    (void)ctx;
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at)"
                " VALUES (5, 'Person', '', $1, 1)",
                DB_IN(b)));
    TRY(db_exec(t,
                "INSERT INTO registrant (id, class, user_id, identity_key, state, created_at,"
                " updated_at) VALUES (70, 'individual', 5, $1, 'verified', 1, 1)",
                DB_IN(b)));
    return db_exec(t,
                   "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                   " name, intro, avatar, categories, created_at, updated_at) VALUES"
                   " (7, 'seven', 70, $1, 'individual', 'active', 'Seven', 'i', 'a', 'life', 1, 1),"
                   " (8, 'eight', 70, $1, 'individual', 'closed', 'Eight', 'i', 'a', 'life', 1, 1)",
                   DB_IN(b));
}

struct there {
    int64_t versions, drafts, media, variants, files, evidence, erased, titles, intros, events;
};
static err there_tx(struct tx *t, void *ctx)
{
    struct there *x = ctx;
    return db_one(t, mem,
                  "SELECT (SELECT COUNT(*) FROM article_version), (SELECT COUNT(*) FROM draft),"
                  " (SELECT COUNT(*) FROM media), (SELECT COUNT(*) FROM media_variant),"
                  " (SELECT COUNT(*) FROM blob_erase), (SELECT COUNT(*) FROM evidence),"
                  " (SELECT COUNT(*) FROM article WHERE erased_at > 0 AND state = 'discarded'),"
                  " (SELECT COUNT(*) FROM article WHERE title <> ''),"
                  " (SELECT COUNT(*) FROM account WHERE intro <> ''),"
                  " (SELECT COUNT(*) FROM article_event WHERE event = 'erased')",
                  DB_IN(),
                  DB_OUT(&x->versions, &x->drafts, &x->media, &x->variants, &x->files, &x->evidence,
                         &x->erased, &x->titles, &x->intros, &x->events));
}
static struct there there(void)
{
    struct there x = {0};
    assert_int_equal(db_read(db, there_tx, &x), OK);
    return x;
}
static int64_t purge(void)
{
    int64_t n = 0;
    assert_int_equal(retention_purge(db, &SIX, &n), OK);
    return n;
}
static int64_t days_over(int64_t days)
{
    return retention_cutoff(clock_ms(), 6) - days * DAY_MS;
}
static err look_tx(struct tx *t, void *ctx)
{
    return retention_look(t, &SIX, ctx);
}

static void test_content__withdrawn_removed_and_discarded_go_after_six_months(void **state)
{
    static const char *const STATES[] = {"withdrawn", "removed", "discarded", "published"};
    struct retention_due due[RETENTION_CLASSES] = {0};
    int64_t no = 0;
    (void)state;
    for (size_t i = 0; i < LEN(STATES); i++) {
        article(ACCOUNT, ++no, STATES[i], days_over(1));
        article(ACCOUNT, ++no, STATES[i], days_over(-1));
    }
    assert_int_equal(db_read(db, look_tx, due), OK);
    assert_int_equal(due[RETENTION_withdrawn].rows, 1);
    assert_int_equal(due[RETENTION_removed].rows, 1);
    assert_int_equal(due[RETENTION_discarded].rows, 1);
    assert_int_equal(there().versions, 8); /* a look changes nothing */
    assert_int_equal(purge(), 3);
    struct there x = there();
    assert_int_equal(x.versions, 5);
    assert_int_equal(x.drafts, 5);
    assert_int_equal(x.erased, 3);
    assert_int_equal(x.titles, 5);
    assert_int_equal(x.events, 3);
    assert_int_equal(purge(), 0);
    assert_int_not_equal(db_tx(db, version_delete, NULL), OK); /* nobody else, also afterwards */
}

struct listing {
    struct record_row *v;
    size_t n;
};
static err certificates_tx(struct tx *t, void *ctx)
{
    struct listing *x = ctx;
    return record_list(t, mem, S("retention/withdrawn"), &x->v, &x->n);
}
static err place_tx(struct tx *t, void *ctx)
{
    return hold_place(t, ctx);
}
static err lift_tx(struct tx *t, void *ctx)
{
    return hold_lift(t, *(const int64_t *)ctx, 9);
}

static void test_content__holds_and_open_cases_keep_it(void **state)
{
    struct hold person = {.kind = S("user"), .ref = PERSON, .reason = S("r"), .placed_by = 9};
    struct retention_due due[RETENTION_CLASSES] = {0};
    struct listing x = {0};
    (void)state;
    article(ACCOUNT, 1, "withdrawn", days_over(1));
    article(ACCOUNT, 2, "withdrawn", days_over(1));
    assert_int_equal(db_tx(db, place_tx, &person), OK); /* the registrant of the account */
    assert_int_equal(db_tx(db, case_open, NULL), OK);
    assert_int_equal(purge(), 0);
    assert_int_equal(db_read(db, look_tx, due), OK);
    assert_int_equal(due[RETENTION_withdrawn].kept, 2);
    assert_int_equal(db_tx(db, lift_tx, &person.id), OK);
    assert_int_equal(purge(), 1);
    assert_int_equal(db_tx(db, case_over, NULL), OK);
    assert_int_equal(purge(), 1);
    assert_int_equal(db_read(db, certificates_tx, &x), OK);
    assert_int_equal(x.n, 2);
    assert_true(str_has(x.v[0].body, S("\"rows\":1")));
}

static void test_content__of_an_account_that_left_goes_with_its_pictures(void **state)
{
    int64_t old = days_over(1);
    (void)state;
    article(LEFT, 1, "published", 1);
    article(LEFT, 2, "draft", 1);
    article(LEFT, 3, "removed", days_over(-1));
    media(LEFT, "aa", 0);
    media(ACCOUNT, "bb", 0);
    media(LEFT, "bb", 0);
    assert_int_equal(purge(), 0); /* it has not left */
    assert_int_equal(db_tx(db, left_at, &old), OK);
    assert_int_equal(purge(), 2);
    assert_int_equal(there().intros, 2); /* the removed one is still kept, and so its pictures */
    assert_int_equal(there().media, 3);
    assert_int_equal(there().versions, 1);
}

static void test_content__the_last_of_an_account_takes_pictures_and_introduction(void **state)
{
    int64_t old = days_over(1);
    (void)state;
    article(LEFT, 1, "published", 1);
    media(LEFT, "aa", 0);
    media(ACCOUNT, "bb", 0);
    media(LEFT, "bb", 0);
    assert_int_equal(db_tx(db, left_at, &old), OK);
    assert_int_equal(purge(), 4); /* article, account, two files */
    struct there x = there();
    assert_int_equal(x.intros, 1);
    assert_int_equal(x.media, 1);    /* of the other account */
    assert_int_equal(x.variants, 2); /* so its bytes stay */
    assert_int_equal(x.files, 2);
    assert_int_equal(purge(), 0);
}

struct files {
    struct retention_file *v;
    size_t n;
};
static err files_tx(struct tx *t, void *ctx)
{
    struct files *x = ctx;
    return retention_files(t, mem, S(""), &x->v, &x->n);
}

static void test_content__deleted_files_go_and_their_bytes_are_named(void **state)
{
    struct files x = {0};
    (void)state;
    media(ACCOUNT, "aa", days_over(1));
    media(ACCOUNT, "bb", days_over(-1));
    media(ACCOUNT, "cc", 0);
    assert_int_equal(purge(), 1);
    assert_int_equal(there().media, 2);
    assert_int_equal(there().files, 2);
    assert_int_equal(db_tx(db, media_back, NULL), OK); /* the same bytes came again */
    assert_int_equal(db_read(db, files_tx, &x), OK);
    assert_int_equal(x.n, 2);
    assert_true(x.v[0].used);
    assert_false(x.v[1].used);
}

static void test_content__evidence_goes_with_its_bytes(void **state)
{
    int64_t old = days_over(1);
    (void)state;
    assert_int_equal(db_tx(db, evidence_at, &old), OK);
    assert_int_equal(purge(), 1); /* the replaced one */
    assert_int_equal(there().evidence, 1);
    assert_int_equal(there().files, 1);
    assert_int_equal(db_tx(db, person_left, &old), OK);
    assert_int_equal(purge(), 1); /* the identity, with all that was stated */
    assert_int_equal(there().evidence, 0);
    assert_int_equal(there().files, 2);
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    test_db_close(db);
    arena_free(mem);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_content__withdrawn_removed_and_discarded_go_after_six_months),
        T(test_content__holds_and_open_cases_keep_it),
        T(test_content__of_an_account_that_left_goes_with_its_pictures),
        T(test_content__the_last_of_an_account_takes_pictures_and_introduction),
        T(test_content__deleted_files_go_and_their_bytes_are_named),
        T(test_content__evidence_goes_with_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
