-- The house and the main road. Conventions (style.md "SQL"): times are milliseconds since 1970 UTC,
-- 0/1 integers are booleans, ids are minted in the process. Each table names its distribution key.
-- "immutable" in a table's comment: rows are only inserted; the engine refuses UPDATE and DELETE.

-- users: everybody who can log in. Key: id.
CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,                       -- what others see; chosen freely
    password TEXT NOT NULL,                   -- Argon2id string of libsodium; '' = none set
    mobile_sealed BLOB NOT NULL,              -- vault, owner = id
    lang TEXT NOT NULL DEFAULT 'zh' CHECK (lang IN ('zh', 'en')),
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closed')),
    failed INTEGER NOT NULL DEFAULT 0,        -- wrong passwords or codes in a row
    locked_until BIGINT NOT NULL DEFAULT 0,
    totp_sealed BLOB,                         -- shared secret; NULL = no second factor
    totp_on INTEGER NOT NULL DEFAULT 0 CHECK (totp_on IN (0, 1)),
    totp_step BIGINT NOT NULL DEFAULT 0,      -- last step used, against replay
    created_at BIGINT NOT NULL
);
-- user_mobile: registry; a number belongs to one login. Key: mobile_key.
CREATE TABLE user_mobile (
    mobile_key BLOB PRIMARY KEY,              -- keyed hash of the normalised number
    user_id BIGINT NOT NULL
);
-- login_miss: wrong logins for numbers that nobody has, counted like all others. Key: mobile_key.
CREATE TABLE login_miss (
    mobile_key BLOB PRIMARY KEY,
    failed INTEGER NOT NULL,
    locked_until BIGINT NOT NULL,
    at BIGINT NOT NULL
);
-- user_role: staff, regulator and industry roles held now. Key: user_id.
CREATE TABLE user_role (
    user_id BIGINT NOT NULL,
    role TEXT NOT NULL,                       -- see web/access.h
    granted_by BIGINT NOT NULL,               -- 0 = command line
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role)
);
-- user_invite: one-time links for staff. Key: token_hash.
CREATE TABLE user_invite (
    token_hash BLOB PRIMARY KEY,
    roles TEXT NOT NULL,                      -- comma-separated
    note TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_by BIGINT,
    used_at BIGINT
);
-- recovery_code: one-time replacements of the second factor. Key: user_id.
CREATE TABLE recovery_code (
    user_id BIGINT NOT NULL,
    code_hash BLOB NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, code_hash)
);
-- mobile_code: one-time codes sent to a number (5 min, 5 tries, 1/min, 10/day). Key: mobile_key.
CREATE TABLE mobile_code (
    mobile_key BLOB NOT NULL,
    id BIGINT NOT NULL,
    purpose TEXT NOT NULL,                    -- signup, reset, registrant, mobile
    code_hash BLOB NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (mobile_key, id)
);
-- session: logins. Key: token_hash; user_id for the list.
CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,              -- SHA-256 of the cookie's token
    id BIGINT NOT NULL,                       -- for listing and revoking
    user_id BIGINT NOT NULL,
    second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1)),
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,                  -- written at most once a minute
    expires_at BIGINT NOT NULL,               -- absolute lifetime
    revoked_at BIGINT
);
CREATE INDEX session_by_user ON session (user_id, id);
-- api_token: an operator's programs. Key: token_hash.
CREATE TABLE api_token (
    token_hash BLOB PRIMARY KEY,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0,
    revoked_at BIGINT
);
CREATE INDEX api_token_account ON api_token (account_id, id);

-- vault_key: one data key per owner (user or registrant), wrapped by the master key. Key: owner_id.
CREATE TABLE vault_key (
    owner_id BIGINT PRIMARY KEY,
    wrapped BLOB NOT NULL,
    master_id TEXT NOT NULL,                  -- which master key wrapped it
    created_at BIGINT NOT NULL
);
-- vault_request: asking to see a full document number: reason, second person. Key: owner_id.
CREATE TABLE vault_request (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    approved_by BIGINT,                       -- somebody else than asked_by
    approved_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, id)
);
-- vault_access: immutable; every read of sealed data, shown to its owner. Key: owner_id.
CREATE TABLE vault_access (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    field TEXT NOT NULL,
    full_value INTEGER NOT NULL CHECK (full_value IN (0, 1)), -- 0 = masked
    reader_id BIGINT NOT NULL,
    approver_id BIGINT,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, id)
);

-- setting_version: immutable; provider settings, the newest version of a key is in force. Key: name.
CREATE TABLE setting_version (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_by BIGINT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (name, version)
);
-- post: appointments to posts such as editor_in_chief (regulation 2017 art. 5). Key: post.
CREATE TABLE post (
    post TEXT NOT NULL,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    letter TEXT NOT NULL,                     -- appointment letter number
    from_at BIGINT NOT NULL,
    until_at BIGINT,                          -- NULL = open end
    ended_at BIGINT,                          -- set when the appointment is ended early
    appointed_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (post, id)
);
-- policy: immutable; versions of public documents (service_agreement, rules …). Key: kind.
CREATE TABLE policy (
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    doc TEXT NOT NULL,                        -- block document
    hash BLOB NOT NULL,                       -- SHA-256 of doc
    effective_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, version)
);
-- signature: immutable; who signed which policy version. Key: registrant_id.
CREATE TABLE signature (
    registrant_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    hash BLOB NOT NULL,                       -- of the text that was signed
    user_id BIGINT NOT NULL,
    ip TEXT NOT NULL,
    port INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (registrant_id, kind, version)
);

-- registrant: the person or organisation behind accounts. Key: id.
CREATE TABLE registrant (
    id BIGINT PRIMARY KEY,
    class TEXT NOT NULL CHECK (class IN ('individual', 'enterprise', 'government', 'media',
        'institution', 'people_org', 'other_org')),
    user_id BIGINT NOT NULL,                  -- who filed it and manages it
    identity_key BLOB,                        -- keyed hash of type + number; caps and blacklist hang on it
    province TEXT NOT NULL DEFAULT '',        -- GB/T 2260, two digits
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'verified', 'failed',
        'invalid')),
    level TEXT NOT NULL DEFAULT '',           -- M I O P N G (obligations 3.2)
    valid_to BIGINT NOT NULL DEFAULT 0,       -- end of the verification
    reason TEXT NOT NULL DEFAULT '',          -- of returned, failed, invalid
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rev INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX registrant_user ON registrant (user_id, id);
CREATE INDEX registrant_identity_key ON registrant (identity_key);
-- identity_field: sealed real-name data. Key: registrant_id.
CREATE TABLE identity_field (
    registrant_id BIGINT NOT NULL,
    field TEXT NOT NULL,                      -- name, doc_type, doc_no, legal_rep, contact …
    sealed BLOB NOT NULL,                     -- vault, owner = registrant_id
    PRIMARY KEY (registrant_id, field)
);
-- evidence: uploaded documents, sealed in the blob store. Key: registrant_id.
CREATE TABLE evidence (
    registrant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,                       -- id_front, licence, letter …
    blob TEXT NOT NULL,                       -- hash of the sealed bytes
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    dropped_at BIGINT,                        -- replaced by the registrant; kept for the record
    PRIMARY KEY (registrant_id, id)
);
-- verification: immutable; results by method. Key: registrant_id.
CREATE TABLE verification (
    registrant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    method TEXT NOT NULL,                     -- format, mobile_code, manual, http
    verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'fail', 'pending')),
    level TEXT NOT NULL,
    verifier BIGINT NOT NULL,                 -- staff user, 0 = adapter
    reason TEXT NOT NULL,
    evidence_ref TEXT NOT NULL,
    valid_to BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (registrant_id, id)
);

-- account: a public account. Key: id.
CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    handle TEXT NOT NULL,                     -- in /a/<handle>; never changes
    registrant_id BIGINT NOT NULL,
    identity_key BLOB NOT NULL,               -- the registrant's, for the cap
    class TEXT NOT NULL,                      -- label shown: the registrant's class
    state TEXT NOT NULL CHECK (state IN ('applied', 'returned', 'rejected', 'active', 'paused',
        'suspended', 'closed')),
    verified INTEGER NOT NULL DEFAULT 0 CHECK (verified IN (0, 1)), -- mark shown; follows registrant
    name TEXT NOT NULL,
    intro TEXT NOT NULL,
    avatar TEXT NOT NULL DEFAULT '',          -- media hash
    categories TEXT NOT NULL,                 -- comma-separated codes, see account/category.def
    real_name TEXT NOT NULL DEFAULT '',       -- only by explicit opt-in (A6.1)
    reason TEXT NOT NULL DEFAULT '',          -- of returned, rejected, suspended, closed
    subscribers BIGINT NOT NULL DEFAULT 0,    -- projection
    articles BIGINT NOT NULL DEFAULT 0,       -- published now; projection
    last_no BIGINT NOT NULL DEFAULT 0,        -- last article number given
    quota_day INTEGER NOT NULL DEFAULT 0,     -- day (since 1970, China) that quota_used counts
    quota_used INTEGER NOT NULL DEFAULT 0,    -- articles submitted on that day
    created_at BIGINT NOT NULL,
    activated_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL,
    rev INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX account_identity ON account (identity_key, id);
CREATE INDEX account_registrant ON account (registrant_id, id);
CREATE INDEX account_state ON account (state, id);
-- account_handle: registry; never freed. Key: handle.
CREATE TABLE account_handle (
    handle TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL
);
-- account_name: registry of folded names in use or kept. Key: name_fold.
CREATE TABLE account_name (
    name_fold TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL
);
-- profile_change: a changed field waits here; the old value stays public (A7.1). Key: account_id.
CREATE TABLE profile_change (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    field TEXT NOT NULL CHECK (field IN ('name', 'avatar', 'intro', 'categories')),
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'cancelled')),
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_at BIGINT,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
);
-- member: who operates an account. Key: account_id.
CREATE TABLE member (
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'author', 'commenter_manager')),
    added_by BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id)
);
CREATE INDEX member_user ON member (user_id, account_id);
-- measure: what the gate must respect. Key: account_id.
CREATE TABLE measure (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,                       -- restrict, suspend, close
    functions TEXT NOT NULL,                  -- comma-separated; 'publish' …
    reason TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT,
    lifted_at BIGINT,
    decision_id BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- article: one publication; its texts are versions. Key: account_id.
CREATE TABLE article (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'held', 'scheduled', 'published', 'removed',
        'withdrawn', 'discarded')),
    kind TEXT NOT NULL DEFAULT 'text',        -- text, picture, audio, video
    category TEXT NOT NULL,
    title TEXT NOT NULL,                      -- of the published version, else of the draft
    digest TEXT NOT NULL,
    cover TEXT NOT NULL,                      -- media hash or ''
    version INTEGER NOT NULL,                 -- published version, 0 = none
    versions INTEGER NOT NULL,                -- how many exist
    author_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    published_at BIGINT NOT NULL DEFAULT 0,   -- first publication
    publish_at BIGINT NOT NULL DEFAULT 0,     -- planned time of a scheduled one
    reason TEXT NOT NULL DEFAULT '',          -- of removed, withdrawn, returned
    reads BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, no)
);
CREATE INDEX article_public ON article (account_id, published_at, no) WHERE state = 'published';
CREATE INDEX article_latest ON article (published_at, account_id, no) WHERE state = 'published';
CREATE INDEX article_category ON article (category, published_at, account_id, no)
    WHERE state = 'published';
CREATE INDEX article_updated ON article (account_id, updated_at, no);
-- draft: the text being written; one per article. Key: account_id.
CREATE TABLE draft (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    cover TEXT NOT NULL,
    category TEXT NOT NULL,
    doc TEXT NOT NULL,                        -- canonical block document
    base_version INTEGER NOT NULL,            -- version it started from
    saved_by BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    rev INTEGER NOT NULL,                     -- rises with each save; conflict check
    returned TEXT NOT NULL DEFAULT '',        -- reviewer's reason when returned
    PRIMARY KEY (account_id, no)
);
-- article_version: immutable; each submitted text. Key: account_id.
CREATE TABLE article_version (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    cover TEXT NOT NULL,
    category TEXT NOT NULL,
    doc TEXT NOT NULL,
    hash BLOB NOT NULL,                       -- SHA-256 over title, digest, cover, category, doc
    author_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, no, version)
);
-- article_event: immutable; submitted, held, approved, published, returned, withdrawn … Key: account_id.
CREATE TABLE article_event (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    actor BIGINT NOT NULL,                    -- user, 0 = system
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, no, id)
);
-- media: pictures and files an account uploaded. Key: account_id.
CREATE TABLE media (
    account_id BIGINT NOT NULL,
    hash TEXT NOT NULL,                       -- of the re-encoded original; names it everywhere
    mime TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    size BIGINT NOT NULL,
    alt TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, hash)
);
-- media_variant: which blobs serve a media hash at which width. Key: hash.
CREATE TABLE media_variant (
    hash TEXT NOT NULL,                       -- media.hash
    width INTEGER NOT NULL,                   -- 0 = the original
    blob TEXT NOT NULL,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    PRIMARY KEY (hash, width)
);

-- cases: one queue model for everything staff decide: verification, application, profile change,
-- article review; findings join it later. Key: id.
CREATE TABLE cases (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,                       -- registrant, account, profile, article
    account_id BIGINT NOT NULL,               -- 0 for registrants
    subject BIGINT NOT NULL,                  -- registrant id, account id, change id, article no
    version INTEGER NOT NULL,                 -- article version, else 0
    title TEXT NOT NULL,                      -- what the queue shows; no personal data
    state TEXT NOT NULL CHECK (state IN ('open', 'decided', 'cancelled')),
    opened_by BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    claimed_by BIGINT NOT NULL DEFAULT 0,
    claim_until BIGINT NOT NULL DEFAULT 0,    -- lease
    decided_at BIGINT NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX cases_queue ON cases (state, kind, due_at, id);
CREATE INDEX cases_subject ON cases (account_id, kind, subject, id);
-- decision: immutable. Key: case_id.
CREATE TABLE decision (
    case_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    verdict TEXT NOT NULL,                    -- approve, return, reject
    reason_key TEXT NOT NULL,                 -- code from the list shown to officers
    reason TEXT NOT NULL,                     -- told to the person concerned
    officer BIGINT NOT NULL,
    second_officer BIGINT NOT NULL DEFAULT 0,
    seconds INTEGER NOT NULL,                 -- time spent since the claim
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, id)
);

-- subscription and subscriber: the same fact for the reader's and the account's side.
-- Key: user_id.
CREATE TABLE subscription (
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, account_id)
);
-- Key: account_id.
CREATE TABLE subscriber (
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id)
);
-- notice: what was told to whom. Key: user_id.
CREATE TABLE notice (
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,                       -- message key notice.<kind>
    args TEXT NOT NULL,                       -- JSON array of texts for the message
    link TEXT NOT NULL,                       -- path within the site
    at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (user_id, id)
);

-- outbox: SMS and e-mail to be sent. Key: id.
CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient_sealed BLOB NOT NULL,           -- vault, owner = the site (0)
    recipient_masked TEXT NOT NULL,
    subject TEXT NOT NULL,
    body_sealed BLOB NOT NULL,                -- holds codes
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL DEFAULT 0
);
-- job: queue with leases. Key: id.
CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    dedup TEXT,                               -- at most one waiting job per value
    args TEXT NOT NULL,                       -- JSON
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    run_at BIGINT NOT NULL,
    lease_by TEXT NOT NULL DEFAULT '',
    lease_until BIGINT NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX job_due ON job (run_at, id) WHERE state = 'waiting';
CREATE UNIQUE INDEX job_dedup ON job (dedup) WHERE state = 'waiting';
-- schedule: when each periodic job ran last. Key: kind.
CREATE TABLE schedule (
    kind TEXT PRIMARY KEY,
    next_at BIGINT NOT NULL
);

-- record: immutable; one row per accountable act, the future leaf of the transparency log. Key: id.
CREATE TABLE record (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,                       -- record/kinds.def
    account_id BIGINT NOT NULL,
    subject TEXT NOT NULL,                    -- "article/<account>/<no>/<version>" …
    actor BIGINT NOT NULL,
    at BIGINT NOT NULL,
    prev BLOB,                                -- hash of the previous record of the same subject
    salt BLOB NOT NULL,                       -- 32 bytes
    body TEXT NOT NULL,                       -- canonical JSON
    hash BLOB NOT NULL                        -- SHA-256(salt || body)
);
CREATE INDEX record_subject ON record (subject, id);
-- oplog: immutable; every POST and every read of sealed data (regulation 2017 art. 16). Key: id.
CREATE TABLE oplog (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    user_id BIGINT NOT NULL,                  -- 0 = nobody logged in
    account_id BIGINT NOT NULL,               -- 0 = none
    method TEXT NOT NULL,
    route TEXT NOT NULL,                      -- pattern
    object TEXT NOT NULL,                     -- path
    result TEXT NOT NULL,                     -- ok or the reason key
    status INTEGER NOT NULL,
    ip TEXT NOT NULL,
    port INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    content_hash BLOB,                        -- of what was submitted
    hash BLOB NOT NULL                        -- SHA-256 of the canonical row
);
CREATE INDEX oplog_user ON oplog (user_id, id);
CREATE INDEX oplog_account ON oplog (account_id, id);
-- page_change: tells other nodes which cached pages to drop. Key: id.
CREATE TABLE page_change (
    id BIGINT PRIMARY KEY,
    tag TEXT NOT NULL
);
-- read_count: reads per article and day. Key: account_id.
CREATE TABLE read_count (
    account_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    day INTEGER NOT NULL,                     -- days since 1970 in China
    reads BIGINT NOT NULL,
    PRIMARY KEY (account_id, no, day)
);
