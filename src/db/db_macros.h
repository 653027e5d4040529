/* Typed argument and destination lists for db.h (up to 32 each). Included by db.h only.
 * A system header to the compiler: gcc 12 has __VA_OPT__ in C but calls it pedantically C++20. */
#pragma once
#pragma GCC system_header

static inline struct db_arg db_arg_int(int64_t i)
{
    return (struct db_arg){.type = DB_INT, .i = i};
}
static inline struct db_arg db_arg_str(str s)
{
    return (struct db_arg){.type = s.p ? DB_TEXT : DB_NULL, .s = s};
}
static inline struct db_arg db_arg_bytes(struct bytes b)
{
    return (struct db_arg){.type = b.p ? DB_BLOB : DB_NULL, .s = bytes_str(b)};
}
static inline struct db_arg db_arg_same(struct db_arg a)
{
    return a;
}
/* An integer that is NULL when it is 0 (optional references and times). */
static inline struct db_arg db_opt(int64_t i)
{
    return (struct db_arg){.type = i ? DB_INT : DB_NULL, .i = i};
}
static inline struct db_dest db_dest_i64(int64_t *p)
{
    return (struct db_dest){DEST_I64, p};
}
static inline struct db_dest db_dest_int(int *p)
{
    return (struct db_dest){DEST_INT, p};
}
static inline struct db_dest db_dest_bool(bool *p)
{
    return (struct db_dest){DEST_BOOL, p};
}
static inline struct db_dest db_dest_str(str *p)
{
    return (struct db_dest){DEST_STR, p};
}
static inline struct db_dest db_dest_bytes(struct bytes *p)
{
    return (struct db_dest){DEST_BYTES, p};
}

#define DB_ARG(x)                                                                                  \
    _Generic((x), bool                                                                             \
             : db_arg_int, int                                                                     \
             : db_arg_int, unsigned                                                                \
             : db_arg_int, long                                                                    \
             : db_arg_int, long long                                                               \
             : db_arg_int, str                                                                     \
             : db_arg_str, struct bytes                                                            \
             : db_arg_bytes, struct db_arg                                                         \
             : db_arg_same)(x)
#define DB_DEST(p)                                                                                 \
    _Generic((p),                                                                                  \
        int64_t *: db_dest_i64,                                                                    \
        int *: db_dest_int,                                                                        \
        bool *: db_dest_bool,                                                                      \
        str *: db_dest_str,                                                                        \
        struct bytes *: db_dest_bytes)(p)

#define DB_PARENS ()
#define DB_EXPAND(...) DB_EXPAND3(DB_EXPAND3(DB_EXPAND3(__VA_ARGS__)))
#define DB_EXPAND3(...) DB_EXPAND2(DB_EXPAND2(DB_EXPAND2(__VA_ARGS__)))
#define DB_EXPAND2(...) DB_EXPAND1(DB_EXPAND1(DB_EXPAND1(__VA_ARGS__)))
#define DB_EXPAND1(...) __VA_ARGS__
#define DB_MAP(f, ...) __VA_OPT__(DB_EXPAND(DB_MAP_STEP(f, __VA_ARGS__)))
#define DB_MAP_STEP(f, x, ...) f(x), __VA_OPT__(DB_MAP_AGAIN DB_PARENS(f, __VA_ARGS__))
#define DB_MAP_AGAIN() DB_MAP_STEP

#define DB_IN(...)                                                                                 \
    ((struct db_args){                                                                             \
        (const struct db_arg[]){DB_MAP(DB_ARG, __VA_ARGS__){.type = DB_NULL}},                     \
        sizeof((const struct db_arg[]){DB_MAP(DB_ARG, __VA_ARGS__){.type = DB_NULL}}) /            \
                sizeof(struct db_arg) -                                                            \
            1})
#define DB_OUT(...)                                                                                \
    ((struct db_dests){                                                                            \
        (const struct db_dest[]){DB_MAP(DB_DEST, __VA_ARGS__){.to = NULL}},                        \
        sizeof((const struct db_dest[]){DB_MAP(DB_DEST, __VA_ARGS__){.to = NULL}}) /               \
                sizeof(struct db_dest) -                                                           \
            1})
