/* The texts of *.zh.md in the order of the public kinds of policy/kinds.def; made by
 * tools/embed-text. */
#pragma once

extern const char *const POLICY_TEXTS[];
