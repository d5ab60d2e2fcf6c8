ALTER TABLE consents ADD COLUMN act TEXT NOT NULL DEFAULT 'given';

ALTER TABLE consents ADD COLUMN channel TEXT NOT NULL DEFAULT 'portal';

ALTER TABLE consents ADD COLUMN at TEXT; -- null where that is when it was given

ALTER TABLE consents ADD COLUMN paused_from TEXT; -- null before the first pause

ALTER TABLE consents ADD COLUMN paused_until TEXT; -- null before the first pause

CREATE TRIGGER consents_are_kept BEFORE DELETE ON consents
WHEN EXISTS (SELECT 1 FROM people WHERE people.ref = OLD.person)
BEGIN SELECT RAISE(ABORT, 'consents are appended'); END;

CREATE TABLE holds (
    seq INTEGER PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    placed_at TEXT NOT NULL,
    lifted_at TEXT, -- null while it stands
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX holds_by_person ON holds (person);

CREATE TRIGGER held_people_stay BEFORE DELETE ON people
WHEN EXISTS (SELECT 1 FROM holds WHERE holds.person = OLD.ref AND holds.lifted_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'under a legal hold'); END;
