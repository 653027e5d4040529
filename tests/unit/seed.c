/* Rows that tests begin with. */
#include "seed.h"

err seed_user(struct tx *t, int64_t id, str name)
{
    return db_exec(t,
                   "INSERT INTO users (id, name, password, mobile_sealed, created_at)"
                   " VALUES ($1, $2, '', $3, 1)",
                   DB_IN(id, name, str_bytes(S("x"))));
}

err seed_staff(struct tx *t, int64_t id, str name, str role)
{
    TRY(seed_user(t, id, name));
    return db_exec(t,
                   "INSERT INTO user_role (user_id, role, granted_by, granted_at)"
                   " VALUES ($1, $2, 0, 1)",
                   DB_IN(id, role));
}

err seed_member(struct tx *t, int64_t account_id, int64_t user_id, str role)
{
    return db_exec(t,
                   "INSERT INTO member (account_id, user_id, role, added_by, added_at)"
                   " VALUES ($1, $2, $3, 0, 1)",
                   DB_IN(account_id, user_id, role));
}

err seed_registrant(struct tx *t, int64_t id, str class, int64_t user_id)
{
    return db_exec(t,
                   "INSERT INTO registrant (id, class, user_id, identity_key, state, created_at,"
                   " updated_at) VALUES ($1, $2, $3, $4, 'verified', 1, 1)",
                   DB_IN(id, class, user_id, str_bytes(S("x"))));
}

err seed_account(struct tx *t, const struct seed_account *a)
{
    TRY(db_exec(t,
                "INSERT INTO account (id, handle, registrant_id, identity_key, class, state,"
                " verified, name, intro, categories, created_at, updated_at)"
                " VALUES ($1, $2, $3, $4, $5, 'active', 1, $6, 'i', $7, 1, 1)",
                DB_IN(a->id, a->handle, a->registrant_id, str_bytes(S("x")), a->class, a->name,
                      a->categories)));
    return db_exec(t, "INSERT INTO account_handle (handle, account_id) VALUES ($1, $2)",
                   DB_IN(a->handle, a->id));
}

err seed_article(struct tx *t, int64_t account_id, int64_t no, str state)
{
    TRY(db_exec(t,
                "INSERT INTO article (account_id, no, state, kind, category, title, digest, cover,"
                " version, versions, author_id, created_at, updated_at, published_at, publish_at,"
                " reads) VALUES ($1, $2, $3, 'text', 'life', 'T', '', '', 1, 1, 5, 1, 1,"
                " CASE WHEN $3 = 'published' THEN 1 ELSE 0 END, 0, 100)",
                DB_IN(account_id, no, state)));
    return db_exec(t,
                   "INSERT INTO article_version (account_id, no, version, title, digest, cover,"
                   " category, doc, hash, author_id, created_at) VALUES ($1, $2, 1, 'T', '', '',"
                   " 'life', '{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":"
                   "[{\"type\":\"text\",\"text\":\"a\"}]}]}', $3, 5, 1)",
                   DB_IN(account_id, no, str_bytes(S("x"))));
}

err seed_publisher(struct tx *t, void *ctx)
{
    (void)ctx;
    struct seed_account river = {SEED_RIVER,      S("river"),      S("River"),
                                 SEED_REGISTRANT, S("individual"), S("culture,life")};
    struct bytes hash = str_bytes(S("x"));
    TRY(seed_user(t, SEED_WRITER, S("w")));
    TRY(seed_user(t, SEED_OFFICER, S("o")));
    TRY(seed_registrant(t, SEED_REGISTRANT, S("individual"), SEED_WRITER));
    TRY(seed_account(t, &river));
    TRY(db_exec(t,
                "INSERT INTO post (post, id, user_id, letter, from_at, appointed_by, created_at)"
                " VALUES ('editor_in_chief', 1, 12, '', 1, 0, 1)",
                DB_IN()));
    TRY(db_exec(t,
                "INSERT INTO policy (kind, version, title, doc, hash, effective_at, created_by,"
                " created_at) VALUES ('service_agreement', 1, 'a', '{}', $1, 1, 0, 1)",
                DB_IN(hash)));
    return db_exec(t,
                   "INSERT INTO signature (registrant_id, kind, version, hash, user_id, ip, port,"
                   " user_agent, at) VALUES (5, 'service_agreement', 1, $1, 11, '', 0, '', 1)",
                   DB_IN(hash));
}
