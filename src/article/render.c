/* The cache of rendered articles: a table of slots by hash, overwritten on collision. */
#include "article/render.h"

#include "article/tag.h"
#include "base/hash.h"
#include "web/document.h"

#include <pthread.h>

enum { SLOTS = 512, BODY_MAX = 256 * 1024 };

struct slot {
    struct sha256 hash;
    char *body;
    size_t n;
    int minutes;
};

static struct slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct slot *slot_of(struct bytes hash)
{
    return &slots[(hash.p[0] << 8 | hash.p[1]) % SLOTS];
}

static bool cached(arena *mem, struct bytes hash, str *ret_body, int *ret_minutes)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    const struct slot *s = slot_of(hash);
    if (s->body && memcmp(s->hash.b, hash.p, sizeof s->hash.b) == 0) {
        *ret_body = str_dup(mem, (str){s->body, s->n});
        *ret_minutes = s->minutes;
        found = true;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static void keep(struct bytes hash, str body, int minutes)
{
    if (body.n > BODY_MAX)
        return;
    pthread_mutex_lock(&lock);
    struct slot *s = slot_of(hash);
    s->body = heap_grow(s->body, body.n + 1);
    memcpy(s->body, body.p, body.n);
    memcpy(s->hash.b, hash.p, sizeof s->hash.b);
    s->n = body.n;
    s->minutes = minutes;
    pthread_mutex_unlock(&lock);
}

err article_render(arena *mem, const struct article_version *v, html *ret_body, int *ret_minutes)
{
    static const int WIDTHS[] = {270, 540, 1080};
    str body;
    int minutes = 0;
    ASSERT(v->hash.n == sizeof(struct sha256));
    if (!cached(mem, v->hash, &body, &minutes)) {
        struct node *doc;
        TRY(doc_from_json(mem, v->text.doc, &doc));
        TRY(doc_html(mem, doc, &(struct doc_html_opts){.widths = WIDTHS, .widths_n = LEN(WIDTHS)},
                     &body));
        minutes = doc_minutes(doc_count(doc));
        keep(v->hash, body, minutes);
    }
    *ret_body = html_trusted_by_renderer(body);
    *ret_minutes = minutes;
    return OK;
}

err article_render_apart(arena *mem, const struct article_version *v, str media, html *ret_body)
{
    struct node *doc;
    str body;
    TRY(doc_from_json(mem, v->text.doc, &doc));
    TRY(doc_html(mem, doc, &(struct doc_html_opts){.media = media}, &body));
    *ret_body = html_trusted_by_renderer(body);
    return OK;
}

str media_path(arena *mem, str hash, int width)
{
    return hash.n ? str_fmt(mem, "/media/%.*s.w%d.webp", FMT(hash), width) : S("");
}

static err plain(arena *mem, const struct article_text *x, str *ret_text)
{
    str body;
    TRY(document_text(mem, x->doc, &body));
    struct tags tags = tags_of(mem, x->declared);
    str head = str_fmt(mem, "%.*s\n%.*s\n", FMT(x->title), FMT(x->digest));
    for (size_t i = 0; i < tags.n; i++)
        head = str_fmt(mem, "%.*s#%.*s%s", FMT(head), FMT(tags.v[i]), i + 1 < tags.n ? " " : "\n");
    *ret_text = str_cat(mem, head, body);
    return OK;
}

err article_diff(arena *mem, const struct article_text *old, const struct article_text *new,
                 struct diff *ret_diff)
{
    str a, b;
    TRY(plain(mem, old, &a));
    TRY(plain(mem, new, &b));
    *ret_diff = diff_texts(mem, a, b);
    return OK;
}
