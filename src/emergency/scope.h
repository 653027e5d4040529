/* What a standing emergency reaches, as the condition that the gate, the home list and the editors'
 * choice put into their own queries: while none stands it is a look into an empty index. `e` is the
 * emergency, now the parameter with the time; account is the alias of a row of that table. */
#pragma once

#define EMERGENCY_LISTED(list, value)                                                              \
    "(" list " = '' OR REPLACE(',' || " list " || ',', ',' || " value                              \
    " || ',', '') <> ',' || " list " || ',')"

#define EMERGENCY_REACHES(now, account, category)                                                  \
    "e.state = 'standing' AND e.until_at > " now " AND " EMERGENCY_LISTED(                         \
        "e.categories",                                                                            \
        category) " AND (e.class = '' OR e.class = " account ".class)"                             \
                  " AND " EMERGENCY_LISTED("e.handles", account                                    \
                                           ".handle") " AND (e.province = '' OR e.province = "     \
                                                      "(SELECT g.province FROM registrant g"       \
                                                      "  WHERE g.id = " account ".registrant_id))"
