# verify: gongqi-verify on a copy of 10 million leaves against SHA-256 over the same bytes (in memory; also with
# reading them), median of three runs in turns; inclusion proofs of random leaves; memory of the sealer and of a
# server at that size and at 10 thousand; see tools/benches/verify.c. Needs 4 GB of disk, which it gives back.
leaves=10000000 few=10000 proofs=20000
[ $smoke = yes ] && leaves=20000 few=1000 proofs=200
[ -e build/release/libtools_base.a ] || tools/build release
bin=$dir/verify
parts=(src/record/{tree,tile,note,log_write,log_files,log_files_s3,log_state}.c src/blob/{s3,s3_sign}.c build/release/libtools_base.a)
# shellcheck disable=SC2046
cc -std=gnu2x -D_GNU_SOURCE -O2 -DGONGQI_VERSION=\"bench\" -Isrc tools/benches/verify.c "${parts[@]}" \
    -o "$bin" $(pkg-config --libs libsodium libcrypto jansson libcurl) -lpthread

# log_make SITE N: an empty site whose log has N leaves already, so many that nobody wants to write them through pages.
# Its database has the last of them, which is what the sealer looks at.
log_make() {
    "$release" init --data "$1" >/dev/null
    "$bin" make "$1" "$2" >"$1/made"
    sqlite3 -cmd '.timeout 5000' "$1/gongqi.db" "INSERT INTO record_leaf (idx, record_id, entry, at)
        VALUES ($2 - 1, 1, '$(tail -n 1 "$1/made")', 1700000000000);"
}
# sealer_memory SITE N: serves it, seals a thousand records more; kB resident.
sealer_memory() {
    sqlite3 -cmd '.timeout 5000' "$1/gongqi.db" "BEGIN;
        WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1000)
        INSERT INTO record (id, kind, account_id, subject, actor, at, salt, body, hash)
            SELECT 900000000000000 + n, 'article_published', n % 10, 'article/1/' || n, 5, 1700000000000 + n,
                randomblob(32), '{\"data\":{\"version\":1},\"kind\":\"article_published\"}', randomblob(32) FROM i;
        INSERT INTO record_pending (id) SELECT id FROM record WHERE id > 900000000000000; COMMIT;"
    start_site "$1"
    for _ in $(seq 600); do
        (($(sed -n 2p "$1/log/checkpoint") > $2)) && [ "$(sqlite3 "$1/gongqi.db" 'SELECT COUNT(*) FROM record_pending')" = 0 ] && break
        sleep 0.05
    done
    sealed=$(sed -n 2p "$1/log/checkpoint")
    ((sealed >= $2 + 1000)) || { echo "sealed only $sealed" >&2 && return 1; }
    memory=$(resident "$pid")
    stop_site "$pid"
}

log_make "$dir/small" $few
log_make "$dir/large" $leaves
read -r early late seconds <"$dir/large/made"
echo "made in $seconds s with the real tile code; the maker resident $early kB at the beginning, $late kB at the end"
key=$(cat "$dir/large/key.pub")
for _ in 1 2 3; do
    at=$EPOCHREALTIME
    build/release/gongqi-verify log "$key" "$dir/large/log" >"$dir/said"
    awk -v a="$at" -v b="$EPOCHREALTIME" 'BEGIN {print b - a}' >>"$dir/ours"
    "$bin" hash "$dir/large" >"$dir/hashed"
    read -r bytes hashing reading _ <"$dir/hashed"
    echo "$hashing" >>"$dir/hashing"
    echo "$reading" >>"$dir/reading"
done
tail -n 1 "$dir/said"
ours=$(median <"$dir/ours") hashing=$(median <"$dir/hashing") reading=$(median <"$dir/reading")
read -r peak used < <(python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, round(used.ru_utime + used.ru_stime, 2))' build/release/gongqi-verify log "$key" "$dir/large/log")
echo "$bytes bytes: gongqi-verify $ours s ($used s of processor time), resident $peak kB; SHA-256 $hashing s in memory, $reading s with reading"
read -r p50 p99 < <("$bin" prove "$dir/large" $proofs)
echo "inclusion proofs of random leaves: p50 $p50 µs, p99 $p99 µs"
sealer_memory "$dir/small" $few
small=$memory
sealer_memory "$dir/large" $leaves
echo "server that seals 1,000 more: resident $small kB behind $few leaves, $memory kB behind $leaves"
build/release/gongqi-verify log "$key" "$dir/large/log" | tail -n 1
result verify "$(awk -v b="$bytes" -v s="$ours" 'BEGIN {print b / s / 1e6}')" MB/s \
    "$(awk -v b="$bytes" -v s="$hashing" 'BEGIN {print b / s / 1e6}')"
