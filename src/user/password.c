/* Passwords: Argon2id by libsodium, as many at once as settings allow. The defaults are OWASP's
 * second recommendation, 19 MiB and two passes: about 25 ms on the reference machine. */
#include "user/password_impl.h"

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

/* What is left of a password without a word; 6 characters more than the word must be there. */
enum { BESIDE_WORD = 6, WORD_MIN = 2, MOBILE_TAIL = 8 };

static bool leans_on(arena *mem, str low, str word)
{
    str w = str_lower_ascii(mem, str_trim(word));
    size_t left = 0;
    bool found = false;
    if (str_count(w) < WORD_MIN)
        return false;
    for (str rest = low; rest.n;) {
        if (str_starts(rest, w)) {
            found = true;
            rest = str_sub(rest, w.n, rest.n);
        } else {
            (void)str_next(&rest);
            left++;
        }
    }
    return found && left < BESIDE_WORD;
}

err password_check(str password, const struct password_about *about)
{
    AUTO_ARENA(mem);
    str m = about->mobile;
    if (str_count(password) < PASSWORD_MIN)
        return fault_field(ERR_INVALID, "password_too_short", "password", "under %d", PASSWORD_MIN);
    if (str_count(password) > PASSWORD_MAX)
        return fault_field(ERR_INVALID, "password_too_long", "password", "over %d", PASSWORD_MAX);
    if (m.n >= MOBILE_TAIL && str_has(password, str_sub(m, m.n - MOBILE_TAIL, MOBILE_TAIL)))
        return fault_field(ERR_INVALID, "password_is_mobile", "password", "holds the number");
    if (password_common(mem, password))
        return fault_field(ERR_INVALID, "password_common", "password", "easily guessed");
    str low = str_lower_ascii(mem, password);
    const str words[] = {about->name, about->site, about->host, S("gongqi")};
    for (size_t i = 0; i < LEN(words); i++)
        if (leans_on(mem, low, words[i]))
            return fault_field(ERR_INVALID, "password_context", "password", "a word of this site");
    return OK;
}
