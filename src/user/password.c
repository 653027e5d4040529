/* Passwords: Argon2id by libsodium, as many at once as settings allow. The defaults are OWASP's
 * second recommendation, 19 MiB and two passes: about 25 ms on the reference machine. */
#include "user/user.h"

#include <semaphore.h>
#include <sodium.h>
#include <stdatomic.h>
#include <unistd.h>

static sem_t gate;
static atomic_flag ready = ATOMIC_FLAG_INIT;
static _Atomic bool gate_open;

/* Without a limit, a burst of logins is a burst of 19 MiB allocations. */
static void gate_enter(void)
{
    if (!atomic_flag_test_and_set(&ready)) {
        long n = user_limits()->argon2_parallel;
        if (n == 0)
            n = sysconf(_SC_NPROCESSORS_ONLN);
        ASSERT(sem_init(&gate, 0, n > 0 ? (unsigned)n : 1) == 0);
        gate_open = true;
    }
    while (!gate_open)
        usleep(100);
    while (sem_wait(&gate) != 0)
        ;
}

static void gate_leave(void)
{
    sem_post(&gate);
}

str password_hash(arena *mem, str password)
{
    const struct user_limits *l = user_limits();
    char *out = arena_alloc(mem, crypto_pwhash_STRBYTES);
    gate_enter();
    int bad = crypto_pwhash_str_alg(out, password.p, password.n, (unsigned long long)l->argon2_ops,
                                    (size_t)l->argon2_memory, crypto_pwhash_ALG_ARGON2ID13);
    gate_leave();
    ASSERT(bad == 0);
    return str_from(out);
}

bool password_verify(arena *mem, str hash, str password)
{
    if (!hash.n)
        return false;
    const char *z = str_z(mem, hash);
    gate_enter();
    int bad = crypto_pwhash_str_verify(z, password.p, password.n);
    gate_leave();
    return bad == 0;
}

void password_verify_nobody(arena *mem, str password)
{
    (void)password_hash(mem, password);
}

static bool one_step_apart(str s)
{
    int step = s.p[1] - s.p[0];
    if (step < -1 || step > 1)
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] - s.p[i - 1] != step)
            return false;
    return true;
}

/* Few different characters: 11112222, abababab. */
static bool monotonous(str s)
{
    bool seen[256] = {false};
    int different = 0;
    for (size_t i = 0; i < s.n; i++) {
        different += !seen[(uint8_t)s.p[i]];
        seen[(uint8_t)s.p[i]] = true;
    }
    return different < 4;
}

static bool well_known(str s)
{
    static const char *const HEADS[] = {"password", "passw0rd", "qwerty",   "qwertyui", "asdfghjk",
                                        "zxcvbnm",  "1q2w3e4r", "1qaz2wsx", "admin123", "iloveyou",
                                        "woaini",   "abc123",   "a123456",  "123456",   "888888",
                                        "666666",   "gongqi",   "letmein",  "welcome",  "qazwsx"};
    AUTO_ARENA(mem);
    str low = str_lower_ascii(mem, s);
    for (size_t i = 0; i < LEN(HEADS); i++) {
        str head = str_from(HEADS[i]);
        if (str_starts(low, head) && low.n <= head.n + 4)
            return true;
    }
    return false;
}

err password_check(str password, str mobile)
{
    if (str_count(password) < PASSWORD_MIN)
        return fault_field(ERR_INVALID, "password_too_short", "password", "under %d", PASSWORD_MIN);
    if (str_count(password) > PASSWORD_MAX)
        return fault_field(ERR_INVALID, "password_too_long", "password", "over %d", PASSWORD_MAX);
    if (one_step_apart(password) || monotonous(password) || well_known(password))
        return fault_field(ERR_INVALID, "password_common", "password", "easily guessed");
    if (mobile.n && str_has(password, mobile))
        return fault_field(ERR_INVALID, "password_is_mobile", "password", "holds the number");
    return OK;
}
