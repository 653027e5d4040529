#!/usr/bin/env python3
"""Fills the SQLite database of a demo site with cases: cases.py DATA OPEN DECIDED. OPEN wait and DECIDED were
decided, of all kinds in the shares below, due from two days ago to twelve days ahead, of accounts that are there,
about things that are not. Before them in the queue: articles that wait for review in the demo (which can be decided),
behind 500 that other officers hold and 300 that a reviewer does not decide."""
import random, sqlite3, sys, time

data, waiting, decided = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SHARES = {'article': 820, 'finding': 110, 'profile': 30, 'registrant': 15, 'account': 12, 'appeal': 8, 'transfer': 2,
          'licence': 1, 'news_licence': 1, 'exemption': 1}
DAY = 86_400_000
now = int(time.time() * 1000)
rnd = random.Random(7)
db = sqlite3.connect(f'{data}/gongqi.db')
db.execute('PRAGMA synchronous=OFF')
db.execute('PRAGMA cache_size=-400000')
accounts = [r[0] for r in db.execute("SELECT id FROM account WHERE state = 'active'")]
officers = [r[0] for r in db.execute("SELECT user_id FROM user_role WHERE role = 'reviewer' ORDER BY user_id")]
me, others = officers[0], officers[1:]
kinds, weights = list(SHARES), list(SHARES.values())
serial = 0


def case(kind, state, opened, due, holder=0, until=0, over=0):
    global serial
    serial += 1
    # As base/id.h mints them, with a node that no server here is.
    ident = (opened - 1_577_836_800_000) << 22 | 1023 << 12 | serial % 4096
    no = 1_000_000_000 + serial
    return (ident, kind, rnd.choice(accounts), no, int(kind == 'article'), f'第 {serial} 号：待办的题目与一句说明', state,
            4_000_000_000, opened, due, holder, opened if holder else 0, until, over,
            'spam' if kind == 'finding' else '', rnd.randint(1, 4) if kind == 'finding' else 0)


def add(rows):
    db.executemany('INSERT OR IGNORE INTO cases (id, kind, account_id, subject, version, title, state, opened_by,'
                   ' opened_at, due_at, claimed_by, claimed_at, claim_until, decided_at, family, severity)'
                   ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', rows)


def many(n, make):
    for at in range(0, n, 20000):
        add([make() for _ in range(min(20000, n - at))])


def wait():
    due = now - 2 * DAY + rnd.randrange(14 * DAY)
    return case(rnd.choices(kinds, weights)[0], 'open', due - 3 * DAY - rnd.randrange(DAY), due)


def over():
    opened = now - 5 * DAY - rnd.randrange(360 * DAY)
    at = min(opened + rnd.randrange(3 * DAY), now)
    return case(rnd.choices(kinds, weights)[0], 'decided', opened, opened + 3 * DAY, rnd.choice(officers), at + 1, at)


def head(kind, holder):
    due = now - 30 * DAY + rnd.randrange(DAY)
    return case(kind, 'open', due - 3 * DAY, due, holder, now + DAY if holder else 0)


db.execute("UPDATE cases SET due_at = ? + id % 86400000 WHERE state = 'open' AND kind = 'article'", (now - 20 * DAY,))
many(waiting, wait)
many(decided, over)
add([head('article', rnd.choice(others)) for _ in range(500)] + [head('policy', 0) for _ in range(300)])
db.execute("INSERT INTO decision (case_id, id, verdict, reason_key, reason, officer, second_officer, seconds, at)"
           " SELECT id, id + 1, CASE id % 10 WHEN 0 THEN 'reject' WHEN 1 THEN 'return' ELSE 'approve' END, '', '',"
           " claimed_by, 0, 60, decided_at FROM cases c WHERE state = 'decided'"
           " AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.id)")
db.commit()
print(*db.execute("SELECT COUNT(*) FILTER (WHERE state = 'open'), COUNT(*) FILTER (WHERE state = 'decided') FROM cases").fetchone())
