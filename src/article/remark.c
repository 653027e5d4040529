/* Notes of members to each other. */
#include "article/remark.h"

#include "account/account.h"
#include "article/remark_store.h"
#include "base/id.h"
#include "notice/notice.h"

/* Everybody who may write here, but the one who wrote. */
static err tell(struct tx *t, arena *mem, const struct article *a, const struct remark *note)
{
    struct member *v;
    size_t n;
    str link = str_fmt(mem, "/console/%.*s/articles/%lld/notes", FMT(a->handle), (long long)a->no);
    str args[] = {a->title, str_ellipsis(mem, note->body, REMARK_MAX / 5)};
    TRY(member_list(t, mem, a->account_id, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (v[i].user_id != note->author && v[i].role >= MEMBER_AUTHOR)
            TRY(notice_send(t, v[i].user_id, "article_note", link, LEN(args), args));
    return OK;
}

err remark_write(struct tx *t, arena *mem, const struct remark *in, int64_t *ret_id)
{
    struct article a;
    struct remark row = *in;
    int64_t n = 0;
    row.body = str_trim(in->body);
    if (!row.body.n)
        return fault_field(ERR_INVALID, "note_empty", "body", "nothing in it");
    if (str_count(row.body) > REMARK_MAX)
        return fault_field(ERR_INVALID, "note_too_long", "body", "over %d", REMARK_MAX);
    TRY(article_load(t, mem, in->account_id, in->no, &a));
    TRY(store_remark_count(t, in->account_id, in->no, &n));
    if (n >= REMARKS_MAX)
        return fault_field(ERR_LIMIT, "notes_many", "body", "%lld notes", (long long)n);
    if (in->thread)
        TRY(store_remark_thread(t, in));
    row.id = id_new();
    row.thread = in->thread ? in->thread : row.id;
    TRY(store_remark_insert(t, &row));
    *ret_id = row.id;
    return tell(t, mem, &a, &row);
}

err remark_settle(struct tx *t, const struct remark *first, bool done)
{
    TRY(store_remark_thread(t, first));
    return store_remark_done(t, first, done);
}
