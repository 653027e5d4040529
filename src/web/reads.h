/* Reads of articles, noted where pages are answered, also from the page cache: in memory, without
 * a lock for what was noted already, and taken away in batches by who keeps figures (figures/).
 * Programs that say that they are (bots, prefetching) do not count. Nothing that could name a
 * reader is kept: address, agent and user go into a hash under the day's salt, and nowhere else. */
#pragma once
#include "base/str.h"

#define READ_SOURCES(X) X(direct) X(home) X(search) X(feed) X(subscription) X(site) X(external)
enum read_source {
#define X(name) READ_##name,
    READ_SOURCES(X)
#undef X
        READ_SOURCE_COUNT
};
extern const char *const READ_SOURCE[READ_SOURCE_COUNT];

struct read_visit {
    str target; /* "/a/<handle>/<no>", or the same and "/end" when the end was reached; query too */
    str address, agent, referer, host, purpose; /* purpose: Sec-Purpose or Purpose */
    int64_t user_id;                            /* 0: nobody logged in */
};
enum { READ_MARK = 12, READ_HANDLE = 31, READS_BATCH = 4096 };
struct read_note {
    uint8_t mark[READ_MARK];
    char handle[READ_HANDLE]; /* NUL-terminated */
    uint8_t source;
    bool end;
    int64_t no, at;
};

struct reads;
struct reads *reads_new(void);
void reads_free(struct reads *s); /* accepts NULL */
/* Until there is a salt nothing is noted. 32 bytes. */
void reads_salt(struct reads *s, const uint8_t salt[32]);
/* Never waits for the database. When READS_BATCH wait already, the read is lost. */
void reads_note(struct reads *s, const struct read_visit *v);
/* Takes what waits, at most READS_BATCH. */
size_t reads_take(struct reads *s, struct read_note *ret_v);
/* From where a visit came; for reads_note and its test. */
enum read_source read_source_of(const struct read_visit *v);
