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
