/* Provisions of personal information to third parties (A9.2; Personal Information Protection Law
 * 2021 art. 23, 55; network data regulation 2024 art. 12): none without a recipient, a legal basis
 * and a second person, and each in a register that stands at least three years. What is handed over
 * is made here, once, so that number of persons and hash are facts; the file itself is not kept.
 *
 * asked -> allowed -> handed; asked -> refused; asked or allowed -> cancelled. A consent is asked
 * for again at the moment of handing over. The persons concerned are told, and see who got what. */
#pragma once
#include "registrant/registrant.h"

enum { PROVISION_TEXT_MAX = 200, PROVISION_PURPOSE_MAX = 1000, PROVISION_PERSONS_MAX = 200 };

struct provision {
    int64_t id, persons, asked_by, asked_at, second_by, second_at, ended_at, size;
    str recipient, contact, basis, reference, purpose, state;
    str fields;        /* names of identity fields, comma-separated */
    struct bytes hash; /* SHA-256 of the file; empty until handed over */
    str asked_name, second_name;
};

/* handles: accounts, one per line, at most PROVISION_PERSONS_MAX. Sets id and persons. ERR_INVALID
 * by field: bad_choice (basis, fields), required, no_such_account and too_many_accounts (handles),
 * consent_missing (basis consent: somebody did not agree to it). */
err provision_ask(struct tx *t, arena *mem, struct provision *p, str handles);
/* ERR_DENIED "second_person_required" for who asked; ERR_CONFLICT "already_decided". */
struct provision_answer {
    int64_t id, by;
    bool allow;
};
err provision_answer(struct tx *t, arena *mem, const struct provision_answer *a);
/* By who asked, before it is handed over; else ERR_CONFLICT "provision_over". */
err provision_cancel(struct tx *t, arena *mem, int64_t id, int64_t by);
/* The file (CSV), once, for who asked (ERR_DENIED "provision_not_yours"): each value read is a row
 * that its owner sees. ERR_CONFLICT "provision_over" unless it is allowed, "consent_missing" when
 * one was taken back meanwhile. */
struct provision_hand {
    struct vault *vault;
    int64_t id, by;
};
err provision_hand(struct tx *t, arena *mem, const struct provision_hand *h, str *ret_file);
/* What another department hands over by a way of its own, with its second person: noted as handed.
 * Reads recipient, reference, purpose, fields, asked_by, second_by, hash, size. */
err provision_note(struct tx *t, arena *mem, struct provision *p, int64_t account_id);

err provision_load(struct tx *t, arena *mem, int64_t id, struct provision *ret_p);
/* Newest first; state "" = all, "open" = asked or allowed; before 0 = from the newest. */
struct provision_query {
    str state;
    int64_t before;
    int limit;
};
err provision_list(struct tx *t, arena *mem, const struct provision_query *q,
                   struct provision **ret_v, size_t *ret_n);
struct provision_person {
    int64_t registrant_id, user_id, account_id;
    str handle;
};
err provision_persons(struct tx *t, arena *mem, int64_t id, struct provision_person **ret_v,
                      size_t *ret_n);
