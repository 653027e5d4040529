-- What an article declares of itself, who may reprint whom, and licences of registrants (regulation
-- 2017 art. 7, 8, 10; obligations A7.2, A8.1, A10.2).

ALTER TABLE draft ADD COLUMN declared TEXT NOT NULL DEFAULT '';           -- JSON of article/declaration.h, '' = nothing
ALTER TABLE article_version ADD COLUMN declared TEXT NOT NULL DEFAULT ''; -- the same; part of the hash when not ''
ALTER TABLE article ADD COLUMN declared TEXT NOT NULL DEFAULT '';         -- of the published version
ALTER TABLE article ADD COLUMN minors INTEGER NOT NULL DEFAULT 0;         -- 1 = may affect minors: not on the front page

-- reprint_permit: accounts that may reprint an account's articles. Key: account_id.
CREATE TABLE reprint_permit (
    account_id BIGINT NOT NULL,               -- whose articles
    allowed_id BIGINT NOT NULL,               -- account that may take them over
    added_by BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, allowed_id)
);
-- licence: a qualification of a registrant; what was filed never changes, a renewal is a new row. Key: registrant_id.
CREATE TABLE licence (
    registrant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,               -- whose console filed it; it holds for all accounts of the registrant
    type TEXT NOT NULL,                       -- licence/licence.def
    number TEXT NOT NULL,                     -- as it may be shown: masked when the holder is a person
    issuer TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,                 -- first moment after its last day in China; 0 = without end
    evidence_id BIGINT NOT NULL,              -- the sealed document
    state TEXT NOT NULL CHECK (state IN ('submitted', 'countersign', 'valid', 'returned', 'rejected', 'ended')),
    reason TEXT NOT NULL DEFAULT '',          -- of returned, rejected, ended
    filed_by BIGINT NOT NULL,
    filed_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (registrant_id, id)
);
CREATE INDEX licence_end ON licence (valid_to, id) WHERE state = 'valid';
CREATE INDEX licence_filed ON licence (id);
-- licence_notice: what was said about the end of which licence. Key: registrant_id.
CREATE TABLE licence_notice (
    registrant_id BIGINT NOT NULL,
    licence_id BIGINT NOT NULL,
    days INTEGER NOT NULL,                    -- 30, 7, 1 before; 0 = it is over
    at BIGINT NOT NULL,
    PRIMARY KEY (registrant_id, licence_id, days)
);
-- news_source: sources that news may be reprinted from. Key: name.
CREATE TABLE news_source (
    name TEXT PRIMARY KEY,                    -- as articles name it
    host TEXT NOT NULL,                       -- host of its pages, '' = not checked
    added_by BIGINT NOT NULL,
    added_at BIGINT NOT NULL
);
