# takedown: from sending the decision that removes an article to the moment when no public surface shows it, each
# asked over HTTP again and again as a visitor, through the page cache: on one node (SQLite), and on a second node
# that shares the database (PostgreSQL) with the one that took the decision. Goals: 100 ms and 1 s at the 99th
# percentile; the line tells of the one that is further from its goal.
turns=${GONGQI_BENCH_TURNS:-200}
[ $smoke = yes ] && turns=4
tell() { # WHERE GOAL: reads "WHAT P50 P99"
    awk -F '\t' -v w="$1" '{printf "%s, %s: p50 %s ms, p99 %s ms\n", w, $1, $2, $3}' "$dir/gone"
    awk -F '\t' -v g="$2" '$1 == "all surfaces" {print $3, g}' "$dir/gone" >>"$dir/worst"
}
start_demo "$dir/one"
node tools/benches/takedown.mjs "$base" "$release" "$dir/one" "$dir" "$turns" >"$dir/gone"
tell 'one node' 100
stop_site "$pid"

url=$(tools/pg-test-server start "$dir/pg")
leave() { # the server ends after the nodes and before its folder goes
    [ ${#pids[@]} -gt 0 ] && kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    pids=()
    tools/pg-test-server stop "$dir/pg" || true
    cleanup
}
trap leave EXIT
psql "$url" -qc 'CREATE DATABASE bench'
flags=(--database "${url%/*}/bench")
"$release" migrate "${flags[@]}" >/dev/null
start_demo "$dir/two" "${flags[@]}"
here=$base
start_site "$dir/two" "${flags[@]}"
node tools/benches/takedown.mjs "$here" "$release" "$dir/two" "$dir" "$turns" "$base" "${flags[@]}" >"$dir/gone"
tell 'second node' 1000
read -r value goal < <(awk '{if ($1 / $2 > r) {r = $1 / $2; line = $0}} END {print line}' "$dir/worst")
result takedown "$value" ms "$goal"
