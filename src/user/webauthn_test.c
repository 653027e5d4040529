/* What authenticators say, with keys and signatures that the test makes itself. */
#include "user/webauthn.h"

#include "base/rand.h"
#include "tests/unit/authenticator.h"
#include "user/cbor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static arena *mem;
static const struct webauthn_site SITE = {S_INIT("https://example.org"), S_INIT("example.org")};
static const int ALGORITHMS[] = {COSE_ES256, COSE_EDDSA};
static const str CHALLENGE = S_INIT("Y2hhbGxlbmdl");

static const char *reason_of(err e)
{
    assert_int_equal(e, ERR_INVALID);
    return fault_last()->reason;
}

static const char *make_reason(const struct authenticator *a)
{
    struct webauthn_key k;
    struct webauthn_made made = auth_make(a, CHALLENGE);
    return reason_of(webauthn_register(mem, &SITE, CHALLENGE, &made, &k));
}

static void key_made(struct authenticator *a, int algorithm, struct webauthn_key *ret_k)
{
    auth_new(a, mem, algorithm, "credential");
    struct webauthn_made made = auth_make(a, CHALLENGE);
    assert_int_equal(webauthn_register(mem, &SITE, CHALLENGE, &made, ret_k), OK);
}

static void test_webauthn__a_key_is_made_and_signs(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(ALGORITHMS); i++) {
        struct authenticator a;
        struct webauthn_key k, after;
        key_made(&a, ALGORITHMS[i], &k);
        assert_int_equal(k.algorithm, ALGORITHMS[i]);
        assert_true(same_bytes(k.id, a.id));
        a.count = 7;
        struct webauthn_signed said = auth_answer(&a, CHALLENGE);
        assert_int_equal(webauthn_verify(&SITE, CHALLENGE, &said, &k, &after), OK);
        assert_int_equal(after.count, 7);
        auth_done(&a);
    }
}

static void test_webauthn__bent_answers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *origin, *rp_id, *extra, *reason;
        unsigned flags;
    } V[] = {
        {"https://example.com", "example.org", "", "passkey_origin", 5},
        {"http://example.org", "example.org", "", "passkey_origin", 5},
        {"https://example.org:8443", "example.org", "", "passkey_origin", 5},
        {"https://example.org.evil.test", "example.org", "", "passkey_origin", 5},
        {"https://example.org", "example.com", "", "passkey_origin", 5},
        {"https://example.org", "example.org", ",\"crossOrigin\":true", "passkey_origin", 5},
        {"https://example.org", "example.org", ",\"topOrigin\":\"https://x.test\"",
         "passkey_origin", 5},
        {"https://example.org", "example.org", "", "passkey_unverified", 1},
        {"https://example.org", "example.org", "", "passkey_unverified", 4},
        {"https://example.org", "example.org", "", "passkey_malformed", 5 | 16},
        {"https://example.org", "example.org", ",\"type\":\"webauthn.get\"", "passkey_malformed",
         5},
    };
    struct authenticator a;
    struct webauthn_key k, after;
    key_made(&a, COSE_ES256, &k);
    for (size_t i = 0; i < LEN(V); i++) {
        a.origin = V[i].origin;
        a.rp_id = V[i].rp_id;
        a.extra = V[i].extra;
        a.flags = V[i].flags;
        struct webauthn_signed said = auth_answer(&a, CHALLENGE);
        assert_string_equal(reason_of(webauthn_verify(&SITE, CHALLENGE, &said, &k, &after)),
                            V[i].reason);
        assert_string_equal(make_reason(&a), V[i].reason);
    }
    auth_done(&a);
}

static void test_webauthn__another_challenge_or_question(void **state)
{
    (void)state;
    struct authenticator a;
    struct webauthn_key k, after;
    key_made(&a, COSE_ES256, &k);
    struct webauthn_signed said = auth_answer(&a, S("YW5vdGhlcg"));
    assert_string_equal(reason_of(webauthn_verify(&SITE, CHALLENGE, &said, &k, &after)),
                        "passkey_challenge");
    assert_string_equal(reason_of(webauthn_verify(&SITE, S(""), &said, &k, &after)),
                        "passkey_challenge");
    struct webauthn_made made = auth_make(&a, CHALLENGE);
    said.client_data = made.client_data; /* made for a registration */
    assert_string_equal(reason_of(webauthn_verify(&SITE, CHALLENGE, &said, &k, &after)),
                        "passkey_malformed");
    auth_done(&a);
}

static void test_webauthn__signature_covers_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(ALGORITHMS); i++) {
        struct authenticator a, other;
        struct webauthn_key k, after;
        key_made(&a, ALGORITHMS[i], &k);
        auth_new(&other, mem, ALGORITHMS[i], "credential");
        struct webauthn_signed said = auth_answer(&other, CHALLENGE);
        assert_string_equal(reason_of(webauthn_verify(&SITE, CHALLENGE, &said, &k, &after)),
                            "passkey_signature");
        said = auth_answer(&a, CHALLENGE);
        for (size_t at = 0; at < said.signature.n; at++) {
            struct webauthn_signed bent = said;
            uint8_t *sig = arena_alloc(mem, said.signature.n);
            memcpy(sig, said.signature.p, said.signature.n);
            sig[at] ^= 1;
            bent.signature.p = sig;
            assert_string_equal(reason_of(webauthn_verify(&SITE, CHALLENGE, &bent, &k, &after)),
                                "passkey_signature");
        }
        said.signature.n--;
        assert_string_equal(reason_of(webauthn_verify(&SITE, CHALLENGE, &said, &k, &after)),
                            "passkey_signature");
        said.signature = (struct bytes){0};
        assert_string_equal(reason_of(webauthn_verify(&SITE, CHALLENGE, &said, &k, &after)),
                            "passkey_signature");
        auth_done(&a);
        auth_done(&other);
    }
}

static void test_webauthn__the_counter_goes_forward(void **state)
{
    (void)state;
    static const struct {
        uint32_t before, now;
        bool good;
    } V[] = {{0, 0, true},
             {0, 1, true},
             {5, 6, true},
             {5, 5, false},
             {5, 4, false},
             {5, 0, false},
             {0xFFFFFFFE, 0xFFFFFFFF, true}};
    struct authenticator a;
    struct webauthn_key k, after;
    key_made(&a, COSE_EDDSA, &k);
    for (size_t i = 0; i < LEN(V); i++) {
        k.count = V[i].before;
        a.count = V[i].now;
        struct webauthn_signed said = auth_answer(&a, CHALLENGE);
        err e = webauthn_verify(&SITE, CHALLENGE, &said, &k, &after);
        if (V[i].good)
            assert_int_equal(e, OK);
        else
            assert_string_equal(reason_of(e), "passkey_copied");
    }
}

/* ---- CBOR ---- */

static err skip_all(const char *text)
{
    struct cbor c = {auth_hex(mem, text)};
    TRY(cbor_skip(&c));
    return c.left.n ? fault(ERR_INVALID, "passkey_malformed", "more") : OK;
}

static void test_cbor__only_the_subset(void **state)
{
    (void)state;
    static const char *const GOOD[] = {
        "00",
        "17",
        "1818",
        "1903e8",
        "1a000f4240",
        "1b000000e8d4a51000",
        "20",
        "3863",
        "40",
        "4401020304",
        "60",
        "6161",
        "63e6b0b4",
        "80",
        "83010203",
        "a0",
        "a201020304",
        "a1616180",
        "8201820203",
        "f4",
        "f5",
        "f6",
        "a16b6372656450726f7465637402", /* {"credProtect": 2} */
    };
    static const char *const BAD[] = {
        "",
        "18",
        "1817",
        "190017",
        "1900ff",
        "1a0000ffff",
        "1b00000000ffffffff",
        "1c",
        "1d",
        "1e",
        "1f",
        "41",
        "4402",
        "58",
        "5801",
        "580101",
        "5f42010243030405ff",
        "61",
        "61ff",
        "61c3",
        "62c080",
        "63eda080",
        "6100",
        "7f61616161ff",
        "81",
        "8201",
        "9f01ff",
        "9818",
        "a1",
        "a101",
        "bf61610161ff",
        "c001",
        "c074",
        "d9d9f701",
        "e0",
        "f7",
        "f8ff",
        "f820",
        "f90000",
        "f93c00",
        "fa47c35000",
        "fb3ff199999999999a",
        "ff",
        "fc",
        "0000",
        "9b7fffffffffffffff",
        "5bffffffffffffffff",
        "bb8000000000000000",
        "7b7fffffffffffffff61",
        "3bffffffffffffffffff",
    };
    for (size_t i = 0; i < LEN(GOOD); i++)
        if (skip_all(GOOD[i]) != OK)
            fail_msg("refused %s: %s", GOOD[i], fault_last()->text);
    for (size_t i = 0; i < LEN(BAD); i++)
        if (skip_all(BAD[i]) != ERR_INVALID)
            fail_msg("took %s", BAD[i]);
}

static void test_cbor__numbers_of_64_bits(void **state)
{
    (void)state;
    int64_t n = 0;
    struct cbor c = {auth_hex(mem, "1b7fffffffffffffff")};
    assert_int_equal(cbor_int(&c, &n), OK);
    assert_true(n == INT64_MAX);
    c.left = auth_hex(mem, "3b7fffffffffffffff");
    assert_int_equal(cbor_int(&c, &n), OK);
    assert_true(n == INT64_MIN);
    c.left = auth_hex(mem, "1b8000000000000000");
    assert_int_equal(cbor_int(&c, &n), ERR_INVALID);
    c.left = auth_hex(mem, "6131");
    assert_int_equal(cbor_int(&c, &n), ERR_INVALID);
}

/* Nothing that is cut short, longer or changed in one bit crashes, and a cut one is never taken. */
static void test_webauthn__mangled_attestations(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(ALGORITHMS); i++) {
        struct authenticator a;
        struct webauthn_key k;
        auth_new(&a, mem, ALGORITHMS[i], "credential");
        struct webauthn_made made = auth_make(&a, CHALLENGE);
        struct bytes whole = made.attestation;
        for (size_t n = 0; n < whole.n; n++) {
            /* a copy of its own size: the sanitizer sees a read behind the end */
            uint8_t *cut = heap_alloc(n + 1);
            memcpy(cut, whole.p, n);
            made.attestation = (struct bytes){cut, n};
            assert_int_equal(webauthn_register(mem, &SITE, CHALLENGE, &made, &k), ERR_INVALID);
            heap_free(cut);
        }
        for (size_t bit = 0; bit < whole.n * 8; bit++) {
            uint8_t *bent = arena_alloc(mem, whole.n + 1);
            memcpy(bent, whole.p, whole.n);
            bent[bit / 8] ^= (uint8_t)(1 << bit % 8);
            made.attestation = (struct bytes){bent, whole.n};
            (void)!webauthn_register(mem, &SITE, CHALLENGE, &made, &k);
        }
        uint8_t *more = arena_alloc(mem, whole.n + 1);
        memcpy(more, whole.p, whole.n);
        made.attestation = (struct bytes){more, whole.n + 1};
        assert_int_equal(webauthn_register(mem, &SITE, CHALLENGE, &made, &k), ERR_INVALID);
        auth_done(&a);
    }
}

static err with_cose(const char *cose_hex)
{
    struct authenticator a;
    struct webauthn_key k;
    auth_new(&a, mem, COSE_EDDSA, "credential");
    struct bytes cose = auth_hex(mem, cose_hex);
    struct webauthn_made made = {
        auth_client(&a, "webauthn.create", CHALLENGE),
        auth_attestation(&a, auth_data(&a, AUTH_UP | AUTH_UV | AUTH_AT, &cose))};
    return webauthn_register(mem, &SITE, CHALLENGE, &made, &k);
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES "0101010101010101010101010101010101010101010101010101010101010101"
/* The base point of Ed25519. */
#define ED_BASE "5866666666666666666666666666666666666666666666666666666666666666"

static void test_webauthn__keys_of_another_kind(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "a0",
        "a5010203262001215820" ZEROS "225820" ZEROS, /* not on the curve */
        "a5010203262001215820" ONES "225820" ONES,
        "a5010203382420012158"
        "20" ZEROS "225820" ZEROS,                   /* ES384's algorithm */
        "a5010203262002215820" ZEROS "225820" ZEROS, /* P-384 */
        "a4010203262001215820" ZEROS,                /* no y */
        "a501020326200121581f"
        "00000000000000000000000000000000000000000000000000000000000000"
        "225820" ZEROS,
        "a401010327200621"
        "5820" ZEROS,                   /* a point of small order */
        "a4010103272004215820" ED_BASE, /* X25519 */
        "a4010103262006215820" ED_BASE, /* ES256 with Ed25519 */
        "a5010103272006215820" ED_BASE "225820" ZEROS,
        "a5010103272006215820" ED_BASE "0402",           /* key_ops */
        "a5010103272006215820" ED_BASE "215820" ED_BASE, /* x twice */
        "a401010339010020"
        "06"
        "215820" ED_BASE, /* RS256 */
    };
    assert_int_equal(with_cose("a4010103272006215820" ED_BASE), OK);
    for (size_t i = 0; i < LEN(BAD); i++) {
        if (with_cose(BAD[i]) != ERR_INVALID)
            fail_msg("took key %zu", i);
        assert_string_equal(fault_last()->reason, "passkey_malformed");
    }
}

static err with_attestation(const char *head)
{
    struct authenticator a;
    struct webauthn_key k;
    struct buf b;
    auth_new(&a, mem, COSE_EDDSA, "credential");
    struct bytes cose = auth_cose(&a), start = auth_hex(mem, head);
    struct bytes data = auth_data(&a, AUTH_UP | AUTH_UV | AUTH_AT, &cose);
    uint8_t length[2] = {0x58, (uint8_t)data.n};
    buf_init(&b, mem, 1000);
    auth_add(&b, start.p, start.n);
    auth_add(&b,
             "\x68"
             "authData",
             9);
    auth_add(&b, length, 2);
    auth_add(&b, data.p, data.n);
    struct webauthn_made made = {auth_client(&a, "webauthn.create", CHALLENGE),
                                 str_bytes(buf_str(&b))};
    return webauthn_register(mem, &SITE, CHALLENGE, &made, &k);
}

static void test_webauthn__attestation_none_only(void **state)
{
    (void)state;
    assert_int_equal(with_attestation("a363666d74646e6f6e656761747453746d74a0"), OK);
    assert_int_equal(with_attestation("a36761747453746d74a063666d74646e6f6e65"), OK);
    static const char *const BAD[] = {
        "a363666d74667061636b65646761747453746d74a0",   /* packed */
        "a363666d74646e6f6e656761747453746d74a1616100", /* with a statement */
        "a263666d74646e6f6e65",                         /* without */
        "a463666d74646e6f6e656761747453746d74a0616100", /* something more */
        "a363666d74646e6f6e6563666d74646e6f6e65",       /* twice */
        "83",
    };
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(with_attestation(BAD[i]), ERR_INVALID);
}

/* Extensions that an authenticator adds on its own are skipped; nothing may follow them. */
static void test_webauthn__extensions(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        err e;
    } V[] = {{"a16b6372656450726f7465637402", OK},
             {"a0", OK},
             {"", ERR_INVALID},
             {"80", ERR_INVALID},
             {"a16b6372656450726f746563740200", ERR_INVALID}};
    for (size_t i = 0; i < LEN(V); i++) {
        struct authenticator a;
        struct webauthn_key k;
        struct buf b;
        auth_new(&a, mem, COSE_EDDSA, "credential");
        struct bytes cose = auth_cose(&a), more = auth_hex(mem, V[i].more);
        struct bytes data = auth_data(&a, AUTH_UP | AUTH_UV | AUTH_AT | AUTH_ED, &cose);
        buf_init(&b, mem, 1000);
        auth_add(&b, data.p, data.n);
        auth_add(&b, more.p, more.n);
        struct webauthn_made made = {auth_client(&a, "webauthn.create", CHALLENGE),
                                     auth_attestation(&a, str_bytes(buf_str(&b)))};
        assert_int_equal(webauthn_register(mem, &SITE, CHALLENGE, &made, &k), V[i].e);
    }
}

static void test_webauthn__client_data(void **state)
{
    (void)state;
    static const char *const BAD[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"challenge\":1}",
                                      "{\"challenge\":\"\"}",
                                      "{\"challenge\":\"a\"",
                                      "{\"challenge\":\"a\"}x",
                                      "{\"challenge\":\"a\",\"challenge\":\"b\"}",
                                      "\xff"};
    str challenge;
    for (size_t i = 0; i < LEN(BAD); i++)
        assert_int_equal(webauthn_challenge(mem, str_bytes(str_from(BAD[i])), &challenge),
                         ERR_INVALID);
    struct bytes good =
        str_bytes(S("{\"challenge\":\"a\",\"other_keys_can_be_added_here\":\"x\"}"));
    assert_int_equal(webauthn_challenge(mem, good, &challenge), OK);
    assert_true(str_eq(challenge, S("a")));
}

static void test_webauthn__rp_id_is_the_host(void **state)
{
    (void)state;
    assert_true(str_eq(webauthn_rp_id(S("https://example.org")), S("example.org")));
    assert_true(str_eq(webauthn_rp_id(S("http://localhost:8080")), S("localhost")));
}

static int setup(void **state)
{
    (void)state;
    rand_init();
    mem = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webauthn__a_key_is_made_and_signs),
        cmocka_unit_test(test_webauthn__bent_answers_are_refused),
        cmocka_unit_test(test_webauthn__another_challenge_or_question),
        cmocka_unit_test(test_webauthn__signature_covers_every_byte),
        cmocka_unit_test(test_webauthn__the_counter_goes_forward),
        cmocka_unit_test(test_cbor__only_the_subset),
        cmocka_unit_test(test_cbor__numbers_of_64_bits),
        cmocka_unit_test(test_webauthn__mangled_attestations),
        cmocka_unit_test(test_webauthn__keys_of_another_kind),
        cmocka_unit_test(test_webauthn__attestation_none_only),
        cmocka_unit_test(test_webauthn__extensions),
        cmocka_unit_test(test_webauthn__client_data),
        cmocka_unit_test(test_webauthn__rp_id_is_the_host),
    };
    return cmocka_run_group_tests_name("webauthn", tests, setup, teardown);
}
