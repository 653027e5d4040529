-- Rules of the scan and what they found (regulation 2017 art. 11; obligations A11.1, A11.2).

-- scan_rule: where a rule stands; a projection of its versions and records but for its name. Key: id.
CREATE TABLE scan_rule (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'tested', 'live', 'retired')), -- of the newest version
    version INTEGER NOT NULL,                 -- newest
    live_version INTEGER NOT NULL DEFAULT 0,  -- in force; 0 = none
    small INTEGER NOT NULL DEFAULT 1 CHECK (small IN (0, 1)), -- the one in force is a short list
    hits BIGINT NOT NULL DEFAULT 0,           -- articles found since it exists
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX scan_rule_name ON scan_rule (name);
-- scan_rule_version: immutable. What a rule says. Key: rule_id.
CREATE TABLE scan_rule_version (
    rule_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    family TEXT NOT NULL,                     -- finding/families.def
    action TEXT NOT NULL,                     -- mark, hold, refuse
    words TEXT NOT NULL,                      -- one a line
    exceptions TEXT NOT NULL,
    condition TEXT NOT NULL,                  -- scan/rule.h; '' = any word
    sound INTEGER NOT NULL CHECK (sound IN (0, 1)),
    urgent INTEGER NOT NULL CHECK (urgent IN (0, 1)), -- may become live without a back-test
    words_n INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    note TEXT NOT NULL,                       -- why, in the author's words
    author BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, version)
);
-- scan_epoch: rises with every change of what is in force, of short lists and of long ones. One row.
CREATE TABLE scan_epoch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    small BIGINT NOT NULL,
    big BIGINT NOT NULL
);
INSERT INTO scan_epoch (id, small, big) VALUES (1, 0, 0);
-- scan_run: a pass of one rule over what is public, before it is live (trial) or after (rescan). Key: id.
CREATE TABLE scan_run (
    id BIGINT PRIMARY KEY,
    rule_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    old_version INTEGER NOT NULL,             -- trial: compared with; 0 = none
    kind TEXT NOT NULL CHECK (kind IN ('trial', 'rescan')),
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
    total BIGINT NOT NULL,                    -- articles at the start
    done BIGINT NOT NULL DEFAULT 0,
    hits BIGINT NOT NULL DEFAULT 0,           -- articles found
    fresh BIGINT NOT NULL DEFAULT 0,          -- found by this version and not by the old one
    lost BIGINT NOT NULL DEFAULT 0,           -- the other way round
    accounts BIGINT NOT NULL DEFAULT 0,       -- with at least one article found
    at_account BIGINT NOT NULL DEFAULT 0,     -- key of the last article looked at
    at_no BIGINT NOT NULL DEFAULT 0,
    by_user BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX scan_run_rule ON scan_run (rule_id, id);
-- scan_hit: immutable. What a rule found in one version of an article. Key: account_id.
CREATE TABLE scan_hit (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- 0 = a new article that was refused
    version INTEGER NOT NULL,                 -- 0 = refused before it became one
    id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,                   -- scan_run; 0 = at submission
    rule_id BIGINT NOT NULL,
    rule_version INTEGER NOT NULL,
    rule_name TEXT NOT NULL,
    family TEXT NOT NULL,
    action TEXT NOT NULL,                     -- mark, hold, refuse; trial: fresh, same, lost
    places TEXT NOT NULL,                     -- JSON: where, which word, the passage around it
    total BIGINT NOT NULL,                    -- words found, also those not kept
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, no, version, id)
);
CREATE INDEX scan_hit_run ON scan_hit (run_id, id);
CREATE INDEX scan_hit_rule ON scan_hit (rule_id, id);
