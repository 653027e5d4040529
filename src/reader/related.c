/* Related articles. */
#include "reader/related.h"

#include "article/tag.h"

static bool known(const struct article *a, const struct related *r, const struct article *x)
{
    bool same = x->account_id == a->account_id && x->no == a->no;
    for (size_t i = 0; i < r->n && !same; i++)
        same = x->account_id == r->v[i].account_id && x->no == r->v[i].no;
    return same;
}

static err add(struct tx *t, arena *mem, const struct article *a, struct article_page page,
               struct related *r)
{
    struct article *v;
    size_t n = 0;
    if (r->n == RELATED)
        return OK;
    page.limit = RELATED + (int)r->n + 1; /* those known already, and the article itself */
    page.spread = true;
    TRY(article_list(t, mem, &page, &v, &n));
    for (size_t i = 0; i < n && r->n < RELATED; i++)
        if (!known(a, r, &v[i]))
            r->v[r->n++] = v[i];
    return OK;
}

err related_load(struct tx *t, arena *mem, const struct article *a, struct related *ret_r)
{
    struct related r = {.n = 0};
    struct tags tags = tags_of(mem, a->declared);
    for (size_t i = 0; i < tags.n; i++)
        TRY(add(t, mem, a, (struct article_page){.topic = tag_fold(mem, tags.v[i])}, &r));
    TRY(add(t, mem, a, (struct article_page){.account_id = a->account_id}, &r));
    TRY(add(t, mem, a, (struct article_page){.category = a->category}, &r));
    *ret_r = r;
    return OK;
}
