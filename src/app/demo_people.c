/* The people of the demo: provider, staff, operators, readers, registrants and accounts. */
#include "app/demo.h"
#include "base/buf.h"
#include "base/clock.h"
#include "notice/choice.h"
#include "policy/policy.h"
#include "provider/provider.h"
#include "settings/provider.h"
#include "user/email.h"

enum { CAP = 3 };

str demo_mobile(arena *mem, int user)
{
    return str_fmt(mem, "1540000%04d", user + 1);
}

int demo_owner(int registrant)
{
    return DEMO_STAFF + registrant % DEMO_OPERATORS;
}

/* ---- codes ---- */

static str citizen_id(arena *mem, int n)
{
    static const int WEIGHT[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    str body = str_fmt(mem, "110199%04d%02d%02d%03d", 1970 + n % 30, 1 + n % 12, 1 + n % 28, n + 1);
    int sum = 0;
    for (size_t i = 0; i < LEN(WEIGHT); i++)
        sum += (body.p[i] - '0') * WEIGHT[i];
    return str_fmt(mem, "%.*s%c", FMT(body), "10X98765432"[sum % 11]);
}

static int value_of(const char *letters, char c)
{
    return (int)(strchr(letters, c) - letters);
}

static str organisation_code(arena *mem, int n)
{
    static const char LETTERS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const int WEIGHT[] = {3, 7, 9, 10, 5, 8, 4, 2};
    str body = str_fmt(mem, "PDY%05d", n + 100);
    int sum = 0;
    for (size_t i = 0; i < LEN(WEIGHT); i++)
        sum += value_of(LETTERS, body.p[i]) * WEIGHT[i];
    return str_fmt(mem, "%.*s%c", FMT(body), "0X987654321"[sum % 11]);
}

/* head: two characters, the kind of organisation (GB 32100-2015). */
static str uscc(arena *mem, const char *head, int n)
{
    static const char LETTERS[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    str body = str_fmt(mem, "%s110199%.*s", head, FMT(organisation_code(mem, n)));
    int sum = 0, weight = 1;
    for (size_t i = 0; i < body.n; i++, weight = weight * 3 % 31)
        sum += value_of(LETTERS, body.p[i]) * weight;
    return str_fmt(mem, "%.*s%c", FMT(body), LETTERS[(31 - sum % 31) % 31]);
}

static struct identity identity_of(arena *mem, int n)
{
    static const char *const HEADS[CLASS_COUNT] = {
        [CLASS_ENTERPRISE] = "91",  [CLASS_GOVERNMENT] = "11", [CLASS_MEDIA] = "12",
        [CLASS_INSTITUTION] = "12", [CLASS_PEOPLE_ORG] = "81", [CLASS_OTHER_ORG] = "52"};
    const struct demo_registrant *r = &DEMO_REGISTRANT[n];
    struct identity id = {0};
    bool person = r->class == CLASS_INDIVIDUAL;
    id.field[IDENTITY_NAME] = str_from(r->name);
    id.field[IDENTITY_DOC_TYPE] = person ? S("citizen_id") : S("uscc");
    id.field[IDENTITY_DOC_NO] = person ? citizen_id(mem, n) : uscc(mem, HEADS[r->class], n);
    id.field[IDENTITY_MOBILE] = demo_mobile(mem, demo_owner(n));
    if (!person) {
        id.field[IDENTITY_LEGAL_REP] = str_from(r->person);
        id.field[IDENTITY_OPERATOR] = str_from(DEMO_PEOPLE[demo_owner(n)].name);
        id.field[IDENTITY_OPERATOR_NO] = citizen_id(mem, n + 100);
    }
    return id;
}

/* ---- the house ---- */

static err provider_make(struct tx *t)
{
    for (size_t i = 0; DEMO_SETTING[i][0]; i++)
        TRY(provider_setting_set(t, &(struct provider_change){.name = str_from(DEMO_SETTING[i][0]),
                                                              .value = str_from(DEMO_SETTING[i][1]),
                                                              .reason = S("demo")}));
    return OK;
}

static err user_make(struct tx *t, struct demo *d, int i)
{
    struct vault *v = d->site->vault;
    TRY(user_create(t, v,
                    &(struct user_new){.name = str_from(DEMO_PEOPLE[i].name),
                                       .mobile = demo_mobile(d->mem, i),
                                       .password_hash = d->password_hash,
                                       .lang = S("zh")},
                    &d->user[i]));
    if (!DEMO_PEOPLE[i].roles)
        return OK;
    struct bytes secret;
    TRY(user_roles_set(t, d->user[i], DEMO_PEOPLE[i].roles, 0));
    TRY(totp_begin(t, d->mem, v, d->user[i], &secret));
    return totp_enable(t, d->user[i]);
}

/* A second text of the same kind is a version to come. */
static bool is_second(size_t i)
{
    return i && strcmp(DEMO_POLICY[i][0], DEMO_POLICY[i - 1][0]) == 0;
}

static err policies_make(struct tx *t, struct demo *d)
{
    for (size_t i = 0; DEMO_POLICY[i][0]; i++) {
        struct node *doc;
        struct policy p = {.kind = str_from(DEMO_POLICY[i][0]),
                           .title = str_from(DEMO_POLICY[i][1]),
                           .material = true,
                           .note = str_from(DEMO_POLICY[i][3]),
                           .effective_at = tx_now(t) + (is_second(i) ? 8 * DAY_MS : 0)};
        TRY(demo_doc(d, str_from(DEMO_POLICY[i][2]), &doc));
        TRY(doc_json(d->mem, doc, &p.doc));
        TRY(policy_publish(t, &(struct policy_terms){0}, &p, d->user[DEMO_EIC]));
    }
    return policy_seed(t, d->user[DEMO_EIC]);
}

static err posts_make(struct tx *t, struct demo *d)
{
    static const struct {
        enum post_id post;
        int person;
    } filled[] = {
        {POST_editor_in_chief, DEMO_EIC},           {POST_review_lead, DEMO_REVIEWER},
        {POST_compliance_officer, DEMO_COMPLIANCE}, {POST_privacy_officer, DEMO_PRIVACY},
        {POST_security_lead, DEMO_SECURITY},        {POST_minors_officer, DEMO_COMPLIANCE},
        {POST_complaints_officer, DEMO_REVIEWER_2}};
    for (size_t i = 0; i < LEN(filled); i++)
        TRY(post_appoint(t,
                         &(struct post){.post = POSTS[filled[i].post].name,
                                        .user_id = d->user[filled[i].person],
                                        .letter = str_fmt(d->mem, "演示〔2026〕%zu号", i + 1),
                                        .from_at = tx_now(t)},
                         d->user[DEMO_SYSADMIN]));
    return OK;
}

/* The first reader and the first operator have an address, and chose e-mail for what matters. */
static err ways_make(struct tx *t, struct demo *d)
{
    static const struct {
        int person;
        const char *address;
        enum notice_group group;
    } ways[] = {
        {DEMO_STAFF, "operator@example.com", NOTICE_articles},
        {DEMO_STAFF + DEMO_OPERATORS, "reader@example.com", NOTICE_security},
    };
    for (size_t i = 0; i < LEN(ways); i++) {
        int64_t user = d->user[ways[i].person];
        TRY(email_set(t, d->site->vault, user, str_from(ways[i].address)));
        TRY(notice_ways_set(t, user, ways[i].group,
                            (struct notice_ways){.site = true, .email = true}));
    }
    return OK;
}

static err house_make(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    TRY(provider_make(t));
    for (int i = 0; i < DEMO_USERS; i++)
        TRY(user_make(t, d, i));
    TRY(posts_make(t, d));
    TRY(ways_make(t, d));
    return policies_make(t, d);
}

/* ---- registrants and accounts ---- */

static err registrant_make(struct tx *t, struct demo *d, int i)
{
    struct identity id = identity_of(d->mem, i);
    int64_t owner = d->user[demo_owner(i)];
    enum registrant_class class = DEMO_REGISTRANT[i].class;
    TRY(identity_check(d->mem, class, tx_now(t), &id));
    if (i >= DEMO_REGISTRANTS - DEMO_SUBMITTED)
        return registrant_submit(
            t, d->mem, d->site->vault,
            &(struct registrant_submission){.user_id = owner,
                                            .review_ms = 3 * DAY_MS,
                                            .class = class,
                                            .province = S("33"),
                                            .identity = &id},
            /* cppcheck-suppress arrayIndexOutOfBoundsCond ; i is below its end */
            &d->registrant[i]);
    TRY(registrant_seed(t, d->mem, d->site->vault,
                        &(struct registrant_seed){.class = class,
                                                  .province = S("33"),
                                                  .identity = id,
                                                  .user_id = owner,
                                                  .officer = d->user[DEMO_REVIEWER]},
                        &d->registrant[i]));
    struct policy p;
    TRY(policy_in_force(t, d->mem, S("service_agreement"), tx_now(t), &p));
    return policy_sign(t, d->mem,
                       &(struct signature){.registrant_id = d->registrant[i],
                                           .user_id = owner,
                                           .kind = p.kind.n ? p.kind : S("service_agreement"),
                                           .ip = S("127.0.0.1"),
                                           .user_agent = S("gongqi demo"),
                                           .hash = p.hash});
}

static err registrants_make(struct tx *t, void *ctx)
{
    for (int i = 0; i < DEMO_REGISTRANTS; i++)
        TRY(registrant_make(t, ctx, i));
    return OK;
}

static err account_make(struct tx *t, struct demo *d, int i)
{
    const struct demo_account *a = &DEMO_ACCOUNT[i];
    int64_t owner = d->user[demo_owner(a->registrant)];
    const char *category = DEMO_TOPIC[a->topic].category;
    bool media = DEMO_REGISTRANT[a->registrant].class == CLASS_MEDIA;
    TRY(account_apply(
        t, d->mem,
        &(struct account_application){
            .registrant_id = d->registrant[a->registrant],
            .user_id = owner,
            .handle = str_from(a->handle),
            .name = str_from(a->name),
            .intro = str_from(a->intro),
            .avatar = d->avatar[i].media.hash,
            .categories = str_fmt(d->mem, "%s%s,life,society", category, media ? ",news" : ""),
            .cap = CAP,
            .review_ms = 3 * DAY_MS},
        &d->account[i]));
    struct media_in in = {.account_id = d->account[i], .user_id = owner, .alt = S("")};
    TRY(media_store_add(t, &in, &d->avatar[i]));
    for (int k = 0; k < DEMO_PICTURES; k++) {
        in.name = str_fmt(d->mem, "photo-%02d.jpg", k + 1);
        TRY(media_store_add(t, &in, &d->picture[k]));
    }
    if (i >= DEMO_ACCOUNTS - DEMO_APPLIED)
        return OK;
    return demo_decide(t, d->mem,
                       &(struct demo_verdict){.kind = CASE_ACCOUNT,
                                              .account = d->account[i],
                                              .subject = d->account[i],
                                              .officer = d->user[DEMO_REVIEWER + i % 2]});
}

static err accounts_make(struct tx *t, void *ctx)
{
    struct demo *d = ctx;
    for (int i = 0; i < DEMO_ACCOUNTS; i++)
        TRY(account_make(t, d, i));
    return profile_change(
        t, d->mem,
        &(struct profile_wish){.account_id = d->account[0],
                               .user_id = d->user[demo_owner(DEMO_ACCOUNT[0].registrant)],
                               .review_ms = 3 * DAY_MS,
                               .field = S("intro"),
                               .value = S("公交、地铁、慢行：每天出门前看一眼，少等十分钟。")});
}

err demo_people(struct demo *d)
{
    struct db *db = d->site->db;
    d->password_hash = password_hash(d->mem, DEMO_PASSWORD);
    TRY(password_check(DEMO_PASSWORD, &(struct password_about){0}));
    TRY(db_tx(db, house_make, d));
    TRY(db_tx(db, registrants_make, d));
    return db_tx(db, accounts_make, d);
}
