-- Tags, series, pinned articles and links to drafts: what operators and readers expect around
-- articles.

-- article_tag: topics of the version that is public, made anew from its declarations. Key: account_id.
CREATE TABLE article_tag (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    fold TEXT NOT NULL,                       -- tag_fold of article/tag.h: look-alikes are one topic
    published_at BIGINT NOT NULL,             -- of the article: the order of a topic's page
    PRIMARY KEY (account_id, no, fold)
);
CREATE INDEX article_tag_topic ON article_tag (fold, published_at, account_id, no);
-- series: names of an account's series. Key: account_id.
CREATE TABLE series (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- in its address
    title TEXT NOT NULL,                      -- as approved; '' = not yet
    intro TEXT NOT NULL,
    made_by BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0,       -- 0 = stands
    PRIMARY KEY (account_id, no)
);
-- series_item: an article's place in the one series that it is in. Key: account_id.
CREATE TABLE series_item (
    account_id BIGINT NOT NULL,
    article_no BIGINT NOT NULL,
    series_no BIGINT NOT NULL,
    place BIGINT NOT NULL,                    -- order; unique by use of ids
    added_by BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, article_no)
);
CREATE INDEX series_item_order ON series_item (account_id, series_no, place);
ALTER TABLE profile_change ADD COLUMN series_no BIGINT NOT NULL DEFAULT 0; -- the text of this series waits; 0 = the account's own field
-- article_pin: articles on top of the account's page. Key: account_id.
CREATE TABLE article_pin (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    pinned_by BIGINT NOT NULL,
    pinned_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, no)
);
-- draft_link: secret links to a draft, for people without a login. Key: account_id.
CREATE TABLE draft_link (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    no BIGINT NOT NULL,                       -- article
    token_hash BLOB NOT NULL,                 -- SHA-256; the link itself is not kept
    made_by BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0,     -- 0 = not revoked
    views BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,        -- the last time
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX draft_link_token ON draft_link (token_hash);
CREATE INDEX draft_link_article ON draft_link (account_id, no, id);
CREATE INDEX article_planned ON article (account_id, publish_at) WHERE publish_at > 0;
-- article_note: notes of an account's members to each other about an article. Key: account_id.
CREATE TABLE article_note (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    id BIGINT NOT NULL,
    thread BIGINT NOT NULL,                   -- id of the first note of the thread; its own for that one
    author BIGINT NOT NULL,
    body TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0,        -- of a first note: settled since; 0 = open
    PRIMARY KEY (account_id, no, id)
);
