/* What the templates of registrants show. */
#pragma once
#include "registrant/registrant.h"
#include "web/layout.h"

struct registrant_card {
    str title, class_label, state_label, href;
    struct act {
        str href, label; /* empty: nothing to do */
    } act;
    enum tone tone;
    struct steps_view steps;
};
struct registrant_list_view {
    const struct registrant_card *v;
    size_t n;
    struct empty_view empty;
};

struct class_choice {
    str href, label, text, icon;
};
struct registrant_new_view {
    const struct class_choice *v;
    size_t n;
};

struct registrant_form_view {
    struct form *form;
    str class_label, returned; /* why it came back; empty: it did not */
    bool code_sent, has_files;
};

struct evidence_link {
    str label, href;
    int64_t at, size;
};
struct registrant_view {
    struct registrant_card card;
    struct facts_view facts;
    struct timeline_view history, reads;
    const struct evidence_link *files;
    size_t file_n;
    bool left;
};

/* A registrant as staff see it: masked, every read noted. */
struct registrant_desk_view {
    str csrf;
    int64_t registrant_id;
    struct facts_view facts, others;
    struct timeline_view history;
    const struct evidence_link *files;
    size_t file_n;
    const struct fact *sealed; /* text = field to ask for in full */
    size_t sealed_n;
};

struct vault_line {
    struct vault_request q;
    str field_label, asker;
    bool mine;
    str full; /* opened just now */
};
struct vault_view {
    str csrf;
    const struct vault_line *waiting, *granted;
    size_t waiting_n, granted_n;
};

struct agreement_view {
    struct form *form; /* NULL: nothing to sign */
    str title, hash, download;
    str note, diff; /* of a version after the one signed; may be empty */
    int version;
    int64_t effective_at, signed_at, due;
    bool overdue;
    html text;
};
struct signed_copy {
    str title, hash, ip, user_agent, signer, class_label;
    int version, port;
    int64_t at, registrant_id;
    html text;
    str lang;
};

/* ---- shared by the pages ---- */
str class_label(enum lang lang, enum registrant_class c);
str province_label(enum lang lang, str code);
str identity_label(enum lang lang, enum identity_field f);
str doc_type_label(enum lang lang, str type);
str evidence_label(enum lang lang, str kind);
/* Where it stands, what is missing, who has it now. */
err registrant_card(struct request *r, struct tx *t, const struct registrant *reg,
                    struct registrant_card *ret_card);
struct timeline_view registrant_history(struct request *r, const struct verification *v, size_t n);
/* One of this user's registrants: ERR_NOT_FOUND for others, so that ids tell nothing. */
err registrant_own(struct request *r, struct tx *t, struct registrant *ret_reg);
/* Values of a registrant, masked, for its own manager. */
err registrant_facts(struct request *r, struct tx *t, const struct registrant *reg,
                     struct facts_view *ret_facts);
