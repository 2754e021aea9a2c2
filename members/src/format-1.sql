-- Times are in milliseconds since 1970. Of a secret only its SHA-256 is kept.

CREATE TABLE invite (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 BLOB NOT NULL UNIQUE,
    made INTEGER NOT NULL,
    until INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
    is_revoked INTEGER NOT NULL DEFAULT 0
) STRICT;

-- By which somebody comes in who was let in before.
CREATE TABLE token (
    sha256 BLOB PRIMARY KEY,
    invite INTEGER REFERENCES invite,
    made INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX token_by_invite ON token (invite);
