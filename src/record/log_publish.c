/* Checkpoints: signed, with the cosignatures of witnesses, and the receipts against them. */
#include "base/clock.h"
#include "record/log_impl.h"
#include "record/witness_impl.h"

static err head_of(arena *mem, str text, struct tree_head *ret_head)
{
    struct note n;
    struct checkpoint c;
    TRY(note_parse(mem, text, &n));
    TRY(checkpoint_parse(mem, n.body, &c));
    *ret_head = c.head;
    return OK;
}

static err text_look(const struct record_log *l, arena *mem, const char *path, str *ret_text,
                     struct log_tag *ret_tag)
{
    struct bytes b;
    TRY(log_files_look(&l->files, mem, path, &b, ret_tag));
    *ret_text = bytes_str(b);
    return str_valid(*ret_text) ? OK : fault(ERR_INVALID, "log_damaged", "%s is no text", path);
}

static err file_text(const struct record_log *l, arena *mem, const char *path, str *ret_text)
{
    struct log_tag tag;
    return text_look(l, mem, path, ret_text, &tag);
}

/* True while the checkpoint on disk is the one of this head: another node, paused while it wrote,
 * may have put an older one in its place. */
static bool published(const struct record_log *l, struct tree_head head, struct log_tag *ret_tag)
{
    AUTO_ARENA(mem);
    str text;
    struct tree_head there;
    return text_look(l, mem, "checkpoint", &text, ret_tag) == OK &&
           head_of(mem, text, &there) == OK && there.size == head.size &&
           tree_same(there.root, head.root);
}

static void status_set(struct record_log *l, struct tree_head head)
{
    pthread_mutex_lock(&l->lock);
    l->status.size = head.size;
    l->status.root = head.root;
    l->status.signed_at = clock_ms();
    pthread_cond_broadcast(&l->wake); /* witnesses */
    pthread_mutex_unlock(&l->lock);
}

static err shown_look(const struct record_log *l, struct tree_head *ret_head,
                      struct log_tag *ret_tag)
{
    AUTO_ARENA(mem);
    str text = STR_NONE;
    struct note n;
    struct checkpoint c = {0};
    err e = text_look(l, mem, "checkpoint", &text, ret_tag);
    if (e == ERR_IO)
        return e;
    bool ours = e == OK && note_parse(mem, text, &n) == OK &&
                checkpoint_parse(mem, n.body, &c) == OK &&
                note_verified(&n, &l->signer.key, NULL) && str_eq(c.origin, l->signer.key.name);
    *ret_head = ours ? c.head : (struct tree_head){0};
    return OK;
}

err log_shown(const struct record_log *l, struct tree_head *ret_head)
{
    struct log_tag tag;
    return shown_look(l, ret_head, &tag);
}

/* Under the lock: whether this tree goes on from what is signed now, by this node or by another
 * that took over while this one was paused. *ret_behind: that other has signed more already. */
static err goes_on(struct record_log *l, struct tree_head head, bool *ret_behind,
                   struct log_tag *ret_tag)
{
    struct log_state s = {0};
    err e = log_state_read(l->state_file, l->signer.key.name, &s);
    if (e != OK)
        return e == ERR_NOT_FOUND
                   ? fault(ERR_CONFLICT, "log_state_missing", "%s went away", l->state_file)
                   : e;
    struct tree_head shown;
    TRY(shown_look(l, &shown, ret_tag));
    if (shown.size > s.head.size)
        s.head = shown;
    if (head.size == s.head.size && !tree_same(head.root, s.head.root))
        return fault(ERR_CONFLICT, "log_forked", "a second tree of %lld leaves",
                     (long long)head.size);
    *ret_behind = head.size < s.head.size;
    return OK;
}

/* Under pass and lock. The state is durable before the signature is seen by anybody. */
static err sign(struct record_log *l, struct tree_head head, const struct log_tag *seen)
{
    AUTO_ARENA(mem);
    struct log_state s = {head, l->edge.last};
    TRY(log_state_write(l->state_file, l->signer.key.name, &s));
    l->state = s;
    str body = checkpoint_body(mem, &(struct checkpoint){l->signer.key.name, head});
    str text = str_fmt(mem, "%.*s\n%.*s", FMT(body), FMT(note_sign(mem, body, &l->signer, 0)));
    return log_files_replace(&l->files, "checkpoint", str_bytes(text), seen);
}

static bool overtaken(err e)
{
    return e == ERR_CONFLICT && strcmp(fault_last()->reason, "s3_changed") == 0;
}

err log_publish(struct record_log *l)
{
    struct tree_head head = {l->edge.tree.size, tree_root(&l->edge.tree)};
    if (head.size < l->state.head.size)
        return fault(ERR_CONFLICT, "log_restored", "a tree of %lld leaves after one of %lld",
                     (long long)head.size, (long long)l->state.head.size);
    struct log_tag seen = {0};
    if (head.size == l->state.head.size && tree_same(head.root, l->state.head.root) &&
        published(l, head, &seen))
        return OK;
    LOG_LOCK(lock);
    bool behind = false;
    TRY(log_files_lock(&l->files, &lock));
    TRY(goes_on(l, head, &behind, &seen));
    err e = behind ? OK : sign(l, head, &seen);
    if (behind || overtaken(e)) {
        l->loaded = false; /* the next pass goes on from there */
        return OK;
    }
    TRY(e);
    status_set(l, head);
    return OK;
}

/* Under pass and lock. */
static err cosigned_put(struct record_log *l, struct tree_head head, str text, bool quorum)
{
    AUTO_ARENA(mem);
    str before;
    struct tree_head old = {0};
    struct log_tag tag = {0}, witnessed = {0};
    err e = OK;
    if (published(l, head, &tag))
        e = log_files_replace(&l->files, "checkpoint", str_bytes(text), &tag);
    if (e != OK && !overtaken(e)) /* a newer one needs no cosignature of this */
        return e;
    bool newest = text_look(l, mem, "witnessed", &before, &witnessed) != OK ||
                  head_of(mem, before, &old) != OK || old.size <= head.size;
    return quorum && newest ? log_files_replace(&l->files, "witnessed", str_bytes(text), &witnessed)
                            : OK;
}

err log_publish_cosigned(struct record_log *l, str checkpoint, str lines, bool quorum)
{
    AUTO_ARENA(mem);
    struct tree_head head = {0};
    str text = str_cat(mem, checkpoint, lines);
    TRY(head_of(mem, text, &head));
    LOG_LOCK(lock);
    pthread_mutex_lock(&l->pass);
    err e = log_files_lock(&l->files, &lock);
    if (e == OK)
        e = cosigned_put(l, head, text, quorum);
    log_files_unlock(&lock);
    pthread_mutex_unlock(&l->pass);
    if (e != OK || !quorum)
        return e;
    pthread_mutex_lock(&l->lock);
    if (l->status.witnessed_size < head.size)
        l->status.witnessed_size = head.size;
    pthread_mutex_unlock(&l->lock);
    return OK;
}

void status_load(struct record_log *l)
{
    AUTO_ARENA(mem);
    str text;
    struct tree_head head = {0}, witnessed = {0};
    bool any = file_text(l, mem, "checkpoint", &text) == OK && head_of(mem, text, &head) == OK;
    if (file_text(l, mem, "witnessed", &text) != OK || head_of(mem, text, &witnessed) != OK)
        witnessed.size = 0;
    pthread_mutex_lock(&l->lock);
    if (any) {
        l->status.size = head.size;
        l->status.root = head.root;
        l->status.signed_at = log_files_time(&l->files, "checkpoint");
    }
    l->status.witnessed_size = witnessed.size;
    pthread_mutex_unlock(&l->lock);
}

err record_log_adopt(struct record_log *l, int64_t *ret_size)
{
    AUTO_ARENA(mem);
    str text;
    struct note n;
    struct checkpoint c;
    TRY(file_text(l, mem, "checkpoint", &text));
    TRY(note_parse(mem, text, &n));
    TRY(checkpoint_parse(mem, n.body, &c));
    if (!note_verified(&n, &l->signer.key, NULL) || !str_eq(c.origin, l->signer.key.name))
        return fault(ERR_INVALID, "bad_checkpoint", "the checkpoint is not of this log's key");
    struct log_state s = {.head = c.head};
    TRY(log_edge_at(l, &c.head));
    s.last = l->edge.last;
    TRY(log_state_write(l->state_file, l->signer.key.name, &s));
    *ret_size = s.head.size;
    return OK;
}

/* ---- reading ---- */

void record_log_status(struct record_log *l, struct record_log_status *ret_s)
{
    pthread_mutex_lock(&l->lock);
    *ret_s = l->status;
    pthread_mutex_unlock(&l->lock);
}

err record_log_checkpoint(struct record_log *l, arena *mem, str *ret_text)
{
    return file_text(l, mem, "checkpoint", ret_text);
}

err record_log_witnessed(struct record_log *l, arena *mem, str *ret_text)
{
    return file_text(l, mem, "witnessed", ret_text);
}

err record_log_tile(struct record_log *l, arena *mem, struct tile_id id, struct bytes *ret_data)
{
    return log_files_tile(&l->files, mem, id, ret_data);
}

static err fetch(void *ctx, arena *mem, struct tile_id id, struct bytes *ret_data)
{
    return log_files_tile(ctx, mem, id, ret_data);
}

err log_prove(struct record_log *l, arena *mem, struct log_proof_of what, struct proof *ret_path)
{
    AUTO_ARENA(own);
    struct tiles *t = NEW(own, struct tiles);
    tiles_init(t, fetch, &l->files, what.size);
    struct tree_source src = {tiles_read, t};
    if (what.consistency)
        return tree_prove_consistency(&src, mem, what.from, what.size, ret_path);
    return tree_prove_inclusion(&src, mem, (struct tree_place){what.from, what.size}, ret_path);
}

static err receipt_of(struct record_log *l, arena *mem, const struct leaf_row *leaf, str checkpoint,
                      str *ret_text)
{
    struct tree_head head = {0};
    TRY(head_of(mem, checkpoint, &head));
    if (leaf->idx >= head.size)
        return fault(ERR_NOT_FOUND, "not_sealed_yet", "leaf %lld is not signed yet",
                     (long long)leaf->idx);
    struct receipt r = {
        .extra = str_bytes(leaf->entry), .index = leaf->idx, .checkpoint = checkpoint};
    TRY(log_prove(l, mem, (struct log_proof_of){.from = leaf->idx, .size = head.size}, &r.path));
    if (!tree_included((struct tree_place){leaf->idx, head.size}, tree_leaf(r.extra), r.path,
                       head.root))
        return fault(ERR_INVALID, "log_damaged", "leaf %lld is not in the tree that was signed",
                     (long long)leaf->idx);
    *ret_text = receipt_text(mem, &r);
    return OK;
}

err record_log_receipt_at(struct record_log *l, struct tx *t, arena *mem, int64_t record_id,
                          str checkpoint, str *ret_text)
{
    struct leaf_row leaf = {0};
    TRY(log_store_leaf_of(t, mem, record_id, &leaf));
    return receipt_of(l, mem, &leaf, checkpoint, ret_text);
}

err record_log_receipt(struct record_log *l, struct tx *t, arena *mem, int64_t record_id,
                       str *ret_text)
{
    struct leaf_row leaf = {0};
    struct tree_head head = {0};
    str text = STR_NONE;
    TRY(log_store_leaf_of(t, mem, record_id, &leaf));
    bool cosigned = file_text(l, mem, "witnessed", &text) == OK &&
                    head_of(mem, text, &head) == OK && leaf.idx < head.size;
    if (!cosigned)
        TRY(file_text(l, mem, "checkpoint", &text));
    return receipt_of(l, mem, &leaf, text, ret_text);
}

err record_log_receipt_last(struct record_log *l, struct tx *t, arena *mem, str subject,
                            str *ret_text)
{
    struct record_row *v = NULL;
    size_t n = 0;
    TRY(record_list(t, mem, subject, &v, &n));
    if (!n || !l)
        return fault(ERR_NOT_FOUND, "not_sealed_yet", "no log");
    return record_log_receipt(l, t, mem, v[n - 1].id, ret_text);
}
