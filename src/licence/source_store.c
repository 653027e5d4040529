/* Sources that news may be reprinted from: the rows and their rules. */
#include "licence/licence_store.h"
#include "record/record.h"

enum { NAME_MAX_CHARS = 60, HOST_MAX = 100, MAX_SOURCES = 200 };

static bool host_ok(str host)
{
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '.' && c != '-')))
            return false;
    }
    return host.n <= HOST_MAX;
}

static err source_record(struct tx *t, enum record_kind kind, str name, int64_t by)
{
    return record_add(t, &(struct record_in){.kind = kind,
                                             .actor = by,
                                             .subject = S("news_sources"),
                                             RECORD_FIELDS(RECORD_TEXT("source", name))});
}

err news_source_add(struct tx *t, arena *mem, const struct news_source *s, int64_t by)
{
    str name = str_trim(s->name), host = str_lower_ascii(mem, str_trim(s->host));
    int64_t known = 0;
    if (!name.n || str_count(name) > NAME_MAX_CHARS)
        return fault_field(ERR_INVALID, "required", "name", "no name, or too long");
    if (!host_ok(host))
        return fault_field(ERR_INVALID, "bad_host", "host", "no host name");
    TRY(db_one(t, NULL, "SELECT COUNT(*) FROM news_source WHERE name = $1", DB_IN(name),
               DB_OUT(&known)));
    if (known)
        return fault_field(ERR_CONFLICT, "source_known", "name", "%.*s", FMT(name));
    TRY(db_exec(t,
                "INSERT INTO news_source (name, host, added_by, added_at) VALUES ($1, $2, $3, $4)",
                DB_IN(name, host, by, tx_now(t))));
    return source_record(t, RECORD_news_source_added, name, by);
}

err news_source_drop(struct tx *t, str name, int64_t by)
{
    int64_t changed = 0;
    TRY(db_exec_n(t, "DELETE FROM news_source WHERE name = $1", DB_IN(name), &changed));
    return changed ? source_record(t, RECORD_news_source_dropped, name, by)
                   : fault(ERR_NOT_FOUND, "not_found", "no such source");
}

err news_source_list(struct tx *t, arena *mem, str find, str after, int limit,
                     struct news_source **ret_v, size_t *ret_n)
{
    ASSERT(limit > 0 && limit <= MAX_SOURCES);
    struct news_source *v = NEW_N(mem, struct news_source, (size_t)limit), s = {0};
    size_t n = 0;
    DB_EACH(t, mem,
            "SELECT name, host, added_at FROM news_source WHERE name > $1"
            " AND ($2 = '' OR REPLACE(name, $2, '') <> name) ORDER BY name LIMIT $3",
            DB_IN(after, find, limit), DB_OUT(&s.name, &s.host, &s.added_at), { v[n++] = s; });
    *ret_v = v;
    *ret_n = n;
    return OK;
}
