/* Fake requests for tests of the dispatcher: a site on a test database, one user with a session. */
#pragma once
#include "tests/unit/testdb.h"
#include "web/dispatch.h"
#include "web/session.h"

struct fake {
    struct db *db;
    struct site site;
    arena *mem;
    str cookie, csrf; /* of the last fake_login */
    int64_t session_id;
};
enum { FAKE_USER = 11, FAKE_ACCOUNT = 500 };

void fake_open(struct fake *f);
void fake_close(struct fake *f);
/* A user with these roles and a fresh session. */
void fake_login(struct fake *f, int64_t user_id, unsigned roles, bool second_factor);
/* The role that FAKE_USER has in the account "gongqi"; there is no other account. */
void fake_member(enum member_role role);
struct request fake_request(struct fake *f, enum method method, const char *path);
void fake_header(struct request *r, const char *name, str value);
void fake_field(struct request *r, const char *name, str value);
void fake_session(struct fake *f, struct request *r); /* adds the cookie */
/* One number by SQL of the test. */
int64_t fake_count_oplog(struct fake *f);
