/* The limits of process settings, as users' rules ask for them. */
#include "user/user.h"

#include "base/clock.h"

static struct user_limits limits = {
    .code_ttl_ms = 5 * MINUTE_MS,
    .code_interval_ms = MINUTE_MS,
    .login_lock_ms = MINUTE_MS,
    .invite_ttl_ms = 3 * DAY_MS,
    .argon2_memory = 19 * 1024 * 1024,
    .code_tries = 5,
    .code_daily = 10,
    .login_tries = 6,
    .argon2_ops = 2,
};

const struct user_limits *user_limits(void)
{
    return &limits;
}

void user_limits_set(const struct settings *s)
{
    limits = (struct user_limits){
        .code_ttl_ms = s->code_ttl * SECOND_MS,
        .code_interval_ms = s->code_interval * SECOND_MS,
        .login_lock_ms = s->login_lock * SECOND_MS,
        .invite_ttl_ms = s->invite_ttl * SECOND_MS,
        .argon2_memory = s->argon2_memory,
        .code_tries = (int)s->code_tries,
        .code_daily = (int)s->code_daily,
        .login_tries = (int)s->login_tries,
        .argon2_ops = (int)s->argon2_ops,
        .argon2_parallel = (int)s->argon2_parallel,
    };
}
