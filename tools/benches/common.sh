# What the benches share; read by tools/bench from the top of the tree. Sets $dir, $smoke and $release.
smoke=no dynamic=no
for flag in "$@"; do
    case $flag in
    --smoke) smoke=yes ;;
    --dynamic) dynamic=yes ;;
    *) echo "unknown flag $flag" >&2 && exit 2 ;;
    esac
done
release=build/release/gongqi
if [ $smoke = no ] || [ ! -x "$release" ]; then tools/build release; fi
dir=$(mktemp -d "${GONGQI_BENCH_DIR:-${TMPDIR:-/tmp}}/gongqi-bench-XXXXXX")
chmod 755 "$dir"
pids=()
cleanup() {
    [ ${#pids[@]} -gt 0 ] && kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null
    rm -rf "$dir"
}
trap cleanup EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
resident() { awk '/VmRSS/ {print $2}' "/proc/$1/status"; } # kB

# start_site DATA [FLAGS]: serves it; sets $base and $pid. Limits per person are lifted by a setting.
start_site() {
    local port
    port=$(free_port)
    base=http://127.0.0.1:$port
    "$release" serve --data "$1" --listen "127.0.0.1:$port" --access-log off --rate-factor 1000000 "${@:2}" 2>>"$dir/log" &
    pid=$!
    pids+=("$pid")
    for _ in $(seq 1000); do
        curl -sf "$base/healthz" >/dev/null && return
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.01
    done
    tail -n 5 "$dir/log" >&2
    return 1
}
stop_site() {
    local still=() p
    kill "$1"
    wait "$1" 2>/dev/null || true
    for p in "${pids[@]}"; do [ "$p" = "$1" ] || still+=("$p"); done
    pids=("${still[@]}") # its number may become somebody else's
}
# start_demo DATA [--database URL] [FLAGS of gongqi demo]: a site with demo data, post-review and a large quota, and
# what $dir/bench.json says: tokens of accounts, an operator's cookie, the path of a long article.
start_demo() {
    "$release" demo --data "$@" >/dev/null
    local flags=()
    [[ ${2:-} = --database ]] && flags=("${@:2:2}")
    start_site "$1" "${flags[@]}"
    node tools/benches/prepare.mjs "$base" "$release" "$1" "$dir" "${flags[@]}"
}
result() { # name value unit reference
    awk -v n="$1" -v a="$2" -v u="$3" -v b="$4" \
        'BEGIN {printf "%s ratio=%.3g value=%.6g unit=%s reference=%.6g\n", n, a / b, a, u, b}'
}
