"""tools/bench record (benches/record.sh): how fast records that wait become leaves of a signed tree, end to end: read from
the database, entries made, places given and pending rows gone in one transaction each 1024, tiles and
bundles written and synced, checkpoint signed. Reference: the same bytes appended to a file with one
fsync per 256 entries. Then 20 single commits by another process: milliseconds to the checkpoint."""
import hashlib, json, os, socket, sqlite3, statistics, subprocess, sys, tempfile, time

gongqi, LEAVES = os.path.abspath(sys.argv[1]), int(sys.argv[2])

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]

with tempfile.TemporaryDirectory(dir=os.environ.get("GONGQI_BENCH_DIR")) as top:
    data = os.path.join(top, "data")
    subprocess.run([gongqi, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(os.path.join(data, "gongqi.db"), timeout=30)

    def records(first, n):
        for i in range(first, first + n):
            subject = f"article/{i % 1000}/{i % 7}"
            body = json.dumps({"account": i % 1000, "actor": 5, "at": 1700000000000 + i, "data": {"sha256": hashlib.sha256(str(i).encode()).hexdigest(), "version": 1}, "kind": "article_published", "subject": subject}, separators=(",", ":"))
            salt = os.urandom(32)
            yield (10**15 + i, "article_published", i % 1000, subject, 5, 1700000000000 + i, salt, body, hashlib.sha256(salt + body.encode()).digest())

    def add(rows):
        with db:
            db.executemany("INSERT INTO record (id, kind, account_id, subject, actor, at, salt, body, hash) VALUES (?,?,?,?,?,?,?,?,?)", rows)
            db.executemany("INSERT INTO record_pending (id) VALUES (?)", [(r[0],) for r in rows])

    add(list(records(0, LEAVES)))
    waiting = db.execute("SELECT COUNT(*) FROM record_pending").fetchone()[0]
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    port = free_port()
    started = time.monotonic()
    server = subprocess.Popen([gongqi, "serve", "--data", data, "--listen", f"127.0.0.1:{port}", "--access-log", "off"], stderr=subprocess.DEVNULL)
    try:
        def size():
            try:
                with open(os.path.join(data, "log", "checkpoint")) as f:
                    return int(f.read().split("\n")[1])
            except FileNotFoundError:
                return 0
        while not os.path.exists(os.path.join(data, "log.key")):
            time.sleep(0.005)
        started = time.monotonic()
        while size() < waiting:
            time.sleep(0.01)
        seconds = time.monotonic() - started
        with open(f"/proc/{server.pid}/status") as f:
            memory = next(line.split()[1] for line in f if line.startswith("VmRSS"))
        late = []
        for i in range(20):
            time.sleep(0.37)
            want = size() + 1
            add(list(records(LEAVES + i, 1)))
            at = time.monotonic()
            while size() < want:
                time.sleep(0.002)
            late.append((time.monotonic() - at) * 1000)
    finally:
        server.terminate()
        server.wait()
    entries = [row[0].encode() for row in db.execute("SELECT entry FROM record_leaf ORDER BY idx")]
    at = time.monotonic()
    with open(os.path.join(top, "append"), "wb") as f:
        for i in range(0, len(entries), 256):
            f.write(b"".join(entries[i:i + 256]))
            f.flush()
            os.fsync(f.fileno())
    reference = len(entries) / (time.monotonic() - at)
    ours = waiting / seconds
    print(f"{waiting} leaves, {sum(map(len, entries)) // len(entries)} bytes each, {seconds:.2f} s, resident {memory} kB; "
          f"commit of another process to checkpoint: median {statistics.median(late):.0f} ms, longest {max(late):.0f} ms")
    print(f"record ratio={ours / reference:.4f} value={ours:.0f} unit=leaves/s reference={reference:.0f}")
