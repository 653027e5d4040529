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
