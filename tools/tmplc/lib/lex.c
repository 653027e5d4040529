/* As much of C's lexical structure as the template compiler needs. */
#include "tools/tmplc/lib/lex.h"

enum { NEST_MAX = 32 };

const char *lex_literal(str s, size_t *ret_n)
{
    for (size_t i = 1; i < s.n && s.p[i] != '\n'; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == s.p[0]) {
            *ret_n = i + 1;
            return NULL;
        }
    }
    return "a string or character does not end on its line";
}

size_t lex_comment(str s, bool *ret_open)
{
    *ret_open = false;
    if (str_starts(s, S("//")))
        return s.n;
    if (!str_starts(s, S("/*")))
        return 0;
    for (size_t i = 2; i + 1 < s.n; i++) {
        if (s.p[i] == '*' && s.p[i + 1] == '/')
            return i + 2;
    }
    *ret_open = true;
    return s.n;
}

struct nest {
    char close[NEST_MAX]; /* what closes each open bracket; ':' for an open '?' */
    size_t n;
};

static const char *nest_open(struct nest *k, char c)
{
    if (k->n == NEST_MAX)
        return "brackets nested too deeply";
    k->close[k->n++] = (char)(c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : ':');
    return NULL;
}

static const char *nest_step(struct nest *k, char c)
{
    if (strchr("([{?", c))
        return nest_open(k, c);
    if (!strchr(")]}:", c))
        return NULL;
    if (k->n == 0 || k->close[k->n - 1] != c)
        return "brackets don't match";
    k->n--;
    return NULL;
}

const char *lex_expression(str s, const char *stops, size_t *ret_n)
{
    struct nest nest = {.n = 0};
    bool open;
    size_t i = 0, step;
    for (; i < s.n; i += step) {
        char c = s.p[i];
        const char *wrong = NULL;
        step = 1;
        if (nest.n == 0 && c && strchr(stops, c)) {
            *ret_n = i;
            return NULL;
        }
        if (c == ';' || c == '#' || c == '\0' || lex_comment(str_sub(s, i, s.n), &open))
            return "an expression holds ';', '#' or a comment";
        wrong =
            c == '"' || c == '\'' ? lex_literal(str_sub(s, i, s.n), &step) : nest_step(&nest, c);
        if (wrong)
            return wrong;
    }
    return "an expression does not end on its line";
}
