-- Reading: the search index, and what readers keep for themselves.

-- article_change: articles that became public, changed or ceased to be; the index job empties it.
-- Key: account_id.
CREATE TABLE article_change (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL
);
-- search_doc: articles by their number in the index. Projection (gongqi rebuild search). Key: doc.
CREATE TABLE search_doc (
    doc BIGINT PRIMARY KEY,                   -- milliseconds of publication, made unique upwards
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    version INTEGER NOT NULL,                 -- whose words are in the index
    live INTEGER NOT NULL CHECK (live IN (0, 1)), -- 0: gone; the number is never given again
    body TEXT NOT NULL                        -- beginning of the text, for excerpts; '' when gone
);
CREATE UNIQUE INDEX search_doc_article ON search_doc (account_id, no);
-- search_posting: which articles have a token. Projection. Key: token.
CREATE TABLE search_posting (
    token TEXT NOT NULL,                      -- text/token.h; with a colon: c:<category> k:<kind> a:<account>
    chunk BIGINT NOT NULL,                    -- 0, 1, 2 …; only the last one grows
    n INTEGER NOT NULL,                       -- postings in it
    postings BLOB NOT NULL,                   -- reader/search_codec.h
    PRIMARY KEY (token, chunk)
);

-- saved: a reader's reading list. Key: user_id.
CREATE TABLE saved (
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, account_id, no)
);
CREATE INDEX saved_latest ON saved (user_id, at, account_id, no);
-- reading: what a reader opened, kept only if they asked for it. Key: user_id.
CREATE TABLE reading (
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,                       -- last opened
    place INTEGER NOT NULL DEFAULT 0,         -- how far, per mille of the text
    PRIMARY KEY (user_id, account_id, no)
);
CREATE INDEX reading_latest ON reading (user_id, at, account_id, no);
-- reader: a reader's choices. Key: user_id.
CREATE TABLE reader (
    user_id BIGINT PRIMARY KEY,
    history INTEGER NOT NULL DEFAULT 0 CHECK (history IN (0, 1))  -- keeps a reading history
);
