/* Fake requests. */
#include "tests/unit/fake.h"

#include "base/id.h"
#include "base/rand.h"

static enum member_role member_role;

static err membership(struct tx *t, arena *mem, str handle, int64_t user_id,
                      struct membership *ret_member)
{
    (void)t;
    (void)mem;
    if (!str_eq(handle, S("gongqi")))
        return fault(ERR_NOT_FOUND, "not_found", "account");
    *ret_member = (struct membership){
        .account_id = FAKE_ACCOUNT,
        .handle = handle,
        .name = S("公器"),
        .state = S("active"),
        .role = user_id == FAKE_USER ? member_role : MEMBER_NONE,
    };
    return OK;
}

void fake_open(struct fake *f)
{
    rand_init();
    *f = (struct fake){.mem = arena_new()};
    test_db_open(&f->db);
    f->site = (struct site){.db = f->db, .membership = membership, .rate_factor = 1000000};
}

void fake_close(struct fake *f)
{
    test_db_close(f->db);
    arena_free(f->mem);
}

void fake_member(enum member_role role)
{
    member_role = role;
}

struct login {
    struct request *r;
    int64_t user_id;
    unsigned roles;
    bool second_factor;
};

static err add_user(struct tx *t, void *ctx)
{
    const struct login *l = ctx;
    TRY(db_exec(t,
                "INSERT INTO users (id, name, password, mobile_sealed, created_at)"
                " VALUES ($1, $2, '', $3, 0) ON CONFLICT (id) DO NOTHING",
                DB_IN(l->user_id, S("李娜"), str_bytes(S("x")))));
    TRY(db_exec(t, "DELETE FROM user_role WHERE user_id = $1", DB_IN(l->user_id)));
    for (unsigned bit = 1; bit <= ROLE_ALL; bit <<= 1)
        if (l->roles & bit)
            TRY(db_exec(t,
                        "INSERT INTO user_role (user_id, role, granted_by, granted_at)"
                        " VALUES ($1, $2, 0, 0)",
                        DB_IN(l->user_id, roles_text(l->r->mem, bit))));
    return session_start(l->r, t, l->user_id, l->second_factor);
}

void fake_login(struct fake *f, int64_t user_id, unsigned roles, bool second_factor)
{
    struct request r = fake_request(f, METHOD_POST, "/login");
    struct login l = {&r, user_id, roles, second_factor};
    ASSERT(db_tx(f->db, add_user, &l) == OK);
    str rest = r.reply.headers.v[0].value;
    (void)str_split(rest, '=', &rest);
    f->cookie = str_split(rest, ';', &rest);
    f->csrf = r.session.csrf;
    f->session_id = r.session.id;
}

struct request fake_request(struct fake *f, enum method method, const char *path)
{
    return (struct request){
        .mem = f->mem,
        .site = &f->site,
        .id = S("ref-1"),
        .method = method,
        .path = str_from(path),
        .host = S("gongqi.test"),
        .ip = S("203.0.113.7"),
        .user_agent = S("test"),
        .port = 4711,
        .now = clock_ms(),
        .reply = {.fd = -1},
    };
}

static void add(arena *mem, struct params *p, const char *name, str value)
{
    struct param *v = NEW_N(mem, struct param, p->n + 1);
    if (p->n)
        memcpy(v, p->v, p->n * sizeof *v);
    v[p->n] = (struct param){str_from(name), value};
    *p = (struct params){v, p->n + 1};
}

void fake_header(struct request *r, const char *name, str value)
{
    add(r->mem, &r->headers, name, value);
}

void fake_field(struct request *r, const char *name, str value)
{
    add(r->mem, &r->fields, name, value);
}

void fake_session(struct fake *f, struct request *r)
{
    add(r->mem, &r->cookies, f->site.https ? "__Host-gongqi" : "gongqi", f->cookie);
}

static err count_oplog(struct tx *t, void *ctx)
{
    AUTO_ARENA(mem);
    return db_one(t, mem, "SELECT count(*) FROM oplog", DB_IN(), DB_OUT((int64_t *)ctx));
}

int64_t fake_count_oplog(struct fake *f)
{
    int64_t n = 0;
    ASSERT(db_read(f->db, count_oplog, &n) == OK);
    return n;
}
