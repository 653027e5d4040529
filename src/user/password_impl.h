/* For password.c only. */
#pragma once
#include "base/clock.h"
#include "user/user.h"

/* One of those that everybody would try first. */
bool password_common(arena *mem, str password);
