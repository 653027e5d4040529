/* gongqi demo: a believable small platform, filled through the departments' own functions, so that
 * every record, notice and queue is as it would be after months of use. Everything is made up:
 * mobile numbers of an unassigned range (154), identity numbers of the test division 110199,
 * organisation codes of the self-defined zone PDY (GB 11714-1997). */
#pragma once
#include "account/account.h"
#include "app/boot.h"
#include "article/article.h"
#include "media/media.h"
#include "registrant/registrant.h"
#include "text/doc.h"

enum {
    DEMO_STAFF = 7,
    DEMO_OPERATORS = 10,
    DEMO_READERS = 12,
    DEMO_USERS = DEMO_STAFF + DEMO_OPERATORS + DEMO_READERS,
    DEMO_REGISTRANTS = 30,
    DEMO_SUBMITTED = 2, /* the last ones, waiting to be verified */
    DEMO_ACCOUNTS = 36,
    DEMO_APPLIED = 2, /* the last ones, waiting to be approved */
    DEMO_TOPICS = 11,
    DEMO_PER_TOPIC = 28, /* articles */
    DEMO_ARTICLES = DEMO_TOPICS * DEMO_PER_TOPIC,
    DEMO_PICTURES = 24,
};
#define DEMO_PASSWORD S("gongqi-demo-2026")

/* ---- texts (demo_content.c) ---- */
struct demo_user {
    const char *name;
    unsigned roles;
};
struct demo_registrant {
    enum registrant_class class;
    const char *name, *person; /* the legal representative, or the person */
};
struct demo_account {
    int registrant, topic;
    const char *handle, *name, *intro;
};
/* {s} in texts stands for the subject of an article. */
struct demo_topic {
    const char *category, *subjects[8], *titles[4], *leads[3], *paragraphs[6], *headings[3];
    const char *items[5], *quotes[2], *table, *tip;
};
extern const struct demo_user DEMO_PEOPLE[DEMO_USERS];
extern const struct demo_registrant DEMO_REGISTRANT[DEMO_REGISTRANTS];
extern const struct demo_account DEMO_ACCOUNT[DEMO_ACCOUNTS];
extern const struct demo_topic DEMO_TOPIC[DEMO_TOPICS];
extern const char *const DEMO_POLICY[][4];  /* kind, title, Markdown; ends with NULL */
extern const char *const DEMO_SETTING[][2]; /* name, value; ends with NULL */

/* ---- what is being made ---- */
struct demo {
    struct site *site;
    arena *mem;
    str password_hash;
    int64_t user[DEMO_USERS], registrant[DEMO_REGISTRANTS], account[DEMO_ACCOUNTS];
    struct media_stored picture[DEMO_PICTURES], avatar[DEMO_ACCOUNTS];
};
enum {
    DEMO_SYSADMIN,
    DEMO_SECURITY,
    DEMO_REVIEWER,
    DEMO_REVIEWER_2,
    DEMO_EIC,
    DEMO_COMPLIANCE,
    DEMO_PRIVACY
}; /* in .user */

str demo_mobile(arena *mem, int user);
int demo_owner(int registrant); /* index of the user who manages it */
/* Markdown to canonical blocks; pictures of d are known with their sizes. */
err demo_doc(struct demo *d, str markdown, struct node **ret_doc);
/* Claims, decides and carries out the open case about a thing, as a reviewer would. */
struct demo_verdict {
    enum case_kind kind;
    enum verdict verdict;
    int64_t account, subject, officer;
    str reason;
};
err demo_decide(struct tx *t, arena *mem, const struct demo_verdict *v);

/* The steps, in order. */
err demo_pictures(struct demo *d); /* draws, imports through the sandbox, stores */
err demo_people(struct demo *d);   /* settings, users, post, policies, registrants, accounts */
err demo_licences(struct demo *d); /* on file and waiting; who may reprint */
err demo_declared(struct demo *d); /* articles that declare something; after demo_articles */
err demo_scan(struct demo *d);     /* rules; their passes run when it is served */
err demo_qa(struct demo *d);       /* after all that decide */
err demo_articles(struct demo *d); /* and what waits at the desk, subscriptions */
err demo_provider(struct demo *d); /* the front page, the directory, support */

err demo_leaving(struct demo *d);  /* an account closed by its owner */
err demo_packages(struct demo *d); /* evidence packages */
err demo_hands(struct demo *d);    /* two-person publishing, a transfer, accounts over the cap */
err demo_cases(struct demo *d);    /* findings, rulings, an appeal */
err demo_around(struct demo *d);   /* series, pinned articles; after demo_articles */
err demo_programs(struct demo *d); /* tokens and webhooks */
err demo_duties(struct demo *d);   /* staff, provisions, consents; after demo_people */
err demo_rights(struct demo *d);   /* a complaint, emergencies, the patrol; after demo_cases */

/* Fills up to `articles` published ones, about 4 kB each, dated now; the site is a demo already and
 * d->picture is set. Each goes the way of every article; one in forty still waits for its review.
 * Prints how fast it went. */
err demo_more(struct demo *d, int64_t articles);

/* The i-th text of the demo (0 <= i < DEMO_ARTICLES) and the index of its account. */
struct demo_piece {
    struct article_text text;
    int account;
};
err demo_compose(struct demo *d, int i, struct demo_piece *ret_piece);
int64_t demo_author(const struct demo *d, int account);

/* A picture as a PNG in an anonymous file, closed by the caller. Cover: 1200 x 675. */
err demo_cover(int seed, int *ret_fd);
err demo_avatar(int seed, int *ret_fd); /* 256 x 256 */
