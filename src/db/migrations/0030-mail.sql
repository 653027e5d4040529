-- Notices with preferences: which way a group of notices goes, and the address for e-mail.

-- user_email: a person's own address, proved by a code. Key: user_id.
CREATE TABLE user_email (
    user_id BIGINT PRIMARY KEY,
    address_sealed BLOB NOT NULL,             -- vault, owner = the user
    proved_at BIGINT NOT NULL
);
-- notice_choice: ways that differ from the default (on the site yes, e-mail and SMS no). Key: user_id, grp.
CREATE TABLE notice_choice (
    user_id BIGINT NOT NULL,
    grp TEXT NOT NULL,                        -- notice/groups.def
    site INTEGER NOT NULL CHECK (site IN (0, 1)),
    email INTEGER NOT NULL CHECK (email IN (0, 1)),
    sms INTEGER NOT NULL CHECK (sms IN (0, 1)),
    set_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, grp)
);
-- notice_out: notices on their way to the outbox; the row goes in the transaction that puts the message there. Key: id.
CREATE TABLE notice_out (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    kind TEXT NOT NULL,                       -- as in notice
    args TEXT NOT NULL,
    link TEXT NOT NULL
);
CREATE INDEX notice_out_user ON notice_out (user_id);
