-- A token is of whom an invitation let in, or of an account, or of both. It was used last on the day of `used`.

ALTER TABLE token ADD COLUMN account INTEGER REFERENCES account ON DELETE CASCADE;
ALTER TABLE token ADD COLUMN used INTEGER;
CREATE INDEX token_by_account ON token (account);
