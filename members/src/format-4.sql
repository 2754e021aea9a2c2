-- From where nobody may connect. An address as people write it: of IPv6 the network of 64 bits. Times are in
-- milliseconds since 1970; of what is for good `until` is NULL.

CREATE TABLE ban (
    address TEXT PRIMARY KEY,
    by TEXT NOT NULL,
    made INTEGER NOT NULL,
    until INTEGER,
    why TEXT
) STRICT, WITHOUT ROWID;
