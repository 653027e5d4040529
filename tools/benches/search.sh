# search: builds the index of a million articles of about 300 characters, then asks 600 different
# two-character questions over HTTP, ranked, one after another: the 99th percentile in ms. Reference:
# the median of 20 of them as LIKE over the texts in the same database.
articles=1000000 chars=300
[ $smoke = yes ] && articles=500 chars=100
mkdir "$dir/data"
"$release" migrate --data "$dir/data" >/dev/null
python3 tools/benches/corpus.py "$dir/data" "$articles" "$chars" >"$dir/words"
line=$("$release" rebuild search --data "$dir/data" 2>/dev/null)
echo "$line; database $(du -m "$dir/data/gongqi.db" | cut -f1) MiB"
start_site "$dir/data"
read -r p99 p50 like < <(python3 - "${base##*:}" "$dir" <<'PY'
import http.client, sqlite3, sys, time, urllib.parse
port, home = int(sys.argv[1]), sys.argv[2]
words = open(f'{home}/words').read().split()  # the most frequent first
words = (words[:300] + words[300::max(1, len(words) // 300)])[:600]
c = http.client.HTTPConnection('127.0.0.1', port)
def ask(i, word):
    at = time.perf_counter()
    c.request('GET', '/search?q=' + urllib.parse.quote(word))
    answer = c.getresponse()
    body = answer.read()
    assert answer.status == 200 and (b'feed-title' in body or i >= 300), (word, answer.status)
    return (time.perf_counter() - at) * 1000
for turn in range(2):  # the first one brings the pages of the database into memory
    took = sorted(ask(i, word) for i, word in enumerate(words))
db = sqlite3.connect(f'file:{home}/data/gongqi.db?mode=ro', uri=True)
def like(word):
    at = time.perf_counter()
    db.execute('SELECT count(*) FROM article_version WHERE doc LIKE ?', (f'%{word}%',)).fetchone()
    return (time.perf_counter() - at) * 1000
slow = sorted(like(word) for word in words[::30])
print(took[len(took) * 99 // 100], took[len(took) // 2], slow[len(slow) // 2])
PY
)
awk -v p="$p50" 'BEGIN {printf "p50 %.1f ms\n", p}'
result search "$p99" ms "$like"
