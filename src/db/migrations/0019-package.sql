-- evidence_package: a package of evidence about an article or an account: who asked for it and with
-- what right, what became of it (A11.5). Rows stay when the file goes. Key: id.
CREATE TABLE evidence_package (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- article; 0 = the account
    basis TEXT NOT NULL CHECK (basis IN ('case', 'order')),
    number TEXT NOT NULL,                     -- of the case here, or of the order as its authority gave it
    reason TEXT NOT NULL,
    asked_by BIGINT NOT NULL,                 -- user
    asked_at BIGINT NOT NULL,
    recipient TEXT NOT NULL,                  -- key to which the identity is sealed, or '' = without identity
    identity_reason TEXT NOT NULL,            -- why the identity is needed, or ''
    second_by BIGINT NOT NULL DEFAULT 0,      -- who allowed the identity, or refused it; 0 = nobody yet
    second_at BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN
        ('asked', 'waiting', 'working', 'done', 'failed', 'refused', 'cancelled', 'expired')), -- asked: waits for the second person
    parts BIGINT NOT NULL DEFAULT 0,          -- of the package, as far as known
    parts_done BIGINT NOT NULL DEFAULT 0,
    fail TEXT NOT NULL DEFAULT '',            -- failed: key of the message
    missing BIGINT NOT NULL DEFAULT 0,        -- files that should be in it and could not be read
    files BIGINT NOT NULL DEFAULT 0,
    blob TEXT NOT NULL DEFAULT '',            -- of the file while there is one; its SHA-256
    size BIGINT NOT NULL DEFAULT 0,
    manifest TEXT NOT NULL DEFAULT '',        -- SHA-256 of manifest.json, as the record has it
    record_id BIGINT NOT NULL DEFAULT 0,      -- of package_made
    made_at BIGINT NOT NULL DEFAULT 0         -- 0 = not made
);
CREATE INDEX evidence_package_state ON evidence_package (state, id);
CREATE INDEX evidence_package_thing ON evidence_package (account_id, no, id);
