-- What the provider does for readers and for those who publish: choices for the front page and a
-- directory of public bodies (A4.1, A4.2), support (A4.3), figures of reading, pinned articles.

-- home_choice: what editors chose for the front page; rows stay as its history. Key: id.
CREATE TABLE home_choice (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    place BIGINT NOT NULL,                    -- order of what is shown; unique by use of ids
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    chosen_by BIGINT NOT NULL,
    chosen_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL DEFAULT 0,     -- 0 = not taken down
    removed_by BIGINT NOT NULL DEFAULT 0,
    removed_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX home_choice_until ON home_choice (until_at, id) WHERE removed_at = 0;
CREATE INDEX home_choice_article ON home_choice (account_id, no);
-- directory_entry: accounts that staff confirmed as government or public service. Key: account_id.
CREATE TABLE directory_entry (
    account_id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('government', 'public_service')),
    field TEXT NOT NULL,                      -- account/category.def
    province TEXT NOT NULL,                   -- where it serves; division code
    reason TEXT NOT NULL,                     -- why it belongs here
    confirmed_by BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL
);
-- ticket: a request for help; its messages stand beside it. Key: id.
CREATE TABLE ticket (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,                  -- who asks
    category TEXT NOT NULL,                   -- support/categories.def
    subject TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
    priority INTEGER NOT NULL CHECK (priority IN (0, 1)), -- 1 = asked for a public body (A4.3)
    opened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,                   -- of the next answer
    waits_since BIGINT NOT NULL,              -- since when the clock of the next answer runs
    claimed_by BIGINT NOT NULL DEFAULT 0,
    first_answer_at BIGINT NOT NULL DEFAULT 0,
    late INTEGER NOT NULL DEFAULT 0,          -- answers that came after their time
    closed_at BIGINT NOT NULL DEFAULT 0,
    rating INTEGER NOT NULL DEFAULT 0,        -- 1 to 5, 0 = none given
    updated_at BIGINT NOT NULL
);
CREATE INDEX ticket_user ON ticket (user_id, id);
CREATE INDEX ticket_queue ON ticket (state, priority, due_at, id);
-- ticket_message: immutable; what both sides wrote. Key: ticket_id.
CREATE TABLE ticket_message (
    ticket_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    author BIGINT NOT NULL,
    staff INTEGER NOT NULL CHECK (staff IN (0, 1)),
    body TEXT NOT NULL,
    blob TEXT NOT NULL DEFAULT '',            -- sealed attachment, vault owner = ticket.user_id
    mime TEXT NOT NULL DEFAULT '',
    size BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, id)
);
-- Figures of reading. A read is one reader and one article on one day; who read is not kept: the
-- mark is a hash under the day's salt, and both go when the day is over.

ALTER TABLE read_count ADD COLUMN ends BIGINT NOT NULL DEFAULT 0;  -- readers who came to the end
CREATE INDEX read_count_day ON read_count (day);
-- read_hour: reads per article, hour and source. Key: account_id.
CREATE TABLE read_hour (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    hour BIGINT NOT NULL,                     -- hours since 1970 in China
    source TEXT NOT NULL,                     -- web/reads.h
    reads BIGINT NOT NULL,
    PRIMARY KEY (account_id, no, hour, source)
);
-- read_salt: one random salt a day, deleted with the day. Key: day.
CREATE TABLE read_salt (
    day INTEGER PRIMARY KEY,                  -- days since 1970 in China
    salt BLOB NOT NULL
);
-- read_seen: marks already counted, deleted with the day. Key: mark.
CREATE TABLE read_seen (
    day INTEGER NOT NULL,
    mark BLOB NOT NULL,                       -- first 12 bytes of SHA-256(salt, reader, article)
    PRIMARY KEY (day, mark)
);
-- subscription_day: subscribers gained and lost. Key: account_id.
CREATE TABLE subscription_day (
    account_id BIGINT NOT NULL,
    day INTEGER NOT NULL,                     -- days since 1970 in China
    gained BIGINT NOT NULL DEFAULT 0,
    lost BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, day)
);
