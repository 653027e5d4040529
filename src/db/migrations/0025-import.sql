-- What came from another system's export, so that an import can be run again after an interruption
-- and links between its articles lead here.

-- import_item: an article that was made of another system's. Key: account_id.
CREATE TABLE import_item (
    account_id BIGINT NOT NULL,
    source TEXT NOT NULL,                     -- kind and address of the old site
    item TEXT NOT NULL,                       -- its id there
    link TEXT NOT NULL,                       -- its address there, intake/source.h; '' = none
    no BIGINT NOT NULL,                       -- the article here
    published INTEGER NOT NULL CHECK (published IN (0, 1)), -- it was public there
    stage INTEGER NOT NULL,                   -- 0: draft made, 1: links looked at, 2: submitted
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, source, item)
);
CREATE INDEX import_item_link ON import_item (account_id, link);
CREATE INDEX import_item_stage ON import_item (account_id, source, stage, no);
-- import_picture: pictures that were fetched, so that each address is asked once. Key: account_id.
CREATE TABLE import_picture (
    account_id BIGINT NOT NULL,
    address TEXT NOT NULL,                    -- SHA-256 of the address, in hex
    media TEXT NOT NULL,                      -- media.hash
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, address)
);
