/* The public API, /api/v1: accounts and articles for everybody; writing for programs of operators
 * with a token. It asks the same gate as every other way in (A6.3). JSON in and out; errors as the
 * dispatcher writes them. */
#pragma once
#include "account/account.h"
#include "article/article.h"
#include "base/json.h"
#include "gate/gate.h"
#include "web/request.h"

/* What "waits_for" says of a version that a second member has to release. */
#define SECOND_PERSON gate_reason_name(GATE_second_person_required)

enum { API_JSON_MAX = 4 * 1024 * 1024, API_PER_PAGE = 20 };

/* An object for one article; without identity, tokens or addresses. */
void api_article(struct jw *j, arena *mem, const struct article *a);
