/* The words of the site: every text people read, in both languages. The texts stand in the
 * messages.zh and messages.en of each folder; tools/msgc checks that every key has both and turns
 * them into enum msg (the key "account.name" is MSG_account_name) and tables. */
#pragma once
#include "base/str.h"
#include "messages.h"

enum lang { LANG_ZH, LANG_EN };
enum { LANG_COUNT = 2 };

/* The text itself, with its placeholders {0} to {9} unfilled. Static. */
str msg(enum lang lang, enum msg m);
/* Key of m, "account.name". Static. */
str msg_key(enum msg m);
/* For keys known at run time only, such as "reason.identity_required"; false when unknown. */
bool msg_find(str key, enum msg *ret_m);
/* The text of prefix + key, or of otherwise when there is no such key:
 * msg_lookup(lang, "reason.", fault.reason, MSG_reason_internal). */
str msg_lookup(enum lang lang, const char *prefix, const char *key, enum msg otherwise);
/* Plain text (not HTML) with args[i] in place of {i}; a placeholder without an argument stays. */
str msg_format(arena *mem, enum lang lang, enum msg m, const str *args, size_t n);
/* BCP 47 tag for the lang attribute: "zh-CN" or "en". */
str lang_tag(enum lang lang);
/* Takes the next piece off the front of a message text: what stands before the first placeholder
 * goes to ret_before. The placeholder's number, or -1 at the end. */
int msg_next(str *rest, str *ret_before);
