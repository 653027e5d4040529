# grow: the median latency of reading an article, of lists (home, account, category, console) and of
# publishing on sites of 10 thousand, 100 thousand and 1 million articles, one request at a time,
# without the page cache. The three sites run side by side and are asked in turns, so that noise of the
# machine meets all. The printed ratio is the worst of (largest site / smallest site).
# GONGQI_BENCH_SIZES: other sizes, e.g. "1000 10000".
sizes=${GONGQI_BENCH_SIZES:-10000 100000 1000000} rounds=5 seconds=1
[ $smoke = yes ] && sizes="400 600" rounds=1
kinds="article home account category console publish"
from=
for size in $sizes; do
    at=$dir/$size
    mkdir -p "$at"
    [ -n "$from" ] && cp -r "$from/data" "$at/data"
    "$release" demo --data "$at/data" --articles "$size" >"$at/logins"
    sed -n 's/^\([0-9]* more articles .*\)/filled: \1/p' "$at/logins"
    from=$at
done
# What came in with the filling is done before anything is measured: the log is sealed; the search
# index, which is no part of this bench, is left as it is.
settled() { # DATA
    local left
    for _ in $(seq 3000); do
        left=$(sqlite3 -readonly "file:$1/gongqi.db?mode=ro" 'SELECT COUNT(*) FROM (SELECT 1 FROM record_pending LIMIT 1)')
        [ "$left" = 0 ] && return
        sleep 0.2
    done
    echo "the log of $1 is not sealed" >&2
    return 1
}
declare -A site
for size in $sizes; do
    at=$dir/$size
    sqlite3 "$at/data/gongqi.db" 'DELETE FROM article_change'
    start_site "$at/data"
    site[$size]=$base
    settled "$at/data"
    node tools/benches/prepare.mjs "$base" "$release" "$at/data" "$at"
    . "$at/env"
    echo / >"$at/home"
    python3 - "$at" "$handle" "$category" <<'EOF'
import random, sqlite3, sys
at, handle, category = sys.argv[1:]
db = sqlite3.connect(f'file:{at}/data/gongqi.db?mode=ro', uri=True)
open(f'{at}/category', 'w').write(f'/c/{category}\n')
open(f'{at}/console', 'w').write(f'/console/{handle}/articles\n')
accounts = db.execute("SELECT handle, id, last_no FROM account WHERE articles > 0 AND state = 'active'").fetchall()
open(f'{at}/account', 'w').writelines(f'/a/{h}\n' for h, _, _ in accounts)
random.seed(7)
rows = set()
while len(rows) < 300:
    h, i, last = random.choice(accounts)
    no = random.randint(1, last)
    if db.execute("SELECT 1 FROM article WHERE account_id = ? AND no = ? AND state = 'published'", (i, no)).fetchone():
        rows.add(f'/a/{h}/{no}\n')
open(f'{at}/article', 'w').writelines(sorted(rows))
EOF
done

measure() { # SIZE KIND: appends the median in ms
    local at=$dir/$1 script=tools/benches/read.lua GONGQI_BENCH_COOKIE=bench=1
    [ "$2" = console ] && GONGQI_BENCH_COOKIE=$(. "$at/env" && echo "$cookie")
    [ "$2" = publish ] && script=tools/benches/publish.lua
    export GONGQI_BENCH_COOKIE GONGQI_BENCH_PAGES=$at/$2 GONGQI_BENCH_TOKENS=$at/bench.lua
    wrk -t1 -c1 "-d${seconds}s" -s "$script" "${site[$1]}" |
        awk -v k="$2" '/^BENCH/ {if ($4 > 0 || $5 == 0) {print k ": " $4 " refused, median " $5 > "/dev/stderr"; exit 1} print $5}' >>"$at/$2.ms"
}
for _ in $(seq $rounds); do
    for kind in $kinds; do
        for size in $sizes; do measure "$size" "$kind"; done
    done
done
worst=0
for kind in $kinds; do
    row=
    for size in $sizes; do row+=" $(median <"$dir/$size/$kind.ms")"; done
    read -r -a v <<<"$row"
    ratio=$(awk -v a="${v[-1]}" -v b="${v[0]}" 'BEGIN {printf "%.3f", a / b}')
    echo "$kind: ms$row, last/first $ratio"
    if awk -v a="$ratio" -v b="$worst" 'BEGIN {exit !(a > b)}'; then
        worst=$ratio first=${v[0]} last=${v[-1]} which=$kind
    fi
done
echo "worst: $which; resident of the largest $(resident "$pid") kB"
result grow "$last" ms "$first"
