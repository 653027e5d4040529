/* What the whole program shares, made and freed by main in one place. Departments answer the
 * dispatcher's questions through the function pointers, since web/ may not know departments. */
#pragma once
#include "db/db.h"
#include "web/access.h"

struct settings;      /* settings/settings.h: process settings */
struct vault;         /* vault/vault.h */
struct blob_store;    /* blob/blob.h */
struct page_cache;    /* web/cache.h */
struct provider_live; /* settings/provider.h */
struct mailer;        /* mail/mail.h */
struct job_runner;    /* job/job.h */
struct scan_live;     /* scan/rules.h */
struct print_live;    /* print/print.h */
struct record_log;    /* record/log.h */
struct reads;         /* web/reads.h */

struct membership {
    int64_t account_id;
    str handle, name, state;
    enum member_role role;
};

/* Shown on every page; from provider settings. */
struct site_profile {
    str name, icp, psb, contact;
    bool demo;
};

/* Shown at /metrics; written by jobs. */
struct site_gauges {
    _Atomic int64_t audit_at, audit_differences; /* of the last audit; at 0: none yet */
};

struct site {
    struct db *db;
    const struct settings *settings;
    struct vault *vault;
    struct blob_store *blobs;
    struct page_cache *cache;
    struct provider_live *provider; /* provider settings in force */
    struct mailer *mail;
    struct job_runner *jobs;
    struct record_log *log;    /* NULL in commands */
    struct reads *reads;       /* NULL in commands: nothing is counted */
    struct scan_live *scan;    /* rules in force */
    struct print_live *prints; /* fingerprints that are looked for */
    struct site_gauges gauges;
    str data_dir;
    bool https;      /* the public address is https: Secure cookies with the prefix __Host- */
    int rate_factor; /* multiplies the limits of rate.c; 0 = 1. For tests, benches and the demo */
    /* The user's place in the account of that handle. ERR_NOT_FOUND: no such account; role
     * MEMBER_NONE: not a member. */
    err (*membership)(struct tx *t, arena *mem, str handle, int64_t user_id,
                      struct membership *ret_member);
    /* A user's accounts, for the place switcher. */
    err (*memberships)(struct tx *t, arena *mem, int64_t user_id, struct membership **ret_list,
                       size_t *ret_n);
    err (*unread)(struct tx *t, int64_t user_id, int64_t *ret_notices);
    /* Database reachable and migrated, for /readyz; NULL = nothing to ask. */
    err (*ready)(struct site *s);
    err (*profile)(struct site *s, arena *mem, struct site_profile *ret_profile);
};
