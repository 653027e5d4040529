-- Indexes for what `tools/bench grow` and EXPLAIN QUERY PLAN found to grow with the number of articles.

-- The job of scheduled articles looked through all articles every ten seconds, inside the writer.
CREATE INDEX article_scheduled ON article (publish_at) WHERE state = 'scheduled';
-- The desk sorted every case of a state; one index holds the open ones in the order of the queue, with
-- what is counted about them, the other the decided ones, newest first.
DROP INDEX cases_queue;
CREATE INDEX cases_open ON cases (due_at, id, kind, claimed_by, claim_until) WHERE state = 'open';
CREATE INDEX cases_decided ON cases (id) WHERE state = 'decided';
