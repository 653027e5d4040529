-- Complaints of rights holders with counter-notices (A10.2), emergencies (A5.6), patrol (A11.2).

-- rights_complaint: a notice of a rights holder, begun when its contact was proved. Key: id.
CREATE TABLE rights_complaint (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,                     -- what people quote, 12 digits
    token_hash BLOB NOT NULL,                 -- SHA-256 of the secret of its status page
    token_sealed BLOB NOT NULL,               -- the secret, to put it into later messages
    contact_key BLOB NOT NULL,                -- keyed hash of the complainant, for limits
    user_id BIGINT NOT NULL,                  -- who filed it when logged in, else 0
    lang TEXT NOT NULL CHECK (lang IN ('zh', 'en')),
    state TEXT NOT NULL CHECK (state IN ('begun', 'incomplete', 'accepted', 'lapsed')),
    kind TEXT NOT NULL DEFAULT '',            -- copyright, trademark, reputation, privacy
    capacity TEXT NOT NULL DEFAULT '',        -- owner, agent
    work TEXT NOT NULL DEFAULT '',            -- which right
    facts TEXT NOT NULL DEFAULT '',           -- what infringes it, and why
    links TEXT NOT NULL DEFAULT '',           -- as written, one a line
    wanted TEXT NOT NULL DEFAULT '',          -- remove, correct, limit
    share INTEGER NOT NULL DEFAULT 0 CHECK (share IN (0, 1)),       -- address and number go to the operator too
    declared INTEGER NOT NULL DEFAULT 0 CHECK (declared IN (0, 1)), -- statement of good faith
    mobile_sealed BLOB NOT NULL,              -- proved by a code; empty when filed by a user
    name_sealed BLOB NOT NULL,                -- empty until given
    address_sealed BLOB NOT NULL,
    begun_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,                   -- until when it can be completed
    accepted_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX rights_complaint_token ON rights_complaint (token_hash);
CREATE UNIQUE INDEX rights_complaint_number ON rights_complaint (number);
CREATE INDEX rights_complaint_contact ON rights_complaint (contact_key, begun_at);
CREATE INDEX rights_complaint_state ON rights_complaint (state, due_at);
-- rights_item: one article that a complaint names. Key: complaint_id, id.
CREATE TABLE rights_item (
    complaint_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    case_id BIGINT NOT NULL,                  -- the case of its finding
    state TEXT NOT NULL CHECK (state IN ('open', 'countered', 'suit', 'restored', 'over', 'withdrawn')),
    told BIGINT NOT NULL DEFAULT 0,           -- the ruling that the complainant was told of
    countered_at BIGINT NOT NULL DEFAULT 0,
    wait_until BIGINT NOT NULL DEFAULT 0,     -- end of the waiting time after the counter-notice
    ended_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (complaint_id, id)
);
CREATE UNIQUE INDEX rights_item_id ON rights_item (id);
CREATE INDEX rights_item_account ON rights_item (account_id, id);
CREATE INDEX rights_item_case ON rights_item (case_id);
CREATE INDEX rights_item_state ON rights_item (state, wait_until);
-- rights_word: immutable. A counter-notice, or proof of a suit. Key: complaint_id, id.
CREATE TABLE rights_word (
    complaint_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('counter', 'suit')),
    by_user BIGINT NOT NULL,                  -- 0 = the complainant without login
    text TEXT NOT NULL,
    name_sealed BLOB NOT NULL,                -- of who gives a counter-notice, and how to reach them
    contact_sealed BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (complaint_id, id)
);
CREATE INDEX rights_word_item ON rights_word (item_id);
-- rights_file: immutable. Sealed proof of either side. Key: complaint_id, id.
CREATE TABLE rights_file (
    complaint_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,                  -- 0 = of the complaint
    side TEXT NOT NULL CHECK (side IN ('complaint', 'counter', 'suit')),
    blob TEXT NOT NULL,                       -- vault owner = complaint_id
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (complaint_id, id)
);
-- rights_bar: immutable. Who files no more complaints for a time, and why. Key: contact_key.
CREATE TABLE rights_bar (
    contact_key BLOB NOT NULL,
    id BIGINT NOT NULL,
    complaint_id BIGINT NOT NULL,             -- where the officer saw it
    until_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    officer BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (contact_key, id)
);

-- emergency_plan: immutable. What is done in which kind of emergency; the newest version is in force. Key: id, version.
CREATE TABLE emergency_plan (
    id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,                      -- general, larger, major, grave
    effects TEXT NOT NULL,                    -- comma-separated: freeze, hold, quiet
    hours INTEGER NOT NULL,                   -- 1 to 24
    guide TEXT NOT NULL,                      -- who does what
    written_by BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);
-- emergency: declared by two officers, ends by itself. Key: id.
CREATE TABLE emergency (
    id BIGINT PRIMARY KEY,
    plan_id BIGINT NOT NULL,
    plan_version INTEGER NOT NULL,
    title TEXT NOT NULL,
    facts TEXT NOT NULL,                      -- what is known
    level TEXT NOT NULL,                      -- of the plan
    freezes INTEGER NOT NULL CHECK (freezes IN (0, 1)), -- nothing is published
    holds INTEGER NOT NULL CHECK (holds IN (0, 1)),     -- review comes before publication
    quiets INTEGER NOT NULL CHECK (quiets IN (0, 1)),   -- no recommendation
    hours INTEGER NOT NULL,
    words TEXT NOT NULL,                      -- topics that are held, comma-separated; '' = all in scope
    categories TEXT NOT NULL,                 -- scope, comma-separated; '' = all
    province TEXT NOT NULL,                   -- of the registrant; '' = all
    class TEXT NOT NULL,                      -- of the account; '' = all
    handles TEXT NOT NULL,                    -- a group of accounts, comma-separated; '' = all
    state TEXT NOT NULL CHECK (state IN ('proposed', 'withdrawn', 'standing', 'ended')),
    found_at BIGINT NOT NULL,
    proposed_by BIGINT NOT NULL,
    proposed_at BIGINT NOT NULL,
    declared_by BIGINT NOT NULL DEFAULT 0,    -- the second officer
    declared_at BIGINT NOT NULL DEFAULT 0,
    until_at BIGINT NOT NULL DEFAULT 0,
    renew_by BIGINT NOT NULL DEFAULT 0,       -- who asks for a renewal; 0 = nobody
    ended_at BIGINT NOT NULL DEFAULT 0,
    ended_by BIGINT NOT NULL DEFAULT 0        -- 0 = its time was over
);
CREATE INDEX emergency_standing ON emergency (until_at) WHERE state = 'standing';
-- emergency_event: immutable. The timeline. Key: emergency_id, id.
CREATE TABLE emergency_event (
    emergency_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,                       -- proposed, declared, renewal_asked, renewed, noted, ended, expired, withdrawn, reviewed
    by_user BIGINT NOT NULL,                  -- 0 = the clock
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (emergency_id, id)
);
-- emergency_review: immutable. What the review after it found (obligations 4.9). Key: emergency_id.
CREATE TABLE emergency_review (
    emergency_id BIGINT PRIMARY KEY,
    impact TEXT NOT NULL,
    data TEXT NOT NULL,                       -- data involved
    cause TEXT NOT NULL,
    measures TEXT NOT NULL,
    trend TEXT NOT NULL,
    lessons TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL
);
-- emergency_drill: immutable. Key: id.
CREATE TABLE emergency_drill (
    id BIGINT PRIMARY KEY,
    plan_id BIGINT NOT NULL,
    plan_version INTEGER NOT NULL,
    held_at BIGINT NOT NULL,
    people TEXT NOT NULL,
    result TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL
);
-- emergency_shift: the duty roster. Key: id.
CREATE TABLE emergency_shift (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    added_by BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    dropped_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX emergency_shift_until ON emergency_shift (until_at);

-- patrol_task: one published article that was drawn to be looked at. Key: account_id, no, version.
CREATE TABLE patrol_task (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    version INTEGER NOT NULL,
    id BIGINT NOT NULL,
    class TEXT NOT NULL,                      -- of the account: what the sample is drawn by
    drawn_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'clean', 'raised')),
    officer BIGINT NOT NULL DEFAULT 0,
    case_id BIGINT NOT NULL DEFAULT 0,        -- of the finding that was raised
    done_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, no, version)
);
CREATE UNIQUE INDEX patrol_task_id ON patrol_task (id);
CREATE INDEX patrol_task_state ON patrol_task (state, id);
