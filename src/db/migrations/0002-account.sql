-- Accounts: members by invitation, who answers for the account, names that look alike, and what was
-- said before a verification ends (regulation 2017 art. 6, 7, 10; obligations A6.2, A7.1, A10.1).

-- member_invite: a one-time link into an account; used, revoked or past its time it is dead. Key: account_id.
CREATE TABLE member_invite (
    token_hash BLOB PRIMARY KEY,              -- SHA-256 of the token in the link
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'author', 'commenter_manager')),
    mobile_key BLOB,                          -- keyed hash: only the login of this number; NULL = anybody
    mobile_mask TEXT NOT NULL,                -- 138****8000, to tell invitations apart; '' = anybody
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_by BIGINT NOT NULL DEFAULT 0,        -- who joined by it
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX member_invite_account ON member_invite (account_id, id);
-- account_duty: the member named as responsible; without a row it is the first owner. Key: account_id.
CREATE TABLE account_duty (
    account_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    set_by BIGINT NOT NULL,
    set_at BIGINT NOT NULL
);
-- account_look: skeletons (UTS 39) of the names in account_name. Key: skeleton.
CREATE TABLE account_look (
    skeleton TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    PRIMARY KEY (skeleton, account_id)
);
-- verification_notice: what was said about the end of which verification. Key: registrant_id.
CREATE TABLE verification_notice (
    registrant_id BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,                 -- the verification it is about
    days INTEGER NOT NULL,                    -- 30, 7, 1 before; 0 = it is over
    at BIGINT NOT NULL,
    PRIMARY KEY (registrant_id, valid_to, days)
);
