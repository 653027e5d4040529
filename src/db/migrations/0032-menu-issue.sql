-- The menu of an account's page, and issues: several articles published together.

-- menu_draft: what the members are composing; not public. Key: account_id.
CREATE TABLE menu_draft (
    account_id BIGINT PRIMARY KEY,
    entries TEXT NOT NULL,                    -- JSON, see menu/menu.h
    rev BIGINT NOT NULL,
    saved_by BIGINT NOT NULL,
    saved_at BIGINT NOT NULL
);
-- menu_version: what was sent to review; one at most is live. Key: account_id.
CREATE TABLE menu_version (
    account_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    entries TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'live', 'replaced', 'rejected', 'cancelled')),
    found TEXT NOT NULL,                      -- rules of the scan that it meets, for the reviewer
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, version)
);
CREATE INDEX menu_version_state ON menu_version (account_id, state);
-- issue: articles of an account that are published together. Key: account_id.
CREATE TABLE issue (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- in its address
    state TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'published', 'dropped')),
    publish_at BIGINT NOT NULL DEFAULT 0,     -- of one that waits: not before
    published_at BIGINT NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',             -- of one that waits past its time: what the gate said last
    made_by BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, no)
);
CREATE INDEX issue_waiting ON issue (publish_at) WHERE state = 'waiting';
-- issue_item: an article's place in the one issue that it is in; the first is the headline. Key: account_id.
CREATE TABLE issue_item (
    account_id BIGINT NOT NULL,
    article_no BIGINT NOT NULL,
    issue_no BIGINT NOT NULL,
    place BIGINT NOT NULL,                    -- order; unique by use of ids
    PRIMARY KEY (account_id, article_no)
);
CREATE INDEX issue_item_order ON issue_item (account_id, issue_no, place);
