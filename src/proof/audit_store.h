/* SQL of the audit; for audit.c only. Each gives the rows that differ, at most AUDIT_SHOWN. */
#pragma once
#include "proof/audit.h"

struct audit_found {
    struct audit *a;
    arena *mem;
};
err audit_store_subscribers(struct tx *t, struct audit_found *f);
err audit_store_articles(struct tx *t, struct audit_found *f);
err audit_store_versions(struct tx *t, struct audit_found *f);
err audit_store_article_state(struct tx *t, struct audit_found *f);
err audit_store_account_state(struct tx *t, struct audit_found *f);
err audit_store_queue(struct tx *t, struct audit_found *f);
err audit_store_leaves(struct tx *t, struct audit_found *f);
err audit_store_rows(struct tx *t, struct audit_found *f);
