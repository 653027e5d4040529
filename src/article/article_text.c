/* What people wrote, checked and made canonical. */
#include "article/article.h"

static str kind_of(const struct doc_media *media, size_t n)
{
    bool picture = false;
    for (size_t i = 0; i < n; i++) {
        if (media[i].type == NODE_VIDEO)
            return S("video");
        if (media[i].type == NODE_AUDIO)
            return S("audio");
        picture = true;
    }
    return picture ? S("picture") : S("text");
}

static str first_picture(const struct doc_media *media, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (media[i].type == NODE_PICTURE)
            return media[i].blob;
    return S("");
}

/* The beginning of the text as one line. */
static str digest_of(arena *mem, str text)
{
    char *p = arena_alloc(mem, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] == '\n' || text.p[i] == '\t' ? ' ' : text.p[i];
    return str_ellipsis(mem, str_trim((str){p, text.n}), ARTICLE_DIGEST_MAX - 1);
}

err article_text_check(arena *mem, const struct article_text *in, const struct node *doc,
                       struct article_text *ret_text)
{
    struct article_text x = *in;
    x.title = str_trim(in->title);
    if (!x.title.n)
        return fault_field(ERR_INVALID, "title_required", "title", "no title");
    if (str_count(x.title) > ARTICLE_TITLE_MAX)
        return fault_field(ERR_INVALID, "title_too_long", "title", "title over %d",
                           ARTICLE_TITLE_MAX);
    if (!x.category.n)
        return fault_field(ERR_INVALID, "category_required", "category", "no category");
    size_t n;
    const struct doc_media *media = doc_pictures(mem, doc, &n);
    str text = doc_text(mem, doc, DOC_TEXT_READ);
    if (!str_trim(text).n && !n)
        return fault_field(ERR_INVALID, "document_empty", "doc", "nothing in it");
    x.digest = str_trim(in->digest);
    if (!x.digest.n)
        x.digest = digest_of(mem, text);
    if (str_count(x.digest) > ARTICLE_DIGEST_MAX)
        return fault_field(ERR_INVALID, "digest_too_long", "digest", "digest over %d",
                           ARTICLE_DIGEST_MAX);
    x.cover = in->cover.n ? in->cover : first_picture(media, n);
    if (x.cover.n && !doc_blob_ok(x.cover))
        return fault_field(ERR_INVALID, "bad_cover", "cover", "cover is no media hash");
    x.kind = kind_of(media, n);
    x.declared = in->declared.p ? in->declared : S("");
    TRY(declaration_complete(mem, x.category, &x.declared));
    TRY(doc_json(mem, doc, &x.doc));
    x.tree = doc;
    *ret_text = x;
    return OK;
}
