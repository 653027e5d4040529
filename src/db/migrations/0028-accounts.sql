-- Two-person publishing, transfer of accounts, accounts over the cap (A10.1, A4.3, 3.14, A7.8).

ALTER TABLE account ADD COLUMN two_person INTEGER NOT NULL DEFAULT 0; -- 1 = a second member releases each version
ALTER TABLE account ADD COLUMN two_person_off BIGINT NOT NULL DEFAULT 0; -- member who asked to end that; 0 = nobody
-- article_release: a version that a second member must release, and what became of it. Key: account_id.
CREATE TABLE article_release (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'released', 'returned', 'void')),
    review_first INTEGER NOT NULL CHECK (review_first IN (0, 1)), -- staff see it before the public
    asked_by BIGINT NOT NULL,                 -- author of the version
    asked_at BIGINT NOT NULL,
    decided_by BIGINT NOT NULL DEFAULT 0,     -- never the author
    decided_at BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',          -- of returned
    PRIMARY KEY (account_id, no, version),
    CHECK (decided_by <> asked_by)
);
CREATE INDEX article_release_waiting ON article_release (account_id, asked_at) WHERE state = 'waiting';
