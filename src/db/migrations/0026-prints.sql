-- Fingerprints of pictures, files and texts: of what was removed, and lists from elsewhere
-- (regulation 2017 art. 11; obligations A11.1, A11.4).

-- media_print: immutable. What a picture looks like, and which file it came from. Key: hash.
CREATE TABLE media_print (
    hash TEXT NOT NULL,                       -- media
    sent TEXT NOT NULL,                       -- SHA-256 of the file as it was sent, hexadecimal
    pdq BLOB NOT NULL,                        -- the eight ways of image/pdq.h, 32 bytes each
    quality INTEGER NOT NULL,                 -- 0 to 100; below 50 only exact copies are found
    at BIGINT NOT NULL,
    PRIMARY KEY (hash, sent)
);
CREATE INDEX media_print_sent ON media_print (sent);
-- print_epoch: rises with every change of what is looked for. One row.
CREATE TABLE print_epoch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    blocks BIGINT NOT NULL,
    lists BIGINT NOT NULL
);
INSERT INTO print_epoch (id, blocks, lists) VALUES (1, 0, 0);
-- print_block: a fingerprint of what a measure removed, looked for while that measure stands. Key: id.
CREATE TABLE print_block (
    id BIGINT PRIMARY KEY,
    epoch BIGINT NOT NULL,                    -- print_epoch.blocks after the last change of this row
    measure_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,                  -- in which it was decided
    account_id BIGINT NOT NULL,               -- of the removed article
    no BIGINT NOT NULL,
    family TEXT NOT NULL,                     -- finding/families.def
    severity INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('file', 'picture', 'text')),
    value BLOB NOT NULL,                      -- SHA-256; PDQ; sketch of print/sketch.h
    at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0        -- the measure ended; 0 = looked for
);
CREATE INDEX print_block_epoch ON print_block (epoch);
CREATE INDEX print_block_measure ON print_block (measure_id);
CREATE INDEX print_block_value ON print_block (value) WHERE kind = 'file';
-- print_list: a list of fingerprints from elsewhere. Key: id.
CREATE TABLE print_list (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('file', 'picture')),
    source TEXT NOT NULL,                     -- who made it
    note TEXT NOT NULL,                       -- why it is looked for here
    family TEXT NOT NULL,                     -- finding/families.def
    severity INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('mark', 'hold', 'refuse')),
    state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
    n BIGINT NOT NULL,                        -- fingerprints, without doubles
    hits BIGINT NOT NULL DEFAULT 0,           -- articles found
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    retired_by BIGINT NOT NULL DEFAULT 0,
    retired_at BIGINT NOT NULL DEFAULT 0,
    retired_why TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX print_list_name ON print_list (name);
-- print_chunk: immutable. The fingerprints of a list, in order, at most 4,096 a row. Key: list_id.
CREATE TABLE print_chunk (
    list_id BIGINT NOT NULL,
    no INTEGER NOT NULL,
    data BLOB NOT NULL,                       -- 32 bytes each
    PRIMARY KEY (list_id, no)
);
-- print_match: an article in which a fingerprint was found. Key: account_id.
CREATE TABLE print_match (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- 0 = a new article that was refused
    version INTEGER NOT NULL,                 -- 0 = refused
    id BIGINT NOT NULL,
    block_id BIGINT NOT NULL,                 -- print_block, or 0
    list_id BIGINT NOT NULL,                  -- print_list, or 0
    measure_id BIGINT NOT NULL,               -- of the block
    origin_case BIGINT NOT NULL,              -- of the block
    case_id BIGINT NOT NULL,                  -- finding's case about this article; 0 = refused
    kind TEXT NOT NULL CHECK (kind IN ('file', 'picture', 'text')),
    media TEXT NOT NULL,                      -- hash of the picture, or ''
    distance INTEGER NOT NULL,                -- picture: bits; text: percent that differ; file: 0
    action TEXT NOT NULL CHECK (action IN ('found', 'mark', 'hold', 'refuse')), -- found: by a sweep
    alone INTEGER NOT NULL CHECK (alone IN (0, 1)), -- nothing else held it
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, no, version, id)
);
CREATE INDEX print_match_origin ON print_match (origin_case, id);
CREATE INDEX print_match_measure ON print_match (measure_id);
CREATE INDEX print_match_list ON print_match (list_id, id);
-- print_sweep: looking for one measure's or one list's fingerprints in what the platform has. Key: id.
CREATE TABLE print_sweep (
    id BIGINT PRIMARY KEY,
    measure_id BIGINT NOT NULL,               -- or 0
    list_id BIGINT NOT NULL,                  -- or 0
    case_id BIGINT NOT NULL,                  -- of the measure
    done BIGINT NOT NULL DEFAULT 0,           -- articles looked at
    hits BIGINT NOT NULL DEFAULT 0,
    at_account BIGINT NOT NULL DEFAULT 0,     -- key of the last article looked at
    at_no BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX print_sweep_case ON print_sweep (case_id);
CREATE INDEX print_sweep_list ON print_sweep (list_id);
