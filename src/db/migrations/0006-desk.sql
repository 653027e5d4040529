-- The desk: time since the claim, and what its pages count without reading everything.

ALTER TABLE cases ADD COLUMN claimed_at BIGINT NOT NULL DEFAULT 0;   -- of the present claim; renewals keep it
CREATE INDEX cases_decided_at ON cases (decided_at) WHERE state = 'decided';
CREATE INDEX job_dead ON job (id) WHERE state = 'dead';
CREATE INDEX outbox_open ON outbox (state, id) WHERE state <> 'sent';
