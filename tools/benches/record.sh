# record: how fast records that wait become leaves of the signed log, against bare appends of the same bytes
# with one fsync per 256; see tools/benches/record.py.
leaves=100000
[ $smoke = yes ] && leaves=1500
python3 tools/benches/record.py "$release" "$leaves"
