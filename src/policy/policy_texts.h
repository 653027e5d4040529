/* The texts of *.zh.md in the order of POLICY_KIND; made by tools/embed-text. */
#pragma once

extern const char *const POLICY_TEXTS[];
