-- By which invitation an account was made, if it was.

ALTER TABLE account ADD COLUMN invite INTEGER REFERENCES invite;
