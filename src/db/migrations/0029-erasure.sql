-- What the retention engine erases of content, and the files that go after it (A9.3, A11.5, A16.3).

ALTER TABLE article ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0; -- when its texts were erased; 0 = they are there
ALTER TABLE account ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0; -- of one that left: when its content was erased
-- blob_erase: files whose rows are erased; a job removes them from the blob store and forgets them here. Key: hash.
CREATE TABLE blob_erase (
    hash TEXT PRIMARY KEY,                    -- in the blob store
    class TEXT NOT NULL,                      -- of retention
    at BIGINT NOT NULL
);
CREATE INDEX article_withdrawn ON article (account_id, no) WHERE state = 'withdrawn';
CREATE INDEX article_removed ON article (account_id, no) WHERE state = 'removed';
CREATE INDEX article_discarded ON article (account_id, no) WHERE state = 'discarded' AND erased_at = 0;
CREATE INDEX evidence_dropped ON evidence (dropped_at) WHERE dropped_at IS NOT NULL;
