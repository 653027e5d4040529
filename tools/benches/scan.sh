# scan: the matcher against Vectorscan's literals on the same folded bytes, 100,000 words; also 1,000 and
# a million, and folding with both views; see tools/benches/scan.c. Needs libvectorscan-dev.
tools/setup test >&2
bin=$dir/scan
cc -std=gnu2x -D_GNU_SOURCE -O2 -Isrc tools/benches/scan.c src/scan/fold.c src/scan/fold_table.c src/scan/match.c \
    src/base/{arena,buf,clock,err,str}.c -o "$bin" -lhs -licui18n -licuuc -lpthread
sizes=(1000 1000000 100000) megabytes=20
[ $smoke = yes ] && sizes=(1000) megabytes=1
for terms in "${sizes[@]}"; do
    "$bin" "$terms" "$megabytes" >"$dir/scan.out"
    head -n 1 "$dir/scan.out"
    read -r matcher views reference < <(tail -n 1 "$dir/scan.out")
    result scan-views "$views" MB/s "$reference"
    result scan "$matcher" MB/s "$reference"
done
