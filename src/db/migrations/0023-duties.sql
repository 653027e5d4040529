-- Staff fit for the scale (A5.2).

-- staff_profile: what a member of the staff can judge; as last written, each writing a record.
-- Key: user_id.
CREATE TABLE staff_profile (
    user_id BIGINT PRIMARY KEY,
    families TEXT NOT NULL,                   -- policy families, comma-separated (finding/families.def)
    languages TEXT NOT NULL,                  -- as written: "普通话，英语"
    note TEXT NOT NULL,                       -- other skills
    written_by BIGINT NOT NULL,
    written_at BIGINT NOT NULL
);
-- staff_shift: who is to be at the desk when, and whether they were. Key: id.
CREATE TABLE staff_shift (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'present', 'absent', 'dropped')),
    handover TEXT NOT NULL DEFAULT '',        -- what the next shift must know
    handed_at BIGINT NOT NULL DEFAULT 0,      -- 0 = not handed over
    planned_by BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    marked_by BIGINT NOT NULL DEFAULT 0,
    marked_at BIGINT NOT NULL DEFAULT 0       -- 0 = not marked
);
CREATE INDEX staff_shift_time ON staff_shift (from_at, id);
CREATE INDEX staff_shift_user ON staff_shift (user_id, from_at);
-- staff_training: one course that somebody took. Key: user_id, id.
CREATE TABLE staff_training (
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    course TEXT NOT NULL,                     -- staffing/courses.def
    title TEXT NOT NULL,                      -- of the course as it was held; '' = its usual name
    held_at BIGINT NOT NULL,                  -- midnight in China of its day
    expires_at BIGINT NOT NULL,               -- midnight after its last day
    evidence TEXT NOT NULL,                   -- where the proof is: number of a certificate, attendance list
    added_by BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    void_by BIGINT NOT NULL DEFAULT 0,        -- who struck a wrong entry out
    void_at BIGINT NOT NULL DEFAULT 0,        -- 0 = stands
    PRIMARY KEY (user_id, id)
);
CREATE INDEX staff_training_end ON staff_training (expires_at) WHERE void_at = 0;
-- staff_training_notice: which reminder went out. Key: user_id, training_id, days.
CREATE TABLE staff_training_notice (
    user_id BIGINT NOT NULL,
    training_id BIGINT NOT NULL,
    days INTEGER NOT NULL,                    -- 30, 7, 1; 0 = expired
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, training_id, days)
);
-- capacity_day: staff and work as last seen on a day, for the months' table. Key: day.
CREATE TABLE capacity_day (
    day BIGINT PRIMARY KEY,                   -- midnight in China
    at BIGINT NOT NULL,                       -- of the last look
    reviewers INTEGER NOT NULL,
    open BIGINT NOT NULL,                     -- cases
    oldest_hours BIGINT NOT NULL,             -- age of the oldest open case
    decisions BIGINT NOT NULL,                -- of that day so far
    shift_minutes BIGINT NOT NULL,            -- worked that day so far
    published BIGINT NOT NULL,                -- articles of the 30 days before
    accounts BIGINT NOT NULL                  -- active ones
);
-- capacity_alarm: which alarm rings. Key: name.
CREATE TABLE capacity_alarm (
    name TEXT PRIMARY KEY,                    -- queue, age, ratio
    rings INTEGER NOT NULL CHECK (rings IN (0, 1)),
    value BIGINT NOT NULL,                    -- when it began or ended to ring
    since BIGINT NOT NULL
);

-- Consents and provisions of personal information (A9.2).

-- consent: immutable. What somebody agreed to or took back; the newest of a purpose stands.
-- Key: user_id, id.
CREATE TABLE consent (
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    purpose TEXT NOT NULL,                    -- consent/purposes.def; 'notice': the privacy notice was shown
    given INTEGER NOT NULL CHECK (given IN (0, 1)), -- 0 = taken back
    notice_version INTEGER NOT NULL,          -- of the privacy notice in force; 0 = there was none
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
);
-- provision: personal information handed to somebody outside, from the asking on. Key: id.
CREATE TABLE provision (
    id BIGINT PRIMARY KEY,
    recipient TEXT NOT NULL,                  -- who gets it
    contact TEXT NOT NULL,                    -- how the persons can reach them
    basis TEXT NOT NULL CHECK (basis IN ('order', 'law', 'contract', 'consent', 'package')),
    reference TEXT NOT NULL,                  -- number of the order, article of the law, contract
    purpose TEXT NOT NULL,
    fields TEXT NOT NULL,                     -- comma-separated
    persons BIGINT NOT NULL,                  -- how many people
    state TEXT NOT NULL CHECK (state IN ('asked', 'allowed', 'refused', 'cancelled', 'handed')),
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    second_by BIGINT NOT NULL DEFAULT 0,      -- who allowed or refused it
    second_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,       -- handed over, refused or cancelled
    hash BLOB,                                -- SHA-256 of what was handed over
    size BIGINT NOT NULL DEFAULT 0            -- its bytes
);
CREATE INDEX provision_end ON provision (ended_at, id);
-- provision_person: whom a provision concerns. Key: provision_id, registrant_id.
CREATE TABLE provision_person (
    provision_id BIGINT NOT NULL,
    registrant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,                  -- who manages the registrant
    account_id BIGINT NOT NULL,               -- by which it was named
    PRIMARY KEY (provision_id, registrant_id)
);
CREATE INDEX provision_person_user ON provision_person (user_id, provision_id);
INSERT INTO consent (user_id, id, purpose, given, notice_version, at)
    SELECT user_id, user_id, 'history', 1, 0, 0 FROM reader WHERE history = 1;

-- Minors (2024 regulation on the protection of minors online; A9.1, A17.1).

-- user_age: what somebody said about their age, and the mode that hides what carries a minors' prompt.
-- Key: user_id.
CREATE TABLE user_age (
    user_id BIGINT PRIMARY KEY,
    birth_year INTEGER NOT NULL,              -- 0 = not said
    minors_mode INTEGER NOT NULL CHECK (minors_mode IN (0, 1)),
    set_at BIGINT NOT NULL
);
-- guardian_word: immutable. A guardian's consent for a child, or that it was taken back; the newest
-- stands. Key: user_id, id.
CREATE TABLE guardian_word (
    user_id BIGINT NOT NULL,                  -- the child
    id BIGINT NOT NULL,
    given INTEGER NOT NULL CHECK (given IN (0, 1)),
    mobile_sealed BLOB NOT NULL,              -- of the guardian, proved by a code; empty when taken back
    rules_version INTEGER NOT NULL,           -- of the minors' rules in force; 0 = none
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
);
