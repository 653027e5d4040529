# publish: articles of 4.5 kB through the HTTP API, post-review, 64 keep-alive connections, each
# answered when it is durable; against the bare database inserting the same rows.
seconds=10
[ $smoke = yes ] && seconds=1
mkdir -p "$dir/bin"
cc -O2 -o "$dir/bin/bare" tools/benches/bare.c -lsqlite3
start_demo "$dir/data"
export GONGQI_BENCH_TOKENS=$dir/bench.lua
cp "$dir/data/gongqi.db" "$dir/before.db"
python3 - "$dir/data/gongqi.db" "$dir/before.db" <<'EOF'
import sqlite3, sys
sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))
EOF
publish() {
    wrk -t1 -c64 "-d${seconds}s" -s tools/benches/publish.lua "$base" | awk '/^BENCH/ {print $2, $3, $4, $5}'
}
[ $smoke = yes ] || { seconds=2 && publish >/dev/null && seconds=10; }
for i in 1 2 3; do
    publish >>"$dir/runs"
    # The bare database takes the rows that came since the copy.
    cp "$dir/before.db" "$dir/bare.db"
    "$dir/bin/bare" "$dir/data/gongqi.db" "$dir/bare.db" 64 >>"$dir/bare"
    rm -f "$dir/bare.db" "$dir/bare.db-wal" "$dir/bare.db-shm"
    [ $smoke = yes ] && break
done
errors=$(awk '{n += $3} END {print n + 0}' "$dir/runs")
p99=$(awk '{print $2}' "$dir/runs" | median)
echo "p50 $(awk '{print $4}' "$dir/runs" | median) ms, p99 $p99 ms, refused or broken $errors, resident $(resident "$pid") kB"
[ "$errors" = 0 ] || exit 1
result publish "$(awk '{print $1}' "$dir/runs" | median)" articles/s "$(median <"$dir/bare")"
