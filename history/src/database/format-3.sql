-- What happened between messages, for those who want to see all of it again.
CREATE TABLE events (
  room INTEGER NOT NULL REFERENCES rooms,
  -- Behind which message of the room.
  seq INTEGER NOT NULL,
  -- When, in milliseconds since 1970.
  time_ms INTEGER NOT NULL,
  -- Tells it from others of that time.
  number INTEGER NOT NULL,
  name INTEGER NOT NULL REFERENCES names,
  -- 1 for the tags of a client, 0 for a topic; an empty one removes it.
  is_tags INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (room, seq, time_ms, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_time ON events (time_ms);
