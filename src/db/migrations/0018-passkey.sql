-- Passkeys (WebAuthn), known devices, and what the security officer watches (A5.7, A10.1).

ALTER TABLE users ADD COLUMN totp_at BIGINT NOT NULL DEFAULT 0;  -- when it was switched on; 0 = off, or before this column
-- passkey: public keys of authenticators. Key: user_id.
CREATE TABLE passkey (
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    credential BLOB NOT NULL,                 -- id that the authenticator chose
    algorithm INTEGER NOT NULL CHECK (algorithm IN (-7, -8)), -- COSE: ES256, EdDSA
    public_key BLOB NOT NULL,                 -- ES256: 04, x, y; EdDSA: 32 bytes
    sign_count BIGINT NOT NULL,               -- of the last use; 0 = the authenticator does not count
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)), -- kept by a service on several devices
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX passkey_credential ON passkey (credential);
-- passkey_challenge: what an authenticator was asked to sign; deleted by its first answer. Key: hash.
CREATE TABLE passkey_challenge (
    hash BLOB PRIMARY KEY,                    -- SHA-256 of the challenge as text
    purpose TEXT NOT NULL CHECK (purpose IN ('login', 'second', 'register')),
    user_id BIGINT NOT NULL,                  -- 0 = whoever answers (login)
    session_id BIGINT NOT NULL,               -- 0 = none (login)
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_challenge_end ON passkey_challenge (expires_at);
-- user_device: browsers from which a user logged in. Key: user_id.
CREATE TABLE user_device (
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    token_hash BLOB NOT NULL,                 -- SHA-256 of the device cookie
    ip TEXT NOT NULL,                         -- of the last login
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,                  -- last login
    forgotten_at BIGINT NOT NULL DEFAULT 0,   -- 0 = known; else the next login from it is new again
    PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX user_device_token ON user_device (user_id, token_hash);
-- login_event: what went wrong at the door, and what was done about it. Key: id.
CREATE TABLE login_event (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,                       -- user/login_event.def
    user_id BIGINT NOT NULL,                  -- whose login; 0 = nobody has that number
    ip TEXT NOT NULL,
    port INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    actor BIGINT NOT NULL DEFAULT 0,          -- officer who acted; 0 = none
    note TEXT NOT NULL DEFAULT ''             -- reason given
);
CREATE INDEX login_event_ip ON login_event (ip, at);
CREATE INDEX login_event_user ON login_event (user_id, at);
CREATE INDEX login_event_at ON login_event (at);
CREATE INDEX users_locked ON users (locked_until) WHERE locked_until > 0;
