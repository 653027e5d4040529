/* placeholder until db lands */
#pragma once
#include <stddef.h>
struct migration {
    int number;
    const char *name, *sql;
};
extern const struct migration MIGRATIONS[];
extern const size_t MIGRATION_COUNT;
