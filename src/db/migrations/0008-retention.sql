-- legal_hold: what must be kept though its time is over, and who said so (A11.5, A16.1). A lifted
-- hold stays as a row. Key: id.
CREATE TABLE legal_hold (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'account', 'everything')),
    ref BIGINT NOT NULL,                      -- of the user or account; 0 = everything
    reason TEXT NOT NULL,                     -- with the number of the case, order or inspection
    placed_by BIGINT NOT NULL,
    placed_at BIGINT NOT NULL,
    lifted_by BIGINT NOT NULL DEFAULT 0,
    lifted_at BIGINT NOT NULL DEFAULT 0       -- 0 = in force
);
