-- The desk with a million cases waiting (`tools/bench desk`).

-- Each page of the queue and each turn to the next case asks kind by kind. The state stands in the index for SQLite,
-- which otherwise looks each row up to see that it is open.
DROP INDEX cases_open;
CREATE INDEX cases_open ON cases (kind, due_at, id, claim_until, state) WHERE state = 'open';
-- An officer's own claims, which are few.
CREATE INDEX cases_claimed ON cases (claimed_by, due_at, id) WHERE state = 'open' AND claimed_by > 0;
-- Since when the oldest waits; the order of due times does not tell.
CREATE INDEX cases_opened ON cases (opened_at) WHERE state = 'open';
