-- The rooms that something was said in, or that had a topic. A row stays when its messages are deleted, so that no
-- number is given twice.
CREATE TABLE rooms (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  -- How many messages were said there so far.
  said INTEGER NOT NULL,
  -- What it is about, by whom that was set, and when; NULL for nothing.
  topic TEXT,
  topic_name TEXT,
  topic_time_ms INTEGER
) STRICT;

-- What people were called.
CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- The messages, in the order in which people were told of them.
CREATE TABLE said (
  id INTEGER PRIMARY KEY,
  room INTEGER NOT NULL REFERENCES rooms,
  -- Which of all messages of the room it is, from 1 on.
  seq INTEGER NOT NULL,
  -- When, in milliseconds since 1970.
  time_ms INTEGER NOT NULL,
  name INTEGER NOT NULL REFERENCES names,
  -- 1 if it was done rather than said.
  is_act INTEGER NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (room, seq)
) STRICT;

-- The words of each message, made by chinwag, each with the sign of the room before it. It holds no texts.
CREATE VIRTUAL TABLE words USING fts5(word, content = '', columnsize = 0, tokenize = 'ascii');
-- What is merged is searched faster.
INSERT INTO words (words, rank) VALUES ('usermerge', 2);

-- How far the database is.
CREATE TABLE state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  -- The id of the next message: none is given twice.
  next_id INTEGER NOT NULL,
  -- Up to where it has the spool: in which file, and how many bytes of it.
  spool_segment INTEGER NOT NULL,
  spool_offset INTEGER NOT NULL,
  -- A number that no other history has.
  identity INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 1, 0, 0, random() & 0x7fffffffffffffff);

-- To be read by people.
CREATE VIEW messages AS
SELECT said.id, rooms.name AS room, seq, strftime('%Y-%m-%d %H:%M:%f', time_ms / 1000.0, 'unixepoch') AS time,
  names.name AS name, is_act, text
FROM said JOIN rooms ON rooms.id = said.room JOIN names ON names.id = said.name;
