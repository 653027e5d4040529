#!/usr/bin/env python3
"""Fills the SQLite database of an empty, migrated site with N public articles, for benches:
corpus.py DATA N [CHARS]. Texts of about CHARS characters (300) are made of two- and three-character
words drawn by Zipf's law from 30,000, so that pairs of characters are as uneven as in real Chinese.
500 accounts (2,000 above 100,000 articles), the last three years, 16 categories, one reader per 1,000."""
import hashlib, random, sqlite3, sys

data, n, chars = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 300
rnd = random.Random(7)
common = [chr(c) for c in range(0x4E00, 0x4E00 + 3000)]
weights = [1 / (i + 3) for i in range(len(common))]
words, seen = [], set()
while len(words) < 30000:
    w = ''.join(rnd.choices(common, weights, k=rnd.choice((2, 2, 2, 3))))
    if w not in seen:
        seen.add(w)
        words.append(w)
zipf = [0.0]
for i in range(len(words)):
    zipf.append(zipf[-1] + 1 / (i + 10))
del zipf[0]
CATEGORIES = ('government public_service society economy science technology education health culture'
              ' law environment agriculture travel food sports life').split()
accounts = 2000 if n >= 100000 else 500
now = 1_790_000_000_000
db = sqlite3.connect(f'{data}/gongqi.db')
db.execute('PRAGMA journal_mode=WAL')
db.execute('PRAGMA synchronous=OFF')
first = 1 << 40
for i in range(accounts):
    db.execute("INSERT INTO account (id, handle, registrant_id, identity_key, class, state, name, intro,"
               " categories, created_at, activated_at, updated_at, articles, last_no) VALUES"
               " (?, ?, 1, x'00', 'enterprise', 'active', ?, '', 'life', ?, ?, ?, ?, ?)",
               (first + i, f'bench-{i}', ''.join(rnd.choices(words, cum_weights=zipf, k=3)) + str(i), now, now, now,
                n // accounts, n // accounts))
    db.execute('INSERT INTO account_handle VALUES (?, ?)', (f'bench-{i}', first + i))
articles, versions = [], []
for i in range(n):
    account, no = first + i % accounts, i // accounts + 1
    at = now - (n - i) * (3 * 365 * 86_400_000 // n)
    title = ''.join(rnd.choices(words, cum_weights=zipf, k=6))
    text = '，'.join(''.join(rnd.choices(words, cum_weights=zipf, k=6)) for _ in range(max(1, chars // 14)))
    doc = '{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"%s。"}]}]}' % text
    category = CATEGORIES[i % 16]
    articles.append((account, no, category, title, text[:60], at))
    versions.append((account, no, title, text[:60], category, doc, hashlib.sha256(doc.encode()).digest(), at))
    if len(articles) == 5000 or i == n - 1:
        db.executemany("INSERT INTO article (account_id, no, state, category, title, digest, cover, version, versions,"
                       " author_id, created_at, updated_at, published_at) SELECT ?1, ?2, 'published', ?3, ?4, ?5, '',"
                       " 1, 1, 1, ?6, ?6, ?6", articles)
        db.executemany("INSERT INTO article_version (account_id, no, version, title, digest, cover, category, doc, hash,"
                       " author_id, created_at) SELECT ?1, ?2, 1, ?3, ?4, '', ?5, ?6, ?7, 1, ?8", versions)
        db.commit()
        articles, versions = [], []
print('\n'.join(w for w in words[:2000] if len(w) == 2))
