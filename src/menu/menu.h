/* The menu of an account's public page: up to three entries, each of which leads somewhere or opens
 * up to five more. Members compose a draft; what they send is scanned, asked of the gate, and waits
 * for its review as the rest of the profile does, while the old menu stays public (A7.1). A measure
 * that takes the function "menu" away hides it and closes its editor. */
#pragma once
#include "casework/casework.h"
#include "db/db.h"
#include "scan/rules.h"
#include "web/request.h"

enum {
    MENU_TOPS = 3,
    MENU_SUBS = 5,
    MENU_ITEMS_MAX = MENU_TOPS * (MENU_SUBS + 1),
    MENU_TOP_WIDTH = 8, /* of a label: a Chinese character counts 2, a Latin letter 1 */
    MENU_SUB_WIDTH = 16,
    MENU_BODY_MAX = 600, /* code points */
    MENU_LINK_MAX = 500,
};
/* group: opens others. The target of an article or series is its number, of a topic its name, of a
 * text the text itself, of a link an https address. */
#define MENU_KIND_TABLE(X) X(group) X(article) X(series) X(topic) X(text) X(link)
enum menu_kind {
#define X(name) MENU_##name,
    MENU_KIND_TABLE(X)
#undef X
        MENU_KINDS
};
str menu_kind_name(enum menu_kind k);

struct menu_item {
    enum menu_kind kind;
    bool sub; /* below the group before it */
    int no;   /* from 1, in what is stored: of the page of a text */
    str label, target;
};
struct menu {
    int64_t rev; /* of the draft; version of a version */
    size_t n;
    struct menu_item v[MENU_ITEMS_MAX]; /* each group followed by its entries */
};
str menu_text(arena *mem, const struct menu *m); /* as stored */
err menu_parse(arena *mem, str text, struct menu *ret_m);
str menu_host(str link); /* the part of the address that readers are shown */

/* Label, kind and target of one entry. ERR_INVALID on the field: menu_label, menu_long, menu_kind,
 * required, menu_link, menu_body; topics as tags are. */
err menu_item_check(arena *mem, struct menu_item *item);
/* Behind the others of its level; under: the number of a group, 0 = at the top. ERR_LIMIT
 * menu_full; ERR_INVALID menu_under. */
err menu_add(struct menu *m, const struct menu_item *item, int64_t under);
/* Other words for one; ERR_CONFLICT menu_group_keeps: a group that has entries stays one. */
err menu_set(struct menu *m, int64_t no, const struct menu_item *item);
/* An entry with all below it. ERR_NOT_FOUND. */
err menu_drop(struct menu *m, int64_t no);
err menu_move(struct menu *m, int64_t no, bool up);

/* ---- the draft ---- */
/* The public menu as long as nothing was saved. */
err menu_draft_load(struct tx *t, arena *mem, int64_t account_id, struct menu *ret_m);
struct menu_save {
    int64_t account_id, user_id;
    struct menu *m; /* m.rev: as it was loaded; ERR_CONFLICT menu_elsewhere */
};
err menu_draft_save(struct tx *t, arena *mem, const struct menu_save *s);

/* ---- versions ---- */
struct menu_version {
    int64_t account_id, version, asked_by, asked_at;
    str entries, state, found, reason;
};
/* What its texts and addresses are to the scan. */
void menu_scanned(arena *mem, const struct menu *m, struct scan_article *ret_a);
struct menu_wish {
    int64_t account_id, user_id, review_ms;
    int64_t rev;                    /* of the draft that was scanned */
    const struct scan_result *scan; /* of the draft; NULL: the demo's or a test's, not scanned */
};
/* Sends the draft to review. ERR_DENIED as the gate says, measure_in_force, scan_refused;
 * ERR_CONFLICT scan_stale, menu_same, menu_elsewhere; ERR_INVALID menu_empty, menu_group_empty,
 * menu_target (an article or series that is not public). */
err menu_send(struct tx *t, arena *mem, const struct menu_wish *w);
/* Takes the public menu and what waits away, at once: nothing new becomes public. */
err menu_clear(struct tx *t, arena *mem, int64_t account_id, int64_t user_id);
/* Newest in that state; "" = of any. ERR_NOT_FOUND. */
err menu_version_newest(struct tx *t, arena *mem, int64_t account_id, str state,
                        struct menu_version *ret_v);
err menu_version_load(struct tx *t, arena *mem, int64_t account_id, int64_t version,
                      struct menu_version *ret_v);
/* What readers see: without entries whose target is not public any more; n 0 = no menu. */
err menu_public(struct tx *t, arena *mem, int64_t account_id, struct menu *ret_m);
err menu_case_decided(struct tx *t, arena *mem, const struct casefile *c, const struct decision *d);
err menu_case_view(struct request *r, const struct casefile *c, html *ret_view);
/* Something that a rule of the scan refused was kept from review: only its record. */
err menu_refused(struct tx *t, arena *mem, const struct menu_wish *w);
