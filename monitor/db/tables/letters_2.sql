ALTER TABLE outbox ADD COLUMN tried_at TEXT; -- null until it is tried, and again once it is revived
