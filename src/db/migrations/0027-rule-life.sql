-- The whole life of a rule of the scan: shadow, canary, throttle; what a back-test reports; what
-- rules and officers are worth (A5.5, A11.1, A11.2).

-- scan_rule_new: takes the place of scan_rule, whose states were fewer. Key: id.
CREATE TABLE scan_rule_new (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'tested', 'shadow', 'canary', 'live', 'throttled', 'retired')), -- of the newest version
    version INTEGER NOT NULL,                 -- newest
    live_version INTEGER NOT NULL DEFAULT 0,  -- in force for everybody; 0 = none
    trial_version INTEGER NOT NULL DEFAULT 0, -- in shadow or canary; 0 = none
    before_version INTEGER NOT NULL DEFAULT 0, -- in force before the newest; comes back when that is throttled young
    share INTEGER NOT NULL DEFAULT 0,         -- canary: ten-thousandths of the accounts
    stage_by BIGINT NOT NULL DEFAULT 0,       -- who put the newest version where it is
    stage_at BIGINT NOT NULL DEFAULT 0,
    young_until BIGINT NOT NULL DEFAULT 0,    -- watched for surprises until then
    hour_max BIGINT NOT NULL DEFAULT 0,       -- more hits in an hour throttle it while young; 0 = any
    day_max BIGINT NOT NULL DEFAULT 0,        -- more a day than the back-test foretold; 0 = any
    hits BIGINT NOT NULL DEFAULT 0,           -- articles found since it exists
    shadow_hits BIGINT NOT NULL DEFAULT 0,    -- articles found while nothing happened
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
INSERT INTO scan_rule_new (id, name, state, version, live_version, hits, created_at, updated_at)
    SELECT id, name, state, version, live_version, hits, created_at, updated_at FROM scan_rule;
DROP TABLE scan_rule;
ALTER TABLE scan_rule_new RENAME TO scan_rule;
CREATE UNIQUE INDEX scan_rule_name ON scan_rule (name);

ALTER TABLE scan_run ADD COLUMN recent BIGINT NOT NULL DEFAULT 0;  -- found among what was published in the last 30 days
ALTER TABLE scan_run ADD COLUMN right_n BIGINT NOT NULL DEFAULT 0; -- found, and officers had decided against it
ALTER TABLE scan_run ADD COLUMN wrong_n BIGINT NOT NULL DEFAULT 0; -- found, and officers had found nothing wrong

-- scan_sample: a random sample of what a back-test found, for people to judge. Key: run_id.
CREATE TABLE scan_sample (
    run_id BIGINT NOT NULL,
    rank BIGINT NOT NULL,                     -- of a hash: the lowest stay, so the sample is random and a resumed pass goes on with it
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    version INTEGER NOT NULL,
    change TEXT NOT NULL,                     -- fresh, same, lost
    places TEXT NOT NULL,                     -- as in scan_hit
    total BIGINT NOT NULL,
    verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'right', 'wrong')),
    judged_by BIGINT NOT NULL DEFAULT 0,
    judged_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, rank)
);
CREATE INDEX finding_rule ON finding (rule, rule_version, case_id) WHERE rule <> '';

-- learning_rule: what a rule's present version is worth in its present stage; made anew by a job. Key: rule_id.
CREATE TABLE learning_rule (
    rule_id BIGINT PRIMARY KEY,
    version INTEGER NOT NULL,
    hits BIGINT NOT NULL,                     -- that acted
    decided BIGINT NOT NULL,                  -- of them, by officers since
    right_n BIGINT NOT NULL,                  -- of the decided: against the content, as appeals left it
    appeals BIGINT NOT NULL,                  -- decided ones
    reversed BIGINT NOT NULL,                 -- of them, wholly or partly
    seconded BIGINT NOT NULL,                 -- proposals that a second officer answered
    disagreed BIGINT NOT NULL,                -- of them, refused or amended
    at BIGINT NOT NULL                        -- when this was counted
);
-- learning_officer: how officers' decisions fared; made anew by a job. Key: user_id.
CREATE TABLE learning_officer (
    user_id BIGINT PRIMARY KEY,
    decided BIGINT NOT NULL,
    appeals BIGINT NOT NULL,                  -- decided ones against their rulings
    upheld BIGINT NOT NULL,
    seconded BIGINT NOT NULL,                 -- their proposals that a second officer answered
    agreed BIGINT NOT NULL,                   -- of them, approved as they were
    at BIGINT NOT NULL
);

-- A sweep after a reversal looks at other rulings again: an appeal that nobody filed (user_id 0), beside
-- which the operator's own stays possible.
DROP INDEX appeal_ruling;
CREATE UNIQUE INDEX appeal_ruling ON appeal (ruling_id) WHERE user_id > 0;
CREATE INDEX appeal_any ON appeal (ruling_id, user_id);
