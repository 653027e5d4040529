-- Audio and video: uploads in pieces, what is made of them, and which versions show them.

ALTER TABLE media ADD COLUMN name TEXT NOT NULL DEFAULT '';          -- of the file, for the library
ALTER TABLE media ADD COLUMN duration_ms BIGINT NOT NULL DEFAULT 0;  -- audio and video
ALTER TABLE media ADD COLUMN poster TEXT NOT NULL DEFAULT '';        -- video: media.hash of a picture
ALTER TABLE media ADD COLUMN deleted_at BIGINT NOT NULL DEFAULT 0;   -- 0 = in the library
CREATE INDEX media_hash ON media (hash);
CREATE INDEX media_library ON media (account_id, created_at, hash);
-- media_work: a file on its way in: received in pieces, then converted. Key: account_id.
CREATE TABLE media_work (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,               -- last piece, or last progress
    name TEXT NOT NULL,                       -- of the file, as sent
    size BIGINT NOT NULL,                     -- bytes announced
    received BIGINT NOT NULL,                 -- bytes kept so far
    state TEXT NOT NULL CHECK (state IN
        ('receiving', 'waiting', 'working', 'done', 'failed', 'cancelled')),
    progress INTEGER NOT NULL,                -- of the conversion, in thousandths
    reason TEXT NOT NULL,                     -- failed: key of the message
    hash TEXT NOT NULL,                       -- done: media.hash
    PRIMARY KEY (account_id, id)
);
CREATE INDEX media_work_state ON media_work (state, touched_at);
-- media_use: which versions of articles show an audio, video or caption file; it is public when one
-- of them is. Insert-only. Key: account_id.
CREATE TABLE media_use (
    account_id BIGINT NOT NULL,
    hash TEXT NOT NULL,
    no BIGINT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, hash, no, version)
);
CREATE INDEX media_use_hash ON media_use (hash);
