-- Policies in full: which versions must be signed again and by when, and versions that wait for the
-- editor-in-chief (regulation 2017 art. 5; obligations A5.3, A5.8, A5.9).

ALTER TABLE policy ADD COLUMN note TEXT NOT NULL DEFAULT '';         -- what changed, for those concerned
ALTER TABLE policy ADD COLUMN sign_by BIGINT NOT NULL DEFAULT 0;     -- 0 = from its first day
ALTER TABLE policy ADD COLUMN material INTEGER NOT NULL DEFAULT 1;   -- 1 = to be signed again
ALTER TABLE policy ADD COLUMN proposed_by BIGINT NOT NULL DEFAULT 0; -- 0 = whoever published it
-- policy_proposal: a next version that waits for the editor-in-chief (a case); its text does not
-- change, a mended one is a new proposal. Key: id.
CREATE TABLE policy_proposal (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    doc TEXT NOT NULL,                        -- block document
    note TEXT NOT NULL,
    effective_at BIGINT NOT NULL,
    material INTEGER NOT NULL CHECK (material IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('pending', 'published', 'returned', 'rejected')),
    reason TEXT NOT NULL DEFAULT '',          -- of returned, rejected
    proposed_by BIGINT NOT NULL,
    proposed_at BIGINT NOT NULL
);
CREATE INDEX policy_proposal_kind ON policy_proposal (kind, id);
