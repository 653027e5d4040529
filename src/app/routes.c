/* routes.def as a table. */
#include "web/route.h"

#define ROUTE(method, pattern, run, who, need, rate, flags, title) handler run;
#include "app/routes.def"
#undef ROUTE

const struct route ROUTES[] = {
#define ROUTE(method, pattern, run, who, need, rate, flags, title)                                 \
    {METHOD_##method, pattern, run, WHO_##who, need, RATE_##rate, flags, title},
#include "app/routes.def"
#undef ROUTE
};
const size_t ROUTE_COUNT = LEN(ROUTES);
