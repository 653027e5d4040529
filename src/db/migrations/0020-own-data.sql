-- A person's own data: exports of it (A9.1), and leaving the platform as a user or a registrant (A9.3).

-- own_export: a file with everything of a person, or of one account, made by a job. Key: user_id.
CREATE TABLE own_export (
    user_id BIGINT NOT NULL,                  -- who asked, and alone can load it
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,               -- 0 = everything of the person
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'gone')),
    progress INTEGER NOT NULL DEFAULT 0,      -- thousandths
    blob TEXT NOT NULL DEFAULT '',            -- of the file while it is there
    size BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',          -- of failed
    asked_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,     -- the file goes then
    PRIMARY KEY (user_id, id)
);
CREATE INDEX own_export_expires ON own_export (expires_at) WHERE state = 'done';
-- departure: a person's wish to leave, and what became of it. Key: user_id.
CREATE TABLE departure (
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    registrant_id BIGINT NOT NULL,            -- 0 = the login, with all its registrants
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,                   -- end of the cooling
    state TEXT NOT NULL CHECK (state IN ('cooling', 'taken_back', 'done')),
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)), -- due, but something stands against it; told once
    ended_at BIGINT NOT NULL DEFAULT 0,       -- 0 = cools
    erased_at BIGINT NOT NULL DEFAULT 0,      -- when the retention engine erased what was in restricted storage
    PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX departure_id ON departure (id);
CREATE UNIQUE INDEX departure_cools ON departure (user_id, registrant_id) WHERE state = 'cooling';
CREATE INDEX departure_due ON departure (due_at) WHERE state = 'cooling';
CREATE INDEX departure_erase ON departure (ended_at) WHERE state = 'done' AND erased_at = 0;
CREATE INDEX finding_raised ON finding (raised_by, id);
CREATE INDEX api_token_user ON api_token (user_id, id);
