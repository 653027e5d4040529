/* Rules of the scan: the first line is the condition, the second the words (blanks between), the
 * rest a text. What is accepted must run, and say the same twice. */
#include "scan/scan.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str all = {(const char *)data, size};
    AUTO_ARENA(mem);
    if (!str_valid(all))
        return 0;
    str rest, words = STR_NONE, condition = str_split(all, '\n', &rest);
    if (rest.p)
        words = str_split(rest, '\n', &rest);
    char *list = arena_alloc(mem, words.n + 1);
    for (size_t i = 0; i < words.n; i++)
        list[i] = words.p[i] == ' ' ? '\n' : words.p[i];
    struct scan_rule rule = {.name = S("r"),
                             .family = S("other"),
                             .words = {list, words.n},
                             .exceptions = S(""),
                             .condition = condition,
                             .sound = true};
    struct scan_size s;
    if (scan_rule_check(&rule, &s) != OK)
        return 0;
    struct scan_article a = {.text = {rest.p ? rest : S(""), S(""), rest.p ? rest : S(""), S("")},
                             .account_class = S(""),
                             .category = S("")};
    struct scan_finding *v, *w;
    size_t n, m;
    struct scan_set *set = scan_set_new(&rule, 1);
    scan_run(set, mem, &a, &v, &n);
    scan_run(set, mem, &a, &w, &m);
    ASSERT(n == m && (!n || v[0].total == w[0].total));
    for (size_t i = 0; n && i < v[0].n; i++) {
        const struct scan_hit *h = &v[0].hits[i];
        ASSERT(h->from < h->to && h->to <= a.text[h->field].n);
        ASSERT(str_valid(str_sub(a.text[h->field], h->from, h->to - h->from)));
    }
    scan_set_free(set);
    return 0;
}
