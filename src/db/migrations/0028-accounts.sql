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
ALTER TABLE cases ADD COLUMN eyes INTEGER NOT NULL DEFAULT 1; -- officers that a verdict needs: 1 or 2
ALTER TABLE cases ADD COLUMN proposed_verdict TEXT NOT NULL DEFAULT ''; -- of the first of two officers
ALTER TABLE cases ADD COLUMN proposed_key TEXT NOT NULL DEFAULT '';     -- its reason's key
ALTER TABLE cases ADD COLUMN proposed_reason TEXT NOT NULL DEFAULT '';
-- cap_exemption: a wish for accounts over the cap, and what became of it. Key: identity_key.
CREATE TABLE cap_exemption (
    id BIGINT PRIMARY KEY,
    registrant_id BIGINT NOT NULL,
    identity_key BLOB NOT NULL,               -- what the cap hangs on
    extra INTEGER NOT NULL,                   -- accounts over the cap
    months INTEGER NOT NULL,                  -- asked for
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused')),
    answer TEXT NOT NULL DEFAULT '',          -- why it was refused
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0,
    until_at BIGINT NOT NULL DEFAULT 0        -- of granted
);
CREATE INDEX cap_exemption_identity ON cap_exemption (identity_key, id);
CREATE INDEX cap_exemption_registrant ON cap_exemption (registrant_id, id);
-- account_transfer: an account goes from one registrant to another. Key: account_id.
CREATE TABLE account_transfer (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    token_hash BLOB NOT NULL,                 -- SHA-256 of the token in the receiver's link
    state TEXT NOT NULL CHECK (state IN ('offered', 'review', 'cooling', 'done', 'refused', 'stopped')),
    from_registrant BIGINT NOT NULL,
    from_class TEXT NOT NULL,
    from_name TEXT NOT NULL,                  -- shown name of the account's side before: only by its wish
    to_registrant BIGINT NOT NULL DEFAULT 0,  -- 0 until the receiver accepted
    to_class TEXT NOT NULL DEFAULT '',
    evidence_id BIGINT NOT NULL DEFAULT 0,    -- of from_registrant
    reason TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',          -- why it was refused, or by whom it was stopped
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    offer_until BIGINT NOT NULL,              -- of the link
    accepted_by BIGINT NOT NULL DEFAULT 0,
    accepted_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,         -- end of the cooling
    held INTEGER NOT NULL DEFAULT 0,          -- 1 = due, but something stands against it
    ended_at BIGINT NOT NULL DEFAULT 0,
    told_user BIGINT NOT NULL DEFAULT 0,      -- subscribers up to this user were told
    told_at BIGINT NOT NULL DEFAULT 0,        -- when the last was; 0 = not all yet
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX account_transfer_id ON account_transfer (id);
CREATE UNIQUE INDEX account_transfer_token ON account_transfer (token_hash);
CREATE INDEX account_transfer_state ON account_transfer (state, due_at);
