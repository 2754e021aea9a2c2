-- The owners of accounts, and with whom they have written.
CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

-- What was said to one person alone. Each of both who was logged in to an account has a copy.
CREATE TABLE private (
  -- The account whose copy it is.
  account INTEGER NOT NULL REFERENCES people,
  -- With whom: by the name of their account, or what they were called if they were logged in to none.
  other INTEGER NOT NULL REFERENCES people,
  -- When, in milliseconds since 1970.
  time_ms INTEGER NOT NULL,
  -- Tells it from others of that time.
  number INTEGER NOT NULL,
  -- What they were called who said it, and to whom.
  name INTEGER NOT NULL REFERENCES names,
  to_name INTEGER NOT NULL REFERENCES names,
  -- 0 if it was said, 1 if it was done, 2 for a notice, 3 for the tags of a client.
  how INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (account, other, time_ms, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX private_by_time ON private (time_ms);
CREATE INDEX private_by_account ON private (account, time_ms);
