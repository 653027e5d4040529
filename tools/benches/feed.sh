# feed: the page of what a reader with 1,000 subscriptions (of 2,000 accounts) follows, at a million
# articles: the first page and four older ones, one request after another, the 99th percentile in ms.
# Reference: the same for a reader with one subscription.
articles=1000000 follows=1000 pages=5
[ $smoke = yes ] && articles=600 follows=100 pages=1
mkdir "$dir/data"
"$release" migrate --data "$dir/data" >/dev/null
python3 tools/benches/corpus.py "$dir/data" "$articles" 100 >/dev/null
follow() { # MOBILE N: a reader of the first N accounts; prints the password
    "$release" user add "$1" bench --data "$dir/data" | cut -f2
    sqlite3 "$dir/data/gongqi.db" "INSERT INTO subscription (user_id, account_id, at)
        SELECT (SELECT MAX(id) FROM users), id, 1 FROM account ORDER BY id LIMIT $2"
}
sqlite3 "$dir/data/gongqi.db" 'DELETE FROM article_change' # the search index is no part of this
many=$(follow 15400000001 "$follows") one=$(follow 15400000002 1)
start_site "$dir/data"
read -r p99 p50 single < <(node tools/benches/feed.mjs "$base" $pages "15400000001:$many" "15400000002:$one")
awk -v p="$p50" 'BEGIN {printf "p50 %.2f ms\n", p}'
result feed "$p99" ms "$single"
