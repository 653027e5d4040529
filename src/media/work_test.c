/* Files on their way in, without a server: pieces, the job, the sweep, and who may have the file.
 * This program is also the sandbox worker. */
#include "media/work.h"

#include "base/clock.h"
#include "base/rand.h"
#include "blob/blob.h"
#include "settings/provider.h"
#include "tests/unit/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
/* cmocka needs the four above */
#include <cmocka.h>

static struct site site;
static arena *mem;
static char dir[] = "/tmp/gongqi-work-XXXXXX";
static const struct media_limits LIMITS = {{1000, 60000}, {1000000, 60000}, 720};

struct act {
    struct media_work w, *list;
    struct media m;
    str hash, reason;
    int64_t id, received, no, at;
    size_t n;
    struct media_viewer who;
    bool visible, is_public;
};

#define ACT(name, call)                                                                            \
    static err name(struct tx *t, void *ctx)                                                       \
    {                                                                                              \
        struct act *a = ctx;                                                                       \
        (void)a;                                                                                   \
        return call;                                                                               \
    }
ACT(begin, work_begin(t, &a->w, &LIMITS, &a->id))
ACT(load, work_load(t, mem, 7, a->id, &a->w))
ACT(received, work_received(t, &a->w, a->received))
ACT(finish, work_finish(t, &a->w))
ACT(cancel, work_cancel(t, 7, a->id))
ACT(start, work_start(t, &a->w))
ACT(progress, work_progress(t, &a->w, 500))
ACT(list, work_list(t, mem, 7, &a->list, &a->n))
ACT(old, db_exec(t, "UPDATE media_work SET touched_at = $1 WHERE id = $2", DB_IN(a->at, a->id)))
ACT(file, media_store_file(t, &a->m, 1))
ACT(media, media_load(t, mem, 7, a->hash, &a->m))
ACT(used, media_users(t, 7, a->hash, &a->no))
ACT(drop, media_delete(t, 7, a->hash))
ACT(see, media_visible(t, &a->who, a->hash, &a->visible, &a->is_public))
ACT(member, db_exec(t,
                    "INSERT INTO member (account_id, user_id, role, added_by, added_at)"
                    " VALUES (7, 3, 'author', 1, 1)",
                    DB_IN()))
ACT(draft, db_exec(t,
                   "INSERT INTO draft (account_id, no, title, digest, cover, category, doc,"
                   " base_version, saved_by, saved_at, rev) VALUES (7, 4, '', '', '', '', $1, 0, 1,"
                   " 1, 1)",
                   DB_IN(a->hash)))

static err tx(tx_fn *fn, struct act *a)
{
    return db_tx(site.db, fn, a);
}

static struct act begun(int64_t size)
{
    struct act a = {.w = {.account_id = 7, .created_by = 1, .name = S("x.mp4"), .size = size}};
    assert_int_equal(tx(begin, &a), OK);
    assert_int_equal(tx(load, &a), OK);
    return a;
}

static int bytes_fd(const void *p, size_t n)
{
    int fd = memfd_create("piece", MFD_CLOEXEC);
    assert_true(fd >= 0 && write(fd, p, n) == (ssize_t)n);
    return fd;
}

static void piece(struct act *a, const void *p, size_t n, err want)
{
    int fd = bytes_fd(p, n);
    err e = work_write(&site, mem, &a->w, a->w.received, fd, &a->received);
    close(fd);
    if (e == OK)
        e = tx(received, a);
    assert_int_equal(e, want);
    assert_int_equal(tx(load, a), OK);
}

static bool on_disk(const struct act *a)
{
    str path = str_fmt(mem, "%s/media/7-%lld", dir, (long long)a->id);
    return access(str_z(mem, path), F_OK) == 0;
}

static err run_job(const struct act *a, int tries)
{
    struct job job = {.args = str_fmt(mem, "{\"account\":7,\"id\":%lld}", (long long)a->id),
                      .tries = tries,
                      .mem = mem};
    return work_job(&site, &job);
}

static void test_work__pieces_in_order_alone(void **state)
{
    (void)state;
    struct act a = begun(10);
    piece(&a, "01234", 5, OK);
    int64_t out = 0;
    int fd = bytes_fd("x", 1);
    assert_int_equal(work_write(&site, mem, &a.w, 0, fd, &out), ERR_CONFLICT);
    assert_int_equal(work_write(&site, mem, &a.w, 6, fd, &out), ERR_CONFLICT);
    close(fd);
    assert_int_equal(tx(finish, &a), ERR_CONFLICT);
    assert_string_equal(fault_last()->reason, "media_incomplete");
    piece(&a, "567890", 6, ERR_INVALID); /* one more than announced */
    piece(&a, "56789", 5, OK);
    assert_int_equal(tx(finish, &a), OK);
    assert_int_equal(tx(finish, &a), ERR_CONFLICT);
    /* what is no video ends as the file's fault, not the job's, and leaves nothing */
    assert_true(on_disk(&a));
    assert_int_equal(run_job(&a, 1), OK);
    assert_int_equal(tx(load, &a), OK);
    assert_true(str_eq(a.w.state, S("failed")) && str_eq(a.w.reason, S("media_type")));
    assert_false(on_disk(&a));
    assert_int_equal(run_job(&a, 1), OK); /* again: nothing */
}

static void test_work__limits(void **state)
{
    (void)state;
    struct act a = {.w = {.account_id = 8, .name = S("x"), .size = 1000001}};
    assert_int_equal(tx(begin, &a), ERR_TOO_LARGE);
    a.w.size = 0;
    assert_int_equal(tx(begin, &a), ERR_INVALID);
    a.w.size = 1;
    for (int i = 0; i < WORK_OPEN_MAX; i++)
        assert_int_equal(tx(begin, &a), OK);
    assert_int_equal(tx(begin, &a), ERR_LIMIT);
}

static void test_work__cancelled_stays_cancelled(void **state)
{
    (void)state;
    struct act a = begun(5);
    piece(&a, "01234", 5, OK);
    assert_int_equal(tx(finish, &a), OK);
    assert_int_equal(tx(start, &a), OK);
    assert_int_equal(tx(progress, &a), OK);
    assert_int_equal(tx(load, &a), OK);
    assert_int_equal(a.w.progress, 500);
    assert_int_equal(tx(cancel, &a), OK);
    assert_int_equal(tx(cancel, &a), ERR_CONFLICT);
    assert_int_equal(tx(progress, &a), ERR_CONFLICT);
    assert_int_equal(run_job(&a, 1), OK);
    assert_int_equal(tx(load, &a), OK);
    assert_true(str_eq(a.w.state, S("cancelled")));
    assert_false(on_disk(&a));
}

static void test_work__sweep(void **state)
{
    (void)state;
    struct act fresh = begun(10), stale = begun(10), old_one = begun(10);
    piece(&fresh, "0", 1, OK);
    piece(&stale, "0", 1, OK);
    piece(&old_one, "0", 1, OK);
    stale.at = clock_ms() - WORK_IDLE_HOURS * HOUR_MS - MINUTE_MS;
    assert_int_equal(tx(old, &stale), OK);
    assert_int_equal(tx(cancel, &old_one), OK);
    old_one.at = clock_ms() - WORK_KEPT_DAYS * DAY_MS - MINUTE_MS;
    assert_int_equal(tx(old, &old_one), OK);
    assert_true(on_disk(&old_one)); /* as a node that died would leave it */
    assert_int_equal(work_sweep(&site, mem), OK);
    assert_true(on_disk(&fresh));
    assert_false(on_disk(&stale));
    assert_false(on_disk(&old_one));
    assert_int_equal(tx(load, &stale), OK);
    assert_true(str_eq(stale.w.reason, S("media_expired")));
    assert_int_equal(tx(load, &old_one), ERR_NOT_FOUND);
    assert_int_equal(tx(list, &fresh), OK);
    assert_true(fresh.n >= 2);
}

static void test_work__a_file_is_private_until_public(void **state)
{
    (void)state;
    struct act a = {.hash = S("aaaa")};
    a.m = (struct media){.account_id = 7,
                         .hash = a.hash,
                         .mime = S("video/mp4"),
                         .name = S("x"),
                         .poster = S("pppp"),
                         .size = 5};
    assert_int_equal(tx(file, &a), OK);
    assert_int_equal(tx(member, &a), OK);
    assert_int_equal(tx(see, &a), OK);
    assert_false(a.visible || a.is_public);
    a.who.staff = true;
    assert_int_equal(tx(see, &a), OK);
    assert_true(a.visible && !a.is_public);
    a.who = (struct media_viewer){.user_id = 3};
    assert_int_equal(tx(see, &a), OK);
    assert_true(a.visible && !a.is_public);
    a.who.user_id = 4;
    assert_int_equal(tx(see, &a), OK);
    assert_false(a.visible);
}

static void test_work__deleted_when_unused(void **state)
{
    (void)state;
    struct act a = {.hash = S("bbbb")}, poster = {.hash = S("qqqq")};
    a.m = (struct media){.account_id = 7,
                         .hash = a.hash,
                         .mime = S("video/mp4"),
                         .name = S("x"),
                         .poster = poster.hash};
    assert_int_equal(tx(file, &a), OK);
    assert_int_equal(tx(draft, &a), OK);
    assert_int_equal(tx(used, &a), OK);
    assert_int_equal(a.no, 4);
    assert_int_equal(tx(drop, &a), ERR_CONFLICT);
    assert_int_equal(tx(used, &poster), OK);
    assert_int_equal(poster.no, -2);
    struct act free = {.hash = S("cccc")};
    free.m = (struct media){
        .account_id = 7, .hash = free.hash, .mime = S("audio/mp4"), .name = S(""), .poster = S("")};
    assert_int_equal(tx(file, &free), OK);
    assert_int_equal(tx(drop, &free), OK);
    assert_int_equal(tx(media, &free), ERR_NOT_FOUND);
    assert_int_equal(tx(drop, &free), ERR_NOT_FOUND);
    free.m.account_id = 7;
    assert_int_equal(tx(file, &free), OK); /* in again, there again */
    assert_int_equal(tx(media, &free), OK);
}

int main(int argc, char **argv)
{
    if (sandbox_is_worker(argc, argv))
        return sandbox_worker_main(&image_sandbox_kind, 1, argc, argv);
    rand_init();
    mem = arena_new();
    if (!mkdtemp(dir))
        return 1;
    test_db_open(&site.db);
    site.data_dir = str_from(dir);
    str blobs = str_cat(mem, site.data_dir, S("/blobs"));
    if (blob_store_open(str_z(mem, blobs), &site.blobs) != OK ||
        provider_live_start(site.db, &site.provider) != OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work__pieces_in_order_alone),
        cmocka_unit_test(test_work__limits),
        cmocka_unit_test(test_work__cancelled_stays_cancelled),
        cmocka_unit_test(test_work__sweep),
        cmocka_unit_test(test_work__a_file_is_private_until_public),
        cmocka_unit_test(test_work__deleted_when_unused),
    };
    int bad = cmocka_run_group_tests(tests, NULL, NULL);
    provider_live_stop(site.provider);
    blob_store_close(site.blobs);
    test_db_close(site.db);
    str command = str_fmt(mem, "rm -r %s", dir);
    if (system(str_z(mem, command)) != 0)
        bad++;
    arena_free(mem);
    return bad;
}
