/* A stream of text and blocks becomes a document. */
#include "text/doc_flow.h"

void flow_init(struct flow *f, arena *mem)
{
    *f = (struct flow){.mem = mem, .like = {.type = NODE_PARAGRAPH}};
    f->stack[f->depth++] = node_new(mem, NODE_DOC);
    buf_init(&f->run, mem, SIZE_MAX / 4);
}

struct node *flow_at(const struct flow *f)
{
    return f->stack[f->depth - 1];
}

static void flush(struct flow *f)
{
    if (!f->run.n)
        return;
    struct node *t = node_add(f->block, node_new(f->mem, NODE_TEXT));
    t->text = str_dup(f->mem, buf_str(&f->run));
    t->marks = f->run_style.marks;
    t->color = f->run_style.color;
    t->size = f->run_style.size;
    t->href = f->run_style.href;
    f->run.n = 0;
}

void flow_close(struct flow *f)
{
    if (f->block)
        flush(f);
    f->block = NULL;
}

void flow_open(struct flow *f)
{
    if (f->block)
        return;
    f->block = node_add(flow_at(f), node_new(f->mem, f->like.type));
    f->block->align = f->like.align;
    if (f->like.type == NODE_HEADING)
        f->block->level = f->like.level;
}

static bool same_style(struct flow_style a, struct flow_style b)
{
    return a.marks == b.marks && a.color == b.color && a.size == b.size && !a.href.p == !b.href.p &&
           str_eq(a.href, b.href);
}

/* A list, table or row can hold no text of its own: text there opens the cell or item it lacks. */
static bool takes_blocks(enum node_type t)
{
    return t != NODE_BULLETS && t != NODE_NUMBERS && t != NODE_TABLE_GRID && t != NODE_ROW;
}

void flow_text(struct flow *f, str s)
{
    if (!s.n || !takes_blocks(flow_at(f)->type))
        return;
    flow_open(f);
    if (!same_style(f->style, f->run_style))
        flush(f);
    f->run_style = f->style;
    buf_add(&f->run, s);
}

void flow_break(struct flow *f)
{
    if (!takes_blocks(flow_at(f)->type))
        return;
    flow_open(f);
    flush(f);
    node_add(f->block, node_new(f->mem, NODE_BREAK));
}

void flow_block(struct flow *f, struct node *block)
{
    flow_close(f);
    if (takes_blocks(flow_at(f)->type))
        node_add(flow_at(f), block);
}

void flow_caption(struct flow *f)
{
    struct node *before = flow_at(f)->last;
    flow_close(f);
    if (before && before->type == NODE_PICTURE && !before->child)
        f->block = before;
}

/* Levels from this container down to a text, both included. */
static int levels(enum node_type t)
{
    if (t == NODE_TABLE_GRID)
        return 5;
    return t == NODE_BULLETS || t == NODE_NUMBERS || t == NODE_ROW ? 4 : 3;
}

static bool parent_fits(enum node_type parent, enum node_type t)
{
    if (t == NODE_ITEM)
        return parent == NODE_BULLETS || parent == NODE_NUMBERS;
    if (t == NODE_ROW)
        return parent == NODE_TABLE_GRID;
    if (t == NODE_TH || t == NODE_TD)
        return parent == NODE_ROW;
    return takes_blocks(parent);
}

bool flow_enter(struct flow *f, struct node *container)
{
    flow_close(f);
    bool deep = f->depth + levels(container->type) > DOC_DEPTH_MAX;
    f->deep += deep;
    if (deep || !parent_fits(flow_at(f)->type, container->type))
        return false;
    f->stack[f->depth++] = node_add(flow_at(f), container);
    return true;
}

void flow_leave(struct flow *f)
{
    flow_close(f);
    struct node *c = f->stack[--f->depth];
    enum node_type first = c->child ? c->child->type : NODE_COUNT;
    bool list = c->type == NODE_BULLETS || c->type == NODE_NUMBERS;
    if (list && !c->child)
        node_add(node_add(c, node_new(f->mem, NODE_ITEM)), node_new(f->mem, NODE_PARAGRAPH));
    else if (c->type == NODE_TABLE_GRID && !c->child)
        node_add(c, node_new(f->mem, NODE_ROW));
    else if (c->type == NODE_ITEM && first != NODE_PARAGRAPH) {
        struct node *p = node_new(f->mem, NODE_PARAGRAPH);
        p->next = c->child;
        c->child = p;
        c->last = c->last ? c->last : p;
    } else if (takes_blocks(c->type) && !c->child)
        node_add(c, node_new(f->mem, NODE_PARAGRAPH));
}

void flow_trim(struct flow *f)
{
    while (f->run.n && f->run.p[f->run.n - 1] == ' ')
        f->run.n--;
}

bool flow_at_start(const struct flow *f)
{
    return !f->block || (!f->run.n && (!f->block->last || f->block->last->type == NODE_BREAK));
}

err flow_done(struct flow *f, struct node **ret_doc)
{
    while (f->depth > 1)
        flow_leave(f);
    struct node *doc = f->stack[0];
    flow_leave(f);
    return doc_settle(f->mem, doc, ret_doc);
}

static bool digits(str *s, int *ret_n)
{
    size_t i = 0;
    int n = 0;
    for (; i < s->n && i < 5 && s->p[i] >= '0' && s->p[i] <= '9'; i++)
        n = n * 10 + (s->p[i] - '0');
    *s = str_sub(*s, i, s->n);
    if (i > 0 && n <= DOC_PIXELS_MAX)
        *ret_n = n;
    return i > 0 && n <= DOC_PIXELS_MAX;
}

static void read_size(str s, struct node *n)
{
    int w = 0, h = 0;
    if (!str_starts(s, S("#")))
        return;
    s = str_sub(s, 1, s.n);
    if (!digits(&s, &w) || !str_starts(s, S("x")))
        return;
    s = str_sub(s, 1, s.n);
    if (!digits(&s, &h) || s.n)
        return;
    n->width = w;
    n->height = h;
}

/* "?<poster>#<captions>", each may be missing. */
static void read_player(arena *mem, str rest, struct node *n)
{
    str poster = str_sub(rest, 1, 64);
    if (n->type == NODE_VIDEO && str_starts(rest, S("?")) && doc_blob_ok(poster)) {
        n->poster = str_dup(mem, poster);
        rest = str_sub(rest, 65, rest.n);
    }
    str captions = str_sub(rest, 1, rest.n);
    if (str_starts(rest, S("#")) && doc_blob_ok(captions))
        n->captions = str_dup(mem, captions);
}

struct node *flow_media(arena *mem, str address, const struct doc_known *known)
{
    static const struct {
        const char *prefix;
        enum node_type type;
    } kinds[] = {{"blob:", NODE_PICTURE},
                 {"/media/", NODE_PICTURE},
                 {"audio:", NODE_AUDIO},
                 {"video:", NODE_VIDEO}};
    for (size_t i = 0; i < LEN(kinds); i++) {
        str prefix = str_from(kinds[i].prefix);
        str blob = str_sub(address, prefix.n, 64);
        if (!str_starts(address, prefix) || !doc_blob_ok(blob))
            continue;
        str rest = str_sub(address, prefix.n + 64, address.n);
        if (rest.n && !memchr(".?#", rest.p[0], 3))
            return NULL;
        struct node *n = node_new(mem, kinds[i].type);
        n->blob = str_dup(mem, blob);
        if (n->type == NODE_PICTURE)
            read_size(rest, n);
        else
            read_player(mem, rest, n);
        bool ask = n->type == NODE_PICTURE && known && known->find;
        return ask && !known->find(known->ctx, n->blob, &n->width, &n->height) ? NULL : n;
    }
    return NULL;
}
