/* SQL of notices. */
#include "notice/notice.h"

#include "base/id.h"
#include "base/json.h"
#include "event/event.h"
#include "job/job.h"
#include "notice/choice.h"
#include "web/msg.h"

enum { MAX_ARGS_JSON = 8192, MAX_LIST = 100 };

static err args_json(arena *mem, size_t n, const str *args, str *ret_json)
{
    ASSERT(n <= NOTICE_MAX_ARGS);
    struct jw j;
    jw_init(&j, mem, MAX_ARGS_JSON);
    jw_array(&j);
    for (size_t i = 0; i < n; i++)
        jw_str(&j, args[i]);
    jw_end(&j);
    return buf_take(&j.out, ret_json);
}

static err args_read(arena *mem, str json, struct notice *n)
{
    JSON_AUTO *root = NULL;
    TRY(json_read(json, &root));
    n->arg_n = json_array_size(root) < NOTICE_MAX_ARGS ? json_array_size(root) : NOTICE_MAX_ARGS;
    for (size_t i = 0; i < n->arg_n; i++) {
        const json_t *a = json_array_get(root, i);
        n->args[i] = str_dup(mem, (str){json_string_value(a), json_string_length(a)});
    }
    return OK;
}

/* Out of the site goes a job of its own, which knows address and language (user/tell.c). */
static err send_out(struct tx *t, const struct notice_going *g)
{
    AUTO_ARENA(mem);
    int64_t id = id_new();
    TRY(db_exec(t,
                "INSERT INTO notice_out (id, user_id, channel, kind, args, link)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                DB_IN(id, g->user_id, g->channel, g->kind, g->args, g->link)));
    return job_add(t, &(struct job_in){.kind = NOTICE_OUT_JOB,
                                       .args = str_fmt(mem, "{\"id\":%lld}", (long long)id)});
}

/* The one place that asks what the person chose. */
static err send_json(struct tx *t, int64_t user_id, const char *kind, str link, str json)
{
    struct notice_going g = {
        .user_id = user_id, .kind = str_from(kind), .link = link, .args = json};
    struct notice_ways w;
    TRY(notice_ways_of(t, user_id, notice_group_of(g.kind), &w));
    g.channel = S("email");
    if (w.email)
        TRY(send_out(t, &g));
    g.channel = S("sms");
    if (w.sms && !notice_own_sms(g.kind))
        TRY(send_out(t, &g));
    if (!w.site)
        return OK;
    return db_exec(t,
                   "INSERT INTO notice (user_id, id, kind, args, link, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_IN(user_id, id_new(), str_from(kind), json, link, tx_now(t)));
}

err notice_send(struct tx *t, int64_t user_id, const char *kind, str link, size_t arg_n,
                const str *args)
{
    AUTO_ARENA(mem);
    str json;
    TRY(args_json(mem, arg_n, args, &json));
    return send_json(t, user_id, kind, link, json);
}

err notice_send_account(struct tx *t, int64_t account_id, const char *kind, str link, size_t arg_n,
                        const str *args)
{
    AUTO_ARENA(mem);
    str json;
    TRY(args_json(mem, arg_n, args, &json));
    int64_t user_id = 0;
    enum msg m = MSG_notices_other;
    (void)msg_find(str_cat(mem, S("notice."), str_from(kind)), &m);
    TRY(event_add(t,
                  &(struct event_in){
                      .kind = EVENT_notice,
                      .account_id = account_id,
                      RECORD_FIELDS(RECORD_TEXT("kind", str_from(kind)),
                                    RECORD_TEXT("text", msg_format(mem, LANG_ZH, m, args, arg_n)),
                                    RECORD_TEXT("link", link))}));
    DB_EACH(t, mem,
            "SELECT user_id FROM member WHERE account_id = $1 AND role IN ('owner', 'editor')",
            DB_IN(account_id), DB_OUT(&user_id), {
                TRY(send_json(t, user_id, kind, link, json)); /* few: the members of one account */
            });
    return OK;
}

err notice_text(arena *mem, enum lang lang, str kind, str args, str *ret_text)
{
    struct notice n = {0};
    enum msg m = MSG_notices_other;
    TRY(args_read(mem, args, &n));
    (void)msg_find(str_cat(mem, S("notice."), kind), &m);
    *ret_text = msg_format(mem, lang, m, n.args, n.arg_n);
    return OK;
}

err notice_list(struct tx *t, arena *mem, int64_t user_id, int64_t before, int limit,
                struct notice **ret_v, size_t *ret_n)
{
    ASSERT(limit > 0 && limit <= MAX_LIST);
    struct notice *v = NEW_N(mem, struct notice, (size_t)limit);
    size_t n = 0;
    struct notice row = {0};
    str json = STR_NONE;
    DB_EACH(t, mem,
            "SELECT id, at, read_at, kind, link, args FROM notice"
            " WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            DB_IN(user_id, before ? before : INT64_MAX, limit),
            DB_OUT(&row.id, &row.at, &row.read_at, &row.kind, &row.link, &json), {
                TRY(args_read(mem, json, &row));
                v[n++] = row;
            });
    *ret_v = v;
    *ret_n = n;
    return OK;
}

err notice_unread(struct tx *t, int64_t user_id, int64_t *ret_n)
{
    return db_one(t, NULL, "SELECT COUNT(*) FROM notice WHERE user_id = $1 AND read_at IS NULL",
                  DB_IN(user_id), DB_OUT(ret_n));
}

err notice_mark_read(struct tx *t, int64_t user_id, int64_t id)
{
    return db_exec(t,
                   "UPDATE notice SET read_at = $3"
                   " WHERE user_id = $1 AND id <= $2 AND read_at IS NULL",
                   DB_IN(user_id, id, tx_now(t)));
}
