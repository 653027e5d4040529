/* The vault: sealing, places, tampering, keys, rotation, reads by people, files. */
#include "vault/vault.h"

#include "base/clock.h"
#include "blob/blob.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static arena *mem;
static struct db *db;
static struct vault *vault;
static char dir[64], key_file[96];

static err start(struct vault **ret_v)
{
    return vault_start(db, &(struct vault_opts){.key_file = key_file}, ret_v);
}

static int setup(void **state)
{
    (void)state;
    mem = arena_new();
    test_db_open(&db);
    snprintf(dir, sizeof dir, "/tmp/gongqi-vault-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(key_file, sizeof key_file, "%s/vault.key", dir);
    assert_int_equal(start(&vault), OK);
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    vault_stop(vault);
    test_db_close(db);
    arena_free(mem);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

struct sealing {
    struct vault *v;
    struct vault_ref ref;
    str plain, opened;
    struct bytes sealed;
    err answer;
};
static err seal_tx(struct tx *t, void *ctx)
{
    struct sealing *s = ctx;
    TRY(vault_seal_text(VAULT_CTX(s->v, t, mem), s->ref, s->plain, &s->sealed));
    return s->answer;
}
static err open_tx(struct tx *t, void *ctx)
{
    struct sealing *s = ctx;
    return vault_open_text(VAULT_CTX(s->v, t, mem), s->ref, s->sealed, &s->opened);
}
static struct sealing sealed(str plain, int64_t owner)
{
    struct sealing s = {vault, VAULT_REF("identity_field", "doc_no", owner), plain, STR_NONE, {0},
                        OK};
    assert_int_equal(db_tx(db, seal_tx, &s), OK);
    return s;
}

static void test_vault__opens_what_it_sealed_in_its_place_only(void **state)
{
    (void)state;
    struct sealing s = sealed(S("11010519491231002X"), 7),
                   again = sealed(S("11010519491231002X"), 7);
    assert_int_equal(db_read(db, open_tx, &s), OK);
    assert_true(str_eq(s.opened, s.plain));
    assert_false(str_has(bytes_str(s.sealed), S("1101")));
    assert_false(str_eq(bytes_str(s.sealed), bytes_str(again.sealed)));
    struct sealing field = s, table = s, owner = s;
    field.ref.field = "name";
    table.ref.table = "users";
    owner.ref.owner = 8;
    (void)sealed(S("x"), 8);
    assert_int_equal(db_read(db, open_tx, &field), ERR_BUG);
    assert_string_equal(fault_last()->reason, "vault_tampered");
    assert_int_equal(db_read(db, open_tx, &table), ERR_BUG);
    assert_int_equal(db_read(db, open_tx, &owner), ERR_BUG);
}

static void test_vault__every_flipped_byte_is_noticed(void **state)
{
    (void)state;
    struct sealing s = sealed(S("secret"), 7);
    uint8_t *p = arena_alloc(mem, s.sealed.n);
    for (size_t i = 0; i < s.sealed.n; i++) {
        memcpy(p, s.sealed.p, s.sealed.n);
        p[i] ^= 1;
        struct sealing bad = s;
        bad.sealed.p = p;
        assert_int_equal(db_read(db, open_tx, &bad), ERR_BUG);
    }
    s.sealed.n = 10;
    assert_int_equal(db_read(db, open_tx, &s), ERR_BUG);
}

static void test_vault__a_rolled_back_key_is_never_used(void **state)
{
    (void)state;
    struct sealing lost = {vault, VAULT_REF("t", "f", 9), S("x"), STR_NONE, {0}, ERR_CONFLICT};
    assert_int_equal(db_tx(db, seal_tx, &lost), ERR_CONFLICT);
    struct sealing s = lost;
    s.answer = OK;
    assert_int_equal(db_tx(db, seal_tx, &s), OK);
    assert_int_equal(db_read(db, open_tx, &s), OK);
    assert_int_equal(db_read(db, open_tx, &lost), ERR_BUG);
}

static void test_vault__lookup_keys_are_stable_and_separate(void **state)
{
    (void)state;
    struct bytes a = vault_key_of(vault, mem, "mobile", S("15400000001"));
    struct vault *second;
    assert_int_equal(start(&second), OK);
    struct bytes b = vault_key_of(second, mem, "mobile", S("15400000001"));
    vault_stop(second);
    struct bytes c = vault_key_of(vault, mem, "identity", S("15400000001"));
    struct bytes d = vault_key_of(vault, mem, "mobile1", S("5400000001"));
    assert_int_equal(a.n, 32);
    assert_memory_equal(a.p, b.p, 32);
    assert_memory_not_equal(a.p, c.p, 32);
    assert_memory_not_equal(a.p, d.p, 32);
}

static void test_vault__key_file_is_private_and_wrong_keys_are_refused(void **state)
{
    (void)state;
    struct stat st;
    struct vault *v = NULL;
    assert_int_equal(stat(key_file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    chmod(key_file, 0640);
    assert_int_equal(start(&v), ERR_INVALID);
    assert_string_equal(fault_last()->reason, "vault_key_mode");
    unlink(key_file);
    assert_int_equal(start(&v), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "vault_wrong_key");
    const char *other = "printf '%064d' 1";
    assert_int_equal(vault_start(db, &(struct vault_opts){.key_command = other}, &v), ERR_CONFLICT);
    assert_int_equal(vault_start(db, &(struct vault_opts){.key_command = "exit 1"}, &v), ERR_IO);
    assert_int_equal(vault_start(db, &(struct vault_opts){.key_command = "echo 12"}, &v), ERR_IO);
    assert_null(v);
}

static void test_vault__rotation_keeps_everything_open(void **state)
{
    (void)state;
    struct vault *other; /* another process that does not know of the rotation */
    assert_int_equal(start(&other), OK);
    struct sealing s = sealed(S("secret"), 7);
    for (int64_t i = 100; i < 350; i++)
        (void)sealed(S("x"), i);
    struct bytes before = vault_key_of(vault, mem, "mobile", S("1"));
    int64_t n = 0;
    assert_int_equal(vault_rotate(vault, &n), OK);
    assert_int_equal(n, 252); /* 251 owners and the lookup key */
    assert_int_equal(db_read(db, open_tx, &s), OK);
    struct sealing theirs = s;
    theirs.v = other;
    assert_int_equal(db_read(db, open_tx, &theirs), OK);
    theirs.ref.owner = 1000; /* a new owner, wrapped by the new master */
    assert_int_equal(db_tx(db, seal_tx, &theirs), OK);
    assert_int_equal(vault_rotate(vault, &n), OK);
    assert_int_equal(n, 253);
    struct vault *fresh;
    assert_int_equal(start(&fresh), OK);
    s.v = theirs.v = fresh;
    assert_int_equal(db_read(db, open_tx, &s), OK);
    assert_int_equal(db_read(db, open_tx, &theirs), OK);
    struct bytes after = vault_key_of(fresh, mem, "mobile", S("1"));
    assert_memory_equal(before.p, after.p, 32);
    vault_stop(fresh);
    vault_stop(other);
}

/* ---- reading by people ---- */

struct reading {
    struct vault_item item;
    struct vault_reader who;
    bool full;
    str text;
};
static err read_tx(struct tx *t, void *ctx)
{
    struct reading *r = ctx;
    struct vault_ctx c = VAULT_CTX(vault, t, mem);
    return r->full ? vault_read_full(c, &r->item, r->who, &r->text)
                   : vault_read_masked(c, &r->item, r->who, &r->text);
}
static err ask_tx(struct tx *t, void *ctx)
{
    struct vault_request *r = ctx;
    r->expires_at = tx_now(t) + HOUR_MS;
    return vault_request_ask(t, r);
}
struct approval {
    const struct vault_request *r;
    int64_t by;
};
static err approve_tx(struct tx *t, void *ctx)
{
    struct approval *a = ctx;
    return vault_request_approve(t, a->r->owner_id, a->r->id, a->by);
}
static err expire_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return db_exec(t, "UPDATE vault_request SET expires_at = 1", DB_IN());
}
static struct vault_access *accesses;
static size_t n_accesses;
static err accesses_tx(struct tx *t, void *ctx)
{
    (void)ctx;
    return vault_access_list(t, mem, 7, &accesses, &n_accesses);
}

static void test_vault__full_reads_need_a_second_person(void **state)
{
    (void)state;
    struct sealing s = sealed(S("110105194912310028"), 7);
    struct reading r = {.item = {s.ref, s.sealed, MASK_ID}, .who = {50, S("complaint 12"), 0}};
    assert_int_equal(db_tx(db, read_tx, &r), OK);
    assert_true(str_eq(r.text, S("110105********0028")));
    r.full = true;
    assert_int_equal(db_tx(db, read_tx, &r), ERR_DENIED);
    assert_string_equal(fault_last()->reason, "vault_approval_required");
    struct vault_request q = {
        .owner_id = 7, .field = S("doc_no"), .reason = S("court"), .asked_by = 50};
    assert_int_equal(db_tx(db, ask_tx, &q), OK);
    r.who.request_id = q.id;
    assert_int_equal(db_tx(db, read_tx, &r), ERR_DENIED);
    assert_int_equal(db_tx(db, approve_tx, &(struct approval){&q, 50}), ERR_DENIED);
    assert_string_equal(fault_last()->reason, "second_person_required");
    assert_int_equal(db_tx(db, approve_tx, &(struct approval){&q, 51}), OK);
    assert_int_equal(db_tx(db, approve_tx, &(struct approval){&q, 52}), ERR_CONFLICT);
    assert_int_equal(db_tx(db, read_tx, &r), OK);
    assert_true(str_eq(r.text, s.plain));
    struct reading stranger = r, name = r;
    stranger.who.user_id = 60;
    name.item.ref.field = "name";
    assert_int_equal(db_tx(db, read_tx, &stranger), ERR_DENIED);
    assert_int_equal(db_tx(db, read_tx, &name), ERR_DENIED);
    assert_int_equal(db_tx(db, expire_tx, NULL), OK);
    assert_int_equal(db_tx(db, read_tx, &r), ERR_DENIED);
    assert_int_equal(db_read(db, accesses_tx, NULL), OK);
    assert_int_equal(n_accesses, 2);
    assert_true(accesses[0].full);
    assert_int_equal(accesses[0].approver_id, 51);
    assert_false(accesses[1].full);
    assert_int_equal(accesses[1].reader_id, 50);
    r.full = false;
    r.who.reason = S(" ");
    assert_int_equal(db_tx(db, read_tx, &r), ERR_INVALID);
}

static void masked(enum mask mask, const char *plain, const char *want)
{
    assert_string_equal(str_z(mem, mask_text(mem, mask, str_from(plain))), want);
}
static void test_mask__shows_as_much_as_needed(void **state)
{
    (void)state;
    masked(MASK_NAME, "张三", "张*");
    masked(MASK_NAME, "欧阳锋", "欧**");
    masked(MASK_NAME, "张", "*");
    masked(MASK_ID, "110199000000000010", "110199********0010");
    masked(MASK_ID, "E12345678", "E1*****78");
    masked(MASK_ID, "1234567", "******");
    masked(MASK_MOBILE, "15400000001", "154****0001");
    masked(MASK_MOBILE, "110", "******");
    masked(MASK_USCC, "91440300MA5EXAMP0X", "914403********MP0X");
    masked(MASK_EMAIL, "li@example.cn", "l***@example.cn");
    masked(MASK_EMAIL, "@x", "******");
    masked(MASK_ALL, "anything", "******");
}

/* ---- files ---- */

static void test_vault__files_of_every_size_come_back(void **state)
{
    (void)state;
    struct blob_store *blobs;
    char blob_dir[96];
    snprintf(blob_dir, sizeof blob_dir, "%s/blobs", dir);
    assert_int_equal(blob_store_open(blob_dir, &blobs), OK);
    struct vault_files f = {vault, blobs, mem};
    struct vault_ref ref = VAULT_REF("evidence", "file", 7);
    static const size_t SIZES[] = {0, 1, 65535, 65536, 65537, 131072, 200000};
    for (size_t i = 0; i < LEN(SIZES); i++) {
        uint8_t *p = arena_alloc(mem, SIZES[i] + 1), *q = arena_alloc(mem, SIZES[i] + 1);
        memset(p, 'a' + (int)i, SIZES[i]);
        FILE *in = tmpfile();
        fwrite(p, 1, SIZES[i], in);
        fflush(in);
        str hash;
        assert_int_equal(vault_seal_file(f, ref, fileno(in), &hash), OK);
        fclose(in);
        int fd = -1, none = -1;
        assert_int_equal(vault_open_file(f, ref, hash, &fd), OK);
        assert_int_equal(read(fd, q, SIZES[i] + 1), (ssize_t)SIZES[i]);
        assert_memory_equal(p, q, SIZES[i]);
        close(fd);
        assert_int_equal(vault_open_file(f, VAULT_REF("evidence", "x", 7), hash, &none), ERR_BUG);
    }
    blob_store_close(blobs);
}

static void test_vault__cut_files_do_not_open(void **state)
{
    (void)state;
    struct blob_store *blobs;
    char blob_dir[96];
    snprintf(blob_dir, sizeof blob_dir, "%s/blobs", dir);
    assert_int_equal(blob_store_open(blob_dir, &blobs), OK);
    struct vault_files f = {vault, blobs, mem};
    struct vault_ref ref = VAULT_REF("evidence", "file", 7);
    FILE *in = tmpfile();
    for (int i = 0; i < 70000; i++)
        fputc('x', in);
    fflush(in);
    str hash, cut;
    int64_t size = 0;
    int fd = -1;
    assert_int_equal(vault_seal_file(f, ref, fileno(in), &hash), OK);
    fclose(in);
    assert_int_equal(blob_open(blobs, hash, &fd, &size), OK);
    uint8_t *p = arena_alloc(mem, (size_t)size);
    assert_int_equal(read(fd, p, (size_t)size), size);
    close(fd);
    static const int64_t LENGTHS[] = {0, 10, 25, 25 + 65536 + 17, 70000};
    for (size_t i = 0; i < LEN(LENGTHS); i++) {
        assert_int_equal(blob_put_bytes(blobs, mem, (struct bytes){p, (size_t)LENGTHS[i]}, &cut),
                         OK);
        assert_int_equal(vault_open_file(f, ref, cut, &fd), ERR_BUG);
    }
    blob_store_close(blobs);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_vault__opens_what_it_sealed_in_its_place_only),
        T(test_vault__every_flipped_byte_is_noticed),
        T(test_vault__a_rolled_back_key_is_never_used),
        T(test_vault__lookup_keys_are_stable_and_separate),
        T(test_vault__key_file_is_private_and_wrong_keys_are_refused),
        T(test_vault__rotation_keeps_everything_open),
        T(test_vault__full_reads_need_a_second_person),
        T(test_mask__shows_as_much_as_needed),
        T(test_vault__files_of_every_size_come_back),
        T(test_vault__cut_files_do_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
