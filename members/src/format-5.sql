-- The rooms that belong to accounts. `owned` is all of it, as the crate `log` writes it; what stands beside is of that.

CREATE TABLE room (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    owned BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX room_by_owner ON room (owner);
