# memory: start to the first answer with an existing database, resident memory idle and after load, size
# of the binary. Each against its limit (issue 2); the printed ratio is the worst of measured / limit.
seconds=8
[ $smoke = yes ] && seconds=1
start_demo "$dir/data"
. "$dir/env"
stop_site "$pid"
for _ in 1 2 3 4 5; do
    port=$(free_port)
    python3 - "$release" "$dir/data" "$port" "$dir/log" <<'EOF' >>"$dir/starts"
import http.client, os, signal, subprocess, sys, time
release, data, port, log = sys.argv[1:]
start = time.monotonic()
p = subprocess.Popen([release, 'serve', '--data', data, '--listen', f'127.0.0.1:{port}', '--access-log', 'off'], stderr=open(log, 'a'))
while True:
    try:
        c = http.client.HTTPConnection('127.0.0.1', int(port))
        c.request('GET', '/healthz')
        if c.getresponse().status == 200:
            break
    except OSError:
        pass
    time.sleep(0.002)
print(f'{time.monotonic() - start:.3f}')
p.send_signal(signal.SIGTERM)
p.wait()
EOF
done
start=$(median <"$dir/starts")
start_site "$dir/data"
sleep 2
idle=$(resident "$pid")
export GONGQI_BENCH_TOKENS=$dir/bench.lua
wrk -t1 -c64 "-d${seconds}s" -s tools/benches/publish.lua "$base" >/dev/null
wrk -t1 -c64 "-d${seconds}s" "$base$long" >/dev/null
wrk -t1 -c64 "-d${seconds}s" -H "Cookie: bench=1" "$base$long" >/dev/null
loaded=$(resident "$pid")
size=$(stat -c %s "$release")
echo "start $start s (limit 0.3), idle $idle kB (limit 40960), after load $loaded kB (limit 153600), binary $size bytes (limit 15728640)"
worst=$(awk -v s="$start" -v i="$idle" -v l="$loaded" -v b="$size" 'BEGIN {
    r[1] = s / 0.3; r[2] = i / 40960; r[3] = l / 153600; r[4] = b / 15728640
    for (k in r) if (r[k] > m) m = r[k]
    printf "%.3f", m}')
result memory "$worst" of-limit 1
