-- Scopes of API tokens and their log, webhooks.

-- What a token may do; tokens made before keep what they could. expires_at 0 = never.
ALTER TABLE api_token ADD COLUMN scopes TEXT NOT NULL DEFAULT 'read,draft,publish'; -- with commas between
-- api_use: immutable. One call by a token. Key: token_id, id.
CREATE TABLE api_use (
    token_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,                  -- who made the token
    at BIGINT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,                      -- the pattern
    ip TEXT NOT NULL,
    port INTEGER NOT NULL,
    status INTEGER NOT NULL,                  -- HTTP
    result TEXT NOT NULL,                     -- ok, or the reason of the refusal
    PRIMARY KEY (token_id, id)
);
CREATE INDEX api_use_id ON api_use (id);
CREATE INDEX api_use_user ON api_use (user_id, id);

-- webhook: an address of an account's own program that is told of events. Key: account_id, id.
CREATE TABLE webhook (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,                     -- names of event/events.def, with commas between
    secret_sealed BLOB NOT NULL,
    old_sealed BLOB NOT NULL,                 -- the secret before, which signs too until old_until
    old_until BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('on', 'off', 'failed', 'deleted')), -- failed: switched off after days of failures
    failing_since BIGINT NOT NULL DEFAULT 0,  -- the first failure since the last success; 0 = works
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
-- webhook_call: one event for one webhook, written in the transaction of the act. Key: webhook_id, id.
CREATE TABLE webhook_call (
    webhook_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,                       -- JSON, as it is sent
    at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'dropped')), -- dropped: the webhook was off
    tries INTEGER NOT NULL DEFAULT 0,
    tried_at BIGINT NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0,        -- HTTP status of the last answer; 0 = none came
    answer TEXT NOT NULL DEFAULT '',          -- how it began, or why none came
    PRIMARY KEY (webhook_id, id)
);
CREATE INDEX webhook_call_id ON webhook_call (id);
