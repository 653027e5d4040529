-- Duties and posts (regulation 2017 art. 5; obligation A5.1): deputies, and since when a duty has
-- not been met.

ALTER TABLE post ADD COLUMN deputy INTEGER NOT NULL DEFAULT 0;  -- 1 = acts for the holder
ALTER TABLE post ADD COLUMN contact TEXT NOT NULL DEFAULT '';   -- office telephone or address
-- duty_state: what the watch saw last; a projection of facts that stand elsewhere. Key: duty.
CREATE TABLE duty_state (
    duty TEXT PRIMARY KEY,                    -- compliance/duties.def
    state TEXT NOT NULL CHECK (state IN ('met', 'vacant', 'breached')),
    since BIGINT NOT NULL
);
