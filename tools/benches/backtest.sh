# backtest: stored articles a second that one thread back-tests with a rule of 1,000 words (also 100,000),
# against reading and folding the same texts without matching; see tools/benches/backtest.c.
articles=100000 chars=300
[ $smoke = yes ] && articles=1000 chars=100
[ -e build/release/libgongqi.a ] || tools/build release
mkdir "$dir/data"
"$release" migrate --data "$dir/data" >/dev/null
python3 tools/benches/corpus.py "$dir/data" "$articles" "$chars" >/dev/null
bin=$dir/backtest
# shellcheck disable=SC2046
cc -std=gnu2x -D_GNU_SOURCE -O2 -Isrc -Ibuild/release/libgongqi.a.p tools/benches/backtest.c build/release/libgongqi.a \
    -o "$bin" $(pkg-config --cflags --libs libmicrohttpd sqlite3 libpq libsodium libcrypto jansson inih libjpeg libpng \
        libwebp libseccomp libcurl zlib libbrotlienc icu-uc icu-i18n libqrencode cairo) \
    -lgif -lgumbo -lcmark-gfm -lcmark-gfm-extensions -lm -lpthread
for words in 100000 1000; do
    cp "$dir/data/gongqi.db" "$dir/copy.db"
    read -r rate reference hits < <("$bin" "$dir/copy.db" $words)
    echo "$words words: $hits of $articles found"
    result backtest "$rate" articles/s "$reference"
done
