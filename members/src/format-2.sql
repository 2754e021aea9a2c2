-- Of a password only its hash by argon2id is kept, as a PHC string.

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    is_operator INTEGER NOT NULL,
    made INTEGER NOT NULL
) STRICT;
