# pdq: near hashes in 10 million (distance 31) against comparing with all of them; see tools/benches/pdq.c.
tools/setup test >&2
bin=$dir/pdq
cc -std=gnu2x -D_GNU_SOURCE -O2 -Isrc tools/benches/pdq.c src/print/mih.c src/base/{arena,err,str}.c -o "$bin" -lpthread
hashes=10000000 lookups=2000
[ $smoke = yes ] && hashes=50000 lookups=100
"$bin" "$hashes" "$lookups" >"$dir/pdq.out"
head -n 1 "$dir/pdq.out"
read -r found reference _ < <(tail -n 1 "$dir/pdq.out")
result pdq "$found" lookups/s "$reference"
