/* 63-bit ids minted in the process: 41-bit milliseconds since 2020-01-01 UTC, 10-bit node,
 * 12-bit sequence. Sortable in time, no central sequence. Thread-safe. */
#pragma once
#include "base/str.h"

enum { ID_NODES = 1024 };
void id_set_node(unsigned node); /* below ID_NODES; once at start */
int64_t id_new(void);
int64_t id_time_ms(int64_t id);
/* The least id that can be minted at this time; 0 for times before 2020. */
int64_t id_floor(int64_t ms);
