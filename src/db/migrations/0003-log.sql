-- The transparency log: which record is which leaf, and what still waits for its place.

-- record_leaf: immutable; the leaves of the log in their order. Key: idx.
CREATE TABLE record_leaf (
    idx BIGINT PRIMARY KEY,                   -- place in the log, from 0, without a gap
    record_id BIGINT NOT NULL UNIQUE,         -- the record that it commits to
    entry TEXT NOT NULL,                      -- the leaf's bytes: canonical JSON (record/leaf.c)
    at BIGINT NOT NULL                        -- when it was given its place
);
-- record_pending: records without a leaf yet; written with the record, gone with its leaf. Key: id.
CREATE TABLE record_pending (
    id BIGINT PRIMARY KEY                     -- of the record
);
INSERT INTO record_pending (id) SELECT id FROM record;
