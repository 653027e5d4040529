/* gongqi demo: fills an empty site with made-up people, accounts and articles, and prints who can
 * log in. --show only prints. --articles N fills up to N articles, also a site that is a demo. */
#include "app/commands.h"
#include "app/demo.h"
#include "app/services.h"
#include "article/article.h"
#include "base/clock.h"
#include "licence/licence.h"
#include "menu/menu.h"
#include "text/doc.h"
#include "user/user.h"

#include <stdio.h>

enum { ARTICLES_MAX = 10000000 };

/* ---- shared by the steps ---- */

static bool picture_find(void *ctx, str blob, int *ret_width, int *ret_height)
{
    const struct demo *d = ctx;
    for (int i = 0; i < DEMO_PICTURES; i++)
        if (str_eq(d->picture[i].media.hash, blob)) {
            *ret_width = d->picture[i].media.width;
            *ret_height = d->picture[i].media.height;
            return true;
        }
    return false;
}

err demo_doc(struct demo *d, str markdown, struct node **ret_doc)
{
    return doc_from_markdown(d->mem, markdown, &(struct doc_known){.find = picture_find, .ctx = d},
                             NULL, ret_doc);
}

err demo_decide(struct tx *t, arena *mem, const struct demo_verdict *v)
{
    struct casefile c;
    TRY(case_of(t, mem, v->kind, v->account, v->subject, &c));
    TRY(case_claim(t, c.id, v->officer, HOUR_MS));
    struct decision d = {.verdict = v->verdict,
                         .reason_key = S(""),
                         .reason = v->reason.p ? v->reason : S(""),
                         .officer = v->officer};
    TRY(case_decide(t, mem, c.id, &d));
    if (v->kind == CASE_LICENCE || v->kind == CASE_NEWS_LICENCE)
        return licence_case_decided(t, mem, &c, &d);
    if (v->kind == CASE_MENU)
        return menu_case_decided(t, mem, &c, &d);
    if (v->kind == CASE_PROFILE)
        return profile_case_decided(t, mem, &c, &d);
    return v->kind == CASE_ACCOUNT ? account_case_decided(t, mem, &c, &d)
                                   : article_case_decided(t, mem, &c, &d);
}

/* ---- the table of logins ---- */

struct logins {
    struct boot *b;
    str code[DEMO_USERS];
};

static err codes_read(struct tx *t, void *ctx)
{
    struct logins *l = ctx;
    struct vault *v = l->b->site.vault;
    arena *mem = l->b->mem;
    for (int i = 0; i < DEMO_USERS; i++) {
        struct user u;
        struct bytes secret;
        TRY(user_find_mobile(t, mem, v, demo_mobile(mem, i), &u));
        l->code[i] = S("-");
        if (!DEMO_PEOPLE[i].roles)
            continue;
        TRY(totp_pending(t, mem, v, u.id, &secret));
        l->code[i] = totp_code(mem, secret, tx_now(t));
    }
    return OK;
}

static str role_of(arena *mem, int i)
{
    return DEMO_PEOPLE[i].roles              ? roles_text(mem, DEMO_PEOPLE[i].roles)
           : i < DEMO_STAFF + DEMO_OPERATORS ? S("operator")
                                             : S("reader");
}

static err logins_print(struct boot *b)
{
    struct logins l = {.b = b};
    TRY(db_read(b->site.db, codes_read, &l));
    printf("%-18s %-12s %-18s %-7s %s\n", "role", "mobile", "password", "code", "name");
    for (int i = 0; i < DEMO_USERS; i++)
        printf("%-18.*s %-12.*s %-18.*s %-7.*s %s\n", FMT(role_of(b->mem, i)),
               FMT(demo_mobile(b->mem, i)), FMT(DEMO_PASSWORD), FMT(l.code[i]),
               DEMO_PEOPLE[i].name);
    printf("\nCodes change every 30 seconds: `gongqi demo --show` prints them again.\n");
    return OK;
}

/* ---- filling ---- */

static err empty_check(struct tx *t, void *ctx)
{
    int64_t n = 0;
    (void)ctx;
    TRY(user_count(t, &n));
    return n ? fault(ERR_CONFLICT, "not_empty", "%lld users: the demo fills an empty site only",
                     (long long)n)
             : OK;
}

static err fill(struct boot *b, int64_t articles)
{
    struct demo *d = NEW(b->mem, struct demo);
    d->site = &b->site;
    d->mem = b->mem;
    err e = db_read(b->site.db, empty_check, NULL);
    if (e != OK && !(e == ERR_CONFLICT && articles))
        return e;
    int64_t start = clock_mono_us();
    TRY(demo_pictures(d));
    if (e != OK) /* a demo already: more of it */
        return demo_more(d, articles);
    int64_t pictures = clock_mono_us();
    TRY(demo_people(d));
    TRY(demo_licences(d));
    TRY(demo_articles(d));
    TRY(demo_provider(d));
    TRY(demo_declared(d));
    TRY(demo_around(d));
    TRY(demo_cases(d));
    TRY(demo_rights(d));
    TRY(demo_programs(d));
    TRY(demo_duties(d));
    TRY(demo_leaving(d));
    TRY(demo_packages(d));
    TRY(demo_hands(d));
    TRY(demo_menus(d));
    TRY(demo_scan(d));
    TRY(demo_qa(d));
    int64_t end = clock_mono_us();
    printf("%d registrants, %d accounts, %d articles, %d users in %.1f s (pictures %.1f s)\n\n",
           DEMO_REGISTRANTS, DEMO_ACCOUNTS, DEMO_ARTICLES, DEMO_USERS, (double)(end - start) / 1e6,
           (double)(pictures - start) / 1e6);
    return articles ? demo_more(d, articles) : OK;
}

static err demo(struct boot *b, bool show, int64_t articles)
{
    err e = services_open(b, 0);
    if (e == OK && !show)
        e = fill(b, articles);
    if (e == OK)
        e = logins_print(b);
    services_close(b);
    return e;
}

/* --show and --articles N are no settings: taken out of argv. */
static err flags_take(int *argc, char **argv, bool *ret_show, int64_t *ret_articles)
{
    int n = 0;
    for (int i = 0; i < *argc; i++) {
        str flag = str_from(argv[i]);
        if (str_eq(flag, S("--show"))) {
            *ret_show = true;
        } else if (str_eq(flag, S("--articles"))) {
            str value = str_from(++i < *argc ? argv[i] : "");
            if (str_int(value, ret_articles) != OK || *ret_articles < 1 ||
                *ret_articles > ARTICLES_MAX)
                return fault_field(ERR_INVALID, "invalid", "articles", "a number from 1 to %d",
                                   ARTICLES_MAX);
        } else {
            argv[n++] = argv[i];
        }
    }
    *argc = n;
    return OK;
}

err cmd_demo(int argc, char **argv)
{
    bool show = false;
    int64_t articles = 0;
    TRY(flags_take(&argc, argv, &show, &articles));
    struct boot b;
    TRY(boot_open(argc, argv, BOOT_MIGRATE, &b));
    err e = demo(&b, show, articles);
    boot_close(&b);
    return e;
}
