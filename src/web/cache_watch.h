/* How a page cache hears of changes: commit signals of this process ("page:<tag>"), and table
 * page_change, looked at four times a second, for those of other processes. */
#pragma once
#include "db/db.h"
#include "web/cache.h"

struct cache_watch;
/* Before the first transaction of db. */
struct cache_watch *cache_watch_start(struct page_cache *c, struct db *db);
/* Before db_close. Accepts NULL. */
void cache_watch_stop(struct cache_watch *w);
