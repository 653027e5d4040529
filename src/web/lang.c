/* Which language a reader gets; the page cache and the dispatcher must agree on it. */
#include "web/dispatch.h"

static int quality(str params)
{
    for (str rest = params; rest.p;) {
        str p = str_trim(str_split(rest, ';', &rest));
        if (!str_starts(p, S("q=")))
            continue;
        if (p.n < 3 || p.p[2] != '0')
            return 1000;
        int q = 0, scale = 100;
        for (size_t i = 4; i < p.n && scale; i++, scale /= 10)
            q += p.p[i] >= '0' && p.p[i] <= '9' ? (p.p[i] - '0') * scale : 0;
        return q;
    }
    return 1000;
}

enum lang lang_choose(str cookie, str accept_language)
{
    if (str_eq(cookie, S("zh")))
        return LANG_ZH;
    if (str_eq(cookie, S("en")))
        return LANG_EN;
    enum lang best = LANG_ZH;
    int best_q = 0;
    for (str rest = accept_language; rest.p;) {
        str params, item = str_split(rest, ',', &rest);
        str tag = str_trim(str_split(item, ';', &params));
        str primary = str_split(tag, '-', &(str){0});
        bool zh = str_eq_ci(primary, S("zh")), en = str_eq_ci(primary, S("en"));
        int q = params.p ? quality(params) : 1000;
        if ((zh || en) && q > best_q) {
            best = zh ? LANG_ZH : LANG_EN;
            best_q = q;
        }
    }
    return best;
}
