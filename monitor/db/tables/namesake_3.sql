ALTER TABLE sign_in_links ADD COLUMN tries INTEGER NOT NULL DEFAULT 0; -- wrong six-digit codes
