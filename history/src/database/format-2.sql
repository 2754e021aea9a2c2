-- Up to which message who opens the room again is not shown what was said: the last that was said while the room was
-- locked or had a key. 0 for none.
ALTER TABLE rooms ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
