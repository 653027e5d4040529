-- closing: an owner's wish to close an account, and what became of it (A9.3). Key: account_id, id.
CREATE TABLE closing (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    asked_by BIGINT NOT NULL,                 -- user, an owner then
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,                   -- end of the cooling
    state TEXT NOT NULL CHECK (state IN ('cooling', 'taken_back', 'closed', 'void')), -- void: a measure closed it first
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)), -- due, but a block stands; the members were told
    ended_at BIGINT NOT NULL DEFAULT 0,       -- 0 = cools
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX closing_id ON closing (id);
CREATE INDEX closing_due ON closing (state, due_at);
-- restricted_look: immutable. A look into the content of an account that left, and with what right. Key: account_id.
CREATE TABLE restricted_look (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    reader_id BIGINT NOT NULL,                -- user
    basis TEXT NOT NULL CHECK (basis IN ('case', 'inspection')),
    number TEXT NOT NULL,                     -- of the case here, or of the inspection as its authority gave it
    reason TEXT NOT NULL,
    no BIGINT NOT NULL,                       -- article; 0 = the list of titles
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
