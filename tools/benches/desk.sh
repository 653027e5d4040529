# desk: the desk of one reviewer while a million cases wait and a million were decided: its pages, a case's page and
# submit-and-next (the decision and the page of the next case), over HTTP, one after another. The articles that are
# decided came the way of every article; the cases behind them are filled in (tools/benches/cases.py). The value is
# the worst 99th percentile. Reference: the goal of 100 ms.
waiting=1000000 decided=1000000 articles=16000 turns=300
[ $smoke = yes ] && waiting=3000 decided=3000 articles=1600 turns=10
mkdir "$dir/data"
"$release" demo --data "$dir/data" --articles "$articles" >/dev/null
filled=$(python3 tools/benches/cases.py "$dir/data" "$waiting" "$decided")
read -r waiting decided <<<"$filled"
echo "$waiting cases wait, $decided were decided"
sqlite3 "$dir/data/gongqi.db" 'DELETE FROM article_change' # the search index is no part of this
start_site "$dir/data"
node tools/benches/desk.mjs "$base" "$release" "$dir/data" "$turns" >"$dir/desk"
awk -F '\t' '{printf "%s: p50 %s ms, p99 %s ms%s\n", $1, $2, $3, ($3 > 100 ? " (goal 100 ms: missed)" : "")}' "$dir/desk"
result desk "$(cut -f3 "$dir/desk" | sort -g | tail -n 1)" ms 100
