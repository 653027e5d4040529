/* Private databases for tests. */
#include "testdb.h"

#include "db/migrate.h"

#include <dirent.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEST_READERS = 8 };
static char place[512], url[1024];
/* A migrated database that the others of this program are copies of: a file, or the name of a
 * template. Empty until the first one is asked for. */
static char form[512];

bool test_db_is_postgres(void)
{
    const char *engine = getenv("GONGQI_TEST_DB");
    return engine && strcmp(engine, "postgres") == 0;
}

const char *test_db_url(void)
{
    return url;
}

static void must(err e)
{
    if (e != OK)
        fprintf(stderr, "testdb: %s: %s\n", fault_of(e).reason, fault_of(e).text);
    ASSERT(e == OK);
}

static const char *server_url(void)
{
    const char *server = getenv("GONGQI_TEST_PG");
    ASSERT(server && *server); /* tools/pg-test-server start DIR prints it */
    return server;
}

static void server_say(const char *sql)
{
    PGconn *c = PQconnectdb(server_url());
    ASSERT(PQstatus(c) == CONNECTION_OK);
    PGresult *r = PQexec(c, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        fprintf(stderr, "testdb: %s", PQresultErrorMessage(r));
    ASSERT(PQresultStatus(r) == PGRES_COMMAND_OK);
    PQclear(r);
    PQfinish(c);
}

/* like: the PostgreSQL database to copy. */
static void place_make(const char *like)
{
    static int count;
    if (test_db_is_postgres()) {
        char sql[1300];
        snprintf(place, sizeof place, "gongqi_test_%d_%d", (int)getpid(), count++);
        snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s ENCODING 'UTF8'", place, like);
        server_say(sql);
        /* …/postgres?host=DIR: the database's name stands before the question mark */
        const char *q = strchr(server_url(), '?');
        const char *end = q ? q : server_url() + strlen(server_url());
        const char *slash = end;
        while (*slash != '/')
            slash--;
        snprintf(url, sizeof url, "%.*s/%s%s", (int)(slash - server_url()), server_url(), place,
                 q ? q : "");
        return;
    }
    const char *tmp = getenv("TMPDIR");
    snprintf(place, sizeof place, "%s/gongqi-test-XXXXXX", tmp ? tmp : "/tmp");
    ASSERT(mkdtemp(place) != NULL);
    snprintf(url, sizeof url, "sqlite:%s/test.db", place);
}

void test_db_again(struct db **ret_db)
{
    struct db_opts opts = {.url = str_from(url), .readers = TEST_READERS};
    must(db_open(&opts, ret_db));
}

void test_db_open_empty(struct db **ret_db)
{
    place_make("template0");
    test_db_again(ret_db);
}

void test_db_migrate(struct db *db)
{
    int n = 0;
    must(migrate(db, &n));
}

static void directory_remove(void)
{
    DIR *d = opendir(place);
    ASSERT(d != NULL);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", place, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    closedir(d);
    rmdir(place);
}

static void form_drop(void)
{
    char sql[700];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", form);
    if (test_db_is_postgres())
        server_say(sql);
    else
        unlink(form);
}

static void copy_file(const char *from, const char *to)
{
    struct stat st;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ASSERT(in >= 0 && out >= 0 && fstat(in, &st) == 0);
    for (off_t left = st.st_size; left > 0;) {
        ssize_t n = sendfile(out, in, NULL, (size_t)left);
        ASSERT(n > 0);
        left -= n;
    }
    close(in);
    close(out);
}

/* Migrating takes long under sanitizers, so it is done once for a program. */
static void form_make(void)
{
    struct db *db;
    test_db_open_empty(&db);
    test_db_migrate(db);
    db_close(db);
    if (test_db_is_postgres()) {
        snprintf(form, sizeof form, "%s", place);
    } else {
        char made[600];
        snprintf(made, sizeof made, "%s/test.db", place);
        snprintf(form, sizeof form, "%.500s.form", place);
        ASSERT(rename(made, form) == 0);
        directory_remove();
    }
    ASSERT(atexit(form_drop) == 0);
}

void test_db_open(struct db **ret_db)
{
    char at[600];
    if (!*form)
        form_make();
    place_make(form);
    snprintf(at, sizeof at, "%s/test.db", place);
    if (!test_db_is_postgres())
        copy_file(form, at);
    test_db_again(ret_db);
}

void test_db_close(struct db *db)
{
    db_close(db);
    if (!test_db_is_postgres()) {
        directory_remove();
        return;
    }
    char sql[700];
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", place);
    server_say(sql);
}
