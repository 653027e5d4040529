-- From a finding to a decision with measures, its appeal and its report to the authority
-- (regulation 2017 art. 11, 13; obligations 3.7, 3.8).

ALTER TABLE cases ADD COLUMN family TEXT NOT NULL DEFAULT '';        -- policy family of its findings, else ''
ALTER TABLE cases ADD COLUMN severity INTEGER NOT NULL DEFAULT 0;    -- 1 (worst) to 4; 0 = not of this kind
ALTER TABLE cases ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;     -- more is sooner, among equal due times
ALTER TABLE cases ADD COLUMN proposed_by BIGINT NOT NULL DEFAULT 0;  -- officer whose proposal waits for a second one
CREATE UNIQUE INDEX cases_family ON cases (account_id, kind, subject, family)
    WHERE state = 'open' AND kind = 'finding';

-- finding: immutable. One signal about one version of an article, or about an account. Key: case_id.
CREATE TABLE finding (
    case_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- article; 0 = about the account
    version INTEGER NOT NULL,                 -- the evidence: that version's text never changes
    source TEXT NOT NULL,                     -- rule, staff, report, authority, rights
    family TEXT NOT NULL,                     -- finding/families.def
    severity INTEGER NOT NULL,                -- 1 (worst) to 4
    quote TEXT NOT NULL,                      -- passage, or ''
    from_at INTEGER NOT NULL,                 -- code points of the version's text; 0, 0 = not said
    to_at INTEGER NOT NULL,
    rule TEXT NOT NULL,                       -- rule id, or ''
    rule_version INTEGER NOT NULL,
    note TEXT NOT NULL,                       -- what the reporter or the officer wrote
    raised_by BIGINT NOT NULL,                -- user, 0 = nobody known; of reports never shown
    receipt TEXT NOT NULL,                    -- code of a report, or ''
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, id)
);
CREATE UNIQUE INDEX finding_receipt ON finding (receipt) WHERE receipt <> '';
CREATE INDEX finding_thing ON finding (account_id, no, id);

-- proposal: a ruling that waits for its second officer. Key: case_id.
CREATE TABLE proposal (
    case_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    officer BIGINT NOT NULL,
    wish TEXT NOT NULL,                       -- the ruling as JSON; a mended one is a new proposal
    at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'amended', 'refused', 'cancelled')),
    second BIGINT NOT NULL DEFAULT 0,         -- who answered; the officer when cancelled
    reason TEXT NOT NULL DEFAULT '',          -- of the answer
    answered_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (case_id, id)
);
CREATE UNIQUE INDEX proposal_waiting ON proposal (case_id) WHERE state = 'waiting';

-- ruling: immutable. What was decided about findings, and why. Key: id.
CREATE TABLE ruling (
    id BIGINT PRIMARY KEY,                    -- of the decision
    case_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- article, 0 = the account
    version INTEGER NOT NULL,
    title TEXT NOT NULL,                      -- of the article or account then
    family TEXT NOT NULL,
    severity INTEGER NOT NULL,
    measure TEXT NOT NULL,                    -- measure/kinds.def, or none
    functions TEXT NOT NULL,                  -- of restrict
    days INTEGER NOT NULL,                    -- 0 = without end
    basis TEXT NOT NULL,                      -- ruling/citations.def
    basis_version INTEGER NOT NULL,           -- of our own rules in force then; laws: 0
    facts TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    quote TEXT NOT NULL,
    sources TEXT NOT NULL,                    -- of its findings, comma-separated
    automation TEXT NOT NULL,                 -- none, detection
    officer BIGINT NOT NULL,
    second_officer BIGINT NOT NULL,
    replaces BIGINT NOT NULL,                 -- ruling that an appeal replaced by this one, or 0
    at BIGINT NOT NULL
);
CREATE INDEX ruling_case ON ruling (case_id);
CREATE INDEX ruling_account ON ruling (account_id, no, id);
-- statement: immutable. The statement of reasons as it was sent. Key: ruling_id.
CREATE TABLE statement (
    ruling_id BIGINT PRIMARY KEY,
    json TEXT NOT NULL                        -- zh, en and dsa
);

ALTER TABLE measure ADD COLUMN no BIGINT NOT NULL DEFAULT 0;             -- article, 0 = the account
ALTER TABLE measure ADD COLUMN family TEXT NOT NULL DEFAULT '';          -- class of the reason, public
ALTER TABLE measure ADD COLUMN before_state TEXT NOT NULL DEFAULT '';    -- of the thing, for the way back
ALTER TABLE measure ADD COLUMN before_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE measure ADD COLUMN lifted_by BIGINT NOT NULL DEFAULT 0;      -- 0 = ran out
ALTER TABLE measure ADD COLUMN checked_at BIGINT NOT NULL DEFAULT 0;     -- public surfaces read back; 0 = not yet
ALTER TABLE measure ADD COLUMN gone_ms BIGINT NOT NULL DEFAULT 0;        -- from the decision until all had it
ALTER TABLE measure ADD COLUMN left_on TEXT NOT NULL DEFAULT '';         -- surfaces that still had it, comma-separated
CREATE INDEX measure_due ON measure (end_at) WHERE lifted_at IS NULL;
CREATE INDEX measure_decision ON measure (decision_id);
CREATE INDEX measure_article ON measure (account_id, no, id);
-- media_block: media that are not served and not taken again while their measure stands. Key: hash.
CREATE TABLE media_block (
    hash TEXT NOT NULL,
    measure_id BIGINT NOT NULL,
    PRIMARY KEY (hash, measure_id)
);
CREATE INDEX media_block_measure ON media_block (measure_id);
ALTER TABLE article ADD COLUMN limited INTEGER NOT NULL DEFAULT 0 CHECK (limited IN (0, 1)); -- spread: not on home, in search, feeds
ALTER TABLE article ADD COLUMN label TEXT NOT NULL DEFAULT '';           -- family of a label in force, or ''

-- appeal: immutable. Key: id.
CREATE TABLE appeal (
    id BIGINT PRIMARY KEY,
    ruling_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,                  -- of the appeal
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    media TEXT NOT NULL,                      -- attached pictures, comma-separated hashes
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX appeal_ruling ON appeal (ruling_id);
CREATE UNIQUE INDEX appeal_case ON appeal (case_id);
-- appeal_outcome: immutable. Key: appeal_id.
CREATE TABLE appeal_outcome (
    appeal_id BIGINT PRIMARY KEY,
    outcome TEXT NOT NULL,                    -- uphold, partly, reverse, replace
    reasons TEXT NOT NULL,
    officer BIGINT NOT NULL,
    new_ruling BIGINT NOT NULL,               -- of partly and replace, or 0
    at BIGINT NOT NULL
);

-- authority_report: what is reported to the authority about a ruling. Key: id.
CREATE TABLE authority_report (
    id BIGINT PRIMARY KEY,
    ruling_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('violation', 'correction')),
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    warned INTEGER NOT NULL DEFAULT 0,        -- last warning, per cent of the time
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted')),
    channel TEXT NOT NULL DEFAULT '',
    receipt TEXT NOT NULL DEFAULT '',
    submitted_by BIGINT NOT NULL DEFAULT 0,
    submitted_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX authority_report_ruling ON authority_report (ruling_id, kind);
CREATE INDEX authority_report_open ON authority_report (state, due_at, id);
