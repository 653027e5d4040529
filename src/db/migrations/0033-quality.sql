-- Items that show how well reviewers agree with known answers and with each other (obligations A5.5).

-- qa_item: a case given to a reviewer once more, without effect on anybody. Key: id.
CREATE TABLE qa_item (
    id BIGINT PRIMARY KEY,                    -- stands in the desk's addresses as a case's does
    kind TEXT NOT NULL CHECK (kind IN ('known', 'double')),
    because BIGINT NOT NULL,                  -- the case whose number drew it; of double: case_id
    case_id BIGINT NOT NULL,                  -- whose evidence is shown
    for_user BIGINT NOT NULL,                 -- known: the reviewer it is for; double: 0
    first_user BIGINT NOT NULL,               -- double: who was given the case; known: 0
    made_at BIGINT NOT NULL,
    shift BIGINT NOT NULL,                    -- added to the times shown, ms: a known one looks as new
    claimed_by BIGINT NOT NULL DEFAULT 0,
    claimed_at BIGINT NOT NULL DEFAULT 0,
    claim_until BIGINT NOT NULL DEFAULT 0,
    answered_at BIGINT NOT NULL DEFAULT 0,    -- 0 = not yet; then by claimed_by
    seconds INTEGER NOT NULL DEFAULT 0,       -- since the claim
    answer TEXT NOT NULL DEFAULT '',          -- verdict of a review, measure of a finding
    template TEXT NOT NULL DEFAULT '',        -- reason or basis that was chosen, or ''
    reason TEXT NOT NULL DEFAULT ''           -- as written
);
CREATE UNIQUE INDEX qa_item_because ON qa_item (kind, because);
CREATE INDEX qa_item_case ON qa_item (case_id);
CREATE INDEX qa_item_open ON qa_item (made_at) WHERE answered_at = 0;
CREATE INDEX qa_item_done ON qa_item (answered_at) WHERE answered_at > 0;

-- qa_reference: decided cases that a lead marked as examples with a known answer. Key: case_id.
CREATE TABLE qa_reference (
    case_id BIGINT PRIMARY KEY,
    marked_by BIGINT NOT NULL,
    at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0        -- 0 = is one
);

-- qa_settlement: immutable. What a lead found about two answers that differ. Key: item_id.
CREATE TABLE qa_settlement (
    item_id BIGINT PRIMARY KEY,
    held TEXT NOT NULL CHECK (held IN ('first', 'second', 'neither')),
    reason TEXT NOT NULL,
    officer BIGINT NOT NULL,
    case_id BIGINT NOT NULL,                  -- opened because of it, or 0
    at BIGINT NOT NULL
);
