/* What the form and the editor of an article share: reading the draft, whose pictures these are,
 * saving. Private to the article pages. */
#pragma once
#include "account/account.h"
#include "article/article.h"
#include "gate/gate.h"
#include "web/request.h"

struct editing {
    struct request *r;
    int64_t no, publish_at;
    struct article a;
    struct draft d; /* rev 0: none yet, the text is the version's */
    struct article_text text;
    int rev, new_rev;
    struct article_rules rules;
    struct gate_answer gate;
    struct account account;
    struct article_outcome outcome;
    struct scan_result scan;
    struct print_result prints;
};

/* Transactions on a struct editing with r and no set: loads a, account and d; saves text. */
err editing_read(struct tx *t, void *ctx);
err editing_save(struct tx *t, void *ctx);
/* "/console/<handle>/articles/<no>" */
str editing_base(const struct editing *x);
/* Pictures of the account of request ctx, as doc_from_markdown asks for them. */
bool editing_known(void *ctx, str blob, int *ret_width, int *ret_height);
/* The document and cover may show this account's media only; pictures get their true sizes.
 * ERR_INVALID "foreign_media" with the node's path in fault.field, "bad_cover" for the cover. */
err editing_own(struct request *r, struct node *doc, str cover);
/* "2026-11-24 08:30" in China. ERR_INVALID "bad_time" on the field publish_at. */
err editing_time(str s, int64_t *ret_ms);
/* The texts of the editor's buttons and messages in the reader's language, as a JSON object. */
err editing_words(struct request *r, str *ret_json);
