/* What the editor asks for beside the form: autosave, and Markdown there and back. */
#include "article/declare.h"
#include "article/editing.h"
#include "base/json.h"
#include "media/media.h"

#include <stdio.h>

enum { ANSWER_MAX = 8192, MARKDOWN_ANSWER = 16 << 20, PATH_MAX_BYTES = DOC_DEPTH_MAX * 32 };

/* ---- whose pictures ---- */

struct owning {
    struct request *r;
    struct node *doc;
    str cover;
};

static err own_blob(struct tx *t, const struct owning *o, str blob, const char *reason,
                    const char *path, struct media *ret_m)
{
    err e = media_load(t, o->r->mem, o->r->member.account_id, blob, ret_m);
    return e == ERR_NOT_FOUND ? fault_field(ERR_INVALID, reason, path, "no media of this account")
                              : e;
}

static err own_node(struct tx *t, const struct owning *o, struct node *n, const char *path)
{
    bool media = n->type == NODE_PICTURE || n->type == NODE_AUDIO || n->type == NODE_VIDEO;
    struct media m = {0};
    if (media)
        TRY(own_blob(t, o, n->blob, "foreign_media", path, &m));
    if (n->type == NODE_PICTURE) {
        n->width = m.width;
        n->height = m.height;
    }
    if (n->type == NODE_VIDEO && n->poster.n)
        TRY(own_blob(t, o, n->poster, "foreign_media", path, &m));
    if (media && n->type != NODE_PICTURE && n->captions.n)
        TRY(own_blob(t, o, n->captions, "foreign_media", path, &m));
    return OK;
}

/* The depth is that of a document: DOC_DEPTH_MAX at most. */
static err own_tree(struct tx *t, const struct owning *o, struct node *parent, const char *at)
{
    size_t i = 0;
    for (struct node *n = parent->child; n; n = n->next, i++) {
        char path[PATH_MAX_BYTES];
        (void)snprintf(path, sizeof path, "%s%scontent[%zu]", at, *at ? "." : "", i);
        TRY(own_node(t, o, n, path));
        TRY(own_tree(t, o, n, path));
    }
    return OK;
}

static err own_read(struct tx *t, void *ctx)
{
    const struct owning *o = ctx;
    struct media m;
    if (o->cover.n)
        TRY(own_blob(t, o, o->cover, "bad_cover", "cover", &m));
    return own_tree(t, o, o->doc, "");
}

err editing_own(struct request *r, struct node *doc, str cover)
{
    return request_read(r, own_read, &(struct owning){r, doc, cover});
}

/* ---- texts ---- */

err editing_words(struct request *r, str *ret_json)
{
    static const char *const keys[] = {
#define X(key) #key,
#include "article/editor_words.def"
#undef X
    };
    struct jw j;
    jw_init(&j, r->mem, 4 * ANSWER_MAX);
    jw_object(&j);
    for (size_t i = 0; i < LEN(keys); i++)
        jw_key_str(&j, keys[i], msg_lookup(r->lang, "editor.", keys[i], MSG_word_details));
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}

/* ---- autosave ---- */

static str text_or_empty(const json_t *root, const char *key)
{
    str s = json_text(root, key);
    return s.p ? s : S("");
}

/* The text that stands, for the later of two writers. */
static err draft_conflict(struct editing *x)
{
    struct request *r = x->r;
    TRY(request_read(r, editing_read, x));
    const struct article_text *text = &x->d.text;
    struct jw j;
    jw_init(&j, r->mem, DOC_JSON_MAX + ANSWER_MAX);
    jw_object(&j);
    jw_key_str(&j, "error", S("edited_elsewhere"));
    jw_key_str(&j, "who", x->d.saved_by_name.p ? x->d.saved_by_name : S(""));
    jw_key_int(&j, "when", x->d.saved_at);
    jw_key_int(&j, "rev", x->d.rev);
    jw_key_str(&j, "title", text->title);
    jw_key_str(&j, "digest", text->digest);
    jw_key_str(&j, "cover", text->cover);
    jw_key_str(&j, "category", text->category);
    struct declaration d = declared_of(r->mem, text->declared);
    for (int i = 0; i < DECLARATIONS; i++)
        jw_key_str(&j, DECLARE_SPEC[i].name, d.v[i].n ? d.v[i] : S(""));
    jw_key(&j, "doc");
    jw_raw(&j, text->doc);
    jw_end(&j);
    return reply_json(r, 409, buf_str(&j.out));
}

static err doc_member(struct request *r, const json_t *root, struct node **ret_doc)
{
    const json_t *tree = json_object_get(root, "doc");
    size_t n = tree ? json_dumpb(tree, NULL, 0, JSON_COMPACT) : 0;
    if (!n)
        return fault_field(ERR_INVALID, "required", "doc", "no document");
    char *dump = arena_alloc(r->mem, n);
    str json = {dump, json_dumpb(tree, dump, n, JSON_COMPACT)};
    return doc_from_json(r->mem, json, ret_doc);
}

static err draft_text(struct editing *x, const json_t *root)
{
    struct request *r = x->r;
    struct node *doc;
    TRY(doc_member(r, root, &doc));
    x->rev = (int)json_number(root, "rev", 0);
    x->text = (struct article_text){.title = text_or_empty(root, "title"),
                                    .digest = text_or_empty(root, "digest"),
                                    .cover = text_or_empty(root, "cover"),
                                    .category = text_or_empty(root, "category"),
                                    .kind = S("text")};
    if (str_count(x->text.title) > ARTICLE_TITLE_MAX)
        return fault_field(ERR_INVALID, "title_too_long", "title", "title too long");
    if (str_count(x->text.digest) > ARTICLE_DIGEST_MAX)
        return fault_field(ERR_INVALID, "digest_too_long", "digest", "digest too long");
    struct declaration d;
    struct declaration_rules rules;
    for (int i = 0; i < DECLARATIONS; i++)
        d.v[i] = text_or_empty(root, DECLARE_SPEC[i].name);
    declaration_rules_of(r, &rules);
    TRY(declaration_json(r->mem, &d, &rules, &x->text.declared));
    TRY(editing_own(r, doc, x->text.cover));
    return doc_json(r->mem, doc, &x->text.doc);
}

err do_article_draft(struct request *r)
{
    struct editing x = {.r = r};
    TRY(request_arg_int(r, "no", &x.no));
    JSON_AUTO *root = NULL;
    TRY(json_read(r->body, &root));
    TRY(draft_text(&x, root));
    err e = request_tx(r, editing_save, &x);
    if (e == ERR_CONFLICT)
        return draft_conflict(&x);
    TRY(e);
    struct jw j;
    jw_init(&j, r->mem, ANSWER_MAX);
    jw_object(&j);
    jw_key_int(&j, "rev", x.new_rev);
    jw_key_int(&j, "saved_at", r->now);
    jw_end(&j);
    return reply_json(r, 200, buf_str(&j.out));
}

/* ---- Markdown ---- */

static err to_markdown(struct request *r, const json_t *root)
{
    struct node *doc;
    str markdown;
    TRY(doc_member(r, root, &doc));
    TRY(doc_markdown(r->mem, doc, &markdown));
    struct jw j;
    jw_init(&j, r->mem, MARKDOWN_ANSWER);
    jw_object(&j);
    jw_key_str(&j, "markdown", markdown);
    jw_end(&j);
    str json;
    TRY(buf_take(&j.out, &json));
    return reply_json(r, 200, json);
}

static err from_markdown(struct request *r, str markdown)
{
    const struct doc_known mine = {.find = editing_known, .ctx = r};
    struct doc_dropped dropped = {0};
    struct node *doc;
    str json;
    TRY(doc_from_markdown(r->mem, markdown, &mine, &dropped, &doc));
    TRY(doc_json(r->mem, doc, &json));
    struct jw j;
    jw_init(&j, r->mem, json.n + ANSWER_MAX);
    jw_object(&j);
    jw_key(&j, "doc");
    jw_raw(&j, json);
    jw_key(&j, "dropped");
    jw_object(&j);
    jw_key_int(&j, "pictures", dropped.pictures);
    jw_key_int(&j, "links", dropped.links);
    jw_key_int(&j, "html", dropped.html);
    jw_key_int(&j, "deep", dropped.deep);
    jw_end(&j);
    jw_end(&j);
    return reply_json(r, 200, buf_str(&j.out));
}

/* {"doc": …} gives {"markdown": …}; {"markdown": …} gives {"doc": …, "dropped": {…}}. Nothing is
 * saved. */
err do_article_convert(struct request *r)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(r->body, &root));
    str markdown = json_text(root, "markdown");
    return markdown.p ? from_markdown(r, markdown) : to_markdown(r, root);
}
