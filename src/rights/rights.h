/* Complaints of rights holders (A10.2; regulations on the right of communication through networks
 * art. 14 to 17, civil code art. 1195 and 1196, e-commerce law art. 42 and 43). Anybody whose
 * number was proved by a code, or who is logged in, begins one and gets a secret address; what is
 * missing is said there until it is complete. Then each article it names gets a finding of source
 * `rights`, and so a case of the one case model: an officer rules, and the complaint is forwarded
 * to the operator. The operator's counter-notice is forwarded back. Unless the complainant shows a
 * suit or a complaint to an authority within the waiting time, what the ruling did is undone.
 *     complaint: begun -> incomplete -> accepted | lapsed
 *     item: open -> countered -> suit | restored | over; withdrawn from open and countered
 * over: the waiting time passed and there was nothing to undo, or the ruling stands on other
 * grounds too. */
#pragma once
#include "db/db.h"
#include "mail/mail.h"
#include "registrant/registrant.h"
#include "settings/provider.h"
#include "web/request.h"

enum {
    RIGHTS_LINKS_MAX = 20,
    RIGHTS_TEXT_MAX = 5000, /* code points */
    RIGHTS_NAME_MAX = 100,
    RIGHTS_ADDRESS_MAX = 300,
    RIGHTS_OPEN_MAX = 20, /* unfinished ones of one complainant */
    RIGHTS_DAILY_MAX = 10,
    RIGHTS_FILES_MAX = 5, /* of one side */
    RIGHTS_BAR_DAYS = 180,
};

/* Kinds: key, family of its findings. Message rights.kind_<key>. */
#define RIGHTS_KIND_TABLE(X)                                                                       \
    X(copyright, infringement)                                                                     \
    X(trademark, infringement)                                                                     \
    X(reputation, insult)                                                                          \
    X(privacy, privacy)
/* What a complaint must have (art. 14). Message rights.missing_<key>. */
#define RIGHTS_NEED_TABLE(X)                                                                       \
    X(kind) X(name) X(address) X(work) X(links) X(facts) X(proof) X(declared)
enum rights_need {
#define X(name) RIGHTS_NEED_##name,
    RIGHTS_NEED_TABLE(X)
#undef X
        RIGHTS_NEEDS
};
const char *rights_need_name(enum rights_need need);

struct complaint {
    int64_t id, user_id, begun_at, due_at, accepted_at;
    str number, lang, state, kind, capacity, work, facts, links, wanted;
    bool share, declared;
    str name, address;        /* opened */
    struct bytes contact_key; /* out */
    int64_t files;            /* out: proofs of the complaint */
};
struct complaint_item {
    int64_t complaint_id, id, account_id, no, case_id, told, countered_at, wait_until, ended_at;
    int version;
    str title, state;
    str handle, account_name; /* out */
    int64_t ruling, ruled_at; /* out: of its case; 0 = not decided */
    str measure, reasoning, sources;
};
struct complaint_word {
    int64_t id, item_id, by_user, at;
    str kind, text;
    str name, contact; /* opened; of a counter-notice */
};
struct complaint_file {
    int64_t id, item_id, size, at;
    str side, blob, mime;
};

/* What the functions need of the site. */
struct rights_site {
    struct vault *vault;
    const struct mailer *mail;
    str origin; /* "https://example.cn": of the addresses in messages */
    int64_t wait_ms;
};
struct rights_site rights_site_of(const struct request *r);

/* Begins one; contact is proved: mobile (normalised) or user_id. *ret_token is its secret.
 * ERR_DENIED "rights_barred", ERR_LIMIT "rights_many". */
struct rights_begin {
    str mobile, lang;
    int64_t user_id;
};
err rights_begin(struct tx *t, arena *mem, const struct rights_site *s,
                 const struct rights_begin *b, str *ret_token);
/* By its secret; or by number of its row for the user who filed it. ERR_NOT_FOUND. Opens name and
 * address. */
err rights_find(struct tx *t, arena *mem, const struct rights_site *s, str token, int64_t user_id,
                struct complaint *ret_c);
err rights_load(struct tx *t, arena *mem, const struct rights_site *s, int64_t id,
                struct complaint *ret_c);
err rights_items(struct tx *t, arena *mem, int64_t complaint_id, struct complaint_item **ret_v,
                 size_t *ret_n);
err rights_words(struct tx *t, arena *mem, const struct rights_site *s, int64_t complaint_id,
                 struct complaint_word **ret_v, size_t *ret_n);
err rights_files(struct tx *t, arena *mem, int64_t complaint_id, struct complaint_file **ret_v,
                 size_t *ret_n);

/* Takes what was written (the fields of struct complaint up to address) and the sealed files. When
 * nothing is missing it is accepted: findings, notices to the operators. *ret_missing: bits of enum
 * rights_need. ERR_CONFLICT "rights_sent" when it was accepted before. */
struct rights_put {
    const struct complaint *c; /* id and what was written */
    const struct evidence *files;
    size_t file_n;
    str host; /* of this site, as in links */
};
err rights_send(struct tx *t, arena *mem, const struct rights_site *s, const struct rights_put *p,
                unsigned *ret_missing);
/* The same of what was written before. */
err rights_missing(struct tx *t, arena *mem, const struct complaint *c, str host,
                   unsigned *ret_missing);
/* ERR_CONFLICT "rights_over" unless the item is open and its ruling, if any, did something. */
struct rights_counter {
    int64_t item_id, user_id;
    str text, name, contact;
    const struct evidence *files;
    size_t file_n;
};
err rights_counter(struct tx *t, arena *mem, const struct rights_site *s,
                   const struct rights_counter *c);
/* The complainant shows a suit or a complaint to an authority. ERR_CONFLICT "rights_not_countered".
 */
struct rights_suit {
    int64_t complaint_id, item_id, user_id;
    str text;
    const struct evidence *files;
    size_t file_n;
};
err rights_suit(struct tx *t, arena *mem, const struct rights_suit *s);
/* All items that are open or countered; what was done for them is undone. */
err rights_withdraw(struct tx *t, arena *mem, int64_t complaint_id);

/* ---- operators, staff, everybody ---- */
err rights_item_load(struct tx *t, arena *mem, int64_t id, struct complaint_item *ret_i);
err rights_of_account(struct tx *t, arena *mem, int64_t account_id, struct complaint_item **ret_v,
                      size_t *ret_n); /* newest first, at most 100 */
err rights_of_case(struct tx *t, arena *mem, int64_t case_id, struct complaint_item **ret_v,
                   size_t *ret_n); /* at most 20 */
struct complaint_row {
    int64_t id, begun_at, accepted_at, items, countered;
    str number, state, kind;
};
struct complaint_page {
    str state; /* accepted, incomplete, lapsed; "" = all that were sent */
    int64_t before;
    int limit; /* at most 100 */
};
err rights_list(struct tx *t, arena *mem, const struct complaint_page *p,
                struct complaint_row **ret_v, size_t *ret_n);
/* Of one complainant. */
struct rights_history {
    int64_t complaints, items, acted, cleared, restored, suits, barred_until;
    str bar_reason;
};
err rights_history(struct tx *t, arena *mem, struct bytes contact_key,
                   struct rights_history *ret_h);
/* ERR_INVALID "required", "days_range". The complainant is told. */
struct rights_bar {
    int64_t complaint_id, officer;
    int days;
    str reason;
};
err rights_bar(struct tx *t, arena *mem, const struct rights_site *s, const struct rights_bar *b);

struct rights_figures {
    str kind;
    int64_t complaints, incomplete, items, acted, cleared, countered, suits, restored;
    int64_t hours; /* from acceptance to the ruling, on average */
};
/* Since a time, one row per kind. */
err rights_figures(struct tx *t, arena *mem, int64_t since, struct rights_figures **ret_v,
                   size_t *ret_n);

/* Tells complainants of rulings, ends waiting times, lets incomplete ones lapse. */
#define RIGHTS_JOB "rights_watch"
struct rights_watch {
    struct rights_site site;
};
err rights_watch(struct tx *t, void *ctx /* struct rights_watch */);
err rights_wanted(struct tx *t, bool *ret_wanted);

/* ---- the desk's table (desk/kinds.def): what complaints say, above the evidence of ruling/ ----
 */
struct casefile;
err rights_case_view(struct request *r, const struct casefile *c, html *ret_view);
