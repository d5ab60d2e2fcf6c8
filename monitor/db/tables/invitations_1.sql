ALTER TABLE invitations ADD COLUMN reminded_at TEXT; -- null until its one reminder is queued
