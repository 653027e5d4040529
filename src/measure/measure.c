/* The tables of measures. */
#include "measure/measure.h"

const struct measure_rule MEASURES[MEASURE_KINDS] = {
#define MEASURE(id, on, step, must_end, visible, eu)                                               \
    [MEASURE_##id] = {.name = #id,                                                                 \
                      .things = (on),                                                              \
                      .level = (step),                                                             \
                      .ends = (must_end),                                                          \
                      .is_read_back = (visible),                                                   \
                      .dsa = (eu)},
#include "measure/kinds.def"
#undef MEASURE
};

static const str FUNCTIONS[] = {
#define X(name) [FUNCTION_##name] = S_INIT(#name),
    FUNCTION_TABLE(X)
#undef X
};

err measure_kind_parse(str name, enum measure_kind *ret_kind)
{
    for (int i = 0; i < MEASURE_KINDS; i++)
        if (str_eq(name, str_from(MEASURES[i].name))) {
            *ret_kind = (enum measure_kind)i;
            return OK;
        }
    return fault_field(ERR_INVALID, "unknown_measure", "measure", "measure %.*s", FMT(name));
}

str measure_function_name(enum measure_function f)
{
    return FUNCTIONS[f];
}

static bool known(str name)
{
    for (size_t i = 0; i < LEN(FUNCTIONS); i++)
        if (str_eq(name, FUNCTIONS[i]))
            return true;
    return false;
}

err measure_functions_check(str list)
{
    if (!list.n)
        return fault_field(ERR_INVALID, "function_required", "functions", "no function named");
    for (str rest = list; rest.p;) {
        str one = str_split(rest, ',', &rest);
        if (!known(one))
            return fault_field(ERR_INVALID, "unknown_function", "functions", "function %.*s",
                               FMT(one));
    }
    return OK;
}
