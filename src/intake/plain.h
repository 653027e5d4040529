/* For intake/ only. */
#pragma once
#include "base/str.h"

/* Words of a title or excerpt: tags go, entities that exports write become what they stand for,
 * white space is one space, control characters go. */
str plain_text(arena *mem, str s);
