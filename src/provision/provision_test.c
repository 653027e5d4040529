/* Provisions: none without a basis, a second person or a standing consent; each in the register,
 * seen by those concerned, and kept three years. Consents given and taken back. */
#include "provision/provision.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/rand.h"
#include "consent/consent.h"
#include "notice/notice.h"
#include "owndata/owndata.h"
#include "record/retention.h"
#include "tests/unit/seed.h"
#include "tests/unit/testdb.h"
#include "vault/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka needs the three above */
#include <cmocka.h>

enum { PERSON = 5, ASKER = 6, SECOND = 7, REGISTRANT = 70 };
static struct db *db;
static struct vault *vault;
static arena *mem;
static char dir[] = "/tmp/gongqi-provision-XXXXXX";

struct act {
    struct provision p;
    struct provision_answer answer;
    struct own_row *rows;
    struct notice *notices;
    struct consent *consents;
    struct notice_standing standing;
    str handles, file;
    size_t n;
    int64_t by, count;
    bool on;
};

static err seed(struct tx *t, void *ctx)
{
    struct seed_account river = {4, S("river"), S("River"), 70, S("individual"), S("life")};
    struct bytes b = str_bytes(S("x")), sealed;
    (void)ctx;
    TRY(seed_user(t, 5, S("Person")));
    TRY(seed_user(t, 6, S("Asker")));
    TRY(seed_user(t, 7, S("Second")));
    TRY(seed_registrant(t, 70, S("individual"), 5));
    TRY(seed_account(t, &river));
    TRY(db_exec(t,
                "INSERT INTO policy (kind, version, title, doc, hash, effective_at, created_by,"
                " created_at) VALUES ('privacy', 3, 't', '{}', $1, 1, 6, 1)",
                DB_IN(b)));
    TRY(vault_seal_text(VAULT_CTX(vault, t, mem), VAULT_REF("identity_field", "name", REGISTRANT),
                        S("Zhang San"), &sealed));
    return db_exec(t,
                   "INSERT INTO identity_field (registrant_id, field, sealed)"
                   " VALUES (70, 'name', $1)",
                   DB_IN(sealed));
}

static err ask(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return provision_ask(t, mem, &a->p, a->handles);
}
static err answer(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return provision_answer(t, mem, &a->answer);
}
static err hand(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return provision_hand(t, mem, &(struct provision_hand){vault, a->p.id, a->by}, &a->file);
}
static err cancel(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return provision_cancel(t, mem, a->p.id, a->by);
}
static err load(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return provision_load(t, mem, a->p.id, &a->p);
}
static err seen(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(notice_list(t, mem, PERSON, 0, 10, &a->notices, &a->n));
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM vault_access WHERE owner_id = 70 AND approver_id = 7",
               DB_IN(), DB_OUT(&a->count)));
    return own_rows(t, mem, vault, PERSON, OWN_provision, 10, &a->rows, &a->n);
}
static err agree(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return consent_set(t, PERSON, PURPOSE_provision, a->on);
}
static err consents(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    TRY(consent_notice_shown(t, PERSON));
    TRY(consent_notice_shown(t, PERSON));
    TRY(consent_notice(t, PERSON, &a->standing));
    TRY(consent_stands(t, PERSON, PURPOSE_provision, &a->on));
    return consent_list(t, mem, PERSON, &a->consents, &a->n);
}
static err age(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return db_exec(t, "UPDATE provision SET ended_at = $1, id = $3 WHERE id = $2",
                   DB_IN(tx_now(t) - a->by, a->p.id, 1));
}
static err left(struct tx *t, void *ctx)
{
    struct act *a = ctx;
    return db_one(t, NULL, "SELECT COUNT(*) FROM provision WHERE id = 1", DB_IN(),
                  DB_OUT(&a->count));
}

static struct act wish(const char *basis)
{
    return (struct act){.p = {.recipient = S("A court"),
                              .contact = S("its door"),
                              .basis = str_from(basis),
                              .reference = S("order 5"),
                              .purpose = S("a suit"),
                              .fields = S("name"),
                              .asked_by = ASKER},
                        .handles = S("river\nriver\n"),
                        .by = ASKER};
}

static void test_provision__needs_basis_second_person_and_is_made_once(void **state)
{
    (void)state;
    struct act a = wish("");
    assert_int_equal(db_tx(db, ask, &a), ERR_INVALID);
    a = wish("order");
    a.p.fields = S("name,password");
    assert_int_equal(db_tx(db, ask, &a), ERR_INVALID);
    a = wish("order");
    a.handles = S("nobody");
    assert_int_equal(db_tx(db, ask, &a), ERR_INVALID);
    a = wish("order");
    assert_int_equal(db_tx(db, ask, &a), OK);
    assert_int_equal(a.p.persons, 1);
    assert_int_equal(db_tx(db, hand, &a), ERR_CONFLICT); /* not allowed yet */
    a.answer = (struct provision_answer){a.p.id, ASKER, true};
    assert_int_equal(db_tx(db, answer, &a), ERR_DENIED);
    a.answer.by = SECOND;
    assert_int_equal(db_tx(db, answer, &a), OK);
    assert_int_equal(db_tx(db, answer, &a), ERR_CONFLICT);
    a.by = SECOND;
    assert_int_equal(db_tx(db, hand, &a), ERR_DENIED);
    a.by = ASKER;
    assert_int_equal(db_tx(db, hand, &a), OK);
    assert_true(str_has(a.file, S("Zhang San")));
    assert_int_equal(db_tx(db, hand, &a), ERR_CONFLICT);
    struct sha256 h = sha256(str_bytes(a.file));
    assert_int_equal(db_read(db, load, &a), OK);
    assert_int_equal(a.p.hash.n, sizeof h);
    assert_memory_equal(a.p.hash.p, &h, sizeof h);
    assert_int_equal(db_read(db, seen, &a), OK);
    assert_int_equal(a.n, 1);
    assert_int_equal(a.count, 1);
    assert_string_equal(str_z(mem, a.rows[0].v[0]), "A court");
    assert_string_equal(str_z(mem, a.notices[0].kind), "provision_handed");
}

static void test_provision__by_consent_only_while_it_stands(void **state)
{
    (void)state;
    struct act a = wish("consent");
    assert_int_equal(db_tx(db, ask, &a), ERR_INVALID);
    a.on = true;
    assert_int_equal(db_tx(db, agree, &a), OK);
    assert_int_equal(db_tx(db, agree, &a), OK);
    assert_int_equal(db_tx(db, ask, &a), OK);
    a.answer = (struct provision_answer){a.p.id, SECOND, true};
    assert_int_equal(db_tx(db, answer, &a), OK);
    a.on = false;
    assert_int_equal(db_tx(db, agree, &a), OK);
    assert_int_equal(db_tx(db, hand, &a), ERR_CONFLICT);
    assert_int_equal(db_tx(db, cancel, &a), OK);
    assert_int_equal(db_tx(db, cancel, &a), ERR_CONFLICT);
    assert_int_equal(db_tx(db, consents, &a), OK);
    assert_false(a.on);
    assert_int_equal(a.n, 3); /* given once, taken back, the notice shown once */
    assert_int_equal(a.standing.shown, 3);
    assert_int_equal(a.consents[0].notice_version, 3);
}

static void test_provision__is_kept_three_years(void **state)
{
    (void)state;
    struct retention_plan plan;
    struct act a = wish("law");
    int64_t rows = 0;
    for (int c = 0; c < RETENTION_CLASSES; c++)
        plan.months[c] = 36;
    assert_int_equal(retention_floor(RETENTION_provision), 36);
    assert_int_equal(db_tx(db, ask, &a), OK);
    assert_int_equal(db_tx(db, cancel, &a), OK);
    a.by = 1094 * (int64_t)DAY_MS;
    assert_int_equal(db_tx(db, age, &a), OK);
    assert_int_equal(retention_purge(db, &plan, &rows), OK);
    assert_int_equal(db_read(db, left, &a), OK);
    assert_int_equal(a.count, 1);
    a.p.id = 1;
    a.by = 1098 * (int64_t)DAY_MS;
    assert_int_equal(db_tx(db, age, &a), OK);
    assert_int_equal(retention_purge(db, &plan, &rows), OK);
    assert_int_equal(db_read(db, left, &a), OK);
    assert_int_equal(a.count, 0);
}

static int set_up(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    if (!mkdtemp(dir))
        return -1;
    test_db_open(&db);
    struct vault_opts keys = {.key_file = str_z(mem, str_fmt(mem, "%s/vault.key", dir))};
    if (vault_start(db, &keys, &vault) != OK)
        return -1;
    return db_tx(db, seed, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    vault_stop(vault);
    test_db_close(db);
    (void)unlink(str_z(mem, str_fmt(mem, "%s/vault.key", dir)));
    (void)rmdir(dir);
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_provision__needs_basis_second_person_and_is_made_once),
        cmocka_unit_test(test_provision__by_consent_only_while_it_stands),
        cmocka_unit_test(test_provision__is_kept_three_years),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
