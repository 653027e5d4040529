/* What the pages of policies share: for policy/ only. */
#pragma once
#include "policy/policy_view.h"

str policy_label(enum lang lang, str kind);
err policy_markdown(arena *mem, str doc_json, str *ret_markdown);
/* The text of kind ":kind" (version 0: in force, or on the day ?day=) below the address base. */
err policy_show(struct request *r, enum place place, str base, int version);
